"""The marks that stand between Latin letters: a font of their own that draws what the whole Korean face draws."""

import re

import pytest
import typst

from shared.charts.picture import DRAWING, font_folder

MARKS = "·‐‑‒–—―‖‘’‚“”„†‡•‥…‧"
WHOLE, OWN = "Noto Sans CJK KR", "Presales Latin Marks"


@pytest.fixture(scope="module")
def fonts():
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder(), DRAWING])


def drawn(fonts, family, weight, language):
    """Outlines and places of all marks."""
    page = f"""
        #set page(width: 500pt, height: 40pt, margin: 4pt)
        #set text(font: "{family}", weight: "{weight}", lang: "{language}", region: "{"cn" if language == "zh" else "gb"}")
        {"".join(f'#box("{mark}")' for mark in MARKS)}
    """
    picture = typst.compile(page.encode(), format="svg", font_paths=fonts).decode()
    return re.findall(r'(?: d|x|transform)="([^"]*)"', picture)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("weight", ["regular", "medium", "bold"])
def test_each_mark_is_drawn_as_the_whole_face_draws_it(fonts, weight, language):
    assert drawn(fonts, OWN, weight, language) == drawn(fonts, WHOLE, weight, language)
    assert len(drawn(fonts, OWN, weight, language)) > len(MARKS)
