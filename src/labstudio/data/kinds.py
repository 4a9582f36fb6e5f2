"""Whether something is kept as a table, as a file or as a folder, where a person does not say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from labstudio.data.options import ImportOptions

Kind = Literal["table", "file", "folder"]

_TABLE = re.compile(
    r"\.(csv|tsv|tab|psv|txt|dat|data|parquet|pq|jsonl|ndjson|json|xlsx|xls|fwf|gz|zip)$", re.I
)


def kind_of(path: Path, called: str, options: ImportOptions) -> Kind:
    """Say what a path is kept as: folders as folders, what may be a table as one, everything else as a file.

    `called` is the name of an upload, whose path says nothing.

    Examples
    --------
    >>> [kind_of(Path(name), "", ImportOptions()) for name in ("a.csv", "train.ipynb", "iris", "/tmp")]
    ['table', 'file', 'table', 'folder']
    """
    if path.is_dir():
        return "folder"
    name = Path(called or path.name).name
    told = options.model_dump(exclude_defaults=True)
    if told or _TABLE.search(name) or not Path(name).suffix:
        return "folder" if not told and _is_tree(path) else "table"
    return "file"


def _is_tree(path: Path) -> bool:
    """Whether it is an archive of several files of which none is a table: pictures, texts."""
    from labstudio.data.reading import archives

    return archives.is_tree(path)
