"""Risks rated by a matrix of a tenant's own: its size, its levels and its zones are those of every document."""

import io
from decimal import Decimal

import docx
import pytest
from python_calamine import CalamineWorkbook

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.client import for_client
from services.proposal.document.render import render
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from shared.charts.levels import level_names
from shared.language.events.risk import MatrixFacts
from tests.support.proposal.document import bytes_of, squeezed, text_of
from tests.support.proposal.samples import events

SIZES = [(3, 3), (4, 6), (7, 7), (5, 3)]
ZONES = ("low", "moderate", "high")


def content_of(rows, columns):
    """The lending sample, rated by a matrix of this size in which every risk has a cell."""
    found = events("lending", 6)
    ratings = tuple(
        tuple(ZONES[(row + column) * 3 // (rows + columns)] for column in range(columns)) for row in range(rows)
    )
    matrix = MatrixFacts(
        probability=tuple(Decimal(row + 1) / 10 for row in range(rows)),
        impact=tuple(Decimal(column + 1) / 10 for column in range(columns)),
        ratings=ratings,
    )
    places = [(at % rows, at * 2 % columns) for at in range(len(found.risk.risks))]
    risks = tuple(
        risk.model_copy(
            update={"probability_level": row + 1, "impact_level": column + 1, "rating": ratings[row][column]}
        )
        for risk, (row, column) in zip(found.risk.risks, places, strict=True)
    )
    risk = found.risk.model_copy(update={"matrix": matrix, "risks": risks})
    return for_client(assemble(Ingredients(found.baseline, found.estimate, found.price, risk))), ratings


@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_the_map_has_every_cell_of_the_matrix_with_its_zone(rows, columns):
    content, ratings = content_of(rows, columns)

    risks = content.risks
    zones = {(cell.probability_level, cell.impact_level): cell.rating for cell in risks.matrix}

    assert zones == {(row + 1, column + 1): ratings[row][column] for row in range(rows) for column in range(columns)}
    assert sorted(code for cell in risks.matrix for code in cell.codes) == sorted(item.code for item in risks.items)
    assert (len(risks.probability_levels), len(risks.impact_levels)) == (rows, columns)


def test_the_guides_matrix_has_five_levels_a_side():
    found = events("lending", 3)

    risks = assemble(Ingredients(found.baseline, found.estimate, found.price, found.risk)).risks

    assert [level.name for level in risks.impact_levels] == ["very low", "low", "medium", "high", "very high"]
    assert len(risks.matrix) == 25


@pytest.mark.parametrize("count", range(3, 8))
def test_levels_have_names_of_their_own_in_both_languages(count):
    names = level_names(count)

    assert len({name.en for name in names}) == len({name.zh for name in names}) == len(names) == count


@pytest.mark.parametrize(("rows", "columns"), SIZES)
async def test_documents_name_the_levels_of_the_matrix(rows, columns):
    content, _ = content_of(rows, columns)

    text = squeezed(text_of(await render(bytes_of(content), "en")))

    assert squeezed("".join(level.name for level in content.risks.impact_levels) + "Impact") in text


@pytest.mark.parametrize(("rows", "columns"), SIZES)
async def test_word_and_workbook_have_the_map_as_a_table(rows, columns):
    content, _ = content_of(rows, columns)
    codes = [", ".join(cell.codes) for cell in content.risks.matrix]
    wanted = [["Probability / Impact", *(level.name for level in content.risks.impact_levels)]]
    for at, level in enumerate(reversed(content.risks.probability_levels)):
        wanted.append([level.name, *codes[at * columns : (at + 1) * columns]])

    document = docx.Document(io.BytesIO(await word(bytes_of(content), "en", shipped_template())))
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(bytes_of(content), "en")))

    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    rows_of_sheet = [row[: columns + 1] for row in book.get_sheet_by_name("Risks and responses").to_python()]
    assert wanted in tables
    assert rows_of_sheet[-rows - 1 :] == wanted
