"""A review as PDF, A4: set by typst in the process with limits."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.insights.document.texts import TEXTS
from services.insights.document.view import Block, Drawing, View
from shared.charts.picture import DRAWING, font_folder
from shared.documents.typesetting import texts_of, typeset

_TEMPLATES = Path(__file__).parent / "templates"


async def pdf(view: View) -> bytes:
    """The pages of a review. Raises `RenderingFailed`."""
    words = {name: both[view.language == "zh"] for name, both in TEXTS.items()}
    data = {
        **asdict(view),
        "parts": [
            {"title": part.title, "blocks": [_block(one, view.language) for one in part.blocks]} for part in view.parts
        ],
        "words": words,
    }  # fmt: skip
    files = (
        texts_of(DRAWING) | texts_of(_TEMPLATES) | {"review.json": json.dumps(data, ensure_ascii=False, default=str)}
    )
    return await typeset(files, {"language": view.language}, fonts=(font_folder(), DRAWING))


def _block(block: Block, language: str) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Drawing):
        return {"kind": kind, "alt": block.chart.alt.of(language), "chart": block.chart.drawn(language)}
    return {"kind": kind, **asdict(block)}
