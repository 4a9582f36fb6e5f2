"""What is to be looked at in a table before it is used, and what could be done. Knows profiles only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labstudio.data.associations import Relations
    from labstudio.data.profile import ColumnProfile, Profile

MANY_MISSING = 0.2
NEAR_UNIQUE = 0.95
SKEWED = 3.0
FAR_OUTSIDE = 0.001
_FEW_ROWS = 20  # below it nothing but emptiness is said
_ORDER = ("leak", "empty", "constant", "missing", "duplicates", "infinite", "variants", "near_unique",
          "outliers", "skew")  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing to look at.

    Attributes
    ----------
    kind : str
        ``"leak"``, ``"empty"``, ``"constant"``, ``"missing"``, ``"duplicates"``, ``"infinite"``,
        ``"variants"``, ``"near_unique"``, ``"outliers"`` or ``"skew"``.
    column : str or None
        None where it is about whole rows.
    alert : bool
        It mostly has to be mended; otherwise it is good to know.
    """

    kind: str
    column: str | None
    sentence: str
    suggestion: str
    alert: bool = True


def findings(profile: Profile, related: Relations | None = None) -> list[Finding]:
    """Say what is to be looked at, the most important first.

    Examples
    --------
    >>> from labstudio.data.profile import ColumnProfile, Profile
    >>> column = ColumnProfile("age", "number", "number", missing=400, distinct=60)
    >>> findings(Profile(1000, False, (column,)))[0].sentence
    '40.0 % of its values are missing'
    """
    found = _leaks(related) if related else []
    if profile.duplicates:
        about = "about " if profile.duplicates_estimated else ""
        found.append(
            Finding(
                "duplicates",
                None,
                f"{about}{profile.duplicates:,} rows stood before, exactly so".capitalize(),
                "Remove duplicated rows in a recipe, unless each is an event of its own.",
                profile.duplicates > 0.01 * profile.rows,
            )
        )
    for column in profile.columns:
        found += _of(column, profile.rows)
    return sorted(found, key=lambda one: _ORDER.index(one.kind))


def _leaks(related: Relations) -> list[Finding]:
    said = f"By itself it says nearly all of {related.target}"
    todo = "Leave it out if it is known only after the target is."
    return [Finding("leak", one.column, said, todo) for one in related.columns if one.leak]


def _of(column: ColumnProfile, rows: int) -> Iterator[Finding]:
    present = rows - column.missing

    def finding(kind: str, sentence: str, suggestion: str, alert: bool = True) -> Finding:
        return Finding(kind, column.name, sentence, suggestion, alert)

    if not present:
        yield finding("empty", "It holds no values", "Remove it.")
        return
    if column.distinct == 1 and rows > 1 and not column.missing:
        yield finding("constant", "It holds one value only", "Remove it: it tells no row from another.")
        return
    if column.missing > MANY_MISSING * rows:
        yield finding(
            "missing",
            f"{100 * column.missing / rows:.1f} % of its values are missing",
            "Find out why; fill them with a constant or remove the column.",
        )
    if column.infinite:
        yield finding("infinite", f"{column.infinite:,} values are infinite", "Replace them by missing.")
    if column.variants:
        yield finding(
            "variants",
            f"{column.variants:,} values differ from another only by upper and lower case or blanks",
            "Trim the text and write it in one case.",
        )
    if rows < _FEW_ROWS:
        return
    texts = column.length_max is not None
    if texts and column.semantic != "text" and column.distinct > NEAR_UNIQUE * present:
        yield finding(
            "near_unique",
            "Nearly all of its values differ",
            "Use it to join or to name rows, not to learn from.",
            False,
        )
    if column.outliers and column.outliers > FAR_OUTSIDE * present:
        yield finding(
            "outliers",
            f"{column.outliers:,} values lie far outside the middle half",
            "Look at them; clip them where they are errors.",
            False,
        )
    if column.skew is not None and abs(column.skew) > SKEWED:
        yield finding(
            "skew",
            f"Its values are skewed to the {'right' if column.skew > 0 else 'left'} ({column.skew:.1f})",
            "Draw it on a logarithmic scale, or take its logarithm.",
            False,
        )
