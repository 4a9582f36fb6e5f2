"""COCO: one JSON file of images, categories and annotations. Images without shapes stay in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labstudio.errors import Invalid
from labstudio.labeling.formats.geometry import area, box, hull, polygon, rings_of
from labstudio.labeling.formats.record import (
    Dropped,
    Names,
    Read,
    Record,
    Writing,
    Written,
    attributes_of,
    dumped,
    number,
    only_file,
    parsed,
)  # fmt: skip

_OURS = {"box", "rotation", "rings"}  # attributes that say what a shape was


def write_coco(records: Iterable[Record], labels: Mapping[str, str]) -> Written:
    """Write ``annotations.json``.

    Ids are 1, 2, … in the order of labels and records. A rotated box goes out as a polygon, of a polygon with
    holes the outer ring; what they were stands in ``attributes``, beside those that people gave.
    """
    writing, names = Writing(records), Names(labels)
    images: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    for record in writing.each("shapes", _no_image):
        image = {
            "id": len(images) + 1,
            "file_name": record.file,
            "width": record.width,
            "height": record.height,
        }
        images.append(image | ({"key": record.key} if record.key != record.file else {}))
        for shape in (record.value or {}).get("shapes", ()):
            rings = rings_of(shape)
            upright = shape["kind"] == "box" and not shape.get("rotation")
            bbox = [shape[name] for name in "xywh"] if upright else list(hull(rings[0]))
            told: dict[str, Any] = {
                "id": len(shapes) + 1,
                "image_id": image["id"],
                "category_id": names.place(shape["label"]) + 1,
                "bbox": bbox,
                "area": area(rings[0]) - sum(area(ring) for ring in rings[1:]),
                "segmentation": [] if upright else [[value for point in rings[0] for value in point]],
                "iscrowd": 0,
            }
            was: dict[str, Any] = {}
            if shape["kind"] == "box" and not upright:
                was = {"box": [shape[name] for name in "xywh"], "rotation": shape["rotation"]}
            elif len(rings) > 1:
                was = {"rings": shape["rings"]}
            attributes = dict(shape.get("attributes") or {})
            for name in sorted(attributes.keys() & _OURS):
                writing.drop(record, f"an attribute called {name} cannot be written; the format has its own")
                del attributes[name]
            if attributes or was:
                told["attributes"] = attributes | was
            shapes.append(told | ({"score": record.score} if record.score is not None else {}))
    categories = [{"id": place, "name": name} for place, name in enumerate(names.order, start=1)]
    whole = {"info": {}, "licenses": [], "images": images, "annotations": shapes, "categories": categories}
    return writing.done({"annotations.json": dumped(whole, 1).encode()}, len(images))


def read_coco(files: Mapping[str, bytes]) -> Read:
    """Read boxes and polygons; masks in run lengths and crowds are left out, and said so."""
    name, data = only_file(files, ".json")
    whole = parsed(data, name)
    try:
        categories = {one["id"]: str(one["name"]) for one in whole["categories"]}
        images = {one["id"]: one for one in whole["images"]}
        told = list(whole.get("annotations", ()))
        for image in images.values():
            image["file_name"] = str(image["file_name"])
    except (KeyError, TypeError, AttributeError):
        raise Invalid(f"{name} is not in COCO's form: it needs images, annotations and categories.") from None
    dropped: list[Dropped] = []
    shapes: dict[Any, list[dict[str, Any]]] = {one: [] for one in images}
    scores: dict[Any, float] = {}
    for shape in told:
        image = images.get(shape.get("image_id")) if isinstance(shape, dict) else None
        if image is None or shape.get("category_id") not in categories:
            raise Invalid(f"{name} has an annotation of an image or a category that it does not have.")
        label = categories[shape["category_id"]]
        outlines, told_of = shape.get("segmentation") or [], shape.get("attributes")
        attributes = told_of if isinstance(told_of, dict) else {}
        where = f"A shape of {image['file_name']}"
        if shape.get("iscrowd") or isinstance(outlines, dict):
            dropped.append(Dropped(str(image["file_name"]), "a mask in run lengths is no box and no polygon"))
            continue
        if "rotation" in attributes and "box" in attributes:
            x, y, w, h = _four(attributes["box"], where)
            found = [box(x, y, w, h, label, number(attributes["rotation"], where))]
        elif "rings" in attributes:
            found = [polygon(attributes["rings"], label)]
        elif outlines:
            flat = [[number(one, where) for one in ring] for ring in outlines]
            found = [polygon([list(zip(ring[::2], ring[1::2], strict=False))], label) for ring in flat]
        else:
            x, y, w, h = _four(shape.get("bbox"), where)
            found = [box(x, y, w, h, label)]
        said = attributes_of({name: one for name, one in attributes.items() if name not in _OURS})
        shapes[image["id"]] += [one | said for one in found]
        if "score" in shape:
            score = number(shape["score"], where)
            scores[image["id"]] = min(score, scores.get(image["id"], score))
    records = tuple(
        Record(
            str(image.get("key", image["file_name"])),
            {"shapes": shapes[one]},
            file=image["file_name"],
            width=image.get("width"),
            height=image.get("height"),
            score=scores.get(one),
        )
        for one, image in images.items()
    )
    return Read(records, tuple(categories.values()), tuple(dropped))


def _four(told: Any, where: str) -> tuple[float, float, float, float]:
    if not isinstance(told, list) or len(told) != 4:
        raise Invalid(f"{where} has no box of four numbers.")
    x, y, w, h = (number(one, where) for one in told)
    return x, y, w, h


def _no_image(record: Record) -> str | None:
    return None if record.file and record.width and record.height else "it is no image of a known size"
