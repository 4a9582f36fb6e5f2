"""Views of the workspace as a whole and of its models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labstudio.display import wording
from labstudio.display.bundle import Bundle, Facts, Heading, Line, Table

if TYPE_CHECKING:
    from labstudio.models import ModelVersion
    from labstudio.serving import Endpoint
    from labstudio.workspace import Workspace


def workspace(found: Workspace) -> Bundle:
    """Show where a workspace is, what it holds and what happened last."""
    counts = {
        "data": str(len(found.data.list())),
        "runs": str(len(found.automl.list())),
        "models": str(len(found.models.list())),
    }
    events = [[e.verb, e.subject, e.who, e.door, wording.ago(e.created)] for e in found.events(5)]
    table = (Table(["lately", "what", "who", "through", "when"], events, right=["when"]),) if events else ()
    hint = () if events else (Line("Empty. %data add NAME PATH adds a first file."),)
    return Bundle(Heading("Workspace", str(found.root)), Facts(counts), *table, *hint)


def models(found: Sequence[ModelVersion]) -> Bundle:
    """List registered model versions."""
    if not found:
        return Bundle(Line("No models yet. %register RUN --name NAME registers the model of a run."))
    headers = ["model", "task", "target", "held out", "certificate", "registered"]
    rows = [
        [
            item.ref,
            item.task,
            item.target or "–",
            ", ".join(f"{name} {wording.number(value)}" for name, value in list(item.metrics.items())[:2]),
            "passed" if item.certificate.passed else "failed",
            wording.ago(item.created),
        ]
        for item in found
    ]
    return Bundle(Heading("Models", str(len(rows))), Table(headers, rows, right=["registered"]))


def endpoints(found: Sequence[Endpoint]) -> Bundle:
    """List endpoints."""
    if not found:
        return Bundle(Line("No endpoints yet. %endpoint create NAME MODEL lets a registered model answer."))
    rows = [[one.name, one.model, wording.ago(one.changed), one.by] for one in found]
    return Bundle(
        Heading("Endpoints", str(len(rows))), Table(["endpoint", "model", "since", "made by"], rows)
    )


def model(found: ModelVersion) -> Bundle:
    """Show one registered version."""
    facts = {"source": found.source, "SHA-256": found.sha256, "MLflow": found.mlflow_uri}
    target = f"{found.task} of {found.target}" if found.target else found.task
    return Bundle(
        Heading(found.ref, target, "ok", "Registered already" if found.existed else "Registered"),
        Facts({name: wording.number(value) for name, value in found.metrics.items()}),
        Line(found.certificate.sentence(), "ok" if found.certificate.passed else "bad"),
        Facts(facts),
    )
