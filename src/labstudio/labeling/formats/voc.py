"""Pascal VOC: an XML file an image, boxes by their edges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from labstudio.errors import Invalid
from labstudio.labeling.formats.geometry import box, corners, hull, rounded
from labstudio.labeling.formats.record import (
    Names,
    Read,
    Record,
    Writing,
    Written,
    attributes_of,
    inside,
    label_names,
    number,
)  # fmt: skip


def write_voc(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``Annotations/…xml``.

    A rotated box goes out as the upright one around it, and as ``robndbox`` (centre, size and angle in
    radians) for readers that know it. Attributes are written as CVAT does. Polygons cannot be written.
    """
    writing, names, files, written = Writing(records), Names(labels), {}, 0
    for record in writing.each("shapes", _no_image):
        path = inside("Annotations", record.file, ".xml")
        if path in files:
            writing.drop(record, f"{path} belongs to an image of the same name already")
            continue
        root = ET.Element("annotation")
        ET.SubElement(root, "filename").text = _text(str(record.file))
        size = ET.SubElement(root, "size")
        for name, edge in (("width", record.width), ("height", record.height), ("depth", 3)):
            ET.SubElement(size, name).text = str(edge)
        ET.SubElement(root, "segmented").text = "0"
        for shape in (record.value or {}).get("shapes", ()):
            if shape["kind"] != "box":
                writing.drop(record, "a polygon cannot be written; this format holds boxes")
                continue
            told = ET.SubElement(root, "object")
            ET.SubElement(told, "name").text = _text(names(shape["label"]))
            for name, word in (("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
                ET.SubElement(told, name).text = word
            x, y, w, h = hull(corners(shape))
            edges = {"xmin": x, "ymin": y, "xmax": rounded(x + w), "ymax": rounded(y + h)}
            _numbers(ET.SubElement(told, "bndbox"), edges)
            if shape.get("attributes"):
                listed = ET.SubElement(told, "attributes")
                for name, word in shape["attributes"].items():
                    one = ET.SubElement(listed, "attribute")
                    ET.SubElement(one, "name").text = _text(name)
                    ET.SubElement(one, "value").text = _text(word)
            if shape.get("rotation"):
                centre = {"cx": shape["x"] + shape["w"] / 2, "cy": shape["y"] + shape["h"] / 2}
                turned = {"w": shape["w"], "h": shape["h"], "angle": math.radians(shape["rotation"])}
                _numbers(ET.SubElement(told, "robndbox"), centre | turned)
        ET.indent(root)
        files[path] = ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
        written += 1
    return writing.done(files, written)


def read_voc(files: Mapping[str, bytes]) -> Read:
    """Read all XML files."""
    records = []
    for path, data in files.items():
        if not path.lower().endswith(".xml"):
            continue
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise Invalid(
                f"{path} declares entities, which annotations do not need; take the declaration out."
            )
        try:
            root = ET.fromstring(data)
        except (ET.ParseError, ValueError, LookupError) as error:
            raise Invalid(f"{path} is no XML file: {error}.") from None
        file = root.findtext("filename") or PurePosixPath(path).with_suffix("").name
        shapes = [_box(told, f"An object of {path}") for told in root.iter("object")]
        width, height = (
            int(number(root.findtext(f"size/{name}"), f"The {name} in {path}"))
            for name in ("width", "height")
        )
        records.append(Record(file, {"shapes": shapes}, file=file, width=width, height=height))
    return Read(tuple(records), label_names(records))


def _box(told: ET.Element, where: str) -> dict[str, Any]:
    label = told.findtext("name") or ""
    if not label:
        raise Invalid(f"{where} has no name.")
    said = attributes_of(
        {one.findtext("name") or "": one.findtext("value") or "" for one in told.iter("attribute")}
    )
    turned = told.find("robndbox")
    if turned is not None:
        cx, cy, w, h, angle = (
            number(turned.findtext(name), where) for name in ("cx", "cy", "w", "h", "angle")
        )
        return box(cx - w / 2, cy - h / 2, w, h, label, math.degrees(angle)) | said
    names = ("xmin", "ymin", "xmax", "ymax")
    left, top, right, bottom = (number(told.findtext(f"bndbox/{name}"), where) for name in names)
    return box(left, top, right - left, bottom - top, label) | said


def _numbers(parent: ET.Element, told: Mapping[str, float]) -> None:
    for name, value in told.items():
        ET.SubElement(parent, name).text = repr(float(value)).removesuffix(".0")


def _text(told: str) -> str:
    """Leave out control characters, which XML cannot hold."""
    return "".join(sign for sign in told if sign >= " " or sign in "\t\n")


def _no_image(record: Record) -> str | None:
    return None if record.file and record.width and record.height else "it is no image of a known size"
