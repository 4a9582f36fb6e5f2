"""Views of data assets and of predictions made from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labstudio.display import files, wording
from labstudio.display.bundle import Block, Bundle, Facts, Heading, Line, Shape, Table
from labstudio.errors import Invalid

if TYPE_CHECKING:
    import pandas as pd

    from labstudio.data import Version
    from labstudio.data.associations import Relations
    from labstudio.data.profile import ColumnProfile
    from labstudio.onnx import OnnxModel

PREVIEW_ROWS, PREVIEW_COLUMNS = 8, 8
MOST_FINDINGS = 20


def assets(found: Sequence[Version]) -> Bundle:
    """List data assets, the newest version of each."""
    if not found:
        return Bundle(Line("No data yet. %data add NAME PATH adds a file."))
    rows = [
        [
            item.ref,
            wording.number(item.rows) if item.kind == "table" else "–",
            len(item.schema) if item.kind == "table" else what(item),
            wording.size(item.size),
            wording.ago(item.created),
        ]
        for item in found
    ]
    headers = ["data", "rows", "columns", "size", "added"]
    return Bundle(Heading("Data", str(len(rows))), Table(headers, rows, right=headers[1:]))


def version(found: Version) -> Bundle:
    """Show one version: where it is from, its columns and its first rows."""
    shape = f"{found.rows:,} × {len(found.schema)}" if found.kind == "table" else what(found)
    return Bundle(
        Heading(found.ref, shape),
        *((Line("It was there already; nothing was added."),) if found.existed else ()),
        Facts(
            {
                "source": wording.cut(wording.name(found.source or "a frame"), 60),
                "size": wording.size(found.size),
                "added": f"{wording.ago(found.created)} by {found.by}",
            }
        ),
        *(
            (first_rows(found.frame().head(PREVIEW_ROWS)),)
            if found.kind == "table"
            else files.contents(found)
        ),
    )


def what(found: Version) -> str:
    """Say in a word or two what a version holds that is no table."""
    return "1 file" if found.rows == 1 else f"{found.rows:,} files"


def profile(found: Version, related: Relations | None = None) -> Bundle:
    """Show what each column holds, what is to be looked at, and what the columns say of a target."""
    from labstudio.data.findings import findings

    known = found.profile
    rows = [
        [
            column.name,
            _type(column),
            f"{column.missing / known.rows:.1%}" if column.missing else "–",
            ("~" if known.estimated and column.zeros is None else "") + wording.number(column.distinct),
            wording.number(column.minimum),
            wording.number(column.quantiles.get("0.5")),
            wording.number(column.maximum),
            _shape(column),
        ]
        for column in known.columns
    ]
    headers = ["column", "type", "missing", "distinct", "smallest", "median", "largest", "shape"]
    facts = f"{found.rows:,} × {len(found.schema)}"
    blocks: list[Block] = [
        Heading(f"Profile of {found.ref}", facts),
        Table(headers, rows, right=headers[2:7], width=32),
    ]
    if related is not None:
        blocks += _relations(related)
    noted = findings(known, related)
    if noted:
        blocks.append(Heading("To look at", str(len(noted))))
        said = [[one.column or "all columns", one.sentence, one.suggestion] for one in noted]
        blocks.append(Table(["where", "what", "what to do"], said[:MOST_FINDINGS], width=90))
        if len(noted) > MOST_FINDINGS:
            blocks.append(Line(f"and {len(noted) - MOST_FINDINGS} more"))
    return Bundle(*blocks)


_MEASURES = {"auc": "AUC", "r2": "R²", "information": "information"}


def _relations(related: Relations) -> list[Block]:
    rows = [
        [one.column, f"{_MEASURES[one.measure]} {one.score:.3f}", "may hold the answer" if one.leak else ""]
        for one in related.columns[:MOST_FINDINGS]
    ]
    facts = f"each column alone, {related.sampled:,} rows"
    return [Heading(f"What says something of {related.target}", facts), Table(["column", "score", ""], rows)]


def _type(column: ColumnProfile) -> str:
    kinds = [kind for kind, _ in column.meanings if kind not in (column.semantic, "date")]
    return f"{column.semantic} ({kinds[0]})" if kinds else column.semantic


def _shape(column: ColumnProfile) -> Shape | str:
    """Draw a histogram, or name the most frequent values."""
    if len(column.counts) > 1:
        return Shape([sum(column.counts[i : i + 2]) for i in range(0, len(column.counts), 2)])
    return ", ".join(f"{wording.cut(wording.name(value), 16)} {count:,}" for value, count in column.top[:2])


def predict(model: OnnxModel, frame: pd.DataFrame, *, proba: bool = False) -> pd.DataFrame:
    """Predict as a table: the rows as they came, behind the prediction and the probabilities.

    Raises
    ------
    Invalid
        Probabilities are asked of a regression, or a column of `frame` is missing or unfit.
    """
    import pandas as pd

    found = {"prediction": model.predict(frame)}
    if proba:
        if model.classes is None:
            raise Invalid("A regression gives values, no probabilities; leave --proba out.")
        columns = model.predict_proba(frame).T
        found |= {f"probability {name}": column for name, column in zip(model.classes, columns, strict=True)}
    # the studio's own columns win over columns of the same name
    rest = frame.loc[:, [name not in found for name in frame.columns]]
    return pd.concat([pd.DataFrame(found, index=frame.index), rest], axis=1)


def predictions(frame: pd.DataFrame, title: str) -> Bundle:
    """Show the first rows of predictions."""
    return Bundle(Heading(title, f"{len(frame):,} rows"), first_rows(frame.head(PREVIEW_ROWS)))


def first_rows(frame: pd.DataFrame) -> Table:
    """Show the rows of a small frame, its first columns."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    count = frame.shape[1]
    parts = [frame.iloc[:, i] for i in range(min(count, PREVIEW_COLUMNS))]
    names = [wording.cut(wording.name(part.name), 32) for part in parts]
    # a duplicate name in `right` aligns both; numbers keep their own digits, so a year is not "2,007"
    right = [
        n
        for n, p in zip(names, parts, strict=True)
        if is_numeric_dtype(p.dtype) and not is_bool_dtype(p.dtype)
    ]
    cells = [[_cell(value) for value in part] for part in parts]
    more = [f"and {count - PREVIEW_COLUMNS} more"] if count > PREVIEW_COLUMNS else []
    rows = [[*row, *("" for _ in more)] for row in zip(*cells, strict=True)] if cells else []
    return Table([*names, *more], rows, right=right, width=32)


def _cell(value: object) -> str:
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return "–"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.10g}"
    return wording.name(value)
