"""JSON: one object a line, or an array of objects.

A value that is an object or a list is kept as JSON text, so nothing is lost and no row becomes several; a
recipe can take it apart. Only null means that nothing is known, unless `missing` says more.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from labstudio.data.dialect import plain_text
from labstudio.data.frames import Imported
from labstudio.data.options import ImportOptions
from labstudio.data.reading.cells import Cells
from labstudio.errors import Invalid

MOST_COLUMNS = 20_000
LONGEST = 64 << 20  # characters of one object
_CHUNK = 1 << 20


def begins_with_object(source: Path) -> bool:
    """Whether the file begins with an object of JSON, or with an array of them."""
    with source.open("rb") as file:
        start = file.read(_CHUNK).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"[":
        return start[1:].lstrip()[:1] == b"{"
    if start[:1] != b"{":
        return False
    try:
        json.JSONDecoder().raw_decode(start.decode(errors="ignore"))
    except (ValueError, RecursionError):
        return False
    return True


def from_json(
    source: Path, folder: Path, options: ImportOptions, known: Callable[[], bool], whole: bool = True
) -> Imported | None:
    """Read JSON lines or a JSON array into a Parquet file in `folder`; `known` as in ``from_csv``.

    Where only the beginning of a file is there, and not the `whole`, the last object may be cut off.
    """
    text = plain_text(source, folder, options.encoding)
    given = "missing" in options.model_fields_set
    cells = Cells(folder, options, set(options.missing) if given else set(), place="line")
    for number, found in objects(text.path, options.skip_rows, whole):
        names = [str(name) for name in found]
        if len(names) > MOST_COLUMNS:
            raise Invalid(
                f"line {number}: an object has {len(names):,} names; at most {MOST_COLUMNS:,} can be."
            )
        cells.add(number, names, [_plain(value) for value in found.values()])
        if cells.width > MOST_COLUMNS:
            raise Invalid(f"line {number}: there are more than {MOST_COLUMNS:,} different names by here.")
    return cells.finish({"format": "jsonl", "encoding": text.encoding}, known)


def objects(path: Path, skip: int = 0, whole: bool = True) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each object, and the line it begins in."""
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        line = 1 + sum(1 for _ in zip(range(skip), file, strict=False))
        buffer, at, ended, array, first = "", 0, False, False, True
        while True:
            start = _BLANK.match(buffer, at).end()  # type: ignore[union-attr]  # it always matches
            if array and not first and buffer[start : start + 1] == ",":
                start = _BLANK.match(buffer, start + 1).end()  # type: ignore[union-attr]
            found, end, error = None, 0, None
            if first and not array and buffer[start : start + 1] == "[":
                line, at, array = line + buffer.count("\n", at, start), start + 1, True
                continue
            if array and buffer[start : start + 1] == "]":
                return
            if start < len(buffer):
                try:
                    found, end = _DECODER.raw_decode(buffer, start)
                except (ValueError, RecursionError) as caught:
                    error = caught
            if ended and not whole and (error is not None or start == len(buffer)):
                return
            if error is not None and (ended or not _may_go_on(error, buffer) or len(buffer) - at > LONGEST):
                raise _broken(line + buffer.count("\n", at, start), buffer, start, error)
            # what ends where the buffer does may go on behind it, as 12 in 123
            if end and (ended or end < len(buffer)):
                line += buffer.count("\n", at, start)
                if not isinstance(found, dict):
                    raise Invalid(f"line {line}: an object {{…}} is needed here, not {str(found)[:40]!r}.")
                yield line, found
                line += buffer.count("\n", start, end)
                at, first = end, False
            elif not ended:
                chunk = file.read(max(_CHUNK, len(buffer) - at))
                buffer, at, ended = buffer[at:] + chunk, 0, not chunk
            elif array:
                raise Invalid(f"line {line}: the array is not closed; is the file complete?")
            else:
                return


def _may_go_on(error: Exception, buffer: str) -> bool:
    """Whether the error is at the end of what has been read so far."""
    return isinstance(error, json.JSONDecodeError) and (
        error.pos >= len(buffer) - 10 or "Unterminated" in error.msg
    )


def _broken(line: int, buffer: str, start: int, error: Exception) -> Invalid:
    if isinstance(error, json.JSONDecodeError):
        column = error.pos - buffer.rfind("\n", 0, error.pos)
        line += buffer.count("\n", start, error.pos)
        return Invalid(f"line {line}, column {column}: this is not JSON ({error.msg}); mend the line.")
    if isinstance(error, RecursionError):
        return Invalid(f"line {line}: the values are nested too deeply.")
    return Invalid(f"line {line}: {error}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"an object has the name {name[:100]!r} twice; mend it.")
    return found


def _no_constant(name: str) -> float:
    return float(name.replace("Infinity", "inf"))


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return value


_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
