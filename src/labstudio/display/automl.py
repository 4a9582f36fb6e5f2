"""Views of AutoML runs: the run itself, its leaderboard, its certificate, and lists of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labstudio.display import wording
from labstudio.display.bundle import Block, Bundle, Facts, Heading, Line, State, Table
from labstudio.display.drawing import Drawing
from labstudio.display.progress import settings_of

if TYPE_CHECKING:
    from labstudio.automl.guardrails import Guardrail
    from labstudio.automl.result import AutoMLResult
    from labstudio.automl.run import Run
    from labstudio.onnx import Certificate

SHOWN = 20  # rows of a leaderboard that are shown; the frame has them all
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
        blocks.append(Facts({f"{name} held out": wording.number(v) for name, v in found.holdout.items()}))
        blocks += [Line(note) for note in found.notes]
        blocks += _guardrails(found.guardrails)
    if found.trials:
        blocks.append(_board(found, 5))
    if found.outcome:
        blocks.append(_verdict(found.certificate))
        blocks.append(Facts({"ONNX file": str(found.path)}))
    return Bundle(*blocks)


def _guardrails(found: Sequence[Guardrail]) -> list[Block]:
    """How many there are of each kind, and those that a person should look at."""
    if not found:
        return []
    states = [one.state for one in found]
    counts = ", ".join(
        f"{states.count(state)} {state}" for state in ("passed", "done", "alerted") if state in states
    )
    alerts = [one for one in found if one.state == "alerted"]
    return [Facts({"guardrails": counts}), *(Line(f"{one.name}: {one.detail}", "warn") for one in alerts)]


def charts(found: Run | AutoMLResult, figures: Mapping[str, dict[str, Any]]) -> Bundle:
    """Show figures of a run; where none can be drawn, what the model relies on most."""
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
        lost = f"{weighed['metric']} lost when shuffled"
        blocks.append(Table(["column", lost], cells[:10], right=(lost,)))
        if weighed["done"] < weighed["of"]:
            done = f"There was time for {weighed['done']:,} of {weighed['of']:,} columns."
            blocks.append(Line(done))
    return Drawing(figures, *blocks)


def leaderboard(found: Any) -> Bundle:
    """Show the trials of a run or a result, best first."""
    known = getattr(found, "outcome", None) or vars(found)  # a stored run, or a result of `fit`
    better = ""
    if "metric" in known:
        better = f", {known['metric']} ({'higher' if known['greater_is_better'] else 'lower'} is better)"
    count = len(found.leaderboard)
    more = f", the first {SHOWN} shown" if count > SHOWN else ""
    title = f"Leaderboard of {getattr(found, 'id', 'the result')}"
    return Bundle(
        Heading(title, f"{known.get('task', '')}{better}, {count} trials{more}"), _board(found, SHOWN)
    )


def _board(found: Any, rows: int) -> Table:
    board = found.leaderboard.head(rows)
    metric = str(board.columns[2])
    cells = [
        [
            rank,
            row["learner"],
            wording.score(_float(row[metric]), _float(row["error_bar"])),
            wording.seconds(_float(row["seconds"])),
            row["trial"],
            settings_of(row["params"] or {}),
        ]
        for rank, row in zip(board.index, board.to_dict("records"), strict=True)
    ]
    headers = ["rank", "learner", metric, "time", "trial", "settings"]
    best = (getattr(found, "outcome", None) or {}).get("best", cells[0][4] if cells else None)
    place = next((i for i, row in enumerate(cells) if row[4] == best), None)
    return Table(headers, cells, right=("rank", metric, "time", "trial"), best=place, width=60)


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
        metric = str(item.outcome.get("metric", "–"))
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
    return Bundle(_title(found), Line(found.sentence()), Facts(facts), Facts({"SHA-256": found.file_sha256}))


def _title(found: Certificate) -> Heading:
    state: State = "ok" if found.passed else "bad"
    return Heading("ONNX certificate", found.task, state, "Passed" if found.passed else "Failed")


def _verdict(found: Certificate) -> Line:
    return Line(found.sentence(), "ok" if found.passed else "bad")
