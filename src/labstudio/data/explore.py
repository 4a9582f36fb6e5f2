"""What can be said of a workspace's tables: profiles, associations, charts, comparisons.

What takes long is kept by the hash of the table: the second look costs nothing, and two assets with the same
content share one. The ways of finding it out are in modules of their own; this one knows where tables are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from labstudio.data.assets import Version
    from labstudio.data.associations import Associations, Relations
    from labstudio.data.chart import Chart
    from labstudio.data.compare import Comparison
    from labstudio.data.once import Once
    from labstudio.data.parts import Stored
    from labstudio.data.plots import Plot
    from labstudio.data.profile import Profile
    from labstudio.data.suggest import Suggestion
    from labstudio.store import Store

_AT_ONCE = 500_000  # values of a table that is profiled where it is asked for


class Exploring:
    """The part of `labstudio.data.Data` that looks into tables."""

    scans: Executor | None
    _store: Store
    _once: Once

    if TYPE_CHECKING:

        def get(self, ref: str) -> Version: ...
        def stored(self, ref: str | Version) -> Stored: ...
        def sample(self, ref: str | Version, rows: int) -> pd.DataFrame: ...

    def profile(self, ref: str | Version) -> Profile:
        """Return what a version's columns hold; kept once made."""
        from labstudio.data.profile import VERSION, Profile, profile_table

        version = self.get(ref) if isinstance(ref, str) else ref
        key = _key(version, f"profile {VERSION}")

        def make() -> dict[str, Any]:
            with self._store.files.scratch() as place:
                path = self.stored(version)
                small = version.rows * len(version.schema) <= _AT_ONCE  # a worker takes longer to start
                where = None if small else self.scans
                return self._once.run(where, key, profile_table, path, version.schema, place.parent).to_dict()

        return Profile.from_dict(self._kept(key, make))

    def associations(self, ref: str | Version) -> Associations:
        """Return which columns of a version go together; kept once made.

        Of at most 100,000 rows, spread over the table.
        """
        from dataclasses import asdict

        from labstudio.data.associations import MOST_ROWS, Association, Associations, associate

        version = self.get(ref) if isinstance(ref, str) else ref
        found = self._kept(
            _key(version, "associations 1"),
            lambda: asdict(associate(self.sample(version, MOST_ROWS), version.schema, version.rows)),
        )
        return Associations(**found | {"pairs": [Association(**pair) for pair in found["pairs"]]})

    def relations(self, ref: str | Version, target: str) -> Relations:
        """Return what each column of a version says of a target by itself; kept once made.

        Raises
        ------
        Invalid
            There is no such column, or it holds neither numbers nor categories.
        """
        from dataclasses import asdict

        from labstudio.data.associations import MOST_ROWS, Relation, Relations, relate

        version = self.get(ref) if isinstance(ref, str) else ref
        found = self._kept(
            _key(version, f"relations 1 {target}"),
            lambda: asdict(relate(self.sample(version, MOST_ROWS), version.schema, target)),
        )
        return Relations(**found | {"columns": [Relation(**one) for one in found["columns"]]})

    def plot(self, ref: str | Version, chart: Chart) -> Plot:
        """Draw a chart of a version as a Plotly figure.

        Raises
        ------
        Invalid
            The chart names columns that are not there or do not fit.
        """
        from labstudio.data.plots import draw

        version = self.get(ref) if isinstance(ref, str) else ref
        with self._store.files.scratch() as place:
            return draw(self.stored(version), version.schema, chart, place.parent)

    def suggest(self, ref: str | Version) -> list[Suggestion]:
        """Return charts of a version worth looking at, the best first."""
        from labstudio.data.suggest import suggest

        version = self.get(ref) if isinstance(ref, str) else ref
        return suggest(self.profile(version), self.associations(version))

    def compare(self, before: str | Version, after: str | Version, key: Sequence[str] = ()) -> Comparison:
        """Say what differs between two versions: columns, rows by `key`, and how far the values moved.

        Parameters
        ----------
        before, after : str or Version
            Such as ``"orders@1"`` and ``"orders@2"``.
        key : sequence of str
            Columns that name a row. Rows are compared as wholes without.

        Raises
        ------
        Invalid
            The key is not in both, or names several rows.
        """
        from labstudio.data import compare
        from labstudio.data.drift import MOST_ROWS, drift

        old = self.get(before) if isinstance(before, str) else before
        new = self.get(after) if isinstance(after, str) else after
        added, removed, retyped, renamed = compare.columns(
            old.schema, new.schema, (self.profile(old), self.profile(new))
        )
        with self._store.files.scratch() as place:
            sides = [compare.side(self.stored(one), one.schema, place.parent) for one in (old, new)]
            rows = compare.rows(sides[0], sides[1], key, renamed, place.parent)
        samples = self.sample(old, MOST_ROWS), self.sample(new, MOST_ROWS)
        later = {one.before: one.after for one in renamed}
        place_of = {name: i for i, name in enumerate(new.schema.names)}
        drifts = [
            drift(samples[0].iloc[:, i], samples[1].iloc[:, j], column, new.schema.columns[j])
            for i, column in enumerate(old.schema)
            if (j := place_of.get(later.get(column.name, column.name), -1)) >= 0
        ]
        moved = sum(one.level != "none" for one in drifts)
        drifts.sort(key=lambda one: (("strong", "some", "none").index(one.level), -(one.psi or 0)))
        return compare.Comparison(
            before=old.ref,
            after=new.ref,
            rows_before=old.rows,
            rows_after=new.rows,
            key=list(key),
            summary=compare.summary(rows, key, len(added), len(removed), moved),
            added=added,
            removed=removed,
            retyped=retyped,
            renamed=renamed,
            rows=rows,
            drift=drifts,
            sampled=max(map(len, samples)),
        )

    def _kept(self, key: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what is kept under a key, making it first where it is not there."""
        from sqlalchemy import select

        from labstudio.data.tables import profiles

        known = select(profiles.c.content).where(profiles.c.key == key)
        with self._store.read() as connection:
            content: dict[str, Any] | None = connection.execute(known).scalar()
        if content is not None:
            return content
        made = make()
        with self._store.write() as connection:
            if connection.execute(known).first() is None:
                connection.execute(profiles.insert().values(key=key, content=made))
        return made


def _key(version: Version, what: str) -> str:
    # the same table may be read under different types
    said = f"{what} {version.table_sha256} {json.dumps(version.schema.to_dict())}"
    return hashlib.sha256(said.encode()).hexdigest()
