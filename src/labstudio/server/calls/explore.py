"""What tables hold: profiles, associations, charts, comparisons."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from labstudio.server import answers as a
from labstudio.server import told as t

if TYPE_CHECKING:
    from labstudio.data.chart import Chart
    from labstudio.data.profile import ColumnProfile
    from labstudio.server.studio import Studio


def profile(studio: Studio, told: t.Profiled, ref: str) -> a.Profile:
    """Return what the columns of a version hold, and what each says of a target."""
    from labstudio.data.findings import findings

    data = studio.workspace.data
    version = data.get(ref)
    found = data.profile(version)
    related = data.relations(version, told.target) if told.target else None
    return a.Profile(
        ref=version.ref,
        rows=found.rows,
        estimated=found.estimated,
        duplicates=found.duplicates,
        duplicates_estimated=found.duplicates_estimated,
        columns=[_profiled(column, found.rows) for column in found.columns],
        findings=[a.Finding(**asdict(one)) for one in findings(found, related)],
        target=related.target if related else None,
        relations=[a.Relation(**asdict(one)) for one in related.columns] if related else [],
        sampled=related.sampled if related else 0,
    )


def associations(studio: Studio, told: t.Nothing, ref: str) -> a.Associations:
    """Return which columns of a version go together."""
    version = studio.workspace.data.get(ref)
    found = studio.workspace.data.associations(version)
    return a.Associations(ref=version.ref, **asdict(found))


def plot(studio: Studio, told: Chart, ref: str) -> a.Plot:
    """Draw a chart of a version."""
    version = studio.workspace.data.get(ref)
    return a.Plot(ref=version.ref, **asdict(studio.workspace.data.plot(version, told)))


def plots(studio: Studio, told: t.Nothing, ref: str) -> list[a.Suggestion]:
    """Suggest charts of a version, the best first."""
    return [
        a.Suggestion(title=one.title, why=one.why, chart=_told(one.chart))
        for one in studio.workspace.data.suggest(ref)
    ]


def compare(studio: Studio, told: t.Compared, ref: str) -> a.Comparison:
    """Say what differs between a version and another one."""
    return a.Comparison(**asdict(studio.workspace.data.compare(ref, told.other, told.key)))


def _told(chart: Chart) -> dict[str, Any]:
    return {"kind": chart.kind, **chart.model_dump(exclude_defaults=True)}


def _profiled(column: ColumnProfile, rows: int) -> a.ColumnProfile:
    from labstudio.data.notes import note

    said, alert = note(column, rows)
    kept = {name: getattr(column, name) for name in a.ColumnProfile.model_fields if hasattr(column, name)}
    kept["meanings"] = [a.Meaning(kind=kind, share=share) for kind, share in column.meanings]
    return a.ColumnProfile(**kept, note=said, alert=alert)
