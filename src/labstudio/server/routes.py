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
from labstudio.data.chart import Chart
from labstudio.data.stores.options import NewDatastore
from labstudio.labeling.settings import NewProject
from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.calls import (
    assets,
    automl,
    data,
    datastores,
    endpoints,
    explore,
    files,
    imports,
    jobs,
    labeling,
    labeling_files,
    models,
    quality,
    recipes,
    workspace,
)
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


RESOURCES = {
    "data": "data",
    "datastores": "data",
    "uploads": "data",
    "imports": "data",
    "automl": "automl",
    "models": "models",
    "endpoints": "endpoints",
    "jobs": "jobs",
    "quality": "data",
    "recipes": "data",
    "labeling": "labeling",
    "labeling-from-run": "labeling",
}
"""First word of a path to the capability it belongs to; all others belong to the workspace."""

ROUTES = (
    Route("GET", "status", t.Nothing, a.Status, "read", workspace.status),
    Route("GET", "workspace", t.Nothing, a.Overview, "read", workspace.overview),
    Route("GET", "events", t.Newest, list[a.Event], "read", workspace.events),
    Route("GET", "lineage", t.Subject, a.Lineage, "read", workspace.lineage),
    Route("GET", "lineage/events", t.Subject, Raw, "read", workspace.lineage_events),
    Route("GET", "forms/{name}", t.Nothing, a.Form, "read", workspace.form),
    Route("POST", "cells", t.CellOf, a.Cell, "read", workspace.cell),
    Route("GET", "data", t.Assets, list[a.Asset], "read", data.assets),
    Route("POST", "data", t.NewData, a.Added, "write", data.add, slow=True),
    Route("GET", "data/{ref}", t.Nothing, a.AssetDetail, "read", data.asset),
    Route("PUT", "data/{ref}", t.About, a.Said, "write", assets.describe),
    Route("DELETE", "data/{ref}", t.Nothing, a.Said, "write", assets.delete),
    Route("POST", "data/{ref}/archive", t.Nothing, a.Said, "write", assets.archive),
    Route("POST", "data/{ref}/restore", t.Nothing, a.Said, "write", assets.restore),
    Route("POST", "data/{ref}/verify", t.Nothing, a.Said, "read", assets.verify, slow=True),
    Route("POST", "data/{ref}/refresh", t.Nothing, a.Added, "write", assets.refresh, slow=True),
    Route("POST", "data/{ref}/append", t.MoreData, a.Added, "write", data.append, slow=True),
    Route("GET", "data/{ref}/profile", t.Profiled, a.Profile, "read", explore.profile, slow=True),
    Route(
        "GET", "data/{ref}/associations", t.Nothing, a.Associations, "read", explore.associations, slow=True
    ),
    Route("GET", "data/{ref}/card", t.Nothing, Raw, "read", data.card),
    Route("GET", "data/{ref}/compare", t.Compared, a.Comparison, "read", explore.compare, slow=True),
    Route("GET", "data/{ref}/plots", t.Nothing, list[a.Suggestion], "read", explore.plots, slow=True),
    Route("POST", "data/{ref}/plot", Chart, a.Plot, "read", explore.plot, slow=True),
    Route("GET", "data/{ref}/files", t.FilesOf, a.FilesOf, "read", files.files, slow=True),
    Route("GET", "data/{ref}/file", t.FileAt, Raw, "read", files.file),
    Route("GET", "data/{ref}/thumbnail", t.SmallPicture, Raw, "read", files.thumbnail, slow=True),
    Route("GET", "data/{ref}/text", t.FileAt, a.FileText, "read", files.file_text),
    Route("GET", "data/{ref}/changes", t.ChangesOf, a.FileChanges, "read", files.file_changes, slow=True),
    Route("GET", "data/{ref}/download", t.Downloaded, Raw, "read", files.download, slow=True),
    Route("POST", "data/{ref}/open", t.FileAt, a.Opened, "write", files.open_copy, slow=True),
    Route("GET", "data/{ref}/rows", t.Page, a.Rows | Raw, "read", data.rows, slow=True),
    Route("GET", "datastores", t.Nothing, list[a.Datastore], "read", datastores.datastores),
    # who connects a datastore has the server open what is named: as much as a kernel may do
    Route("POST", "datastores", NewDatastore, a.Datastore, "execute", datastores.add_datastore),
    Route("GET", "datastores/{name}", t.Nothing, a.Datastore, "read", datastores.datastore),
    Route("DELETE", "datastores/{name}", t.RemoveDatastore, a.Said, "write", datastores.remove_datastore),
    Route("POST", "datastores/{name}/test", t.Nothing, a.Said, "read", datastores.test_datastore, slow=True),
    Route(
        "GET",
        "datastores/{name}/browse",
        t.Browse,
        a.Entries,
        "read",
        datastores.browse_datastore,
        slow=True,
    ),
    Route("GET", "quality/kinds", t.Nothing, list[a.QualityKind], "read", quality.quality_kinds),
    Route("GET", "quality/{asset}/rules", t.Nothing, a.QualityRules, "read", quality.quality_rules),
    Route("PUT", "quality/{asset}/rules", t.NewRules, a.QualityRules, "write", quality.save_rules),
    Route(
        "POST",
        "quality/{asset}/suggest",
        t.Nothing,
        list[a.SuggestedRule],
        "read",
        quality.suggest_rules,
        slow=True,
    ),
    Route("GET", "quality/{asset}/export", t.Nothing, a.QualityCode, "read", quality.export_rules),
    Route("GET", "quality/{asset}/history", t.Nothing, list[a.QualityCheck], "read", quality.quality_history),
    Route("POST", "quality/{ref}/check", t.Nothing, a.QualityCheck, "write", quality.check_rules, slow=True),
    Route(
        "GET", "quality/{ref}/failing", t.FailingPage, a.FailingRows, "read", quality.failing_rows, slow=True
    ),
    Route("POST", "quality/{ref}/release", t.Release, a.Done, "write", quality.release_version),
    Route("GET", "recipes/operations", t.Nothing, list[a.Operation], "read", recipes.operations),
    Route("GET", "recipes/functions", t.Nothing, list[a.RecipeFunction], "read", recipes.functions),
    Route(
        "POST", "recipes/preview", t.PreviewRecipe, a.RecipePreview, "read", recipes.preview_recipe, slow=True
    ),
    Route("POST", "recipes/cancel", t.CancelPreview, a.Done, "read", recipes.cancel_preview),
    Route("GET", "recipes/columns/{ref}", t.Nothing, a.RecipeLineage, "read", recipes.recipe_lineage),
    Route("POST", "recipes/run", t.RunRecipe, a.Added, "write", recipes.run_recipe),
    Route("POST", "recipes/code", t.RecipeCode, a.RecipeCode, "read", recipes.recipe_code, slow=True),
    Route("POST", "recipes/lines", t.RecipeLines, a.RecipeLines, "read", recipes.recipe_lines),
    Route("GET", "recipes", t.Nothing, list[a.Recipe], "read", recipes.recipes),
    Route("GET", "recipes/{name}", t.Nothing, a.Recipe, "read", recipes.recipe),
    Route("PUT", "recipes/{name}", t.RecipeOf, a.Recipe, "write", recipes.save_recipe),
    Route("DELETE", "recipes/{name}", t.Nothing, a.Done, "write", recipes.delete_recipe),
    # a look may run a query of a datastore: as much as an import may
    Route("POST", "imports/look", t.LookAt, a.Look, "write", imports.look, slow=True),
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
    Route(
        "POST",
        "models/{ref}/predict/images",
        t.PredictImages,
        a.Predictions,
        "execute",
        models.predict_images,
        slow=True,
    ),
    Route("GET", "models/{ref}/file", t.Nothing, Raw, "read", models.model_file),
    Route("GET", "endpoints", t.Nothing, list[a.Endpoint], "read", endpoints.endpoints),
    Route("POST", "endpoints", t.NewEndpoint, a.Endpoint, "write", endpoints.create_endpoint),
    Route("GET", "endpoints/{name}", t.Nothing, a.Endpoint, "read", endpoints.endpoint),
    Route("PUT", "endpoints/{name}", t.Answering, a.Endpoint, "write", endpoints.switch_endpoint),
    Route("DELETE", "endpoints/{name}", t.Nothing, a.Done, "write", endpoints.remove_endpoint),
    Route(
        "POST",
        "endpoints/{name}/predict",
        t.Predict,
        a.Predictions,
        "execute",
        endpoints.predict_at_endpoint,
        slow=True,
    ),
    Route("GET", "jobs", t.Nothing, list[a.Job], "read", jobs.jobs),
    Route("GET", "jobs/{id}", t.Nothing, a.Job, "read", jobs.job),
    Route("GET", "jobs/{id}/log", t.LogFrom, a.Log, "read", jobs.log),
    Route("POST", "jobs/{id}/stop", t.Nothing, a.Done, "execute", jobs.stop_job),
    Route("POST", "jobs/{id}/kill", t.Nothing, a.Done, "execute", jobs.kill_job),
    Route("POST", "jobs/{id}/again", t.Nothing, a.Job, "execute", jobs.again),
    Route("GET", "labeling", t.Archived, list[a.LabelingProject], "read", labeling.labeling_projects),
    Route(
        "POST", "labeling", NewProject, a.LabelingProjectDetail, "write", labeling.create_labeling, slow=True
    ),
    Route("GET", "labeling/{project}", t.Nothing, a.LabelingProjectDetail, "read", labeling.labeling_project),
    Route(
        "PUT",
        "labeling/{project}",
        t.ProjectChanges,
        a.LabelingProjectDetail,
        "write",
        labeling.configure_labeling,
    ),
    Route(
        "DELETE", "labeling/{project}", t.Nothing, a.LabelingProjectDetail, "write", labeling.archive_labeling
    ),
    Route(
        "POST",
        "labeling/{project}/restore",
        t.Nothing,
        a.LabelingProjectDetail,
        "write",
        labeling.restore_labeling,
    ),
    Route(
        "POST",
        "labeling/{project}/sync",
        t.Nothing,
        a.LabelingSynced,
        "write",
        labeling.sync_labeling,
        slow=True,
    ),
    Route(
        "POST", "labeling/{project}/labels", t.LabelChanges, a.LabelingSchema, "write", labeling.change_labels
    ),
    Route(
        "POST",
        "labeling/{project}/roles",
        t.NewRole,
        a.LabelingProjectDetail,
        "write",
        labeling.set_labeling_role,
    ),
    Route("POST", "labeling/{project}/next", t.NextItems, a.LabelingBatch, "write", labeling.next_items),
    Route(
        "POST", "labeling/{project}/submit", t.Answers, a.LabelingReceipts, "write", labeling.submit_answers
    ),
    Route("POST", "labeling/{project}/undo", t.Undo, a.LabelingUndone, "write", labeling.undo_answer),
    Route("POST", "labeling/{project}/accept", t.Grid, a.LabelingBulk, "write", labeling.accept_grid),
    Route(
        "POST",
        "labeling/{project}/bulk",
        t.BulkLabel,
        a.LabelingBulk,
        "write",
        labeling.bulk_label,
        slow=True,
    ),
    Route("POST", "labeling/{project}/release", t.GiveBack, a.Done, "write", labeling.release_items),
    Route(
        "GET",
        "labeling/{project}/items",
        t.ItemsPage,
        a.LabelingPage,
        "read",
        labeling.labeling_items,
        slow=True,
    ),
    Route(
        "GET",
        "labeling/{project}/items/{item}",
        t.Nothing,
        a.LabelingItemDetail,
        "read",
        labeling.labeling_item,
    ),
    Route(
        "GET", "labeling/{project}/media/{item}", t.MediaOf, Raw, "read", labeling.labeling_media, slow=True
    ),
    Route(
        "GET",
        "labeling/{project}/groups",
        t.GroupsOf,
        a.LabelingGroups,
        "read",
        labeling.labeling_groups,
        slow=True,
    ),
    Route(
        "POST", "labeling/{project}/compare", t.Nothing, a.LabelingStarted, "execute", labeling.compare_items
    ),
    Route(
        "POST",
        "labeling/{project}/detector",
        t.NewDetector,
        a.LabelingProjectDetail,
        "execute",
        labeling.attach_detector,
        slow=True,
    ),
    Route(
        "DELETE",
        "labeling/{project}/detector",
        t.Nothing,
        a.LabelingProjectDetail,
        "write",
        labeling.detach_detector,
    ),
    Route("POST", "labeling/{project}/notes", t.NewNote, a.LabelingNote, "write", labeling.note_item),
    Route(
        "POST", "labeling/{project}/notes/{note}/resolve", t.Nothing, a.Done, "write", labeling.resolve_note
    ),
    Route(
        "GET",
        "labeling/{project}/review",
        t.ReviewOf,
        a.LabelingReview,
        "read",
        labeling.labeling_review,
        slow=True,
    ),
    Route(
        "POST", "labeling/{project}/reviews", t.NewReview, a.LabelingDecided, "write", labeling.review_item
    ),
    Route("POST", "labeling/{project}/gold", t.NewGold, a.Done, "write", labeling.set_gold),
    Route(
        "GET",
        "labeling/{project}/dashboard",
        t.Nothing,
        a.LabelingDashboard,
        "read",
        labeling.labeling_dashboard,
        slow=True,
    ),
    Route(
        "GET",
        "labeling/{project}/exports",
        t.Nothing,
        a.LabelingExports,
        "read",
        labeling_files.labeling_exports,
    ),
    Route(
        "POST",
        "labeling/{project}/exports",
        t.NewExport,
        a.LabelingExport,
        "write",
        labeling_files.export_labels,
        slow=True,
    ),
    Route(
        "GET",
        "labeling/{project}/exports/{number}",
        t.Nothing,
        Raw,
        "read",
        labeling_files.exported_labels,
        slow=True,
    ),
    Route(
        "POST",
        "labeling/{project}/import",
        t.NewImport,
        a.LabelingImported,
        "write",
        labeling_files.import_labels,
        slow=True,
    ),
    Route("GET", "labeling/{project}/models", t.Nothing, a.LabelingModels, "read", labeling.labeling_models),
    Route(
        "POST",
        "labeling/{project}/suggest",
        t.Nothing,
        a.LabelingModels,
        "write",
        labeling.suggest_labels,
        slow=True,
    ),
    Route("POST", "labeling/{project}/rest", t.LabelRest, a.LabelingStarted, "execute", labeling.label_rest),
    Route(
        "POST",
        "labeling/{project}/models/{run}/revert",
        t.Nothing,
        a.LabelingReverted,
        "write",
        labeling.revert_labels,
        slow=True,
    ),
    Route(
        "GET",
        "labeling/{project}/models/{run}/audit",
        t.Nothing,
        a.LabelingVerdict,
        "read",
        labeling.audit_labels,
        slow=True,
    ),
    Route(
        "GET",
        "labeling/{project}/doubtful",
        t.Most,
        list[a.LabelingDoubt],
        "read",
        labeling.doubtful_labels,
        slow=True,
    ),
    Route("POST", "labeling/{project}/choose", t.Chosen, a.LabelingStarted, "write", labeling.choose_items),
    Route(
        "POST",
        "labeling/{project}/train",
        t.TrainOn,
        a.LabelingStarted,
        "execute",
        labeling.train_on_labels,
        slow=True,
    ),
    Route(
        "POST", "labeling-from-run", t.AskAbout, a.LabelingStarted, "write", labeling.ask_about_run, slow=True
    ),
)
