"""Boxes in layers with arrows between them: how things are connected. The places are computed here, for all forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from shared.charts import EMPTY, Label
from shared.charts.shapes import Chart

MOST_ABREAST = 5
"""Boxes that stand side by side before a layer goes on in a second row."""


@dataclass(frozen=True, slots=True)
class Box:
    key: str
    name: Label
    note: Label = EMPTY
    """Small, below the name: kind, technology."""
    layer: Label = EMPTY
    is_outside: bool = False
    """Not ours: drawn with a dashed line."""


@dataclass(frozen=True, slots=True)
class Arrow:
    source: str
    target: str
    name: Label


@dataclass(frozen=True, slots=True)
class Place:
    """Middle of a box: `x` 0 … 1 over the width, `row` from 0."""

    x: float
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes(Chart):
    """Components by layer, the layers in the order of their first one, and numbered connections."""

    shape: ClassVar[str] = "boxes"
    in_rows: ClassVar[frozenset[str]] = frozenset({"boxes", "arrows"})

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...] = ()

    def places(self) -> dict[str, Place]:
        """Where each box stands."""
        order = {layer: at for at, layer in enumerate(dict.fromkeys(box.layer for box in self.boxes))}
        found: dict[str, Place] = {}
        row = 0
        for _, members in groupby(sorted(self.boxes, key=lambda box: order[box.layer]), key=lambda box: box.layer):
            for abreast in _rows(list(members)):
                found.update({box.key: Place((at + 0.5) / len(abreast), row) for at, box in enumerate(abreast)})
                row += 1
        return found

    def rows(self, language: str) -> list[dict[str, Any]]:
        places = self.places()
        boxes = [
            {
                "kind": "box", "key": box.key, "name": box.name.of(language), "note": box.note.of(language),
                "layer": box.layer.of(language), "x": round(places[box.key].x, 4), "row": places[box.key].row,
            }
            for box in self.boxes
        ]  # fmt: skip
        arrows = [
            {
                "kind": "arrow",
                "number": number,
                "source": one.source,
                "target": one.target,
                "name": one.name.of(language),
            }
            for number, one in enumerate(self.arrows, 1)
        ]  # fmt: skip
        return [*boxes, *arrows]

    def drawn(self, language: str) -> dict[str, Any]:
        places = self.places()
        return {
            **Chart.drawn(self, language),
            "places": {key: {"x": place.x, "row": place.row} for key, place in places.items()},
            "height": max(place.row for place in places.values()) + 1,
        }


def _rows(boxes: Sequence[Box]) -> list[Sequence[Box]]:
    """As few rows as possible, of nearly equal length."""
    count = -(-len(boxes) // MOST_ABREAST)
    size, more = divmod(len(boxes), count)
    rows, start = [], 0
    for at in range(count):
        end = start + size + (at < more)
        rows.append(boxes[start:end])
        start = end
    return rows
