"""A review as slides, 16:9, with charts that PowerPoint edits, and the definitions of the figures in the notes."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches

from services.insights.document.native_charts import add_chart
from services.insights.document.slide_text import GREY, INK, NAVY, height, lines, set_faces, write
from services.insights.document.texts import say
from services.insights.document.view import Block, Drawing, Note, Part, Quotes, Table, Tile, Tiles, View

_WIDTH, _HEIGHT = 13.333, 7.5
_LEFT, _TOP, _WIDE, _BOTTOM = 0.6, 1.3, 12.13, 6.85
"""Inches: where content is."""
_TITLE_ONLY = 5
_SMALL, _CELL, _QUOTE = 10, 11, 13
_CELL_MARGIN, _CELL_PAD = 0.08, 0.1
_LEAST_CHART, _MOST_CHART, _LEAST_ROWS = 3.0, 5.3, 4
_SHORT = 6
"""Rows of a table that stands under its chart."""
_SKY, _PALE, _LIGHT = "dce8f3", "f3f6fa", "7fb0d8"


def slides(view: View, made_on: date) -> bytes:
    """The deck of a review: a cover, and its chapters without the last one, whose words are in the notes."""
    deck = _Deck(view)
    deck.cover()
    for part in view.parts:
        if not part.is_annex:
            deck.part(part)
    return deck.saved(made_on)


Box = tuple[float, float, float, float]
"""Left, top, width, height in inches."""


class _Deck:
    """Slides that are filled from the top; what does not fit goes on the next one."""

    def __init__(self, view: View) -> None:
        self.view, self.language = view, view.language
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
        self.slide: Any = None
        self.y = _TOP
        self.title, self.notes = "", ""

    def saved(self, made_on: date) -> bytes:
        about = self.file.core_properties
        about.title, about.author = f"{self.view.title} {self.view.subtitle}", self.view.tenant
        about.last_modified_by, about.language = self.view.tenant, "zh-CN" if self.language == "zh" else "en-GB"
        about.created = about.modified = datetime.combine(made_on, time())
        target = io.BytesIO()
        self.file.save(target)
        return target.getvalue()

    def cover(self) -> None:
        slide = self.file.slides.add_slide(self.file.slide_layouts[_TITLE_ONLY])
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = RGBColor.from_string(NAVY)
        self._titled(slide, self.view.title, top=2.4, size=40, colour="ffffff")
        said = f"{self.view.subtitle}\n{self.view.span}"
        self._text(slide, said, (_LEFT, 3.6, _WIDE, 1.0), size=20, colour="ffffff")
        self._text(slide, self.view.tenant, (_LEFT, 1.6, _WIDE, 0.5), size=16, colour="a9c4de")
        under = "\n".join((self.view.made_on, *self.view.notes))
        self._text(slide, under, (_LEFT, 5.2, _WIDE, 1.0), size=14, colour="a9c4de")

    def part(self, part: Part) -> None:
        """A chapter, on as many slides as it takes."""
        self.title, self.notes = part.title, "\n\n".join(part.definitions)
        self._next(is_first=True)
        for block, after in zip_longest(part.blocks, part.blocks[1:]):
            self._put(block, after)

    def _put(self, block: Block, after: Block | None) -> None:
        match block:
            case Tiles():
                self._tiles(block.tiles)
            case Table():
                self._table(block)
            case Drawing():
                self._chart(block, after)
            case Quotes():
                self._quotes(block)
            case Note():
                high = height(lines(block.text, _WIDE, _SMALL), _SMALL) + 0.1
                self._room(high)
                self._text(self.slide, block.text, (_LEFT, self.y, _WIDE, high), size=_SMALL, colour=GREY)
                self.y += high + 0.08

    def _next(self, *, is_first: bool = False) -> None:
        self.slide = self.file.slides.add_slide(self.file.slide_layouts[_TITLE_ONLY])
        title = self.title if is_first else f"{self.title} {say('goes_on', self.language)}"
        self._titled(self.slide, title, top=0.4, size=26, colour=NAVY)
        rule = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_inches((_LEFT, 1.1, _WIDE, 0.025)))
        _filled(rule, "2f6da8")
        self._footer()
        if self.notes:
            frame = self.slide.notes_slide.notes_text_frame
            write(frame, self.notes, self.language, size=12)
        self.y = _TOP

    def _footer(self) -> None:
        left = f"{self.view.tenant} · {self.view.title} {self.view.subtitle} · {self.view.made_on}"
        self._text(self.slide, left, (_LEFT, 7.0, 10.5, 0.3), size=9, colour=GREY)
        box = self._text(self.slide, "", (11.73, 7.0, 1.0, 0.3), size=9, colour=GREY, align=PP_ALIGN.RIGHT)
        paragraph = box.text_frame.paragraphs[0]._p  # noqa: SLF001 (no public way to a field)
        for run in paragraph.findall(qn("a:r")):
            paragraph.remove(run)
        field = etree.SubElement(paragraph, qn("a:fld"), id="{5B1E1D3C-8D0F-4D1F-9C8B-0C7C8E1B2A11}", type="slidenum")
        properties = etree.SubElement(field, qn("a:rPr"), sz="900")
        fill = etree.SubElement(properties, qn("a:solidFill"))
        etree.SubElement(fill, qn("a:srgbClr"), val=GREY)
        set_faces(properties, self.language)
        etree.SubElement(field, qn("a:t")).text = str(len(self.file.slides))

    def _titled(self, slide: Any, title: str, *, top: float, size: int, colour: str) -> None:
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = _inches((_LEFT, top, _WIDE, 0.7 if size < 30 else 1.0))  # noqa: PLR2004
        frame = shape.text_frame
        frame.word_wrap = True
        _margins(frame)
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        write(frame, title, self.language, size=size, colour=colour, is_bold=True, align=PP_ALIGN.LEFT)

    def _text(self, slide: Any, text: str, box: Box, *, size: float, **look: Any) -> Any:
        shape = slide.shapes.add_textbox(*_inches(box))
        shape.text_frame.word_wrap = True
        _margins(shape.text_frame)
        write(shape.text_frame, text, self.language, size=size, **look)
        return shape

    def _room(self, high: float) -> None:
        """A new slide where so much does not fit any more."""
        if self.y + high > _BOTTOM and self.y > _TOP:
            self._next()

    def _tiles(self, tiles: Sequence[Tile]) -> None:
        columns, gap = 3, 0.2
        wide = (_WIDE - gap * (columns - 1)) / columns
        high = min(1.65, (_BOTTOM - self.y - 0.6) / -(-len(tiles) // columns) - gap)
        for number, one in enumerate(tiles):
            left = _LEFT + (wide + gap) * (number % columns)
            top = self.y + (high + gap) * (number // columns)
            box = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_inches((left, top, wide, high)))
            _filled(box, _PALE)
            bar = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_inches((left, top, 0.05, high)))
            _filled(bar, "2f6da8")
            self._text(self.slide, one.title, (left + 0.15, top + 0.08, wide - 0.25, 0.3), size=11, colour=GREY)
            value = self._text(self.slide, one.value, (left + 0.15, top + 0.38, wide - 0.25, 0.5), size=24, colour=NAVY)
            value.text_frame.paragraphs[0].runs[0].font.bold = True
            said = " · ".join(part for part in (one.note, one.before) if part)
            self._text(self.slide, said, (left + 0.15, top + 0.92, wide - 0.25, high - 1.0), size=11, colour=GREY)
        self.y += (high + gap) * -(-len(tiles) // columns)

    def _chart(self, block: Drawing, after: Block | None) -> None:
        """As high as there is room, but for a short table or a note that belongs under it."""
        below = _high(after)
        self._room(_LEAST_CHART + below)
        high = min(_BOTTOM - self.y - below, _MOST_CHART)
        add_chart(self.slide.shapes, block.chart, self.language, _inches((_LEFT, self.y, _WIDE, high)))
        self.y += high + 0.1

    def _quotes(self, block: Quotes) -> None:
        self._caption(block.title, 1.0)
        for words, who in block.quotes:
            tall = height(lines(words, _WIDE - 0.3, _QUOTE), _QUOTE)
            high = tall + height(1, _SMALL) + 0.12
            self._room(high)
            bar = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_inches((_LEFT, self.y, 0.04, high - 0.1)))
            _filled(bar, _LIGHT)
            self._text(self.slide, words, (_LEFT + 0.15, self.y, _WIDE - 0.2, tall), size=_QUOTE)
            self._text(self.slide, who, (_LEFT + 0.15, self.y + tall, _WIDE - 0.2, 0.2), size=_SMALL, colour=GREY)
            self.y += high

    def _caption(self, title: str, with_it: float) -> None:
        if title:
            self._room(0.35 + with_it)
            self._text(self.slide, title, (_LEFT, self.y, _WIDE, 0.3), size=14, colour=NAVY, is_bold=True)
            self.y += 0.36

    def _table(self, block: Table) -> None:
        widths = [_WIDE * width / sum(block.widths) for width in block.widths]
        rows = [(row, _row_height(row, widths)) for row in block.rows]
        head = _row_height(block.columns, widths)
        first = sum(high for _, high in rows[:_LEAST_ROWS])
        self._caption(block.title, head + first)
        self._room(head + first)
        band: tuple[tuple[str, ...], float] | None = None
        while rows:
            page, used = [], head
            if band and len(rows[0][0]) > 1:
                page.append(band)
                used += band[1]
            while rows and (not page or self.y + used + rows[0][1] <= _BOTTOM):
                row = rows.pop(0)
                if len(row[0]) == 1:
                    band = row
                page.append(row)
                used += row[1]
            if rows and len(page[-1][0]) == 1 and len(page) > 1:  # no heading without a row
                rows.insert(0, page.pop())
            self._grid(block, widths, [row for row, _ in page], [head, *(high for _, high in page)])
            self.y += sum(high for _, high in page) + head + 0.15
            if rows:
                self._next()

    def _grid(
        self, block: Table, widths: Sequence[float], rows: Sequence[tuple[str, ...]], heights: Sequence[float]
    ) -> None:
        size = (len(rows) + 1, len(widths))
        frame = self.slide.shapes.add_table(*size, *_inches((_LEFT, self.y, _WIDE, sum(heights))))
        table = frame.table
        table.horz_banding = False
        for number, width in enumerate(widths):
            table.columns[number].width = Inches(width)
        for number, high in enumerate(heights):
            table.rows[number].height = Inches(high)
        for column, name in enumerate(block.columns):
            self._cell(table.cell(0, column), name, block, column, fill=NAVY, colour="ffffff", is_bold=True)
        for number, row in enumerate(rows, 1):
            if len(row) == 1:
                table.cell(number, 0).merge(table.cell(number, len(widths) - 1))
                self._cell(table.cell(number, 0), row[0], block, -1, fill=_SKY, colour=NAVY, is_bold=True)
            else:
                for column, text in enumerate(row):
                    self._cell(table.cell(number, column), text, block, column, fill="ffffff", colour=INK)

    def _cell(self, cell: Any, text: str, block: Table, column: int, *, fill: str, **look: Any) -> None:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(fill)
        cell.margin_left = cell.margin_right = Inches(_CELL_MARGIN)
        cell.margin_top = cell.margin_bottom = Inches(_CELL_PAD / 2)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        align = PP_ALIGN.RIGHT if column in block.right else PP_ALIGN.LEFT
        write(cell.text_frame, text, self.language, size=_CELL, align=align, **look)


def _high(block: Block | None) -> float:
    """How high a note or a short table is; 0 for others, which begin a slide as well."""
    if isinstance(block, Note):
        return height(lines(block.text, _WIDE, _SMALL), _SMALL) + 0.3
    if isinstance(block, Table) and len(block.rows) < _SHORT and not any(len(row) == 1 for row in block.rows):
        widths = [_WIDE * width / sum(block.widths) for width in block.widths]
        return sum(_row_height(row, widths) for row in (block.columns, *block.rows)) + (0.4 if block.title else 0.15)
    return 0.0


def _row_height(row: Sequence[str], widths: Sequence[float]) -> float:
    room = [sum(widths)] if len(row) == 1 else widths
    most = max(lines(text, wide - 2 * _CELL_MARGIN, _CELL) for text, wide in zip(row, room, strict=True))
    return height(most, _CELL) + _CELL_PAD


def _inches(box: Box) -> tuple[int, int, int, int]:
    left, top, wide, high = box
    return Inches(left), Inches(top), Inches(wide), Inches(high)


def _margins(frame: Any) -> None:
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _filled(shape: Any, colour: str) -> None:
    """A rectangle of one colour, that screen readers pass over."""
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False
