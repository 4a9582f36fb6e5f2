"""Quality rules, what checking them came to, and the rows that failed."""

from __future__ import annotations

from typing import Any, Literal

from labstudio.data.quality.rules import Rule, RuleKind
from labstudio.edges import Model
from labstudio.server.answers.data import Rows


class QualityKind(Model):
    """One kind of rule: `form` is the JSON schema of what it is told; `columns` how many it is about."""

    kind: RuleKind
    title: str
    summary: str
    columns: Literal["one", "some", "none"]
    form: dict[str, Any]


class SaidRule(Model):
    """A rule beside its sentence."""

    rule: Rule
    sentence: str


class SuggestedRule(SaidRule):
    """A rule that holds, and what speaks for it."""

    reason: str


class QualityCode(Model):
    """The rules as Python code that makes a pandera schema."""

    text: str


class QualityRules(Model):
    """The rules of a data asset; `changed` and `by` are None where there never were any."""

    asset: str
    rules: list[SaidRule]
    changed: float | None
    by: str | None


class RuleResult(SaidRule):
    """What one rule came to: `sample` are the numbers (from 0) of the first rows that fail.

    `failing` and `share` count rows; they are 0 where a rule asks the table as a whole. `evidence` is a
    sentence about what was found.
    """

    passed: bool
    failing: int
    share: float
    sample: list[int]
    evidence: str


class QualityCheck(Model):
    """All rules on one version; `passed` says that no blocking rule failed, `held` why it is held."""

    number: int
    asset: str
    version: int
    ref: str
    rows: int
    passed: bool
    warnings: int
    created: float
    by: str
    results: list[RuleResult]
    held: str | None


class FailingRows(Rows):
    """A page of the rows that fail a rule; `numbers` are their places in the table, from 0."""

    numbers: list[int]
