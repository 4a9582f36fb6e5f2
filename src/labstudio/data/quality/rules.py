"""Rules as a person writes them: one flat model for all kinds, which says itself as a sentence.

It knows what each kind needs; it knows no table and no engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from labstudio.errors import Invalid

RuleKind = Literal[
    "not_null",
    "unique",
    "range",
    "set",
    "regex",
    "row_count",
    "freshness",
    "foreign_key",
    "expression",
    "like_previous",
]


@dataclass(frozen=True)
class Kind:
    """One kind of rule: what it is called, what it asks, the fields it has and those it cannot do without.

    `columns` says how many columns it is about: ``"one"``, ``"some"`` or ``"none"``.
    """

    title: str
    summary: str
    columns: Literal["one", "some", "none"]
    needed: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()  # at least one of them is needed

    @property
    def all(self) -> tuple[str, ...]:
        """Names of all its own fields, in the order a person is asked."""
        columns = () if self.columns == "none" else ("columns",)
        return (*columns, *self.needed, *self.one_of, *self.fields)


KINDS: dict[str, Kind] = {
    "not_null": Kind("Not missing", "No value is missing.", "one", fields=("share",)),
    "unique": Kind("Unique", "No value, or combination of values, occurs twice.", "some", fields=("share",)),
    "range": Kind(
        "In a range",
        "Numbers or dates lie between two bounds.",
        "one",
        one_of=("minimum", "maximum"),
        fields=("share",),
    ),
    "set": Kind("One of a set", "Values are among those that are named.", "one", ("values",), ("share",)),
    "regex": Kind("Like a pattern", "Texts match a pattern as a whole.", "one", ("pattern",), ("share",)),
    "row_count": Kind(
        "Number of rows",
        "The table is neither too short nor too long.",
        "none",
        one_of=("minimum", "maximum"),
    ),
    "freshness": Kind("Fresh", "The newest date is not too old.", "one", ("days",)),
    "foreign_key": Kind(
        "Known elsewhere", "Values occur in a column of other data.", "one", ("other", "key"), ("share",)
    ),
    "expression": Kind(
        "Expression",
        "An expression such as price > 0 holds in every row.",
        "none",
        ("expression",),
        ("share",),
    ),
    "like_previous": Kind(
        "Like the version before",
        "Distributions, gaps and the number of rows are much as before.",
        "some",
        fields=("shift", "gaps", "change"),
    ),
}
"""Every kind of rule, in the order they are shown."""

Bound = Annotated[
    str | None, BeforeValidator(lambda value: f"{value}" if isinstance(value, int | float) else value)
]


class Rule(BaseModel):
    """One rule about a table.

    Examples
    --------
    >>> Rule(kind="range", columns=["age"], minimum=0, maximum=120).sentence
    "'age' is between 0 and 120"
    >>> Rule(kind="not_null", columns=["email"], share=0.05, severity="warn").sentence
    "'email' is not missing (up to 5% of the rows may be)"
    """

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"first": ["kind", "columns"]})

    kind: RuleKind = Field(description="What is asked.")
    columns: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="Columns it is about.",
        json_schema_extra={"choices": "columns"},
    )
    share: float = Field(0.0, ge=0, lt=1, description="Share of the rows that may fail, such as 0.01.")
    minimum: Bound = Field(None, max_length=100, description="Smallest allowed: a number or a date.")
    maximum: Bound = Field(None, max_length=100, description="Largest allowed: a number or a date.")
    values: list[str] = Field(default_factory=list, max_length=1_000, description="What is allowed.")
    pattern: str | None = Field(
        None, max_length=1_000, description="Regular expression (RE2) for the whole text."
    )
    days: float | None = Field(None, ge=0, description="Days that the newest date may be old.")
    other: str | None = Field(
        None,
        max_length=200,
        description="Other data that the values occur in, such as customers or customers@2.",
        json_schema_extra={"choices": "assets"},
    )
    key: str | None = Field(None, max_length=500, description="Column of that data.")
    expression: str | None = Field(
        None,
        max_length=2_000,
        description="Such as: price > 0 and (state = paid or paid is missing).",
        json_schema_extra={"choices": "expression"},
    )
    shift: float = Field(
        0.2, gt=0, description="Largest shift of a distribution (population stability index)."
    )
    gaps: float = Field(0.05, ge=0, le=1, description="Largest rise of the share of missing values.")
    change: float = Field(0.5, gt=0, description="Largest change of the number of rows, as a share.")
    severity: Literal["warn", "block"] = Field(
        "warn", description="block: a version that fails does not become the newest one."
    )
    note: str = Field("", max_length=500, description="Why it is asked.")
    enabled: bool = Field(True, description="Whether it is checked.")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Rule:
        kind = KINDS[self.kind]
        if kind.columns == "none" and self.columns:
            raise ValueError(f"{self.kind} is about no column; leave columns out")
        if kind.columns == "one" and len(self.columns) != 1:
            raise ValueError(f"{self.kind} is about one column; name it in columns")
        if self.kind == "unique" and not self.columns:
            raise ValueError("unique needs at least one column; name it in columns")
        for name in kind.needed:
            if getattr(self, name) in (None, "", []):
                raise ValueError(f"{self.kind} needs {name}")
        if kind.one_of and all(getattr(self, name) in (None, "") for name in kind.one_of):
            raise ValueError(f"{self.kind} needs {' or '.join(kind.one_of)}")
        if self.kind == "row_count":
            for name in kind.one_of:
                if (value := getattr(self, name)) not in (None, "") and not value.isdecimal():
                    raise ValueError(f"{name} of row_count must be a whole number, not {value!r}")
        foreign = self.model_fields_set & set(Rule.model_fields) - {"kind", *kind.all, *COMMON}
        plain = {name: Rule.model_fields[name].get_default(call_default_factory=True) for name in foreign}
        told = sorted(name for name in foreign if getattr(self, name) not in (plain[name], ""))
        if told:
            raise ValueError(f"{self.kind} has no {' and no '.join(told)}; it has {', '.join(kind.all)}")
        return self

    @property
    def sentence(self) -> str:
        """The rule in words, without a full stop."""
        allowed = (
            f" (up to {100 * self.share:.4g}% of the rows may {'be' if self.kind == 'not_null' else 'fail'})"
        )
        return _SENTENCES[self.kind](self) + (allowed if self.share else "")

    def canonical(self) -> dict[str, Any]:
        """Return what it says as plain JSON, without what its kind does not have."""
        known = {"kind", *KINDS[self.kind].all, *COMMON}
        return {name: value for name, value in self.model_dump(mode="json").items() if name in known}


COMMON = ("severity", "note", "enabled")
"""Fields that every kind has."""


def canonical_json(rules: Iterable[Rule]) -> str:
    """Write rules the same way each time.

    Examples
    --------
    >>> canonical_json([Rule(kind="row_count", minimum=1)])
    '[{"enabled":true,"kind":"row_count","maximum":null,"minimum":"1","note":"","severity":"warn"}]'
    """
    said = [rule.canonical() for rule in rules]
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_rules(content: Iterable[dict[str, Any]]) -> list[Rule]:
    """Read rules from plain values.

    Raises
    ------
    Invalid
        The sentence says which rule is wrong, and in what.
    """
    from labstudio.options import parse

    found = []
    for number, one in enumerate(content, start=1):
        try:
            found.append(parse(Rule, one))
        except Invalid as error:
            raise Invalid(f"Rule {number}: {error}") from None
    return found


def form_of(kind: str) -> dict[str, Any]:
    """Return the JSON schema of the form of one kind.

    Examples
    --------
    >>> list(form_of("regex")["properties"])
    ['columns', 'pattern', 'share', 'severity', 'note', 'enabled']
    """
    from labstudio.forms import form

    fields = form(Rule)["properties"]
    shown = (*KINDS[kind].all, *COMMON)
    needed = [
        *(["columns"] if KINDS[kind].columns != "none" and kind != "like_previous" else []),
        *KINDS[kind].needed,
    ]
    return {
        "type": "object",
        "properties": {name: fields[name] for name in shown},
        "required": needed,
        "additionalProperties": False,
    }


def _columns(rule: Rule) -> str:
    return " and ".join(repr(name) for name in rule.columns)


def _between(rule: Rule, what: str) -> str:
    low, high = rule.minimum or None, rule.maximum or None
    if low is None:
        return f"{what} at most {high}"
    return f"{what} at least {low}" if high is None else f"{what} between {low} and {high}"


def _listed(values: list[str]) -> str:
    shown = ", ".join(repr(value) for value in values[:8])
    return shown + (f" and {len(values) - 8} more" if len(values) > 8 else "")


def _like_previous(rule: Rule) -> str:
    limits = f"the number of rows changes by at most {100 * rule.change:.4g}%"
    if not rule.columns:
        return f"{limits} from the version before"
    return (
        f"{_columns(rule)} {'is' if len(rule.columns) == 1 else 'are'} like in the version before: "
        f"shift at most {rule.shift:g}, at most {100 * rule.gaps:.4g}% more missing; {limits}"
    )


_SENTENCES: dict[str, Any] = {
    "not_null": lambda rule: f"{_columns(rule)} is not missing",
    "unique": lambda rule: (
        f"{_columns(rule)} {'is unique' if len(rule.columns) == 1 else 'are unique together'}"
    ),
    "range": lambda rule: _between(rule, f"{_columns(rule)} is"),
    "set": lambda rule: f"{_columns(rule)} is one of {_listed(rule.values)}",
    "regex": lambda rule: f"{_columns(rule)} matches {rule.pattern}",
    "row_count": lambda rule: _between(rule, "the number of rows is"),
    "freshness": lambda rule: f"the newest {_columns(rule)} is at most {rule.days:g} days old",
    "foreign_key": lambda rule: f"{_columns(rule)} occurs in {rule.key!r} of {rule.other}",
    "expression": lambda rule: f"{rule.expression} holds in each row",
    "like_previous": _like_previous,
}
