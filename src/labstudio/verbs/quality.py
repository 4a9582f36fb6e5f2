"""Quality rules: what has to hold of data, and whether it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from labstudio.data.quality.rules import Rule
from labstudio.display import quality as views
from labstudio.errors import NotFound
from labstudio.verbs import Answer, Command, Door, Told, save_text
from labstudio.verbs.data import Asset

if TYPE_CHECKING:
    from labstudio.data.quality import Check


class AddRule(Rule):
    """One more rule for a data asset."""

    data: str = Field(description="Data asset, such as orders.", json_schema_extra={"choices": "assets"})


class RemoveRule(Told):
    """A rule that is to go."""

    data: str = Field(description="Data asset, such as orders.", json_schema_extra={"choices": "assets"})
    rule: int = Field(ge=1, description="Number of the rule, as %quality rules shows it.")


class Suggested(Asset):
    """Rules that a version keeps."""

    save: bool = Field(False, description="Add those that are not there yet to the asset's rules.")


class Failing(Asset):
    """Rows that fail a rule."""

    rule: int = Field(ge=1, description="Number of the rule, as %quality check shows it.")
    limit: int = Field(100, ge=1, le=10_000, description="Number of rows.")


class Release(Asset):
    """Why a held version may be used all the same."""

    reason: str = Field(min_length=1, max_length=500, description="Why it may be used all the same.")


class Export(Asset):
    """Rules as code."""

    out: str | None = Field(None, description="Python file to write; shown when not given.")


def _rules(door: Door, told: Asset) -> Answer:
    quality = door.workspace.quality
    return _shown(quality.kept(told.data).asset, quality.rules(told.data))


def _suggest(door: Door, told: Suggested) -> Answer:
    quality, ref = door.workspace.quality, door.asset(told.data)
    found = quality.suggest(ref)
    if told.save:
        known = quality.rules(ref)
        quality.save(ref, [*known, *(rule for rule in found if rule not in known)])
    view = views.rules(f"Suggested for {ref}", found, saved=told.save)
    return Answer(view, [rule.canonical() for rule in found], found)


def _add(door: Door, told: AddRule) -> Answer:
    quality = door.workspace.quality
    rule = Rule(**told.model_dump(exclude_unset=True, exclude={"data"}))
    rules = [*quality.rules(told.data), rule]
    quality.save(told.data, rules)
    return _shown(told.data, rules)


def _remove(door: Door, told: RemoveRule) -> Answer:
    quality = door.workspace.quality
    rules = quality.rules(told.data)
    if told.rule > len(rules):
        raise NotFound(f"There is no rule {told.rule}; {told.data} has {len(rules)}.")
    del rules[told.rule - 1]
    quality.save(told.data, rules)
    return _shown(told.data, rules)


def _check(door: Door, told: Asset) -> Answer:
    check = door.workspace.quality.check(door.asset(told.data))
    return Answer(views.check(check), plain(check), check, 0 if check.passed else 1)


def _failing(door: Door, told: Failing) -> Answer:
    quality, version = door.workspace.quality, door.workspace.data.get(told.data)
    page = quality.failing(version.ref, told.rule - 1, limit=told.limit)
    frame = page.table.to_pandas()
    frame.index = page.numbers
    return Answer(views.failing(version.ref, page.total, frame), frame.to_dict("records"), frame)


def _release(door: Door, told: Release) -> Answer:
    version = door.workspace.quality.release(told.data, told.reason)
    return Answer(views.released(version.ref), {"ref": version.ref}, version)


def _export(door: Door, told: Export) -> Answer:
    code = door.workspace.quality.to_pandera(told.data)
    if told.out is not None:
        save_text(told.out, code)
    return Answer(views.code(code, told.out), {"code": code}, code)


def _shown(asset: str, rules: list[Rule]) -> Answer:
    return Answer(views.rules(f"Rules of {asset}", rules), [rule.canonical() for rule in rules], rules)


def plain(check: Check) -> dict[str, Any]:
    """Say a check in plain values."""
    results = [
        {"kind": rule.kind, "severity": rule.severity}
        | {name: getattr(result, name) for name in ("sentence", "passed", "failing", "share", "evidence")}
        for rule, result in zip(check.rules, check.results, strict=True)
    ]
    return {"ref": check.ref, "passed": check.passed, "held": check.held, "results": results}


QUALITY = {
    "rules": Command(Asset, _rules, "Show what has to hold of data.", ("data",), gives="the rules"),
    "suggest": Command(
        Suggested, _suggest, "Suggest rules that a version keeps.", ("data",), gives="the rules"
    ),
    "add": Command(AddRule, _add, "Add a rule.", ("data", "kind"), gives="the rules"),
    "remove": Command(RemoveRule, _remove, "Remove a rule.", ("data", "rule"), gives="the rules"),
    "check": Command(Asset, _check, "Check a version against its rules.", ("data",), gives="the check"),
    "failing": Command(Failing, _failing, "Show rows that fail a rule.", ("data", "rule"), gives="the rows"),
    "release": Command(
        Release, _release, "Let a held version be used all the same.", ("data",), gives="the version"
    ),
    "export": Command(Export, _export, "Write the rules as pandera code.", ("data",), gives="the code"),
}
