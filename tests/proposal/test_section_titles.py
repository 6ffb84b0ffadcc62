"""What a section is called: the same wherever it is named, and what persons call it instead."""

import json
import re

import pypdfium2
import pytest

from services.proposal.content.base import Words
from services.proposal.content.model import ProposalContent
from services.proposal.content.room import room_section
from services.proposal.document.render import TEMPLATES, render
from services.proposal.document.samples import GOLDEN
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from services.proposal.domain.sections import BY_CODE, SECTIONS, TITLES
from tests.support.proposal.authored import RICH, content_of
from tests.support.proposal.document import bytes_of, pages_of
from tests.support.proposal.makers import drafted
from tests.support.proposal.office import sheets, text_of

OF_SHEETS = (
    "summary", "requirements", "price", "economics", "schedule", "resources", "risks", "deviations", "assumptions",
)  # fmt: skip


def everything():
    """A proposal with every section, none of them named by persons."""
    content = ProposalContent.model_validate_json((GOLDEN / "settled.json").read_bytes())
    items = tuple(one.model_copy(update={"title": Words()}) for one in content.sections.items if one.code in BY_CODE)
    return content.model_copy(
        update={"sections": content.sections.model_copy(update={"items": items}), "branding": None}
    )


def title(section, language):
    return section.name_zh if language == "zh" else section.name


def headings(pdf):
    document = pypdfium2.PdfDocument(pdf.data)
    try:
        return [re.sub(r"^[\d.]+\s*", "", one.get_title()) for one in document.get_toc() if one.level == 0]
    finally:
        document.close()


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_format_calls_a_section_by_its_one_title(language):
    content = everything()

    pdf = headings(await render(bytes_of(content), language))
    letter = text_of(await word(bytes_of(content), language, shipped_template()))
    book = sheets(workbook(bytes_of(content), language))

    assert [title(one, language) for one in SECTIONS if title(one, language) not in pdf] == []
    in_word = [one for one in SECTIONS if f"t.{one.text}_title" in text_of(shipped_template())]
    assert len(in_word) > len(OF_SHEETS)
    assert [title(one, language) for one in in_word if title(one, language) not in letter.splitlines()] == []
    of_sheets = [TITLES[f"{text}.title"][language] for text in OF_SHEETS]
    assert set(book) - set(of_sheets) == {"Work and price" if language == "en" else "工作量与报价"}
    room = [room_section(content, one.code) for one in SECTIONS]
    assert [(one.title, one.title_zh) for one in room] == [(one.name, one.name_zh) for one in SECTIONS]


@pytest.mark.parametrize("language", ["en", "zh", "bilingual"])
async def test_no_text_of_any_format_waits_for_its_figure(language):
    content = everything()

    said = ["\n".join(pages_of(await render(bytes_of(content), language)))]
    if language != "bilingual":
        said.append(text_of(await word(bytes_of(content), language, shipped_template())))
        said += [
            str(cell) for rows in sheets(workbook(bytes_of(content), language)).values() for row in rows for cell in row
        ]

    assert [text for text in said if re.search(r"[{}]", text)] == []


def test_no_other_table_has_a_title():
    for file in (TEMPLATES / "texts.json", TEMPLATES.parent / "texts.json"):
        texts = json.loads(file.read_text(encoding="utf-8"))
        assert texts.keys() & TITLES.keys() == set(), file.name
        assert [key for key in texts if key.startswith("sheet.")] in ([], ["sheet.work"])


def arranged(**changes):
    """The rich proposal with some of its sections arranged otherwise."""
    content = content_of(RICH)
    items = tuple(one.model_copy(update=changes.get(one.code, {})) for one in content.sections.items)
    return content.model_copy(update={"sections": content.sections.model_copy(update={"items": items})})


async def test_what_persons_call_a_section_and_say_in_it_is_printed_in_word_as_in_the_pdf():
    own = {"title": Words(en="What we agreed", zh="约定事项"), "text": Words(en="As we spoke.", zh="如会谈所述。")}
    content = arranged(terms=own)

    pdf = headings(await render(bytes_of(content), "en"))
    letter = text_of(await word(bytes_of(content), "en", shipped_template())).splitlines()

    assert ("What we agreed" in pdf, "Terms" in pdf) == (True, False)
    assert ("What we agreed" in letter, "Terms" in letter, "As we spoke." in letter) == (True, False, True)
    assert letter.index("As we spoke.") == letter.index("What we agreed") + 1
    assert ("References" in pdf, "References" in letter) == (True, True)


async def test_a_section_that_is_not_shown_is_not_in_word_either():
    content = arranged(cost={"is_shown": False})

    letter = text_of(await word(bytes_of(content), "en", shipped_template()))

    assert "Price and payment" not in letter
    assert content.price.payments[0].name not in letter


async def test_the_api_lists_sections_by_the_same_titles(start, tmp_path):
    async with start("proposal", documents_folder=tmp_path) as client:
        proposal = await drafted(client)

        listed = (
            await client.get("/proposal-sections", params={"opportunity_id": proposal["opportunity_id"], "limit": 100})
        ).json()

    assert [(one["code"], one["name"], one["name_zh"]) for one in listed["items"]] == [
        (one.code, one.name, one.name_zh) for one in SECTIONS
    ]
