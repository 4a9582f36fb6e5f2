"""What differs between two tables: columns, rows, and how far the values moved. It knows Parquet files."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data import engine
from labstudio.data.drift import Drift
from labstudio.data.options import check_columns
from labstudio.errors import Invalid, Unavailable
from labstudio.schema import LARGEST_EXACT_INTEGER

if TYPE_CHECKING:
    from labstudio.data.parts import Stored
    from labstudio.data.profile import Profile
    from labstudio.schema import Schema

SHOWN = 100  # rows of each kind
_ALIKE = 0.7  # names so similar are probably one


@dataclass(frozen=True)
class Retyped:
    """A column whose type changed."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Renamed:
    """Two columns that are probably one."""

    before: str
    after: str


@dataclass(frozen=True)
class CellChange:
    """One value that changed."""

    column: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ChangedRow:
    """A row of both tables whose values differ."""

    key: list[Any]
    cells: list[CellChange]


@dataclass(frozen=True)
class RowChanges:
    """How many rows differ, and the first of them: values in the order of `columns`."""

    added: int
    removed: int
    changed: int
    unchanged: int
    columns: list[str] = field(default_factory=list)
    added_rows: list[list[Any]] = field(default_factory=list)
    removed_rows: list[list[Any]] = field(default_factory=list)
    changed_rows: list[ChangedRow] = field(default_factory=list)
    changed_columns: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions.

    Attributes
    ----------
    key : list of str
        Columns that name a row; empty where rows were compared as wholes.
    sampled : int
        Rows of each that drift was looked for in.
    """

    before: str
    after: str
    rows_before: int
    rows_after: int
    key: list[str]
    summary: str
    added: list[str]
    removed: list[str]
    retyped: list[Retyped]
    renamed: list[Renamed]
    rows: RowChanges
    drift: list[Drift]
    sampled: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Side:
    """One of the two tables."""

    path: Stored
    schema: Schema
    kinds: tuple[str, ...]  # as they are kept: DuckDB's own names


def side(path: Stored, schema: Schema, folder: Path) -> Side:
    """Look at how the columns of a table are kept."""
    with closing(engine.connect(folder)) as connection:
        kinds = connection.execute(f"DESCRIBE SELECT * FROM {engine.table(path, len(schema))}").fetchall()
    return Side(path, schema, tuple(row[1] for row in kinds))


def columns(
    before: Schema, after: Schema, profiles: tuple[Profile, Profile]
) -> tuple[list[str], list[str], list[Retyped], list[Renamed]]:
    """Say which columns came, went, changed their type, and were probably renamed."""
    old, new = ({column.name: column for column in schema} for schema in (before, after))
    retyped = [
        Retyped(name, _type(old[name]), _type(new[name]))
        for name in old
        if name in new and _type(old[name]) != _type(new[name])
    ]
    gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
    figures = [{column.name: column for column in profile.columns} for profile in profiles]

    def likeness(name: str, other: str) -> float:
        if old[name].physical != new[other].physical:
            return 0.0
        a, b = figures[0][name], figures[1][other]
        same = (a.minimum, a.maximum, a.distinct, a.missing) == (b.minimum, b.maximum, b.distinct, b.missing)
        alike = difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()
        return 1 + alike if same and a.distinct > 2 else alike

    pairs = sorted(((likeness(a, b), a, b) for a in gone[:100] for b in come[:100]), key=lambda p: -p[0])
    renamed, taken = list[Renamed](), set[tuple[int, str]]()
    for score, a, b in pairs:
        if score >= _ALIKE and (0, a) not in taken and (1, b) not in taken:
            renamed.append(Renamed(a, b))
            taken |= {(0, a), (1, b)}
    added = [name for name in come if (1, name) not in taken]
    removed = [name for name in gone if (0, name) not in taken]
    return added, removed, retyped, renamed


def _type(column: Any) -> str:
    return str(column.semantic if column.physical == "string" else column.physical)


def rows(
    before: Side, after: Side, key: Sequence[str], renamed: Sequence[Renamed], folder: Path
) -> RowChanges:
    """Compare the rows of two tables: by the columns of `key`, or as wholes; spill to `folder`.

    Only columns of both are compared.

    Raises
    ------
    Invalid
        A column of the key is not in both, or the key names several rows.
    """
    import duckdb

    later = {one.before: one.after for one in renamed}
    new = {name: place for place, name in enumerate(after.schema.names)}
    pairs = [
        (name, place, new[later.get(name, name)])
        for place, name in enumerate(before.schema.names)
        if later.get(name, name) in new
    ]
    check_columns([name for name, _, _ in pairs], key, "key: ")
    kinds = [_common(before.kinds[i], after.kinds[j]) for _, i, j in pairs]
    with closing(engine.connect(folder)) as connection:
        for view, table, places in (
            ("a", before, [i for _, i, _ in pairs]),
            ("b", after, [j for _, _, j in pairs]),
        ):
            shown = ", ".join(
                f"{_value(place, table.kinds[place], kind)} AS v{n}"
                for n, (place, kind) in enumerate(zip(places, kinds, strict=True))
            )
            source = engine.table(table.path, len(table.schema))
            connection.execute(f"CREATE VIEW {view} AS SELECT {shown or '1 AS v0'} FROM {source}")
        names = [name for name, _, _ in pairs]
        try:
            return _by_key(connection, names, key) if key else _as_wholes(connection, names)
        except duckdb.Error as error:
            reason = str(error).split("\n")[0]
            raise Unavailable(f"The rows could not be compared ({reason}).") from None


def _common(before: str, after: str) -> str:
    """The type in which two columns are compared."""
    if before == after:
        return before
    kinds = {before, after}
    whole = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
    if kinds <= whole:
        return "HUGEINT"
    if kinds <= whole | {"FLOAT", "DOUBLE"}:
        return "DOUBLE"
    return "TIMESTAMP" if all(kind.startswith("TIMESTAMP") for kind in kinds) else "VARCHAR"


def _value(place: int, kind: str, common: str) -> str:
    value = f"nullif(c{place}, 'nan')" if kind in ("FLOAT", "DOUBLE") else f"c{place}"
    return f"CAST({value} AS {common})"


def _by_key(connection: Any, names: list[str], key: Sequence[str]) -> RowChanges:
    keys = [names.index(name) for name in dict.fromkeys(key)]
    rest = [place for place in range(len(names)) if place not in keys]
    listed = ", ".join(f"v{place}" for place in keys)
    for view, word in (("a", "before"), ("b", "after")):
        twice = connection.execute(
            f"SELECT {listed}, count(*) AS n FROM {view} GROUP BY ALL HAVING n > 1 LIMIT 1"
        ).fetchall()
        if twice:
            told = ", ".join(f"{names[p]} = {_plain(v)}" for p, v in zip(keys, twice[0][:-1], strict=True))
            raise Invalid(
                f"key: {twice[0][-1]:,} rows of the version {word} have {told}; "
                "name more columns, or compare whole rows without a key."
            )
    on = " AND ".join(f"a.v{place} IS NOT DISTINCT FROM b.v{place}" for place in keys)
    differs = [f"a.v{place} IS DISTINCT FROM b.v{place}" for place in rest]
    inner = f"FROM a JOIN b ON {on}"
    counts = ", ".join(f"count(*) FILTER ({test})" for test in differs)
    any_ = " OR ".join(differs) or "false"
    both, changed, *each = engine.one(
        connection, f"SELECT count(*), count(*) FILTER ({any_}){', ' if counts else ''}{counts} {inner}"
    )
    totals = [engine.one(connection, f"SELECT count(*) FROM {view}")[0] for view in ("a", "b")]
    shown = connection.execute(
        f"SELECT {', '.join(f'a.v{p}' for p in keys)}{''.join(f', a.v{p}, b.v{p}' for p in rest)}"
        f" {inner} WHERE {any_} ORDER BY {', '.join(f'a.v{p}' for p in keys)} LIMIT {SHOWN}"
    ).fetchall()
    return RowChanges(
        added=totals[1] - both,
        removed=totals[0] - both,
        changed=changed,
        unchanged=both - changed,
        columns=names,
        added_rows=_alone(connection, "b", "a", on, listed),
        removed_rows=_alone(connection, "a", "b", on, listed),
        changed_rows=[_changed(row, names, keys, rest) for row in shown],
        changed_columns={names[p]: count for p, count in zip(rest, each, strict=True) if count},
    )


def _alone(connection: Any, here: str, there: str, on: str, by: str) -> list[list[Any]]:
    found = connection.execute(
        f"SELECT {here}.* FROM {here} ANTI JOIN {there} ON {on} ORDER BY {by} LIMIT {SHOWN}"
    ).fetchall()
    return [[_plain(value) for value in row] for row in found]


def _changed(row: tuple[Any, ...], names: list[str], keys: list[int], rest: list[int]) -> ChangedRow:
    values = row[len(keys) :]
    cells = [
        CellChange(names[place], _plain(values[2 * n]), _plain(values[2 * n + 1]))
        for n, place in enumerate(rest)
        if values[2 * n] != values[2 * n + 1]
    ]
    return ChangedRow([_plain(value) for value in row[: len(keys)]], cells)


def _as_wholes(connection: Any, names: list[str]) -> RowChanges:
    """Compare as bags of rows: one that is there twice more often counts as two."""
    row = f"hash({', '.join(f'v{place}' for place in range(len(names))) or 'v0'})"
    for view in ("a", "b"):
        connection.execute(
            f"CREATE TEMP TABLE h{view} AS SELECT {row} AS h, count(*) AS n FROM {view} GROUP BY 1"
        )
    added, removed, both = engine.one(
        connection,
        "SELECT coalesce(sum(greatest(coalesce(hb.n, 0) - coalesce(ha.n, 0), 0)), 0)::BIGINT,"
        " coalesce(sum(greatest(coalesce(ha.n, 0) - coalesce(hb.n, 0), 0)), 0)::BIGINT,"
        " coalesce(sum(least(coalesce(ha.n, 0), coalesce(hb.n, 0))), 0)::BIGINT"
        " FROM ha FULL JOIN hb USING (h)",
    )
    return RowChanges(
        added, removed, 0, both, names,
        _more(connection, "b", "a", row) if added else [],
        _more(connection, "a", "b", row) if removed else [],
    )  # fmt: skip


def _more(connection: Any, here: str, there: str, row: str) -> list[list[Any]]:
    """The first rows that are more often here than there."""
    found = connection.execute(
        f"WITH more AS (SELECT h{here}.h, h{here}.n - coalesce(h{there}.n, 0) AS times FROM h{here}"
        f" LEFT JOIN h{there} USING (h) WHERE times > 0 LIMIT {SHOWN}),"
        f" chosen AS (SELECT {here}.*, {row} AS h FROM {here} SEMI JOIN more ON {row} = more.h)"
        " SELECT chosen.* EXCLUDE (h) FROM chosen JOIN more USING (h)"
        f" QUALIFY row_number() OVER (PARTITION BY h) <= times LIMIT {SHOWN}"
    ).fetchall()
    return [[_plain(value) for value in one] for one in found]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) > LARGEST_EXACT_INTEGER:
        return str(value)
    return value


def summary(found: RowChanges, key: Sequence[str], came: int, went: int, moved: int) -> str:
    """Say what differs in a sentence.

    Examples
    --------
    >>> summary(RowChanges(2, 0, 1, 7), ["id"], 0, 1, 0)
    '2 rows added, 1 row changed; 1 column removed.'
    >>> summary(RowChanges(0, 0, 0, 7), [], 0, 0, 0)
    'The same rows and columns.'
    """
    by_rows = [(found.added, "added"), (found.removed, "removed"), (found.changed, "changed")]
    parts = [f"{n:,} row{'s' * (n != 1)} {word}" for n, word in by_rows if n]
    of_columns = [(came, "added"), (went, "removed"), (moved, "drifted")]
    more = [f"{n:,} column{'s' * (n != 1)} {word}" for n, word in of_columns if n]
    said = "; ".join(", ".join(part) for part in (parts, more) if part)
    return f"{said}." if said else "The same rows and columns."
