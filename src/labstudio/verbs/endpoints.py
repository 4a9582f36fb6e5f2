"""Endpoints: names under which applications ask registered models."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from labstudio.display import data as data_views
from labstudio.display import studio as views
from labstudio.display.bundle import Bundle, Line
from labstudio.verbs import Answer, Command, Door, Nothing, Told
from labstudio.verbs.models import ModelName


class EndpointName(Told):
    """One endpoint."""

    endpoint: str = Field(description="Name of the endpoint: small letters, digits and '-'.")


class Answering(EndpointName, ModelName):
    """An endpoint, and the version that is to answer."""


class Ask(EndpointName):
    """Which endpoint, on which rows."""

    data: str = Field(
        description="Data asset, such as churn@3 (in a cell also a DataFrame variable).",
        json_schema_extra={"choices": "assets"},
    )


def _create(door: Door, told: Answering) -> Answer:
    found = door.workspace.endpoints.create(told.endpoint, told.model)
    return Answer(views.endpoints([found]), asdict(found), found)


def _switch(door: Door, told: Answering) -> Answer:
    found = door.workspace.endpoints.switch(told.endpoint, told.model)
    return Answer(views.endpoints([found]), asdict(found), found)


def _list(door: Door, told: Nothing) -> Answer:
    found = door.workspace.endpoints.list()
    return Answer(views.endpoints(found), [asdict(one) for one in found])


def _predict(door: Door, told: Ask) -> Answer:
    there = door.workspace.endpoints.get(told.endpoint)
    found = data_views.predict(door.workspace.endpoints.load(there), door.rows(told.data), proba=False)
    title = f"{there.name} ({there.model}) on {told.data}"
    return Answer(data_views.predictions(found, title), found.to_dict("records"), found)


def _remove(door: Door, told: EndpointName) -> Answer:
    door.workspace.endpoints.remove(told.endpoint)
    return Answer(Bundle(Line(f"The endpoint {told.endpoint} is removed; its model stays.")), {})


ENDPOINT = {
    "create": Command(
        Answering, _create, "Let a registered model answer under a name.", ("endpoint", "model"),
        gives="the endpoint",
    ),
    "list": Command(Nothing, _list, "List the endpoints."),
    "switch": Command(
        Answering, _switch, "Let another version answer from now on.", ("endpoint", "model"),
        gives="the endpoint",
    ),
    "predict": Command(
        Ask, _predict, "Predict by the version that answers.", ("endpoint",),
        gives="the predictions as a DataFrame",
    ),
    "remove": Command(EndpointName, _remove, "Remove an endpoint; its model stays.", ("endpoint",)),
}  # fmt: skip
