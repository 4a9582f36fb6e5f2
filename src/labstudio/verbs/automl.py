"""AutoML: from data to a certified model file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import Field

from labstudio.automl.settings import AutoMLRun
from labstudio.display import automl as views
from labstudio.display.bundle import Bundle, Line
from labstudio.errors import Invalid
from labstudio.verbs import Answer, Command, Door, Nothing, Told

if TYPE_CHECKING:
    from labstudio.automl import Run


class ChartsOf(Told):
    """The charts of one run."""

    run: str = Field(
        description="Id of the run, such as run-3 (in a cell also the variable that holds it).",
        json_schema_extra={"choices": "runs"},
    )
    only: list[str] = Field(
        default_factory=list,
        description="Only these figures, such as confusion or importance; all when not given.",
    )


class RunName(Told):
    """One run."""

    run: str = Field(
        description="Id of the run, such as run-3 (in a cell also the variable that holds it).",
        json_schema_extra={"choices": "runs"},
    )


def plain(run: Run) -> dict[str, Any]:
    """Say a run in plain values."""
    names = ("id", "state", "error", "data", "target", "started", "ended")
    told = {name: getattr(run, name) for name in names} | {"trials": len(run.trials), **run.outcome}
    return {**told, "model": str(run.path), "certificate": run.certificate.to_dict()} if run.outcome else told


def _with_assets(door: Door, told: AutoMLRun) -> AutoMLRun:
    """Let data that are told by a frame or a file be assets."""
    given = {"data": told.data, "validation": told.validation, "test": told.test}
    return told.model_copy(update={option: door.asset(one) for option, one in given.items() if one})


def _run(door: Door, told: AutoMLRun) -> Answer:
    settings = _with_assets(door, told)
    automl = door.workspace.automl
    with door.watch(f"{settings.data} → {settings.target}") as watch:
        run = automl.run(settings, listener=watch)
    return Answer(views.run(run), plain(run), run)


def _check(door: Door, told: AutoMLRun) -> Answer:
    settings = _with_assets(door, told)
    found = door.workspace.automl.check(settings)
    return Answer(views.check(found, settings.data, settings.target), asdict(found), found)


def _list(door: Door, told: Nothing) -> Answer:
    runs = door.workspace.automl.list()
    return Answer(views.runs(runs), [plain(run) for run in runs])


def _show(door: Door, told: RunName) -> Answer:
    run = door.workspace.automl.get(_id(door, told.run))
    return Answer(views.run(run), plain(run), run)


def _stop(door: Door, told: RunName) -> Answer:
    run = _id(door, told.run)
    door.workspace.automl.stop(run)
    return Answer(Bundle(Line(f"{run} is asked to stop and keep what it has.")), {"id": run})


def _resume(door: Door, told: RunName) -> Answer:
    name = _id(door, told.run)
    found = door.workspace.automl.get(name)
    with door.watch(f"{found.data} → {found.target}") as watch:
        run = door.workspace.automl.resume(name, listener=watch)
    return Answer(views.run(run), plain(run), run)


def _clean(door: Door, told: RunName) -> Answer:
    run = _id(door, told.run)
    door.workspace.automl.clean(run)
    return Answer(Bundle(Line(f"{run} and its trials are forgotten.")), {"id": run})


def _leaderboard(door: Door, told: RunName) -> Answer:
    run = _with(door, told.run, "leaderboard")
    return Answer(views.leaderboard(run), run.leaderboard.reset_index().to_dict("records"))


def _certificate(door: Door, told: RunName) -> Answer:
    certificate = _with(door, told.run, "certificate").certificate
    return Answer(views.certificate(certificate), certificate.to_dict(), certificate)


def _charts(door: Door, told: ChartsOf) -> Answer:
    from labstudio.automl.figures import figures, missing

    run = _with(door, told.run, "charts")
    drawn = figures(run)
    unknown = [name for name in told.only if name not in drawn]
    if unknown:
        known = f"it has {', '.join(drawn)}" if drawn else "it has none yet"
        raise Invalid(f"only: {told.run} has no figure {unknown[0]!r}; {known}.")
    shown = {name: drawn[name] for name in told.only} if told.only else drawn
    return Answer(views.charts(run, shown, {} if told.only else missing(run)), shown)


def _id(door: Door, name: str) -> str:
    return str(getattr(door.variable(name), "id", name))


def _with(door: Door, name: str, what: str) -> Any:
    found = door.run(name)
    if not hasattr(found, what):
        raise Invalid(f"The variable {name} holds no run; it is a {type(found).__name__}.")
    return found


RUN = Command(
    AutoMLRun, _run, "Search for a good model and make it one certified ONNX file.", gives="the run"
)
LEADERBOARD = Command(RunName, _leaderboard, "Show the trials of a run, best first.", ("run",))
CERTIFICATE = Command(
    RunName,
    _certificate,
    "Show how exactly a run's ONNX file gives what Python gives.",
    ("run",),
    gives="the certificate",
)
CHARTS = Command(
    ChartsOf, _charts, "Show how good a run's model is and what it relies on, as figures.", ("run",)
)
RUNS = {
    "check": Command(
        AutoMLRun,
        _check,
        "Say what a run would do, and what to look at first; nothing is learned.",
        gives="what was found",
    ),
    "list": Command(Nothing, _list, "List the runs, newest first."),
    "show": Command(RunName, _show, "Show a run and its best trials.", ("run",), gives="the run"),
    "stop": Command(RunName, _stop, "Stop a run, wherever it lives, and keep what it has.", ("run",)),
    "resume": Command(
        RunName,
        _resume,
        "Go on with a run whose process was killed, from the trials it had finished.",
        ("run",),
        gives="the run",
    ),
    "clean": Command(RunName, _clean, "Forget a run that left no model.", ("run",)),
}
