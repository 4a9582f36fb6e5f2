"""A version as a Croissant card: JSON-LD by which catalogues and loaders know what it is and holds.

See https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html. The card names files relative to
itself: put beside the version's Parquet file, it can be loaded.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labstudio.data.about import About
    from labstudio.data.version import Version

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The terms of the specification; they stand in every card, which so can be read without the network."""

_TYPES = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "datetime": "sc:Date"}

PARQUET = "application/x-parquet"

_FORMATS = {".csv": "text/csv", ".tsv": "text/tab-separated-values", ".parquet": PARQUET,
            ".jsonl": "application/jsonlines", ".ndjson": "application/jsonlines",
            ".json": "application/json", ".txt": "text/plain",
            ".zip": "application/zip", ".gz": "application/gzip",
            ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip


def card(version: Version, about: About, *, original: bool, table_sha256: str) -> dict[str, Any]:
    """Return the card of a version.

    Parameters
    ----------
    version : Version
        What the card is of.
    about : About
        What is said of its asset.
    original : bool
        The bytes that the version was made from are kept beside its table.
    table_sha256 : str
        Of the Parquet file that goes with the card.

    Examples
    --------
    >>> import pandas as pd
    >>> from tempfile import mkdtemp
    >>> from labstudio import Workspace
    >>> ws = Workspace(mkdtemp())
    >>> card = ws.data.card(ws.data.add("people", pd.DataFrame({"age": [31, 47]})))
    >>> card["recordSet"][0]["field"][0]["dataType"], card["distribution"][0]["encodingFormat"]
    ('sc:Integer', 'application/x-parquet')
    """
    table = f"{_plain(version.name)}-{version.version}.parquet"
    files = []
    if version.kind == "table":
        files.append(_file(table, PARQUET, table_sha256, "The table."))
    if original and version.sha256 != version.table_sha256:
        name = _plain(PurePath(version.source).name or "original")
        kind = _FORMATS.get(PurePath(name).suffix.lower(), "application/octet-stream")
        name = name if name != table else f"original-{name}"
        files.append(_file(name, kind, version.sha256, "The bytes it was made from.", f"{version.size} B"))
    description = about.description or f"Version {version.version} of {version.name}, from {version.source}."
    moment = datetime.fromtimestamp(version.created, UTC)
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": _plain(version.name),
        "description": description,
        "version": f"{version.version}.0.0",
        "datePublished": moment.isoformat(),
        "creator": {"@type": "sc:Person", "name": about.owner or version.by},
        **({"keywords": list(about.tags)} if about.tags else {}),
        "isLiveDataset": False,
        "distribution": files,
        "recordSet": [_rows(version, table)] if version.kind == "table" and len(version.schema) else [],
    }


def _file(name: str, kind: str, sha256: str, description: str, size: str = "") -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "description": description,
        "contentUrl": name,
        **({"contentSize": size} if size else {}),
        "encodingFormat": kind,
        "sha256": sha256,
    }


def _rows(version: Version, table: str) -> dict[str, Any]:
    fields = []
    for place, column in enumerate(version.schema):
        # a column may be called anything: an id of the card may not
        name = column.name if column.name == _plain(column.name) else f"column-{place + 1}"
        fields.append(
            {
                "@type": "cr:Field",
                "@id": f"rows/{place + 1}-{name}",
                "name": name,
                "description": f"{column.name} ({column.semantic})",
                "dataType": _TYPES.get(column.physical, "sc:Text"),
                "source": {"fileObject": {"@id": table}, "extract": {"column": column.name}},
            }
        )
    return {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}


def _plain(name: str) -> str:
    """Names of a card are letters, digits, "-", "_" and "."."""
    return re.sub(r"[^a-zA-Z0-9_.-]+", "-", name).strip("-") or "data"
