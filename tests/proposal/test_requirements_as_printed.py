"""What a requirement promises and when it is accepted is printed wherever the requirement is."""

import re

import pytest

from services.proposal.content.room import room_section
from services.proposal.document.render import render
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from shared.language.events.requirements import MetricFacts
from tests.support.proposal.document import bytes_of, content_of, squeezed, text_of
from tests.support.proposal.office import sheets
from tests.support.proposal.office import text_of as text_of_word

SAID = "response ≤ 1,500 ms (under 200 users)"


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ({"name": "responses", "operator": "<=", "value": 0.5, "unit": "s"}, "responses ≤ 0.5 s"),
        ({"name": "test coverage", "operator": ">=", "value": 90, "unit": "%"}, "test coverage ≥ 90%"),
        ({"name": "findings", "operator": "=", "value": 0, "unit": "high", "condition": "ZAP"}, "findings = 0 high (ZAP)"),
        ({"name": "在线用户", "operator": ">", "value": 1e6, "unit": "人", "condition": "峰值"}, "在线用户 > 1,000,000 人（峰值）"),
    ],
)  # fmt: skip
def test_a_metric_is_said_with_value_unit_and_condition(metric, said):
    assert MetricFacts(**metric).said == said


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_metric_and_acceptance_criteria_are_in_every_format(language):
    content = content_of("permits")
    measured = [one for one in content.requirements if one.metric == SAID]
    accepted = {one for need in content.requirements for one in need.acceptance_criteria}
    assert measured
    assert accepted

    pdf = text_of(await render(bytes_of(content), language))
    letter = text_of_word(await word(bytes_of(content), language, shipped_template()))
    cells = [
        str(cell) for rows in sheets(workbook(bytes_of(content), language)).values() for row in rows for cell in row
    ]
    room = room_section(content, "requirements").requirements

    for said in (SAID, *accepted):
        assert squeezed(pdf).count(squeezed(said)) >= len(measured), said
        assert re.sub(r"\s+", " ", letter).count(said) >= len(measured), said
        assert cells.count(said) >= len(measured), said
    assert [(one.metric, one.acceptance_criteria) for one in room] == [
        (one.metric, one.acceptance_criteria) for one in content.requirements
    ]
