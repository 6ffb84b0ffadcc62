"""Every number that a document prints follows from the proposal's content; an English one has no Chinese of ours."""

import re
import shutil

import pytest

from services.proposal.content.part_types import NOTHING
from services.proposal.document.render import TEMPLATES, render
from tests.support.proposal.authored import RICH, content_of
from tests.support.proposal.document import bytes_of, fitted
from tests.support.proposal.printed import foreign_words, loose_numbers
from tests.support.proposal.taxes import THREE
from tests.support.proposal.taxes import content_of as taxed

LANGUAGES = ("zh", "en", "bilingual")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("authored", [RICH, NOTHING], ids=["settled", "computed"])
@pytest.mark.parametrize("sample", ["lending", "permits"])
async def test_every_number_follows_from_the_content_and_in_english_every_chinese_word(sample, authored, language):
    content = content_of(authored, sample, None)

    pdf = await render(bytes_of(content), language)

    assert loose_numbers(pdf.data, content, language) == []
    if language == "en":
        assert foreign_words(pdf.data, content) == ""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_number_of_taxes_discounts_and_deviations_follows_from_the_content(language):
    for content in (taxed(THREE, taxed().key_figures.price_excl_tax / 8), fitted("lending")):
        pdf = await render(bytes_of(content), language)

        assert loose_numbers(pdf.data, content, language) == []


def words_of(markup):
    """What markup prints by itself: without calls and what they are given."""
    before = None
    while before != markup:
        before, markup = markup, re.sub(r"\([^()]*\)", "", markup)
    return re.sub(r"#[\w.-]+", "", markup)


def test_templates_print_no_digit_of_their_own():
    for path in TEMPLATES.glob("*.typ"):
        source = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        printed = [words_of(found) for found in re.findall(r"\[([^\[\]]*)\]", source)]
        assert [found for found in printed if re.search(r"\d", found)] == [], path.name


MUTATIONS = {
    "a number typed": ("plan.typ", 'chapter("cost", "price.title")', 'chapter("cost", "price.title")\n  [We compared 83 offers.]', "83"),
    "effort rounded to whole days": ("theme.typ", "calc.round(value, digits: 1))\n  grouped(if", "calc.round(value + 0.2, digits: 1))\n  grouped(if", None),
    "an amount without its cents": ("theme.typ", "#let amount(value) = grouped(value)", '#let amount(value) = grouped(value.split(".").first())', None),
    "a share that is another": ("plan.typ", "percent(one.share)", "percent(one.share + 0.03)", "33%"),
    "another date": ("chapters.typ", "finish: dated(key.finish)", 'finish: dated("2027-09-21")', "21 September 2027"),
    "a sum that leaves one out": ("plan.typ", 'exact(total(data.work, "price"))', 'exact(total(data.work.slice(1), "price"))', None),
}  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_template_that_prints_another_number_is_caught(tmp_path, mutation):
    file, before, after, printed = MUTATIONS[mutation]
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    source = (folder / file).read_text(encoding="utf-8")
    assert before in source
    (folder / file).write_text(source.replace(before, after), encoding="utf-8")
    content = content_of(NOTHING, "lending", None)

    pdf = await render(bytes_of(content), "en", templates=folder)

    found = loose_numbers(pdf.data, content, "en")
    assert found
    assert printed is None or printed in found
