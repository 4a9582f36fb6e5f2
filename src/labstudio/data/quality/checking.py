"""Rules made into SQL, all of them asked in one pass over the table, and what came of each.

A rule about rows becomes an expression that is true where a row fails; the pass counts these rows, keeps the
numbers of the first ones and a few of their values. Only where values are not unique, and for the comparison
with the version before, is the table looked at again. It knows files, and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labstudio.data import engine
from labstudio.data.filters import condition
from labstudio.data.grid import Rows
from labstudio.data.quality.drift import compare
from labstudio.data.quality.rules import Rule
from labstudio.data.quality.table import Table
from labstudio.errors import Invalid, LabstudioError

if TYPE_CHECKING:
    from labstudio.data.filters import Field

SAMPLE = 100  # numbers of failing rows that are kept
EXAMPLES = 3
LONGEST = 40  # characters of a value that is shown

Others = Callable[[str], Table]


@dataclass(frozen=True)
class Result:
    """What one rule came to.

    Attributes
    ----------
    failing, share
        Rows that fail, and their share; 0 where the rule asks the table as a whole.
    sample
        Numbers of the first rows that fail, from 0.
    evidence
        A sentence about what was found.
    """

    passed: bool
    sentence: str
    failing: int = 0
    share: float = 0.0
    sample: tuple[int, ...] = ()
    evidence: str = ""


@dataclass(frozen=True)
class FailingRows(Rows):
    """A page of the rows that fail a rule; `numbers` are their places in the table."""

    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Asked:
    """What a rule asks of each row, of the table by aggregates over these, and what the answers mean."""

    rows: tuple[str, ...]
    parameters: tuple[Any, ...]
    table: tuple[str, ...]
    judge: Callable[[int, Sequence[Any]], Result]


def check_table(
    table: Table,
    rules: Sequence[Rule],
    folder: Path,
    *,
    others: Others,
    previous: Table | None = None,
    now: datetime | None = None,
) -> list[Result]:
    """Check a table against rules.

    Parameters
    ----------
    table : Table
        What is checked.
    rules : sequence of Rule
        Those that are switched off pass.
    folder : Path
        Where the engine may spill to.
    others : callable
        Gives the table of a reference, for foreign keys.
    previous : Table, optional
        The version before.
    now : datetime, optional
        What freshness is measured against; in UTC.

    Returns
    -------
    list of Result
        One for each rule, in their order. A rule that cannot be asked has failed, and says why.
    """
    now = now or datetime.now(UTC).replace(tzinfo=None)
    with closing(engine.connect(folder)) as connection:
        found = dict(_checked(connection, table, list(enumerate(rules)), others, previous, now))
    return [found[i] for i in range(len(rules))]


def failing_rows(
    table: Table, rule: Rule, folder: Path, *, others: Others, offset: int = 0, limit: int = 100
) -> FailingRows:
    """Read a page of the rows that fail a rule, with all their columns."""
    if rule.kind not in _ROWS:
        raise Invalid(f"The rule that {rule.sentence} asks the table as a whole; no single row fails it.")
    bad, parameters = _bad(table, rule, others)
    columns = ", ".join(f"c{place}" for place in range(len(table.schema)))
    with closing(engine.connect(folder)) as connection:
        total = connection.execute(
            f"SELECT count(*) FROM {table.sql} WHERE {bad}", list(parameters)
        ).fetchall()[0][0]
        page = connection.sql(
            f"SELECT n, {columns} FROM {table.sql} WHERE {bad} ORDER BY n LIMIT {limit:d} OFFSET {offset:d}",
            params=list(parameters),
        ).to_arrow_table()
    numbers = page.column(0).to_pylist()
    return FailingRows(total, offset, page.remove_column(0).rename_columns(table.schema.names), numbers)


def verify(table: Table, rule: Rule, others: Others) -> None:
    """Raise `Invalid` where a rule cannot be asked of a table, whatever it holds."""
    import duckdb

    for name in rule.columns:
        table.place(name, f"The rule that {rule.sentence}: ")
    if rule.kind in _ROWS:
        with closing(duckdb.connect()) as connection:
            try:
                bad, parameters = _bad(table, rule, others)
                connection.execute(f"EXPLAIN SELECT {bad} FROM {table.sql}", list(parameters))
                if rule.pattern:  # a plan alone may not look into a parameter
                    connection.execute("SELECT regexp_full_match('', ?)", [rule.pattern])
            except duckdb.Error as error:
                raise Invalid(f"The rule that {rule.sentence} cannot be asked ({_reason(error)}).") from None
    elif rule.kind == "freshness":
        _date(table, rule)


def _checked(
    connection: Any,
    table: Table,
    rules: Sequence[tuple[int, Rule]],
    others: Others,
    previous: Table | None,
    now: datetime,
) -> Iterator[tuple[int, Result]]:
    asked: list[tuple[int, Rule, _Asked]] = []
    for i, rule in rules:
        if not rule.enabled:
            yield i, Result(True, rule.sentence, evidence="It is switched off.")
            continue
        try:
            if rule.kind == "like_previous":
                yield i, Result(*_like_previous(connection, table, rule, previous))
            else:
                asked.append((i, rule, _ask(i, table, rule, others, now)))
        except LabstudioError as error:
            yield i, Result(False, rule.sentence, evidence=str(error))
    yield from _pass(connection, table, asked)


def _pass(
    connection: Any, table: Table, asked: Sequence[tuple[int, Rule, _Asked]]
) -> Iterator[tuple[int, Result]]:
    """Ask everything at once; where the engine cannot, each for itself to learn which rule it is."""
    import duckdb

    if not asked:
        return
    rows = ", ".join(["n", *(part for _, _, one in asked for part in one.rows)])
    parts = ", ".join(["count(*)", *(part for _, _, one in asked for part in one.table)])
    parameters = [value for _, _, one in asked for value in one.parameters]
    try:
        total, *answers = connection.execute(
            f"SELECT {parts} FROM (SELECT {rows} FROM {table.sql})", parameters
        ).fetchall()[0]
    except duckdb.Error as error:
        if len(asked) == 1:
            yield (
                asked[0][0],
                Result(False, asked[0][1].sentence, evidence=f"It cannot be asked ({_reason(error)})."),
            )
            return
        for alone in asked:
            yield from _pass(connection, table, [alone])
        return
    for i, rule, one in asked:
        own, answers = answers[: len(one.table)], answers[len(one.table) :]
        result = one.judge(total, own)
        if rule.kind == "unique" and result.failing:
            result = _repeated(connection, table, i, rule, total)
        yield i, result


def _ask(i: int, table: Table, rule: Rule, others: Others, now: datetime) -> _Asked:
    if rule.kind == "row_count":
        return _Asked((), (), (), lambda total, _: _counted(rule, total))
    if rule.kind == "freshness":
        date = _date(table, rule)
        return _Asked((f"{date.sql} AS d{i}",), (), (f"max(d{i})",), lambda _, own: _fresh(rule, own[0], now))
    if rule.kind == "unique":  # counted first: which rows they are is asked only where there are some
        return _Asked(
            (f"{_key(table, rule)} AS k{i}",),
            (),
            (f"count(k{i}) - count(DISTINCT k{i})",),
            lambda total, own: _failed(rule, total, own[0], (), ()),
        )
    bad, parameters = _bad(table, rule, others)
    return _failing_asked(i, table, rule, bad, parameters)


def _failing_asked(i: int, table: Table, rule: Rule, bad: str, parameters: tuple[Any, ...]) -> _Asked:
    rows, parts = (
        [f"coalesce({bad}, false) AS b{i}"],
        [f"count(*) FILTER (b{i})", f"min(n, {SAMPLE}) FILTER (b{i})"],
    )
    if len(rule.columns) == 1 and rule.kind != "not_null":
        rows.append(f"c{table.place(rule.columns[0])} AS v{i}")
        parts.append(f"arg_min(v{i}, n, {EXAMPLES}) FILTER (b{i})")
    return _Asked(
        tuple(rows),
        parameters,
        tuple(parts),
        lambda total, own: _failed(rule, total, own[0], own[1] or (), own[2] or () if len(own) > 2 else ()),
    )


def _repeated(connection: Any, table: Table, i: int, rule: Rule, total: int) -> Result:
    asked = _failing_asked(i, table, rule, _bad_unique(table, rule), ())
    own = connection.execute(
        f"SELECT {', '.join(asked.table)} FROM (SELECT n, {', '.join(asked.rows)} FROM {table.sql})"
    ).fetchall()[0]
    return asked.judge(total, own)


# -- SQL that is true where a row fails, and its parameters


def _bad(table: Table, rule: Rule, others: Others) -> tuple[str, tuple[Any, ...]]:
    return _ROWS[rule.kind](table, rule, others)


def _bad_missing(table: Table, rule: Rule, _: Others) -> tuple[str, tuple[Any, ...]]:
    return f"({table.value(table.place(rule.columns[0]))}) IS NULL", ()


def _bad_unique(table: Table, rule: Rule) -> str:
    key = _key(table, rule)
    return (
        f"(({key}) IN (SELECT {key} AS k FROM {table.sql} GROUP BY k HAVING k IS NOT NULL AND count(*) > 1))"
    )


def _key(table: Table, rule: Rule) -> str:
    """The value, or all of them together; missing where one of them is: that is for not_null to say."""
    values = [table.value(table.place(name)) for name in rule.columns]
    if len(values) == 1:
        return values[0]
    return f"CASE WHEN {' AND '.join(f'({v}) IS NOT NULL' for v in values)} THEN row({', '.join(values)}) END"


def _bad_range(table: Table, rule: Rule, _: Others) -> tuple[str, tuple[Any, ...]]:
    field = table.fields[table.place(rule.columns[0])]
    if field.kind not in ("number", "datetime"):
        raise Invalid(f"{field.name!r} holds neither numbers nor dates, so it has no range.")
    name = '"' + field.name.replace('"', '""') + '"'
    sides = [(sign, bound) for sign, bound in (("<", rule.minimum), (">", rule.maximum)) if bound]
    text = " or ".join(f"{name} {sign} '{bound.replace(chr(39), chr(39) * 2)}'" for sign, bound in sides)
    found = condition(text, [field])
    return found.sql, found.parameters


def _bad_set(table: Table, rule: Rule, _: Others) -> tuple[str, tuple[Any, ...]]:
    place = table.place(rule.columns[0])
    field, value = table.fields[place], table.value(place)
    if field.kind == "number":
        try:
            allowed: list[Any] = [float(one) for one in rule.values]
        except ValueError:
            raise Invalid(f"{field.name!r} holds numbers, and not all of {rule.values[:8]} are.") from None
        value = f"({field.sql})::DOUBLE"
    elif field.kind == "boolean":
        allowed, value = [one.lower() for one in rule.values], f"({field.sql})::VARCHAR"
    elif field.kind == "datetime":  # as they are written, or in full
        found = condition(" or ".join(f"x = '{one.replace(chr(39), chr(39) * 2)}'" for one in rule.values),
                          [type(field)("x", "datetime", field.sql)])  # fmt: skip
        return f"(({field.sql}) IS NOT NULL AND NOT {found.sql})", found.parameters
    else:
        allowed, value = rule.values, f"({value})::VARCHAR"
    places = ", ".join("?" for _ in allowed)
    return f"(({value}) NOT IN ({places}))", tuple(allowed)


def _bad_pattern(table: Table, rule: Rule, _: Others) -> tuple[str, tuple[Any, ...]]:
    import duckdb

    pattern = rule.pattern or ""
    if "\0" in pattern:
        raise Invalid("The pattern holds a NUL character.")
    with duckdb.connect() as alone:  # over a table without rows it would not be read
        alone.execute("SELECT regexp_full_match('', ?)", [pattern])
    value = f"({table.value(table.place(rule.columns[0]))})::VARCHAR"
    # a literal and not a parameter, so that it is compiled once
    return f"(NOT regexp_full_match({value}, {engine.text(pattern)}))", ()


def _bad_elsewhere(table: Table, rule: Rule, others: Others) -> tuple[str, tuple[Any, ...]]:
    other = others(rule.other or "")
    here, there = table.place(rule.columns[0]), other.place(rule.key or "", f"{rule.other}: ")
    same = table.fields[here].kind == other.fields[there].kind
    ours, theirs = (
        (table.fields[here].sql, other.fields[there].sql)
        if same
        else (f"({table.value(here)})::VARCHAR", f"({other.value(there)})::VARCHAR")
    )
    known = f"SELECT {theirs} AS k FROM {other.sql} WHERE {theirs} IS NOT NULL"
    return f"(({ours}) IS NOT NULL AND ({ours}) NOT IN ({known}))", ()


def _bad_expression(table: Table, rule: Rule, _: Others) -> tuple[str, tuple[Any, ...]]:
    found = condition(rule.expression or "", table.fields)
    return f"(NOT {found.sql})", found.parameters


_ROWS: dict[str, Callable[[Table, Rule, Others], tuple[str, tuple[Any, ...]]]] = {
    "not_null": _bad_missing,
    "unique": lambda table, rule, _: (_bad_unique(table, rule), ()),
    "range": _bad_range,
    "set": _bad_set,
    "regex": _bad_pattern,
    "foreign_key": _bad_elsewhere,
    "expression": _bad_expression,
}
ROW_KINDS = frozenset(_ROWS)
"""Kinds that rows fail; the others ask the table as a whole."""


# -- what the answers mean


def _failed(rule: Rule, total: int, failing: int, sample: Sequence[int], values: Sequence[Any]) -> Result:
    share = failing / total if total else 0.0
    evidence = "No row fails."
    if failing:
        shown = ", ".join(dict.fromkeys(_shown(value) for value in values))
        evidence = f"{failing:,} of {total:,} rows fail ({_percent(share)})" + (
            f", such as {shown}." if shown else "."
        )
    return Result(share <= rule.share, rule.sentence, failing, share, tuple(sample), evidence)


def _counted(rule: Rule, total: int) -> Result:
    low, high = int(rule.minimum or 0), int(rule.maximum) if rule.maximum else total
    return Result(low <= total <= high, rule.sentence, evidence=f"There are {total:,} rows.")


def _date(table: Table, rule: Rule) -> Field:
    field = table.fields[table.place(rule.columns[0])]
    if field.kind != "datetime":
        raise Invalid(f"{field.name!r} holds no dates, so it has no newest one.")
    return field


def _fresh(rule: Rule, newest: datetime | None, now: datetime) -> Result:
    if newest is None:
        return Result(False, rule.sentence, evidence="There is no date.")
    days = (now - newest).total_seconds() / 86_400
    return Result(
        days <= (rule.days or 0),
        rule.sentence,
        evidence=f"The newest is {newest.isoformat(' ', 'minutes')}, {max(days, 0):.1f} days ago.",
    )


def _like_previous(
    connection: Any, table: Table, rule: Rule, previous: Table | None
) -> tuple[bool, str, int, float, tuple[int, ...], str]:
    if previous is None:
        return True, rule.sentence, 0, 0.0, (), "There is no version before."
    wrong = list(compare(connection, table, previous, rule))
    evidence = " ".join(wrong) if wrong else "It is like the version before."
    return not wrong, rule.sentence, 0, 0.0, (), evidence


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _percent(share: float) -> str:
    return "<0.01%" if 0 < share < 0.0001 else f"{100 * share:.3g}%"


def _reason(error: Exception) -> str:
    return str(error).split("\n")[0][:200]
