"""Sentences with figures in them: none, one and many are said as people say them, in both languages and every format."""

import json
import re

import pytest

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.completeness import gaps
from services.proposal.document.render import TEMPLATES, render
from services.proposal.document.texts import Texts
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from shared.kernel.words import filled
from tests.support.proposal.document import bytes_of, content_of, fitted, squeezed, text_of
from tests.support.proposal.office import text_of as text_of_word
from tests.support.proposal.samples import events

TEXTS = {
    key: text
    for file in (TEMPLATES / "texts.json", TEMPLATES.parent / "texts.json")
    for key, text in json.loads(file.read_text(encoding="utf-8")).items()
}
PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::([^}]*))?\}")
UNCOUNTED = {
    "amount", "benefits_present_value", "cause", "client", "codes", "company", "components", "confidence", "coverage",
    "critical", "currency", "date", "delivered", "discount_rate", "effect", "effort", "engine", "finish", "gross", "hours",
    "impact", "late", "median", "months", "name", "net", "net_present_value", "number", "outlay_present_value", "page",
    "pages", "parameters", "people", "probability", "rate", "rates", "requirements", "revision", "samples", "seed", "share",
    "shortfall", "start", "tasks", "tax_rate", "title", "until", "version",
}  # fmt: skip
"""What stands without a word that would change with it: names, dates, amounts, shares, units."""


def said(key, language, count):
    names = {name for name, _ in PLACEHOLDER.findall(TEXTS[key][language])}
    counted = {name for name, forms in PLACEHOLDER.findall(TEXTS[key][language]) if forms}
    return Texts(language).say(key, {name: str(count) if name in counted else "…" for name in names})


ALIKE = {"of", "rated", "must", "short"}
"""What follows one as it follows many: `1 rated high`."""
COUNTING = sorted(key for key, text in TEXTS.items() if re.search(r"\{[a-z_]+:", text["en"] + text["zh"]))


def test_every_figure_that_a_word_goes_with_has_words_for_none_one_and_many():
    for key, text in TEXTS.items():
        for language, said_so in text.items():
            for name, forms in PLACEHOLDER.findall(said_so):
                assert forms or language == "zh" or name in UNCOUNTED, (key, name)
                assert not forms or forms.count("|") == 2, (key, language, name)


@pytest.mark.parametrize("key", COUNTING)
def test_none_one_and_many_are_said_as_people_say_them(key):
    for language in ("en", "zh"):
        none, one, many = (said(key, language, count) for count in (0, 1, 2))

        assert not re.search(r"(?<![\d.,])0(?![\d.,])", none), none
        assert "#" not in none + one + many
        assert not re.search(r"  |^[ ,;，；]| [.,;]|，，|。。", none + "\n" + one + "\n" + many)
    one, many = said(key, "en", 1), said(key, "en", 2)
    plurals = re.findall(r"\b2 (?:working |parallel )?(\w+)\b", many)
    assert [
        word for word in plurals if word not in ALIKE and re.search(rf"\b1 (?:working |parallel )?{word}\b", one)
    ] == []


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_typesetter_fills_sentences_as_word_and_workbook_do(language):
    names = {key: sorted({name for name, _ in PLACEHOLDER.findall(TEXTS[key][language])}) for key in COUNTING}
    lines = [
        f'#say-in("{key}", "{language}", {", ".join(f"{name}: {json.dumps(str(count))}" for name in names[key])})'
        for key in COUNTING
        for count in (0, 1, 2)
    ]
    source = "\n\n".join(['#import "theme.typ": *', '#import "pages.typ": look', "#show: look", *lines])

    pdf = await render(bytes_of(content_of("permits", 1)), language, template=source.encode())

    text = unbroken(text_of(pdf))
    for key in COUNTING:
        for count in (0, 1, 2):
            expected = Texts(language).say(key, dict.fromkeys(names[key], str(count)))
            assert unbroken(expected) in text, (key, count)


def unbroken(text):
    """Without what the end of a line brings in."""
    return re.sub(r"[-\ufffe\x02]", "", squeezed(text))


def bare():
    """Three requirements of no module, quality or interface, of a client that nothing is known of."""
    found = events("permits", 3)
    plain = {"group": None, "kind": "functional"}
    opportunity = found.baseline.opportunity.model_copy(
        update={
            "client_background": None, "objectives": (), "pains": (), "in_scope": (), "out_of_scope": (),
            "success_criteria": (), "assumptions": (), "client_assumptions": (),
        }
    )  # fmt: skip
    baseline = found.baseline.model_copy(
        update={
            "opportunity": opportunity,
            "requirements": tuple(one.model_copy(update=plain) for one in found.baseline.requirements),
        }
    )
    lines = tuple(one.model_copy(update={"group": None}) for one in found.estimate.lines)
    estimate = found.estimate.model_copy(update={"lines": lines})
    return assemble(Ingredients(baseline, estimate, found.price, found.risk))


async def test_what_there_is_none_of_is_neither_counted_nor_drawn():
    content = bare()

    text = text_of(await render(bytes_of(content), "en"))
    letter = text_of_word(await word(bytes_of(content), "en", shipped_template()))

    assert not re.search(r"(?<![\d.,-])0 (?!working)[a-z]", text)
    for sentence in (
        "covers all 3 requirements of the approved baseline, 3 of them essential.",
        "The solution is one whole, without interfaces to systems outside of it.",
    ):
        assert unbroken(sentence) in unbroken(text)
    for heading in ("Architecture outline", "Qualities", "In scope", "Out of scope", "What needs to change", "Fit"):
        assert heading not in text, heading
    for heading in ("What needs to change", "In scope", "Agreed assumptions"):
        assert heading not in letter, heading


async def test_what_falls_short_is_not_counted_as_met():
    content = fitted("permits")
    negative = [row for row in content.deviations if row.deviation == "negative"]
    assert len(negative) > 1

    text = text_of(await render(bytes_of(content), "en"))

    assert content.key_figures.short_count == len(negative)
    told = f"{len(negative)} requirements fall short of what is asked; the section on conformity says in what."
    assert unbroken(text).count(unbroken(told)) == 2
    assert f"{len(negative)} fall short of what is asked." in text
    assert "are delivered" not in text


def test_what_a_proposal_lacks_is_said_of_one_as_of_many():
    content = fitted("permits")
    rows = [row.model_copy(update={"response": None, "alternative": None}) for row in content.deviations]
    negative = [row for row in rows if row.deviation == "negative"]

    messages = [
        {gap.code: gap.message for gap in gaps(content.model_copy(update={"deviations": tuple(shown)}))}
        for shown in (negative[:1], negative)
    ]

    assert [one["deviation_unanswered"] for one in messages] == [
        f"A negative deviation without answer and alternative: {negative[0].code}.",
        f"{len(negative)} negative deviations without answer and alternative: {', '.join(row.code for row in negative)}.",
    ]


def test_requirements_that_the_deviation_table_leaves_out_are_named():
    content = fitted("permits")
    judged = {row.code for row in content.deviations[1:]}
    left_out = [item.code for item in content.requirements if item.code not in judged]

    found = {gap.code: gap for gap in gaps(content.model_copy(update={"deviations": content.deviations[1:]}))}

    assert content.deviations[0].code in left_out
    assert all(code in found["partly_compared"].message for code in left_out[:12])
    assert not found["partly_compared"].is_blocking


def test_a_placeholder_of_a_template_is_no_figure():
    assert filled("Use {{name}} for {count:nothing|one|#}.", {"count": 3}) == "Use {{name}} for 3."
