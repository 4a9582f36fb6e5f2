"""AutoML: check, start, watch, stop, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from labstudio.automl import naming
from labstudio.automl.settings import AutoMLRun
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.raw import Raw

if TYPE_CHECKING:
    from labstudio import automl, onnx
    from labstudio.server.studio import Studio

ONNX = "application/octet-stream"
UNDER_WAY = ("queued", "running")


def runs(studio: Studio, told: t.Nothing) -> list[a.Run]:
    """List the runs, newest first."""
    return [_run(one) for one in studio.workspace.automl.list()]


def run(studio: Studio, told: t.Nothing, id: str) -> a.RunDetail:
    """Return a run with its leaderboard, its guardrails and its certificate."""
    return _detail(studio.workspace.automl.get(id))


def start_run(studio: Studio, told: AutoMLRun) -> a.RunDetail:
    """Start a run as a job of its own, which goes on when browser and server end."""
    workspace = studio.workspace
    begun = workspace.automl.begin(told)
    workspace.jobs.start("automl", f"automl {told.target} from {begun.data}", {"run": begun.id})
    workspace.models.prepare()  # it loads while the run searches: registering often comes next
    return _detail(workspace.automl.get(begun.id))


def check(studio: Studio, told: AutoMLRun) -> a.Check:
    """Say what a run on these data would do, before it starts."""
    found = studio.workspace.automl.check(told)
    return a.Check(**asdict(found), metric_title=naming.metric(found.metric))


def stop_run(studio: Studio, told: t.Nothing, id: str) -> a.Done:
    """Ask a run to stop and keep what it has, wherever it lives."""
    studio.workspace.automl.stop(id)
    return a.Done(id=id)


def clean_run(studio: Studio, told: t.Nothing, id: str) -> a.Done:
    """Forget a run that left no model."""
    studio.workspace.automl.clean(id)
    return a.Done(id=id)


def figures(studio: Studio, told: t.Nothing, id: str) -> a.Figures:
    """Return the charts of a run as plotly figures."""
    from labstudio.automl.figures import figures as draw
    from labstudio.automl.figures import missing

    run = studio.workspace.automl.get(id)
    features = [a.Feature(**one) for one in run.charts.get("features", ())]
    diagrams = run.charts.get("diagrams", {})
    return a.Figures(figures=draw(run), missing=missing(run), features=features, diagrams=diagrams)


def run_file(studio: Studio, told: t.Nothing, id: str) -> Raw:
    """Return the ONNX file of a run."""
    return Raw(studio.workspace.automl.get(id).path, ONNX, f"{id}.onnx")


def certificate(found: onnx.Certificate, size: int) -> a.Certificate:
    """Say a certificate in plain values."""
    plain = found.to_dict()
    kept = {name: plain[name] for name in a.Certificate.model_fields if name in plain}
    finite = isinstance(plain["max_difference"], float)
    kept |= {"max_difference": plain["max_difference"] if finite else None}
    return a.Certificate(**kept, sentence=found.sentence(), file_size=size)


def _run(found: automl.Run) -> a.Run:
    best = found.leaderboard.head(1)
    known = found.progress | found.outcome  # while it runs, it says what it optimises
    return a.Run(
        id=found.id,
        subject=found.subject,
        state=found.state,
        data=found.data,
        target=found.target,
        task=known.get("task", ""),
        metric=known.get("metric", ""),
        metric_title=naming.metric(known.get("metric", "")),
        best=float(best.iloc[0, 2]) if len(best) else None,
        trials=sum(trial.state == "complete" for trial in found.trials),
        started=found.started,
        ended=found.ended,
        by=found.created_by,
        job=found.job,
        progress=a.Progress(**found.progress) if found.progress and found.state in UNDER_WAY else None,
        error=found.error,
        passed=found.certificate.passed if found.outcome else None,
    )


def _detail(found: automl.Run) -> a.RunDetail:
    done, known = bool(found.outcome), found.progress | found.outcome
    return a.RunDetail(
        **dict(_run(found)),
        settings=found.settings.model_dump(mode="json"),
        greater_is_better=known.get("greater_is_better", True),
        leaderboard=_leaderboard(found),
        holdout=list(_holdout(found)) if done else [],
        rows=known.get("rows", {}),
        notes=list(found.notes) if done else [],
        guardrails=[a.Guardrail(**asdict(one)) for one in found.guardrails],
        diagram=known.get("diagram"),
        certificate=certificate(found.certificate, found.path.stat().st_size) if done else None,
    )


def _leaderboard(found: automl.Run) -> list[a.Trial]:
    """Those that ended well, best first; then what is tried now; then what came to nothing."""
    order = {int(number): place for place, number in enumerate(found.leaderboard["trial"])}
    later = {"running": 0, "pruned": 1, "stopped": 2, "failed": 3, "complete": 4}
    trials = sorted(
        found.trials, key=lambda one: (order.get(one.number, len(order)), later[one.state], one.number)
    )
    best = found.outcome.get("best", next(iter(order), None))
    return [_trial(one, trials, one.number == best) for one in trials]


def _holdout(found: automl.Run) -> Iterator[a.Score]:
    """The scores on held-out rows; the confidence interval is that of the run's own metric, the first."""
    interval = found.interval
    for name, value in found.holdout.items():
        low, high = interval or (None, None)
        yield a.Score(name=name, title=naming.metric(name), value=value, low=low, high=high)
        interval = None


def _trial(found: automl.Trial, trials: Sequence[automl.Trial], best: bool) -> a.Trial:
    from labstudio.display.progress import settings_of

    kept = ("number", "learner", "state", "score", "error_bar", "seconds", "message")
    told: dict[str, Any] = {name: getattr(found, name) for name in kept}
    return a.Trial(
        **told,
        title=naming.learner(found.learner),
        settings=settings_of(found, trials),
        members=[
            a.Member(trial=number, title=title, weight=weight)
            for number, title, weight in naming.members(found, trials)
        ],
        best=best,
    )
