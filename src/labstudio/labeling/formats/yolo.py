"""YOLO: a text file an image, a line a shape, in parts of width and height, classes by their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from labstudio.errors import Invalid
from labstudio.labeling.formats.geometry import box, box_of, polygon, rings_of
from labstudio.labeling.formats.record import (
    Dropped,
    Names,
    Read,
    Record,
    Writing,
    Written,
    decoded,
    dumped,
    inside,
    number,
)  # fmt: skip

_DIGITS = 10
Size = tuple[int, int]


def write_yolo(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``labels/…txt`` beside ``data.yaml`` and ``classes.txt``.

    Upright boxes are written as centre and size; as soon as one shape is rotated or a polygon, all are
    written as outlines (of segmentation and oriented boxes), since one set holds one kind. Holes cannot be
    written.
    """
    writing, names, files = Writing(records), Names(labels), {}
    kept = writing.each("shapes", lambda one: None if _sized(one) else "it is no image of a known size")
    shapes = [shape for record in kept for shape in (record.value or {}).get("shapes", ())]
    outlines = any(shape["kind"] == "polygon" or shape.get("rotation") for shape in shapes)
    written = 0
    for record in kept:
        path = inside("labels", record.file, ".txt")
        if path in files:
            writing.drop(record, f"{path} belongs to an image of the same name already")
            continue
        writing.drop_attributes(record)
        lines, (width, height) = [], (float(record.width or 1), float(record.height or 1))
        for shape in (record.value or {}).get("shapes", ()):
            rings, place = rings_of(shape), names.place(shape["label"])
            if len(rings) > 1:
                writing.drop(record, "the holes of a polygon cannot be written; its outer ring was")
            if outlines:
                told = [part for x, y in rings[0] for part in (x / width, y / height)]
            else:
                x, y, w, h = (float(shape[name]) for name in "xywh")
                told = [(x + w / 2) / width, (y + h / 2) / height, w / width, h / height]
            lines.append(" ".join([str(place), *(f"{one:.{_DIGITS}f}" for one in told)]) + "\n")
        files[path] = "".join(lines).encode()
        written += 1
    files["classes.txt"] = "".join(f"{name}\n" for name in names.order).encode()
    listed = "".join(f"  {place}: {dumped(name)}\n" for place, name in enumerate(names.order))
    files["data.yaml"] = f"path: .\ntrain: images\nval: images\nnames:\n{listed}".encode()
    return writing.done(files, written)


def read_yolo(files: Mapping[str, bytes], sizes: Mapping[str, Size]) -> Read:
    """Read boxes and outlines; four corners of a right angle are a rotated box.

    Parameters
    ----------
    files : mapping of path to bytes
        The text files, and ``classes.txt`` (or another list of names, ``obj.names``).
    sizes : mapping of file name to (width, height)
        Of the images, upright: YOLO tells parts of them only.
    """
    listed = [
        data for name, data in files.items() if PurePosixPath(name).name in ("classes.txt", "obj.names")
    ]
    if len(listed) != 1:
        raise Invalid(
            "The names of the classes are read from classes.txt, a name a line; give that file too."
        )
    classes = tuple(line.strip() for line in decoded(listed[0], "classes.txt").splitlines() if line.strip())
    stems = {str(PurePosixPath(name).with_suffix("")): name for name in sizes}
    records, dropped = [], []
    for path, data in files.items():
        if not path.endswith(".txt") or PurePosixPath(path).name == "classes.txt":
            continue
        stem = str(PurePosixPath(path.removeprefix("labels/")).with_suffix(""))
        image = stems.get(stem) or stems.get(PurePosixPath(stem).name)
        if image is None:
            dropped.append(Dropped(path, "there is no image of that name"))
            continue
        lines = [line.split() for line in decoded(data, path).splitlines() if line.strip()]
        shapes = [
            _shape(line, classes, sizes[image], f"Line {at} of {path}") for at, line in enumerate(lines, 1)
        ]
        width, height = sizes[image]
        records.append(Record(image, {"shapes": shapes}, file=image, width=width, height=height))
    return Read(tuple(records), classes, tuple(dropped))


def _shape(parts: list[str], classes: tuple[str, ...], size: Size, where: str) -> dict[str, Any]:
    told = [number(one, where) for one in parts]
    if not told or not 0 <= told[0] < len(classes) or told[0] != int(told[0]):
        raise Invalid(f"{where} names class {parts[0]!r}, but classes.txt has {len(classes)} names.")
    label, (width, height), rest = classes[int(told[0])], size, told[1:]
    if len(rest) in (4, 5):  # the fifth is how sure a model is
        x, y, w, h = rest[0] * width, rest[1] * height, rest[2] * width, rest[3] * height
        return box(x - w / 2, y - h / 2, w, h, label)
    if len(rest) < 6 or len(rest) % 2:
        raise Invalid(f"{where} has {len(rest)} numbers; four are a box, six or more in pairs an outline.")
    points = [(x * width, y * height) for x, y in zip(rest[::2], rest[1::2], strict=True)]
    found = box_of(points)
    if found is not None:
        return box(found["x"], found["y"], found["w"], found["h"], label, found["rotation"])
    return polygon([points], label)


def _sized(record: Record) -> bool:
    return bool(record.file and record.width and record.height)
