"""Views of AutoML runs: the run itself, its leaderboard, its certificate, and lists of runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from labstudio.automl import naming
from labstudio.display import wording
from labstudio.display.bundle import Block, Bundle, Facts, Heading, Line, State, Table
from labstudio.display.drawing import Drawing
from labstudio.display.progress import settings_of

if TYPE_CHECKING:
    from labstudio.automl.check import Check
    from labstudio.automl.guardrails import Guardrail
    from labstudio.automl.result import AutoMLResult
    from labstudio.automl.run import Run
    from labstudio.onnx import Certificate

SHOWN = 20  # rows of a leaderboard that are shown; the frame has them all
ALERTS: Mapping[str, State] = {"alerted": "warn"}
_LOST = {"pruned": "given up on their first folds", "failed": "failed", "stopped": "stopped"}
_STATES: dict[str, State] = {"complete": "ok", "stopped": "warn", "failed": "bad", "running": "run"}


def run(found: Run) -> Bundle:
    """Show a run: what it did, how good it is, what it noticed, its best trials and its certificate."""
    facts = f"{found.target} from {found.data}"
    blocks: list[Block] = [Heading(found.id, facts, _STATES.get(found.state, ""), found.state)]
    if found.error:
        blocks.append(Line(found.error, "bad"))
    if found.state == "running":
        blocks.append(Line(f"It goes on; automl stop {found.id} stops it and keeps what it has."))
    if found.outcome:
        ran = (found.ended or found.started) - found.started
        blocks.append(
            Facts({"task": found.task, "trials": str(len(found.trials)), "time": wording.seconds(ran)})
        )
        blocks.append(Facts(_held_out(found)))
        blocks += [Line(note) for note in found.notes]
        blocks += _guardrails(found.guardrails)
    if found.trials:
        blocks += _board(found, 5)
    if found.outcome:
        blocks.append(_verdict(found.certificate))
        blocks.append(Facts({"ONNX file": str(found.path)}))
    return Bundle(*blocks)


def check(found: Check, data: str, target: str) -> Bundle:
    """Show what a run would do, and all that it would do something about."""
    facts = {
        "rows": f"{found.rows:,}",
        "columns": ", ".join(f"{count} {kind}" for kind, count in found.features.items()),
        "budget for five folds": wording.seconds(found.budget),
    }
    if found.classes:
        facts["classes"] = ", ".join(f"{label} {share:.1%}" for label, share in found.classes)
    title = Heading(f"{target} from {data}", f"{found.task}, judged by {naming.metric(found.metric)}")
    return Bundle(title, Facts(facts), *_guardrails(found.guardrails, {"alerted": "warn", "done": "ok"}))


def _guardrails(found: Sequence[Guardrail], shown: Mapping[str, State] = ALERTS) -> list[Block]:
    """How many there are of each kind, and those that a person should look at."""
    if not found:
        return []
    states = [one.state for one in found]
    counts = ", ".join(
        f"{states.count(state)} {state}" for state in ("passed", "done", "alerted") if state in states
    )
    told = [(one, state) for kind, state in shown.items() for one in found if one.state == kind]
    told += [(one, "ok") for one in found if one.effect and one.state not in shown]
    return [Facts({"guardrails": counts}), *(Line(_guardrail(one), state) for one, state in told)]


def _guardrail(one: Guardrail) -> str:
    """A check in a line: what was found, by which figures, what would mend it, and what that has changed."""
    seen = [
        f"{measure} {what} {wording.number(figure)}"
        for measure, figures in one.evidence.items()
        for what, figure in figures.items()
    ]
    mended = [f"--{name.replace('_', '-')} {_value(value)}" for name, value in one.fix.items()]
    changed = [f"{name} {_value(value)}" for name, value in (one.effect or {}).items()]
    parts = {"": seen[:4], "fix: ": mended, "changed: ": changed}
    more = "; ".join(name + ", ".join(told) for name, told in parts.items() if told)
    return f"{one.name}: {one.detail}" + (f" ({more})" if more else "")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else wording.number(value)


def charts(
    found: Run | AutoMLResult,
    figures: Mapping[str, dict[str, Any]],
    missing: Mapping[str, str] = MappingProxyType({}),
) -> Bundle:
    """Show figures of a run, what the model relies on most, and why some figure is missing."""
    title = f"Charts of {getattr(found, 'id', 'the result')}"
    told = found.charts
    rows = f"{told['rows']:,} held-out rows" if told else found.target
    blocks: list[Block] = [Heading(title, rows), Facts({"figures": ", ".join(figures) or "none yet"})]
    weighed = told.get("importance")
    if weighed and weighed["columns"]:
        cells = [
            [name, wording.score(mean, sd)]
            for name, mean, sd in zip(weighed["columns"], weighed["mean"], weighed["sd"], strict=True)
        ]
        lost = f"{naming.metric(weighed['metric'])} lost when shuffled"
        blocks.append(Table(["column", lost], cells[:10], right=(lost,)))
        if weighed["done"] < weighed["of"]:
            done = f"There was time for {weighed['done']:,} of {weighed['of']:,} columns."
            blocks.append(Line(done))
    if told.get("features"):
        blocks.append(_features(told["features"]))
    blocks += map(Line, missing.values())
    return Drawing(figures, *blocks)


def _features(made: Sequence[Mapping[str, Any]]) -> Table:
    """What the engine made of the raw columns, the most telling first."""
    headers = ["made feature", "is", "of", "importance"]
    ranked = sorted(made, key=lambda one: -(one["importance"] or 0.0))[:SHOWN]
    rows = [
        [one["feature"], one["formula"], ", ".join(one["columns"]), wording.number(one["importance"])]
        for one in ranked
    ]
    return Table(headers, rows, right=("importance",), width=40)


def leaderboard(found: Any) -> Bundle:
    """Show the trials of a run or a result, best first, and how the recommended one did on held-out rows."""
    known = getattr(found, "outcome", None) or vars(found)  # a stored run, or a result of `fit`
    count = len(found.leaderboard)
    facts = [known.get("task", ""), f"{count} trials", f"the first {SHOWN} shown" if count > SHOWN else ""]
    if "metric" in known:
        facts.insert(1, f"{'higher' if known['greater_is_better'] else 'lower'} is better")
    title = f"Leaderboard of {getattr(found, 'id', 'the result')}"
    held_out = [Facts(_held_out(found, 1))] if known.get("holdout") else []
    return Bundle(Heading(title, ", ".join(filter(None, facts))), *_board(found, SHOWN), *held_out)


def _board(found: Any, rows: int) -> list[Block]:
    """The table, what its scores are, and what became of the trials that have none."""
    board = found.leaderboard.head(rows)
    metric = naming.metric(str(board.columns[2]))
    trials = {trial.number: trial for trial in found.trials}
    cells = [
        [
            rank,
            naming.learner(row["learner"]),
            wording.score(_float(row[board.columns[2]]), _float(row["error_bar"])),
            wording.seconds(_float(row["seconds"])),
            row["trial"],
            settings_of(trials[row["trial"]], found.trials),
        ]
        for rank, row in zip(board.index, board.to_dict("records"), strict=True)
    ]
    headers = ["rank", "learner", metric, "time", "trial", "settings"]
    best = _recommended(found, cells[0][4] if cells else None)
    place = next((i for i, row in enumerate(cells) if row[4] == best), None)
    what = f"{metric} is out of fold: the mean over the validation folds ± its standard error."
    states = [trial.state for trial in found.trials]
    lost = {word: str(states.count(state)) for state, word in _LOST.items() if state in states}
    table = Table(headers, cells, right=("rank", metric, "time", "trial"), best=place, width=60)
    return [table, Line(what), *([Facts(lost)] if lost else [])]


def _recommended(found: Any, first: int | None) -> int | None:
    """The number of the recommended trial; of a run that goes on, of the best so far."""
    if hasattr(found, "outcome"):
        return found.outcome.get("best", first)
    return found.best.number


def _held_out(found: Run | AutoMLResult, most: int | None = None) -> dict[str, str]:
    """Scores on the rows that nothing before has seen, the first with its interval."""
    told = {f"{naming.metric(name)} held out": wording.number(v) for name, v in found.holdout.items()}
    if found.interval and told:
        first = next(iter(told))
        told[first] += f" (95 % interval {wording.interval(*found.interval)})"
    return dict(list(told.items())[:most])


def _float(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def runs(found: Sequence[Run]) -> Bundle:
    """List runs, newest first."""
    if not found:
        return Bundle(Line("No runs yet. %automl --data NAME --target COLUMN starts one."))
    rows = []
    for item in found:
        first = item.leaderboard.head(1)
        best = wording.score(*map(_float, first.iloc[0, [2, 3]])) if len(first) else "–"
        metric = naming.metric(item.outcome["metric"]) if item.outcome else "–"
        rows.append([item.id, item.state, item.data, item.target, metric, best, wording.ago(item.started)])
    headers = ["run", "state", "data", "target", "metric", "best score", "started"]
    return Bundle(
        Heading("AutoML runs", str(len(rows))), Table(headers, rows, right=("best score", "started"))
    )


def certificate(found: Certificate) -> Bundle:
    """Show what an ONNX file was held against, and with what outcome."""
    facts = {
        "rows held out": wording.number(found.rows),
        "rows adversarial": wording.number(found.adversarial_rows),
        "ties within the limit": wording.number(found.ties),
        "largest difference": wording.number(found.max_difference, 2),
        "limit": wording.number(found.limit, 2),
    }
    hashes = {"SHA-256": found.file_sha256}
    if found.encoder:
        hashes["SHA-256 of the encoder, whose vectors it begins with"] = found.encoder
    return Bundle(_title(found), Line(found.sentence()), Facts(facts), Facts(hashes))


def _title(found: Certificate) -> Heading:
    state: State = "ok" if found.passed else "bad"
    return Heading("ONNX certificate", found.task, state, "Passed" if found.passed else "Failed")


def _verdict(found: Certificate) -> Line:
    return Line(found.sentence(), "ok" if found.passed else "bad")
