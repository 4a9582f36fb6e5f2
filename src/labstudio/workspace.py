"""The workspace: the one object that puts the parts together, each made when first asked for.

It composes and does nothing itself; it hands each part exactly what it needs, and never itself.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from labstudio.automl import AutoML
    from labstudio.data import Data, Version
    from labstudio.data.quality import Quality
    from labstudio.data.recipes import Recipes
    from labstudio.data.stores import Datastores
    from labstudio.jobs import Job, Jobs, Kind, Outcome
    from labstudio.jobs.job import Watch
    from labstudio.labeling import Labeling
    from labstudio.lineage import Lineage
    from labstudio.models import Models
    from labstudio.serving import Endpoints
    from labstudio.store import Event, Store

FOLDER = ".labstudio"
VARIABLE = "LABSTUDIO_WORKSPACE"
FILES_VARIABLE = "LABSTUDIO_FILES"


class Workspace:
    """A shared place for data, runs and models; opened by as many processes as like to.

    Parameters
    ----------
    where : str or Path, optional
        The folder that holds (or shall hold) ``.labstudio``, or a ``postgresql://`` URL. When not given: the
        variable LABSTUDIO_WORKSPACE, else the nearest ``.labstudio`` upwards from the current folder, else
        a new one in the current folder.
    files : str, optional
        Where the bytes are kept, as an fsspec URL. When neither it nor `where` is given: the variable
        LABSTUDIO_FILES, else in ``.labstudio``.
    door : str
        Through which door its events come: ``"python"``, ``"cell"``, ``"shell"``, …
    patience : float
        Seconds to wait for another writer before saying that the database is busy.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> ws = Workspace(mkdtemp())
    >>> ws.data.list(), ws.automl.list()
    ([], [])
    """

    def __init__(
        self,
        where: str | Path | None = None,
        *,
        files: str | None = None,
        door: str = "python",
        patience: float = 30.0,
    ) -> None:
        self._where = find(where)
        if files is None and where is None:
            files = os.environ.get(FILES_VARIABLE) or None
        self._files = str(Path(files).absolute()) if files and "://" not in files else files
        self._door = door
        self._patience = patience
        self.store  # noqa: B018 - opens, or says at once why it cannot

    @cached_property
    def store(self) -> Store:
        """Where everything is kept."""
        from labstudio.store import Store

        return Store.open(self._where, self._files, door=self._door, patience=self._patience)

    @property
    def root(self) -> Path:
        """The ``.labstudio`` folder."""
        return self.store.root

    @cached_property
    def data(self) -> Data:
        """Data assets and their versions."""
        from labstudio.data import Data

        data = Data(self.store)
        data.checks = lambda version: self.quality.hold(version)
        data.guarded = lambda name: self.quality.guards(name)
        data.elsewhere = lambda: self.datastores
        data.again["datastore"] = lambda name, origin: self.datastores.again(name, origin)
        # a recipe is replayed on the newest version of what it was made for
        data.again["recipe"] = lambda name, origin: self.recipes.run(
            name, origin["input"].partition("@")[0], origin["steps"]
        )
        return data

    @cached_property
    def datastores(self) -> Datastores:
        """Connections to where a team keeps data."""
        from labstudio.data.stores import Datastores

        return Datastores(self.store, self.data)

    @cached_property
    def quality(self) -> Quality:
        """Quality rules of the data, and what checking them came to."""
        from labstudio.data.quality import Quality

        return Quality(self.store, self.data)

    @cached_property
    def recipes(self) -> Recipes:
        """Recipes that prepare the data."""
        from labstudio.data.recipes import Recipes

        return Recipes(self.store, self.data)

    @cached_property
    def automl(self) -> AutoML:
        """AutoML runs."""
        from labstudio.automl import AutoML

        return AutoML(self.store, self.data)

    @cached_property
    def labeling(self) -> Labeling:
        """Labeling projects."""
        from labstudio.labeling import Labeling

        labeling = Labeling(self.store, self.data, self.automl)
        labeling.begin_trainer = lambda project: self.jobs.start(
            "labeling.suggest", f"suggestions for {labeling.get(project).name}", {"project": project}
        )
        labeling.model_bytes = lambda ref: self.store.files.read(self.models.get(ref).sha256)
        return labeling

    @cached_property
    def models(self) -> Models:
        """Registered models."""
        from labstudio.models import Models

        return Models(self.store)

    @cached_property
    def endpoints(self) -> Endpoints:
        """Names under which registered models answer."""
        from labstudio.serving import Endpoints

        return Endpoints(self.store, self.models)

    @cached_property
    def lineage(self) -> Lineage:
        """What was made from what: ``ws.lineage("model:churn@2")`` is the graph around a model."""
        from labstudio.lineage import Lineage

        return Lineage(
            self.store,
            self.data,
            run=lambda run: self.automl.get(run),
            models=lambda: self.models.list(),
            endpoints=lambda: self.endpoints.list(),
            columns=lambda ref: self.recipes.columns_of(ref),
        )

    @cached_property
    def jobs(self) -> Jobs:
        """Background jobs; their processes find this workspace by their environment."""
        from labstudio.jobs import Jobs

        environment = {VARIABLE: str(self._where), FILES_VARIABLE: self._files or ""}
        return Jobs(self.store, _kinds(self), environment)

    @property
    def revision(self) -> int:
        """A number that grows with every change anybody makes."""
        return self.store.revision()

    def events(self, limit: int = 100) -> list[Event]:
        """Return what happened: who, what, when, through which door; newest first."""
        return self.store.events(limit)

    def __repr__(self) -> str:
        return f"Workspace({str(self._where)!r})"


def _kinds(ws: Workspace) -> dict[str, Kind]:
    """What can be a job, and which method does it."""
    from labstudio.jobs import Kind, Outcome

    def automl(job: Job, watch: Watch) -> Outcome:
        with watch(job.title) as listener:
            run = ws.automl.execute(job.spec["run"], listener=listener)
        return Outcome("stopped" if run.state == "stopped" else "complete", result={"run": run.id})

    def automl_again(spec: dict[str, Any]) -> dict[str, Any]:
        if ws.automl.can_resume(spec["run"]):
            ws.automl.take_up(spec["run"])
            return spec
        return {"run": ws.automl.begin(ws.automl.get(spec["run"]).settings).id}

    def automl_launched(job: Job) -> None:
        ws.automl.hand(job.spec["run"], job.process, job=job.id)

    def data_add(job: Job, watch: Watch) -> Outcome:
        return brought(job, ws.data.add)

    def data_append(job: Job, watch: Watch) -> Outcome:
        return brought(job, ws.data.append)

    def brought(job: Job, bring: Callable[..., Version]) -> Outcome:
        from labstudio.data import ImportOptions

        options = ImportOptions(**job.spec.get("options", {}))
        there = {key: job.spec[key] for key in ("origin", "store", "query", "as_of") if key in job.spec}
        return Outcome(
            result={"data": bring(job.spec["name"], job.spec.get("path", ""), options, **there).ref}
        )

    def data_refresh(job: Job, watch: Watch) -> Outcome:
        return Outcome(result={"data": ws.data.refresh(job.spec["name"]).ref})

    def recipe_run(job: Job, watch: Watch) -> Outcome:
        version = ws.recipes.run(job.spec["name"], job.spec["input"], job.spec["steps"], print)
        return Outcome(result={"data": version.ref})

    def labeling_suggest(job: Job, watch: Watch) -> Outcome:
        os.nice(10)  # those who label come first
        return Outcome(result={"rounds": ws.labeling.train_until_idle(job.spec["project"])})

    def labeling_compare(job: Job, watch: Watch) -> Outcome:
        os.nice(10)
        ws.labeling.compare(job.spec["project"])
        return Outcome(result={"project": job.spec["project"]})

    def labeling_rest(job: Job, watch: Watch) -> Outcome:
        told = {name: job.spec[name] for name in ("precision", "audit")}
        run = ws.labeling.label_rest(job.spec["project"], **told)
        return Outcome(result={"run": run.number, "labels": run.outcome["given"]})

    return {
        "automl": Kind(automl, automl_again, automl_launched),
        "data.add": Kind(data_add),
        "data.append": Kind(data_append),
        "data.refresh": Kind(data_refresh),
        "recipe.run": Kind(recipe_run),
        "labeling.suggest": Kind(labeling_suggest),
        "labeling.compare": Kind(labeling_compare),
        "labeling.rest": Kind(labeling_rest),
    }


def find(where: str | Path | None = None) -> Path | str:
    """Return the ``.labstudio`` folder, or the database URL, that the rules lead to.

    Raises
    ------
    Invalid
        The place that was named is a file.

    Examples
    --------
    >>> find("postgresql://localhost/studio")
    'postgresql://localhost/studio'
    >>> find("/tmp").name
    '.labstudio'
    """
    named = where if where is not None else os.environ.get(VARIABLE) or None
    if named is None:
        here = Path.cwd()
        inside = [folder for folder in (here, *here.parents) if (folder / FOLDER).is_dir()]
        return (inside[0] if inside else here) / FOLDER
    if isinstance(named, str) and "://" in named:
        return named
    folder = Path(named).expanduser().absolute()
    if folder.is_file():
        raise Invalid(f"{folder} is a file; a workspace is a folder.")
    return folder if folder.name == FOLDER else folder / FOLDER
