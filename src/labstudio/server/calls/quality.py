"""Quality rules: what is to hold of a data asset, and whether it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labstudio.data.quality.rules import KINDS, Rule, form_of
from labstudio.server import answers as a
from labstudio.server import told as t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labstudio.data.quality import Check
    from labstudio.server.studio import Studio


def quality_kinds(studio: Studio, told: t.Nothing) -> list[a.QualityKind]:
    """List the kinds of rules with their forms."""
    return [
        a.QualityKind.model_validate(
            {
                "kind": name,
                "title": kind.title,
                "summary": kind.summary,
                "columns": kind.columns,
                "form": form_of(name),
            }
        )
        for name, kind in KINDS.items()
    ]


def quality_rules(studio: Studio, told: t.Nothing, asset: str) -> a.QualityRules:
    """Return the rules of a data asset."""
    found = studio.workspace.quality.kept(asset)
    return a.QualityRules(asset=found.asset, rules=_said(found.rules), changed=found.changed, by=found.by)


def save_rules(studio: Studio, told: t.NewRules, asset: str) -> a.QualityRules:
    """Put rules in the place of those that a data asset had."""
    studio.workspace.quality.save(asset, told.rules)
    return quality_rules(studio, t.Nothing(), asset)


def suggest_rules(studio: Studio, told: t.Nothing, asset: str) -> list[a.SuggestedRule]:
    """Suggest rules that hold of a version; nothing is saved."""
    from labstudio.data.quality.suggest import reason

    workspace = studio.workspace
    found = workspace.quality.suggest(asset)
    profile = workspace.data.profile(asset)
    return [
        a.SuggestedRule(rule=rule, sentence=rule.sentence, reason=reason(rule, profile)) for rule in found
    ]


def export_rules(studio: Studio, told: t.Nothing, asset: str) -> a.QualityCode:
    """Write the rules of a data asset as pandera code."""
    return a.QualityCode(text=studio.workspace.quality.to_pandera(asset))


def check_rules(studio: Studio, told: t.Nothing, ref: str) -> a.QualityCheck:
    """Check a version against the rules of its asset."""
    return _check(studio, studio.workspace.quality.check(ref))


def failing_rows(studio: Studio, told: t.FailingPage, ref: str) -> a.FailingRows:
    """Return a page of the rows that fail a rule."""
    quality = studio.workspace.quality
    page = quality.failing(ref, told.rule, offset=told.offset, limit=told.limit)
    schema = studio.workspace.data.get(ref).schema
    return a.FailingRows(
        total=page.total,
        offset=page.offset,
        columns=[a.Column(name=one.name, physical=one.physical, semantic=one.semantic) for one in schema],
        values=page.to_json(),
        numbers=page.numbers,
    )


def quality_history(studio: Studio, told: t.Nothing, asset: str) -> list[a.QualityCheck]:
    """List the checks of a data asset, newest first."""
    return [_check(studio, one) for one in studio.workspace.quality.history(asset)]


def release_version(studio: Studio, told: t.Release, ref: str) -> a.Done:
    """Let a held version be the newest one all the same."""
    return a.Done(id=studio.workspace.quality.release(ref, told.reason).ref)


def _said(rules: Iterable[Rule]) -> list[a.SaidRule]:
    return [a.SaidRule(rule=rule, sentence=rule.sentence) for rule in rules]


def _check(studio: Studio, check: Check) -> a.QualityCheck:
    results = [
        a.RuleResult(
            rule=rule,
            sentence=result.sentence,
            passed=result.passed,
            failing=result.failing,
            share=result.share,
            sample=list(result.sample),
            evidence=result.evidence,
        )
        for rule, result in zip(check.rules, check.results, strict=True)
    ]
    kept = ("number", "asset", "version", "ref", "rows", "passed", "warnings", "created", "by", "held")
    return a.QualityCheck(**{name: getattr(check, name) for name in kept}, results=results)
