"""Registered models: list, register, look at, try."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labstudio.errors import Invalid, LabstudioError
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.calls.automl import ONNX, certificate
from labstudio.server.raw import Raw

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.data.profile import ColumnProfile
    from labstudio.models import ModelVersion
    from labstudio.onnx import OnnxModel
    from labstudio.schema import Column
    from labstudio.server.studio import Studio
    from labstudio.workspace import Workspace

LARGEST_IMAGE = 100_000_000  # bytes; of how many pixels it may be is asked when it is opened


def models(studio: Studio, told: t.Nothing) -> list[a.RegisteredModel]:
    """List the registered models, the newest version of each, newest first."""
    newest: dict[str, ModelVersion] = {}
    for one in studio.workspace.models.list():
        newest.setdefault(one.name, one)
    return [_model(studio.workspace, one) for one in sorted(newest.values(), key=lambda one: -one.created)]


def register(studio: Studio, told: t.NewModel) -> a.RegisteredModel:
    """Register the model of a run under a name."""
    workspace = studio.workspace
    return _model(workspace, workspace.models.register(workspace.automl.get(told.run), told.name))


def model(studio: Studio, told: t.Nothing, ref: str) -> a.ModelDetail:
    """Return a version of a model, with what it wants to know and all versions of its name."""
    workspace = studio.workspace
    version = workspace.models.get(ref)
    loaded = workspace.models.load(version.ref)
    summary = _model(workspace, version)
    profiled = _profile(workspace, summary.data)
    versions = [one for one in workspace.models.list() if one.name == version.name]
    measured = dict.fromkeys(name for one in [version, *versions] for name in one.metrics)
    return a.ModelDetail(
        **dict(summary),
        sha256=version.sha256,
        mlflow_uri=version.mlflow_uri,
        certificate=certificate(version.certificate, summary.size),
        inputs=[_input(column, profiled.get(column.name)) for column in loaded.schema],
        classes=None if loaded.classes is None else loaded.classes.tolist(),
        versions=[_model(workspace, one) for one in versions],
        measures={name: _measure(name) for name in measured},
    )


def _measure(name: str) -> a.Measure:
    from labstudio.automl import naming

    known = naming.known_metric(name)
    return a.Measure(title=naming.metric(name), greater_is_better=known.greater_is_better if known else None)


def predict(studio: Studio, told: t.Predict, ref: str) -> a.Predictions:
    """Predict rows by the ONNX file of a version."""
    workspace = studio.workspace
    version = workspace.models.get(ref)
    loaded = workspace.models.load(version.ref)
    return predicted(version.ref, loaded, rows_for(version.ref, loaded, told.rows))


def rows_for(ref: str, loaded: OnnxModel, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as the version `ref` takes them; a column that is left out is missing.

    Raises
    ------
    Invalid
        A column is none of the model's, or a value is no single one.
    """
    import pandas as pd

    known = set(loaded.schema.names)
    for row in rows:
        for name, value in row.items():
            if name not in known:
                wanted = ", ".join(loaded.schema.names[:20])
                raise Invalid(f"{ref} has no input {name!r}; it wants {wanted}.")
            if isinstance(value, list | dict):
                raise Invalid(f"The value of {name!r} must be a number, a text, true, false or null.")
    return pd.DataFrame(rows, columns=list(loaded.schema.names), dtype=object)


def predict_images(studio: Studio, told: t.PredictImages, ref: str) -> a.Predictions:
    """Predict images by the ONNX file of a version, on vectors of the encoder that its certificate names."""
    workspace = studio.workspace
    version = workspace.models.get(ref)
    loaded = workspace.models.load(version.ref)
    try:
        for one in map(studio.uploads.get, told.uploads):
            if one.size > LARGEST_IMAGE:
                raise Invalid(
                    f"{one.filename} has {one.size:,} bytes, more than the {LARGEST_IMAGE:,} of an image."
                )
        images = [studio.uploads.path(one) for one in told.uploads]
        began = time.perf_counter()
        vectors = workspace.labeling.image_model(loaded).vectors(images)
        return predicted(version.ref, loaded, vectors, began)
    finally:
        for id in told.uploads:
            studio.uploads.discard(id)


def predicted(ref: str, loaded: OnnxModel, frame: pd.DataFrame, began: float | None = None) -> a.Predictions:
    """Ask a loaded version; `began` is when what is timed began, now where not given."""
    began = time.perf_counter() if began is None else began
    classes = None if loaded.classes is None else loaded.classes.tolist()
    found, *rest = loaded.run(frame, *(("value",) if classes is None else ("label", "probabilities")))
    return a.Predictions(
        ref=ref,
        predictions=found.tolist(),
        classes=classes,
        probabilities=rest[0].tolist() if rest else None,
        seconds=time.perf_counter() - began,
    )


def model_file(studio: Studio, told: t.Nothing, ref: str) -> Raw:
    """Return the ONNX file of a version."""
    version = studio.workspace.models.get(ref)
    path = studio.workspace.store.files.path(version.sha256)
    return Raw(path, ONNX, f"{version.name}-{version.version}.onnx")


def _model(workspace: Workspace, version: ModelVersion) -> a.RegisteredModel:
    found = version.certificate
    plain = found.to_dict()["max_difference"]
    kept = (
        "name",
        "version",
        "ref",
        "subject",
        "task",
        "target",
        "metrics",
        "source",
        "created",
        "by",
        "existed",
    )
    told: dict[str, Any] = {name: getattr(version, name) for name in kept}
    return a.RegisteredModel(
        **told,
        aliases=list(version.aliases),
        data=_data(workspace, version),
        passed=found.passed,
        size=workspace.store.files.path(version.sha256).stat().st_size,
        max_difference=plain if isinstance(plain, float) else None,
    )


def _data(workspace: Workspace, version: ModelVersion) -> str:
    """The data asset that a version was trained on, "" where nobody knows."""
    kind, _, name = version.source.partition(":")
    try:
        return workspace.automl.get(name).data if kind == "run" else ""
    except LabstudioError:
        return ""


def _profile(workspace: Workspace, ref: str) -> dict[str, ColumnProfile]:
    """What the columns of the training data hold, where these are still there."""
    try:
        return {column.name: column for column in workspace.data.profile(ref).columns} if ref else {}
    except LabstudioError:
        return {}


def _input(column: Column, found: ColumnProfile | None) -> a.Input:
    """One field of the try-it form, with the usual value and the range of the training data."""
    kinds = {"number": "number", "integer": "integer", "boolean": "boolean", "datetime": "date"}
    kind = kinds.get(column.physical, "text")
    usual: Any = None
    low = high = None
    choices: list[str] = []
    if found is not None:
        if found.top:
            usual = found.top[0][0]
            choices = [str(value) for value, _ in found.top]
        if found.quantiles:
            usual = found.quantiles["0.5"]
        if isinstance(found.minimum, int | float) and isinstance(found.maximum, int | float):
            low, high = float(found.minimum), float(found.maximum)
    if kind == "integer" and usual is not None:
        usual = round(usual)
    if kind == "boolean":
        usual = {"true": True, "false": False}.get(str(usual).lower())
    if kind == "text" and column.semantic == "category" and choices:
        kind = "choice"
    return a.Input(
        name=column.name, kind=kind, usual=usual, minimum=low, maximum=high,
        choices=choices if kind == "choice" else [],
    )  # fmt: skip
