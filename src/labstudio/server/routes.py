"""The routes as a table: method, path, what is told, what is answered, who may, and the function.

Handlers and the OpenAPI document are both made from it. A function gets the studio, what it is told and the
names in its path; it calls the workspace and gives plain answers back. It knows no tornado and no thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from labstudio.automl.settings import AutoMLRun
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.calls import automl, data, jobs, models, workspace
from labstudio.server.raw import Raw


@dataclass(frozen=True)
class Route:
    """One row of the table.

    Attributes
    ----------
    answer : type
        A model of `answers`, a list of one, or `Raw`.
    may : str
        What the authorizer is asked: ``"read"``, ``"write"`` or ``"execute"``, on the resource that the
        path's first word names.
    slow : bool
        It may take more than a moment: such calls wait for each other, never for a quick one.
    chunk : bool
        The body is bytes, handed on as the last argument; what is told stands in the query.
    """

    method: str
    path: str
    told: type[BaseModel]
    answer: Any
    may: str
    call: Callable[..., Any]
    slow: bool = False
    chunk: bool = False

    @property
    def resource(self) -> str:
        """What the authorizer knows it by, one name a capability."""
        return f"labstudio-{RESOURCES.get(self.path.partition('/')[0], 'workspace')}"

    @property
    def summary(self) -> str:
        """One sentence."""
        return str(self.call.__doc__).partition("\n")[0]


RESOURCES = {"data": "data", "uploads": "data", "automl": "automl", "models": "models", "jobs": "jobs"}
"""First word of a path to the capability it belongs to; all others belong to the workspace."""

ROUTES = (
    Route("GET", "status", t.Nothing, a.Status, "read", workspace.status),
    Route("GET", "workspace", t.Nothing, a.Overview, "read", workspace.overview),
    Route("GET", "events", t.Newest, list[a.Event], "read", workspace.events),
    Route("GET", "lineage", t.Subject, a.Lineage, "read", workspace.lineage),
    Route("GET", "forms/{name}", t.Nothing, a.Form, "read", workspace.form),
    Route("POST", "cells", t.CellOf, a.Cell, "read", workspace.cell),
    Route("GET", "data", t.Nothing, list[a.Asset], "read", data.assets),
    Route("POST", "data", t.NewData, a.Added, "write", data.add, slow=True),
    Route("GET", "data/{ref}", t.Nothing, a.AssetDetail, "read", data.asset),
    Route("GET", "data/{ref}/profile", t.Nothing, a.Profile, "read", data.profile, slow=True),
    Route("GET", "data/{ref}/rows", t.Page, a.Rows | Raw, "read", data.rows, slow=True),
    Route("POST", "uploads", t.NewUpload, a.Upload, "write", data.begin_upload),
    Route("GET", "uploads/{id}", t.Nothing, a.Upload, "read", data.upload),
    Route("PUT", "uploads/{id}", t.Chunk, a.Upload, "write", data.append_upload, slow=True, chunk=True),
    Route("DELETE", "uploads/{id}", t.Nothing, a.Done, "write", data.discard_upload),
    Route("GET", "automl/runs", t.Nothing, list[a.Run], "read", automl.runs),
    Route("POST", "automl/runs", AutoMLRun, a.RunDetail, "execute", automl.start_run, slow=True),
    Route("POST", "automl/check", AutoMLRun, a.Check, "read", automl.check, slow=True),
    Route("GET", "automl/runs/{id}", t.Nothing, a.RunDetail, "read", automl.run),
    Route("DELETE", "automl/runs/{id}", t.Nothing, a.Done, "write", automl.clean_run),
    Route("POST", "automl/runs/{id}/stop", t.Nothing, a.Done, "execute", automl.stop_run),
    Route("GET", "automl/runs/{id}/figures", t.Nothing, a.Figures, "read", automl.figures),
    Route("GET", "automl/runs/{id}/model", t.Nothing, Raw, "read", automl.run_file),
    Route("GET", "models", t.Nothing, list[a.RegisteredModel], "read", models.models),
    Route("POST", "models", t.NewModel, a.RegisteredModel, "write", models.register, slow=True),
    Route("GET", "models/{ref}", t.Nothing, a.ModelDetail, "read", models.model, slow=True),
    Route("POST", "models/{ref}/predict", t.Predict, a.Predictions, "execute", models.predict, slow=True),
    Route("GET", "models/{ref}/file", t.Nothing, Raw, "read", models.model_file),
    Route("GET", "jobs", t.Nothing, list[a.Job], "read", jobs.jobs),
    Route("GET", "jobs/{id}", t.Nothing, a.Job, "read", jobs.job),
    Route("GET", "jobs/{id}/log", t.LogFrom, a.Log, "read", jobs.log),
    Route("POST", "jobs/{id}/stop", t.Nothing, a.Done, "execute", jobs.stop_job),
    Route("POST", "jobs/{id}/kill", t.Nothing, a.Done, "execute", jobs.kill_job),
    Route("POST", "jobs/{id}/again", t.Nothing, a.Job, "execute", jobs.again),
)
