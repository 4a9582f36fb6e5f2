"""Small functions that stand above exported code where the code uses them, and the imports they need."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from labstudio.data.recipes.formats import DATE, SIGNS
from labstudio.data.recipes.functions import NUMBER
from labstudio.data.recipes.steps.drawing import DRAWN

_SHARED = {
    "drawn": DRAWN,
    "number": f'''\
def number(text):
    """Read a number; what is none is missing."""
    if text in ("true", "false"):
        return float(text == "true")
    return float(text) if re.fullmatch(r"{NUMBER}", text) else None
''',
    "text": '''\
def text(value):
    """Write a value as text: 3.0 as 3, dates as 2026-11-23 18:30:00."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
''',
    "part": '''\
def part(text, separator, place):
    """Return one of the parts of a text; "" where there are fewer."""
    return [*text.split(separator), *[""] * place][place - 1]
''',
    "moment": f'''\
SIGNS = {SIGNS!r}


def moment(text, *formats):
    """Read a date by the first format that fits, or as ISO dates are written; what fits none is missing."""
    patterns = {{None: r"{DATE}"}}
    for form in formats:
        parts = enumerate(re.split("%(.)", form))
        patterns[form] = "".join(SIGNS[part] if place % 2 else re.escape(part) for place, part in parts)
    for form in formats or [None]:
        if re.fullmatch(patterns[form], text):
            try:
                return datetime.strptime(text, form) if form else datetime.fromisoformat(text)
            except ValueError:
                pass
''',
    "extract": '''\
def extract(texts, pattern):
    """Return what the group of a pattern finds; nothing found, or nothing in it, is missing."""
    found = pc.struct_field(pc.extract_regex(texts, pattern), 0)
    return pc.if_else(pc.equal(found, ""), None, found)
''',
}

PANDAS = {
    **_SHARED,
    "compute": '''\
def compute(function, *values, **options):
    """Call a function of pyarrow on whole columns; what is not a number is missing."""
    index = next(value.index for value in values if isinstance(value, pd.Series))
    made = function(*[pa.array(v) if isinstance(v, pd.Series) else pa.scalar(v) for v in values], **options)
    if pa.types.is_floating(made.type):
        made = pc.if_else(pc.is_nan(made), None, made)
    return pd.Series(pd.array(made, dtype=pd.ArrowDtype(made.type)), index=index)
''',
    "choose": '''\
def choose(*pairs, otherwise):
    """Take the value of the first condition that holds."""
    for condition, value in reversed(pairs):
        otherwise = compute(pc.if_else, condition.fillna(False), value, otherwise)
    return otherwise
''',
    "constant": '''\
def constant(df, value):
    """Return a column that has the same value in each row."""
    kind = pa.timestamp("us") if isinstance(value, datetime) else pa.scalar(value).type
    return pd.Series(pd.array([value] * len(df), dtype=pd.ArrowDtype(kind)), index=df.index)
''',
    "each": '''\
def each(function, column, kind):
    """Call a function on each value that is there."""
    made = [None if value is None else function(value) for value in pa.array(column).to_pylist()]
    return pd.Series(pd.array(made, dtype=pd.ArrowDtype(kind)), index=column.index)
''',
    "join": '''\
def join(df, other, on, how, take=None):
    """Join a table: keys by `on`, columns named by `take`; a missing key is equal to nothing."""
    left, right = pd.DataFrame({"i": range(len(df))}), pd.DataFrame({"j": range(len(other))})
    for n, (name, key) in enumerate(on.items()):
        one, two = df[name], other[key]
        if one.dtype != two.dtype:
            one, two = one.astype("float64[pyarrow]"), two.astype("float64[pyarrow]")
        left[f"key {n}"], right[f"key {n}"] = one, two
    keys = [f"key {n}" for n in range(len(on))]
    right = right.dropna(subset=keys)
    if how in ("semi", "anti"):
        matched = left.merge(right.drop_duplicates(keys), on=keys)["i"]
        return df[df.index.isin(matched) == (how == "semi")].reset_index(drop=True)
    pairs = left.merge(right, on=keys, how="inner" if how == "inner" else "left").sort_values(["i", "j"])
    made = df.iloc[pairs["i"]].reset_index(drop=True)
    more = other.reindex(pairs["j"]).reset_index(drop=True)[list(take)].set_axis(take.values(), axis=1)
    made = pd.concat([made, more], axis=1)
    if how == "outer":
        rest = other[~other.index.isin(pairs["j"])]
        names = [*zip(on.values(), on), *take.items()]
        rest = pd.DataFrame({to: rest[name] for name, to in names})
        made = pd.concat([made, rest], ignore_index=True)
    return made
''',
}
POLARS = {
    **_SHARED,
    "arrow": '''\
def arrow(function, *columns, **options):
    """Call a function of pyarrow on whole columns; what is not a number is missing."""

    def call(values):
        arrays = [value.to_arrow(compat_level=pl.CompatLevel.oldest()) for value in values]
        size = max(map(len, arrays)) if all(map(len, arrays)) else 0
        arrays = [array if len(array) == size else array[0] if size else array[:0] for array in arrays]
        made = pl.from_arrow(function(*arrays, **options))
        return made.fill_nan(None) if made.dtype.is_float() else made

    return pl.map_batches(list(columns), call)
''',
    "join": '''\
def join(df, other, on, how, take=None):
    """Join a table: keys by `on`, columns named by `take`; a missing key is equal to nothing."""
    keys = {name: f"key {n}" for n, name in enumerate(on)}
    right = [other[key].alias(keys[name]) for name, key in on.items()]
    right = pl.DataFrame(right + [other[name].alias(to) for name, to in (take or {}).items()])
    kinds = [df[a].dtype if df[a].dtype == right[b].dtype else pl.Float64 for a, b in keys.items()]
    left = [pl.col(name).cast(kind) for name, kind in zip(keys, kinds)]
    same = [pl.col(name).cast(kind) for name, kind in zip(keys.values(), kinds)]
    kind = "left" if how == "outer" else how
    told = {} if how in ("semi", "anti") else {"coalesce": False, "maintain_order": "left_right"}
    made = df.join(right, left_on=left, right_on=same, how=kind, **told)
    made = made.drop(keys.values(), strict=False)
    if how == "outer":
        rest = right.join(df, left_on=same, right_on=left, how="anti").rename({b: a for a, b in keys.items()})
        made = pl.concat([made, rest], how="diagonal_relaxed")
    return made
''',
}

_IMPORTS = {
    "re": "import re",
    "datetime": "from datetime import datetime",
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "pl": "import polars as pl",
    "pa": "import pyarrow as pa",
    "pc": "import pyarrow.compute as pc",
}


def with_prelude(lines: Sequence[str], known: dict[str, str]) -> str:
    """Put above a script the imports and functions that it uses, and nothing else.

    Examples
    --------
    >>> print(with_prelude(["x = np.zeros(3)"], PANDAS))
    import numpy as np
    <BLANKLINE>
    x = np.zeros(3)
    <BLANKLINE>
    """
    body, used = "\n".join(lines), list[str]()
    waiting = [body]
    while waiting:
        for name in sorted(_names(waiting.pop())):
            if name in known and name not in used:
                used.append(name)
                waiting.append(known[name])
    functions = [known[name] for name in known if name in used]
    needed = _names("\n".join([*functions, body]))
    imports = [code for name, code in _IMPORTS.items() if name in needed]
    own = "\n".join([code for code in imports if code.partition(" ")[2][:2] in ("re", "da")])
    others = "\n".join([code for code in imports if code not in own.split("\n")])
    head = "\n\n".join(part for part in (own, others) if part)
    return "\n\n\n".join([head, *(function.rstrip() for function in functions)]) + (
        f"\n\n\n{body}\n" if functions else f"\n\n{body}\n"
    )


def _names(code: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
