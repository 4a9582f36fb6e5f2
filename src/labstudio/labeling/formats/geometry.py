"""Boxes and polygons as the formats tell them. Rotation is in degrees clockwise about the centre of a box."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Point = tuple[float, float]


def rounded(value: float) -> float:
    """Return a coordinate to a millionth of a pixel, and no -0."""
    return round(float(value), 6) + 0.0


def corners(box: Mapping[str, Any]) -> list[Point]:
    """Return the corners of a box as it is turned: upper left first, clockwise.

    Examples
    --------
    >>> corners({"x": 0, "y": 0, "w": 4, "h": 2, "rotation": 90})
    [(3.0, -1.0), (3.0, 3.0), (1.0, 3.0), (1.0, -1.0)]
    """
    x, y, w, h = (float(box[name]) for name in ("x", "y", "w", "h"))
    turn = math.radians(float(box.get("rotation") or 0))
    cos, sin = math.cos(turn), math.sin(turn)
    centre = (x + w / 2, y + h / 2)
    around = [(-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2)]
    return [
        (rounded(centre[0] + dx * cos - dy * sin), rounded(centre[1] + dx * sin + dy * cos))
        for dx, dy in around
    ]


def box_of(points: Sequence[Point]) -> dict[str, float] | None:
    """Return the box that has these four corners, upper left first and clockwise; None if none has."""
    if len(points) != 4:
        return None
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    w, h = math.hypot(bx - ax, by - ay), math.hypot(dx - ax, dy - ay)
    slack = 1e-4 * max(w, h, 1)
    square = abs((bx - ax) * (dx - ax) + (by - ay) * (dy - ay)) <= slack * max(w, h)
    if not (square and math.hypot(ax + cx - bx - dx, ay + cy - by - dy) <= slack and w > 0 and h > 0):
        return None
    if (bx - ax) * (dy - ay) - (by - ay) * (dx - ax) <= 0:
        return None
    middle = ((ax + cx) / 2, (ay + cy) / 2)
    turn = rounded(math.degrees(math.atan2(by - ay, bx - ax)))
    return {
        "x": rounded(middle[0] - w / 2), "y": rounded(middle[1] - h / 2), "w": rounded(w), "h": rounded(h),
        "rotation": turn,
    }  # fmt: skip


def rings_of(shape: Mapping[str, Any]) -> list[list[Point]]:
    """Return the outline of a shape, the outer ring first."""
    if shape["kind"] == "box":
        return [corners(shape)]
    return [[(float(x), float(y)) for x, y in ring] for ring in shape["rings"]]


def hull(points: Sequence[Point]) -> tuple[float, float, float, float]:
    """Return x, y, w, h of the upright box around points."""
    across, down = [x for x, _ in points], [y for _, y in points]
    left, top = min(across), min(down)
    return rounded(left), rounded(top), rounded(max(across) - left), rounded(max(down) - top)


def area(ring: Sequence[Point]) -> float:
    """Return the area within a ring."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return rounded(abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2)


def box(
    x: float, y: float, w: float, h: float, label: str, rotation: float = 0.0, id: str = ""
) -> dict[str, Any]:
    """Make a box as it is kept."""
    place = {
        "x": rounded(x),
        "y": rounded(y),
        "w": rounded(w),
        "h": rounded(h),
        "rotation": rounded(rotation),
    }
    return {**({"id": id} if id else {}), "kind": "box", "label": label, **place}


def polygon(rings: Sequence[Sequence[Point]], label: str, id: str = "") -> dict[str, Any]:
    """Make a polygon as it is kept."""
    told = [[[rounded(x), rounded(y)] for x, y in ring] for ring in rings]
    return {**({"id": id} if id else {}), "kind": "polygon", "label": label, "rings": told}
