"""The quality rules of a workspace's data: kept for each asset, checked at every new version, looked back at.

A version that fails a blocking rule is held: it stays, but those who name no version go on with the one
before, until it is released or passes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from labstudio.data.quality.rules import Rule, canonical_json, read_rules
from labstudio.errors import Conflict, Invalid, NotFound
from labstudio.store.identity import who

if TYPE_CHECKING:
    from labstudio.data.assets import Data, Version
    from labstudio.data.quality.checking import FailingRows, Result
    from labstudio.data.quality.table import Table
    from labstudio.store import Store


@dataclass(frozen=True)
class Rules:
    """The rules of one asset, and who saved them when; None where nobody did."""

    asset: str
    rules: list[Rule]
    changed: float | None = None
    by: str | None = None


@dataclass(frozen=True)
class Check:
    """All rules on one version: `passed` says that no blocking rule failed, `held` why it is held now."""

    number: int
    asset: str
    version: int
    rows: int
    rules: list[Rule]
    results: list[Result]
    passed: bool
    created: float
    by: str
    held: str | None = None

    @property
    def ref(self) -> str:
        """What was checked: ``"orders@2"``."""
        return f"{self.asset}@{self.version}"

    @property
    def warnings(self) -> int:
        """How many rules failed that only warn."""
        pairs = zip(self.rules, self.results, strict=True)
        return sum(rule.severity == "warn" and not result.passed for rule, result in pairs)

    def sentence(self) -> str:
        """Say which blocking rules failed, and how."""
        wrong = [
            f"{result.sentence}: {result.evidence}"
            for rule, result in zip(self.rules, self.results, strict=True)
            if rule.severity == "block" and not result.passed
        ]
        more = f" And {len(wrong) - 3} more." if len(wrong) > 3 else ""
        return "It fails " + " ".join(wrong[:3]) + more if wrong else ""


class Quality:
    """Rules and checks of one workspace.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> from labstudio.data import Data
    >>> from labstudio.store import Store
    >>> store = Store.open(tempfile.mkdtemp())
    >>> data = Data(store)
    >>> quality = Quality(store, data)
    >>> version = data.add("people", pd.DataFrame({"age": [31, 47, -1]}))
    >>> quality.save("people", [Rule(kind="range", columns=["age"], minimum=0)])
    >>> quality.check("people").results[0].evidence
    '1 of 3 rows fail (33.3%), such as -1.'
    >>> quality.failing("people", 0).numbers
    [2]
    >>> store.close()
    """

    def __init__(self, store: Store, data: Data) -> None:
        self._store = store
        self._data = data

    def rules(self, asset: str) -> list[Rule]:
        """Return the rules of an asset."""
        return self.kept(asset).rules

    def kept(self, asset: str) -> Rules:
        """Return the rules of an asset with who saved them.

        Raises
        ------
        NotFound
            There is no such asset.
        """
        return self._kept(self._newest(asset).name)

    def save(self, asset: str, rules: Sequence[Rule]) -> None:
        """Put `rules` in the place of those that an asset had.

        Raises
        ------
        Invalid
            A rule that was not there before cannot be asked of the newest version; nothing is saved.
        """
        from labstudio.data.quality.checking import verify
        from labstudio.data.tables import quality_rules as t

        newest = self._newest(asset)
        known = self._kept(newest.name).rules
        table = self._table(newest)
        for number, rule in enumerate(rules, start=1):
            if rule not in known:
                try:
                    verify(table, rule, self._other)
                except (Invalid, NotFound) as error:
                    raise Invalid(f"Rule {number}: {error}") from None
        with self._store.write() as connection:
            connection.execute(t.delete().where(t.c.asset == newest.name))
            connection.execute(
                t.insert().values(
                    asset=newest.name,
                    content=json.loads(canonical_json(rules)),
                    changed_by=who(),
                    changed=time.time(),
                )
            )
            self._store.record(connection, "quality.saved", f"data:{newest.name}", rules=len(rules))

    def suggest(self, ref: str) -> list[Rule]:
        """Suggest rules that a version keeps, from what its columns hold; nothing is saved."""
        from labstudio.data.quality.suggest import suggest

        version = self._data.get(ref)
        with self._store.files.scratch() as place:
            return suggest(self._table(version), self._data.profile(version), place.parent)

    def check(self, ref: str | Version) -> Check:
        """Check a version against the rules of its asset, and keep what came of it.

        A held version that passes is held no longer.
        """
        version = self._data.get(ref) if isinstance(ref, str) else ref
        found = self._check(version)
        if found.passed:
            with self._store.write() as connection:
                self._lift(connection, version, "it passes the rules")
        return replace(found, held=self._held(version))

    def _check(self, version: Version) -> Check:
        from labstudio.data.quality.checking import check_table
        from labstudio.data.tables import quality_checks as t

        rules = self._kept(version.name).rules
        with self._store.files.scratch() as place:
            results = check_table(
                self._table(version),
                rules,
                place.parent,
                others=self._other,
                previous=self._previous(version) if any(r.kind == "like_previous" for r in rules) else None,
            )
        passed = all(
            result.passed or rule.severity == "warn" for rule, result in zip(rules, results, strict=True)
        )
        row = {
            "asset": version.name,
            "version": version.version,
            "rules": json.loads(canonical_json(rules)),
            "results": [asdict(result) for result in results],
            "passed": passed,
            "created_by": who(),
            "created": time.time(),
        }
        with self._store.write() as connection:
            number = connection.execute(t.insert().values(row)).inserted_primary_key[0]  # type: ignore[index]
            failed = sum(not result.passed for result in results)
            self._store.record(
                connection, "quality.checked", version.subject, passed=passed, rules=len(rules), failed=failed
            )
        return Check(
            number, version.name, version.version, version.rows, rules, results, passed, row["created"],
            row["created_by"],
        )  # fmt: skip

    def hold(self, version: Version) -> str | None:
        """Check a new version; a sentence says why it is not to be the newest one."""
        if not self._kept(version.name).rules:
            return None
        return self._check(version).sentence() or None

    def guards(self, asset: str) -> bool:
        """Whether an asset has rules that hold a version back."""
        return any(rule.severity == "block" and rule.enabled for rule in self._kept(asset).rules)

    def release(self, ref: str, reason: str) -> Version:
        """Let a held version be the newest one all the same; `reason` is kept with the event.

        Raises
        ------
        Conflict
            It is not held.
        """
        version = self._data.get(ref)
        if not reason.strip():
            raise Invalid("Say why the version may be used all the same.")
        with self._store.write() as connection:
            if not self._lift(connection, version, reason.strip()):
                raise Conflict(f"{version.ref} is not held; there is nothing to release.")
        return self._data.get(version.ref)

    def history(self, asset: str, limit: int = 100) -> list[Check]:
        """Return the checks of an asset, newest first."""
        from sqlalchemy import select

        from labstudio.data.tables import asset_versions as v
        from labstudio.data.tables import quality_checks as t

        name = self._newest(asset).name
        query = (
            select(t, v.c.held, v.c.rows)
            .join(v, (v.c.name == t.c.asset) & (v.c.version == t.c.version))
            .where(t.c.asset == name)
            .order_by(t.c.number.desc())
        )
        with self._store.read() as connection:
            rows = connection.execute(query.limit(limit)).mappings().all()
        return [_check(dict(row)) for row in rows]

    def failing(self, ref: str, rule: int, *, offset: int = 0, limit: int = 100) -> FailingRows:
        """Return a page of the rows that failed a rule.

        Parameters
        ----------
        ref : str
            The version.
        rule : int
            Place of the rule in the newest check of the version, or else among the rules of the asset.
        offset, limit : int
            Place of the first row among those that fail, and number of rows.
        """
        from labstudio.data.quality.checking import failing_rows

        version = self._data.get(ref)
        checks = [one for one in self.history(version.name) if one.version == version.version]
        rules = checks[0].rules if checks else self._kept(version.name).rules
        if not 0 <= rule < len(rules):
            raise NotFound(f"There is no rule {rule}; {version.ref} has {len(rules)}, counted from 0.")
        if offset < 0 or not 0 <= limit <= 10_000:
            raise Invalid("A page begins at row 0 or later and has at most 10,000 rows.")
        with self._store.files.scratch() as place:
            table = self._table(version)
            return failing_rows(
                table, rules[rule], place.parent, others=self._other, offset=offset, limit=limit
            )

    def to_pandera(self, asset: str) -> str:
        """Write the rules of an asset as Python code that makes a pandera schema."""
        from labstudio.data.quality.export import to_pandera

        found = self.kept(asset)
        return to_pandera(found.asset, found.rules)

    def _newest(self, asset: str) -> Version:
        """Return the newest version, held or not: what rules are written for."""
        return self._data.versions(asset.partition("@")[0])[0]

    def _kept(self, name: str) -> Rules:
        from sqlalchemy import select

        from labstudio.data.tables import quality_rules as t

        with self._store.read() as connection:
            row = connection.execute(select(t).where(t.c.asset == name)).mappings().first()
        if row is None:
            return Rules(name, [])
        return Rules(name, read_rules(row["content"]), row["changed"], row["changed_by"])

    def _table(self, version: Version) -> Table:
        from labstudio.data.quality.table import Table

        return Table(self._data.stored(version), version.schema)

    def _other(self, ref: str) -> Table:
        return self._table(self._data.get(ref))

    def _previous(self, version: Version) -> Table | None:
        """The newest version before this one that is not held."""
        from sqlalchemy import func, select

        from labstudio.data.tables import asset_versions as v

        query = select(func.max(v.c.version)).where(
            v.c.name == version.name, v.c.version < version.version, v.c.held.is_(None)
        )
        with self._store.read() as connection:
            number = connection.execute(query).scalar()
        return self._other(f"{version.name}@{number}") if number else None

    def _held(self, version: Version) -> str | None:
        from sqlalchemy import select

        with self._store.read() as connection:
            held: str | None = connection.execute(_of(version, select)).scalar()
        return held

    def _lift(self, connection: Any, version: Version, reason: str) -> bool:
        from sqlalchemy import select

        from labstudio.data.tables import asset_versions as v

        held = connection.execute(_of(version, select)).scalar()
        if held is None:
            return False
        where = (v.c.name == version.name) & (v.c.version == version.version)
        connection.execute(v.update().where(where).values(held=None))
        self._store.record(connection, "data.released", version.subject, reason=reason, held=held)
        return True


def _of(version: Version, select: Any) -> Any:
    from labstudio.data.tables import asset_versions as v

    return select(v.c.held).where(v.c.name == version.name, v.c.version == version.version)


def _check(row: dict[str, Any]) -> Check:
    from labstudio.data.quality.checking import Result

    results = [Result(**{**one, "sample": tuple(one["sample"])}) for one in row["results"]]
    kept = {name: row[name] for name in ("number", "asset", "version", "rows", "passed", "created", "held")}
    return Check(**kept, rules=read_rules(row["rules"]), results=results, by=row["created_by"])
