"""Models: from a run to a name that others can use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from labstudio.display import data as data_views
from labstudio.display import studio as views
from labstudio.errors import Invalid, Unavailable
from labstudio.verbs import Answer, Command, Door, Nothing, Told

if TYPE_CHECKING:
    from labstudio.models import ModelVersion

_ASSETS: dict[str, Any] = {"choices": "assets"}


class Register(Told):
    """What to register, and under which name."""

    run: str = Field(
        description="Id of the run (in a cell also the variable that holds it, or a scikit-learn model).",
        json_schema_extra={"choices": "runs"},
    )
    name: str = Field(min_length=1, description="Name of the model, such as life-expectancy.")
    data: str | None = Field(
        None, description="For a scikit-learn model: rows as it takes them.", json_schema_extra=_ASSETS
    )


class ModelName(Told):
    """One registered model."""

    model: str = Field(
        description="Registered model, such as life-expectancy@1.", json_schema_extra={"choices": "models"}
    )


class Predict(ModelName):
    """Which model, on which rows, and where the answer goes."""

    data: str = Field(
        "",
        description="Data asset, such as churn@3 (in a cell also a DataFrame variable).",
        json_schema_extra=_ASSETS,
    )
    images: list[str] = Field(
        [], description="In place of data: image files, for a model that has learned from labels of images."
    )
    proba: bool = Field(False, description="Give the probability of each class too.")
    out: str | None = Field(None, description="CSV file to write the predictions to.")


def plain(version: ModelVersion) -> dict[str, Any]:
    """Say a registered version in plain values."""
    names = (
        "ref",
        "name",
        "version",
        "task",
        "target",
        "sha256",
        "metrics",
        "source",
        "created",
        "mlflow_uri",
    )
    return {name: getattr(version, name) for name in names} | {"certificate": version.certificate.to_dict()}


def _register(door: Door, told: Register) -> Answer:
    frame = None if told.data is None else door.rows(told.data)
    version = door.workspace.models.register(door.run(told.run), told.name, frame=frame)
    return Answer(views.model(version), plain(version), version)


def _list(door: Door, told: Nothing) -> Answer:
    found = door.workspace.models.list()
    return Answer(views.models(found), [plain(version) for version in found])


def _show(door: Door, told: ModelName) -> Answer:
    version = door.workspace.models.get(told.model)
    return Answer(views.model(version), plain(version), version)


def _predict(door: Door, told: Predict) -> Answer:
    if bool(told.data) == bool(told.images):
        raise Invalid("Say what to predict: --data names rows, --images files of images.")
    model = door.workspace.models.load(told.model)
    if told.images:
        vectors = door.workspace.labeling.image_model(model).vectors([Path(one) for one in told.images])
        found = data_views.predict(model, vectors, proba=told.proba).drop(columns=vectors.columns)
        found.insert(0, "image", told.images)
        title = f"{told.model} on {len(told.images):,} images"
    else:
        found = data_views.predict(model, door.rows(told.data), proba=told.proba)
        title = f"{told.model} on {told.data}"
    if told.out is not None:
        path = Path(told.out).expanduser()
        try:
            found.to_csv(path, index=False)
        except OSError as error:
            raise Unavailable(f"{path} cannot be written ({error.strerror}); choose another place.") from None
        title += f", written to {path}"
    return Answer(data_views.predictions(found, title), found.to_dict("records"), found)


REGISTER = Command(
    Register, _register, "Register the model of a run under a name.", ("run",), gives="the registered version"
)
PREDICT = Command(
    Predict, _predict, "Predict with a registered model.", gives="the predictions as a DataFrame"
)
MODELS = {
    "list": Command(Nothing, _list, "List the registered models."),
    "show": Command(ModelName, _show, "Show a registered model.", ("model",), gives="the registered version"),
}
