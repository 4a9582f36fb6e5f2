"""The closed loop: labels become data that a model is trained on, and a model's doubts become a queue."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from labstudio.errors import Conflict, Invalid, NotFound, Unavailable
from labstudio.labeling.settings import NewProject

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.automl import AutoML
    from labstudio.automl.run import Run
    from labstudio.data import Version
    from labstudio.labeling.image_model import ImageModel
    from labstudio.labeling.projects import Project
    from labstudio.labeling.standing import Standing, StandingValues
    from labstudio.labeling.suggestions import Suggestions
    from labstudio.onnx import OnnxModel

    class _Base(Suggestions, StandingValues): ...

else:
    _Base = object

LABEL, SOURCE, SURE = "label", "label_source", "label_sure"
IMAGE = "image"  # which one it is, beside its vector


class Loop(_Base):
    """Between labels and models."""

    _automl: AutoML | None

    def labeled(self, ref: str, *, name: str = "", models: bool = False) -> Version:
        """Make a version of a data asset: what was labeled, with columns for label, source and certainty.

        Of images the columns are their vectors, under the name of the encoder that made them; the encoder is
        kept beside them, see `image_model`.

        Parameters
        ----------
        ref : str
            The project, whose items have one label or a number.
        name : str
            The asset; ``PROJECT-labeled`` when not given.
        models : bool
            Whether what only a model says is in it.

        Raises
        ------
        Invalid
            Nothing is labeled, or the labels do not go into one column.
        """
        import pandas as pd

        from labstudio.automl.runs import ENCODED

        project = self.get(ref)
        stands = self.standing(project.id, models=models)
        chosen = [row for row in self._live(project) if row["number"] in stands]
        if not chosen:
            raise Invalid(f"Nothing in {project.name} is labeled yet.")
        frame, encoder = self._frame(project, chosen)
        said = [stands[row["number"]] for row in chosen]
        columns = _columns(project, said)
        taken = {*frame.columns}
        for column, values in columns.items():
            unique = column
            while unique in taken:
                unique += "_"
            frame[unique] = pd.Series(values, index=frame.index)
        asset = name or f"{project.name}-labeled"
        version = self._data.add(asset, frame)
        with self._store.write() as connection:
            self._store.link(connection, project.subject, version.subject, "labeled")
            self._store.link(connection, f"data:{project.ref}", version.subject, "labeled")
            if encoder is not None:
                self._store.link(connection, f"file:{encoder}", version.subject, ENCODED)
            self._store.record(
                connection, "labeling.labeled", project.subject, data=version.ref, rows=len(chosen)
            )
        return version

    def train(
        self,
        ref: str,
        *,
        name: str = "",
        models: bool = False,
        listener: Any = None,
        **settings: Any,
    ) -> Run:
        """Train a model on what was labeled: `labeled` makes the data, AutoML searches.

        Parameters
        ----------
        ref, name, models
            As for `labeled`.
        listener : callable, optional
            As for `labstudio.automl.fit`.
        **settings
            How to search, as `labstudio.automl.AutoMLSettings` has it, such as ``budget=60``.
        """
        from labstudio.automl.settings import AutoMLRun
        from labstudio.options import parse

        if self._automl is None:
            raise Conflict("This workspace has no AutoML to train with.")
        run = parse(AutoMLRun, {**self.training(ref, name=name, models=models), **settings})
        return self._automl.run(run, listener=listener)

    def training(self, ref: str, *, name: str = "", models: bool = False) -> dict[str, Any]:
        """Make the data of a training and say what an AutoML run is told to learn from it."""
        version = self.labeled(ref, name=name, models=models)
        names = list(version.schema.names)
        target = next(one for one in reversed(names) if one.rstrip("_") == LABEL)
        beside = names[names.index(target) + 1 :]
        if self.get(ref).item_kind == "image":
            beside = [IMAGE, *beside]
        return {"data": version.ref, "target": target, "exclude": beside}

    def image_model(self, model: str | Run | OnnxModel) -> ImageModel:
        """Return a model of images with its encoder: from the path of an image to its label.

        Parameters
        ----------
        model : str, Run or OnnxModel
            A run on the labels of images, its id, or its file as `ws.models.load` gives it.

        Raises
        ------
        Invalid
            It has not learned from images.
        NotFound
            The encoder is not there any more.
        Unavailable
            The encoder that is kept is not the one that the model names.
        """
        from labstudio.automl.run import Run
        from labstudio.labeling.image_model import ImageModel, encoder_of

        if isinstance(model, str):
            if self._automl is None:
                raise Conflict("This workspace has no AutoML.")
            model = self._automl.get(model)
        loaded = model.model.load() if isinstance(model, Run) else model
        named = encoder_of(loaded)
        try:
            content = self._store.files.read(named)
        except NotFound as error:
            raise NotFound(f"The encoder {named[:12]} that the model names is not there. {error}") from None
        if hashlib.sha256(content).hexdigest() != named:
            raise Unavailable(f"The encoder {named[:12]} has changed on disk; restore it from a copy.")
        return ImageModel(loaded, content)

    def from_run(
        self, run: str, kind: Literal["unsure", "wrong"] = "unsure", *, project: str = "", most: int = 200
    ) -> tuple[Project, int]:
        """Make a queue of what an AutoML run is least sure of, or gets wrong.

        Parameters
        ----------
        run : str
            Its id.
        kind : str
            ``"unsure"`` or ``"wrong"``.
        project : str
            The project that asks. When not given: of a run on the labels of a project that one, which asks
            what nobody has answered yet, or else one over the run's data, made where there is none.
        most : int
            How many items.

        Returns
        -------
        tuple of Project and int
            Who asks, and how many items are asked.
        """
        if self._automl is None:
            raise Conflict("This workspace has no AutoML.")
        found = self._automl.get(run)
        if found.classes is None:
            raise Invalid(f"{run} predicts numbers; only doubts about classes become a queue.")
        learned = self._learned_from(found)
        if kind == "unsure" and learned is not None and project in ("", learned.id, learned.name):
            waiting = [row for row in self._live(learned) if row["open"]]
            if waiting:
                return self._asked(found, learned, self._doubted(found, learned, waiting)[:most])
        if found.certificate.encoder is not None:
            raise Invalid(
                f"{run} has learned from labels of images: least sure it is of those without one, and the "
                "others may be looked over by %label doubtful."
            )
        frame = self._data.frame(found.data)
        chance = found.predict_proba(frame)
        classes = [str(one) for one in found.classes]
        if kind == "wrong":
            told = np.array([classes[code] for code in chance.argmax(axis=1)])
            truth = frame[found.target].astype(str).to_numpy()
            wrong = np.flatnonzero((told != truth) & frame[found.target].notna().to_numpy())
            rows = wrong[np.argsort(-chance.max(axis=1)[wrong], kind="stable")]
        else:
            rows = _unsure(chance)
        asked = self._project_for(found, classes, project)
        numbers = {row["place"]: row["number"] for row in self._live(asked)}
        chosen = [numbers[int(row)] for row in rows[:most] if int(row) in numbers]
        return self._asked(found, asked, chosen)

    def _learned_from(self, run: Run) -> Project | None:
        """Return the project whose labels a run has learned from, where it is such a run."""
        subject = f"data:{run.data}"
        edges = [one for one in self._store.lineage(subject) if one.target == subject]
        told = [one.source for one in edges if one.source.startswith("labeling:")]
        return self.get(told[0].partition(":")[2]) if told else None

    def _doubted(self, run: Run, project: Project, rows: list[dict[str, Any]]) -> list[int]:
        """Return items of a project whose labels were learned from, those first that are the least sure."""
        if project.item_kind != "image":
            chance, known = run.predict_proba(self._frame(project, rows)[0]), np.arange(len(rows))
        else:
            from labstudio.labeling.image_model import as_frame
            from labstudio.labeling.item_vectors import DiskVectors
            from labstudio.labeling.suggest.vectors import vectors_of

            encoder = self.image_model(run).encoder
            version, source = self._data.get(project.ref), self._source(project)
            vectors, _ = vectors_of(
                encoder, [row["content"] for row in rows],
                lambda some: source.for_encoder(version, [rows[one]["place"] for one in some]),
                DiskVectors(Path(self._store.root) / "vectors"),
            )  # fmt: skip
            known = np.flatnonzero(np.isfinite(vectors).all(axis=1))
            chance = run.predict_proba(as_frame(encoder, vectors[known]))
        return [rows[at]["number"] for at in known[_unsure(chance)]]

    def _asked(self, run: Run, project: Project, items: list[int]) -> tuple[Project, int]:
        self.choose(project.id, items, "chosen")
        with self._store.write() as connection:
            self._store.link(connection, run.subject, project.subject, "asked about")
        return self.get(project.id), len(items)

    def _project_for(self, run: Run, classes: list[str], named: str) -> Project:
        version = self._data.get(run.data)
        if named:
            project = self.get(named)
            if project.ref != version.ref:
                raise Conflict(
                    f"{project.name} labels {project.ref}, and {run.id} learned from {version.ref}."
                )
            return project
        for project in self.list():
            if project.ref == version.ref and project.task == "class":
                return project
        name = f"{version.name}-{run.id}"
        hidden = {run.target, *run.settings.exclude}  # what the model did not see may tell the answer
        columns = [one for one in version.schema.names if one not in hidden]
        made = NewProject(data=version.ref, name=name, labels=classes, columns=columns)
        return self.create(made)

    def _live(self, project: Project) -> list[dict[str, Any]]:
        from sqlalchemy import select

        from labstudio.labeling.tables import items as t

        query = (
            select(t.c.number, t.c.key, t.c.content, t.c.place, t.c.open)
            .where(t.c.project == project.number, t.c.retired.is_(None))
            .order_by(t.c.place)
        )
        with self._store.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _frame(self, project: Project, rows: list[dict[str, Any]]) -> tuple[pd.DataFrame, str | None]:
        """Return what is learned from: rows, texts, or vectors of images and the hash of their encoder."""
        import pandas as pd

        version = self._data.get(project.ref)
        places = [row["place"] for row in rows]
        if project.item_kind != "image":
            if version.kind == "table":
                return self._data.frame(version).iloc[places].reset_index(drop=True), None
            texts = self._source(project).read(version, places)
            told = {"path": [row["key"] for row in rows], "text": [one.text for one in texts]}
            return pd.DataFrame(told), None
        from labstudio.labeling.image_model import as_frame
        from labstudio.labeling.item_vectors import ItemVectors
        from labstudio.labeling.suggest.encoders.keeping import packed

        vectors, encoder = ItemVectors(self, project.id).by_item()  # type: ignore[arg-type]
        known = [vectors.get(row["number"]) for row in rows]
        width = next(len(one) for one in known if one is not None)
        nothing = np.full(width, np.nan, dtype=np.float32)
        frame = as_frame(encoder, np.stack([nothing if one is None else one for one in known]))
        frame.insert(0, IMAGE, [row["key"] for row in rows])
        return frame, self._store.files.put_bytes(packed(encoder, project.settings.encoder or "image"))


def _unsure(chance: np.ndarray) -> np.ndarray:
    """Return the order of rows by how near their two best classes are."""
    top = np.partition(chance, -2, axis=1)
    return np.argsort(top[:, -1] - top[:, -2], kind="stable")


def _columns(project: Project, said: list[Standing]) -> dict[str, list[Any]]:
    names = {label.id: label.name for label in project.schema}
    match project.task:
        case "class":
            labels: list[Any] = [names[one.value["label"]] for one in said]
        case "number":
            labels = [one.value["number"] for one in said]
        case "multi":
            labels = ["|".join(names[one] for one in each.value["labels"]) for each in said]
        case _:
            raise Invalid(
                f"{project.task} do not go into one column; export them in a format of their own instead."
            )
    return {LABEL: labels, SOURCE: [one.source for one in said], SURE: [one.sure for one in said]}
