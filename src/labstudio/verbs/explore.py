"""Looking into data: what columns hold, charts, and what differs between two versions."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import ConfigDict, Field

from labstudio.data.chart import Chart
from labstudio.verbs import Answer, Command, Door, Told

_ASSET = {"choices": "assets"}


class ProfileOf(Told):
    """One data asset, and what is to be predicted from it."""

    data: str = Field(description="Data asset, such as churn or churn@3.", json_schema_extra=dict(_ASSET))
    target: str | None = Field(
        None,
        description="Column that is to be predicted: says what each other column alone knows of it.",
        json_schema_extra={"choices": "columns"},
    )


class PlotOf(Chart):
    """A chart of a data asset."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"first": ["data", "kind", "x", "y", "color", "aggregate"]},
    )

    data: str = Field(description="Data asset, such as churn or churn@3.", json_schema_extra=dict(_ASSET))


class DiffOf(Told):
    """Two versions of data."""

    before: str = Field(description="The earlier version, such as orders@1.", json_schema_extra=dict(_ASSET))
    after: str = Field(description="The later version, such as orders@2.", json_schema_extra=dict(_ASSET))
    key: list[str] = Field(
        default_factory=list, description="Columns that name a row; rows are compared as wholes without."
    )


def _profile(door: Door, told: ProfileOf) -> Answer:
    from labstudio.display import data as views

    data = door.workspace.data
    version = data.get(door.asset(told.data))
    related = data.relations(version, told.target) if told.target else None
    plain = version.profile.to_dict() | ({"relations": asdict(related)} if related else {})
    return Answer(views.profile(version, related), plain)


def _plot(door: Door, told: PlotOf) -> Answer:
    from labstudio.display import explore as views

    data = door.workspace.data
    version = data.get(door.asset(told.data))
    chart, suggested = Chart(**told.model_dump(exclude={"data"})), []
    if not told.model_fields_set & {"kind", "x", "y", "color"} and (suggested := data.suggest(version)):
        # what to draw was not said: the best suggestion, and how the others are asked for
        chart = suggested[0].chart.model_copy(update=chart.model_dump(exclude_defaults=True))
    drawn = data.plot(version, chart)
    return Answer(views.plot(version.ref, drawn, suggested[1:]), drawn.figure)


def _diff(door: Door, told: DiffOf) -> Answer:
    from labstudio.display import explore as views

    if door.workspace.data.get(door.asset(told.after)).kind != "table":
        return _changes(door, told)
    found = door.workspace.data.compare(door.asset(told.before), door.asset(told.after), told.key)
    return Answer(views.comparison(found), found.to_dict(), found)


def _changes(door: Door, told: DiffOf) -> Answer:
    from labstudio.display import files as views
    from labstudio.verbs.files import plain

    changes = door.workspace.data.changes(told.before, told.after)
    return Answer(views.changes(changes), plain(changes), changes)


PROFILE = Command(ProfileOf, _profile, "Show what each column holds.", ("data",))
PLOT = Command(PlotOf, _plot, "Draw a chart.", ("data",))
DIFF = Command(
    DiffOf, _diff, "Show what differs between two versions.", ("before", "after"), gives="what differs"
)
