"""Endpoints: names under which applications ask registered models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labstudio.server import answers as a
from labstudio.server import told as t
from labstudio.server.calls.models import predicted, rows_for

if TYPE_CHECKING:
    from labstudio.server.studio import Studio
    from labstudio.serving import Endpoint


def endpoints(studio: Studio, told: t.Nothing) -> list[a.Endpoint]:
    """List the endpoints by name."""
    return [_endpoint(one) for one in studio.workspace.endpoints.list()]


def create_endpoint(studio: Studio, told: t.NewEndpoint) -> a.Endpoint:
    """Let a version of a model answer under a name."""
    return _endpoint(studio.workspace.endpoints.create(told.name, told.model))


def endpoint(studio: Studio, told: t.Nothing, name: str) -> a.Endpoint:
    """Return an endpoint."""
    return _endpoint(studio.workspace.endpoints.get(name))


def switch_endpoint(studio: Studio, told: t.Answering, name: str) -> a.Endpoint:
    """Let another version answer from now on."""
    return _endpoint(studio.workspace.endpoints.switch(name, told.model))


def remove_endpoint(studio: Studio, told: t.Nothing, name: str) -> a.Done:
    """Take an endpoint away; its model stays."""
    studio.workspace.endpoints.remove(name)
    return a.Done(id=name)


def predict_at_endpoint(studio: Studio, told: t.Predict, name: str) -> a.Predictions:
    """Predict rows by the version that answers at an endpoint."""
    there = studio.workspace.endpoints.get(name)
    loaded = studio.workspace.endpoints.load(there)
    return predicted(there.model, loaded, rows_for(there.model, loaded, told.rows))


def _endpoint(found: Endpoint) -> a.Endpoint:
    return a.Endpoint(**{name: getattr(found, name) for name in a.Endpoint.model_fields})
