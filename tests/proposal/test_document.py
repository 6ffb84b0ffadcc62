"""The documents: what they say, that they repeat to the byte, and what a hostile template cannot do."""

import json
import re
from pathlib import Path

import pypdfium2
import pytest

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.document.render import TEMPLATES, engine, render
from services.proposal.domain.canonical import content_hash
from shared.documents.limited import RenderingFailed
from shared.language.events.estimation import LeadFacts
from tests.support.proposal.document import (
    CJK,
    TEXTS,
    amount,
    bytes_of,
    content_of,
    fitted,
    pages_of,
    squeezed,
    text_of,
)
from tests.support.proposal.samples import events


@pytest.mark.parametrize(
    ("sample", "language"), [("lending", "zh"), ("lending", "en"), ("permits", "en"), ("permits", "zh")]
)
async def test_every_key_figure_is_in_the_text(sample, language):
    content = content_of(sample)
    key = content.key_figures

    pdf = await render(bytes_of(content), language)

    text = squeezed(text_of(pdf))
    figures = [
        amount(key.price_incl_tax), amount(key.price_excl_tax), f"{key.effort_days:,.1f}", key.finish.isoformat(),
        key.p80_finish.isoformat(), key.start.isoformat(), str(key.duration_days), content.code, content.version_label,
        content.client.name, content.title,
    ]  # fmt: skip
    figures += [item.code for item in content.requirements] + [risk.code for risk in content.risks.items]
    figures += [amount(line.price) for line in content.work] + [amount(phase.total) for phase in content.price.phases]
    figures += [amount(one.amount) for one in content.price.payments]
    figures += [point.date.isoformat() for point in content.schedule.milestones]
    missing = [figure for figure in figures if squeezed(figure) not in text]
    assert missing == []


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "以校准生产率模型为准"), ("en", "calibrated productivity leads")]
)
async def test_that_the_calibrated_model_leads_is_printed_and_only_then(language, said):
    found = events("lending")
    lead = {"method": "productivity_model", "code": "better_record", "message": "It leads.", "message_zh": "为准。"}
    model = found.estimate.methods[0].model_copy(update={"method": "productivity_model"})
    led = found.estimate.model_copy(
        update={"methods": (*found.estimate.methods, model), "lead": LeadFacts.model_validate(lead)}
    )

    contents = [assemble(Ingredients(found.baseline, one, found.price, found.risk)) for one in (found.estimate, led)]
    plain, other = [squeezed(text_of(await render(bytes_of(content), language))) for content in contents]

    assert squeezed(said) not in plain
    assert squeezed(said) in other


@pytest.mark.parametrize(("sample", "language"), [("lending", "zh"), ("permits", "en")])
async def test_the_deviation_table_answers_each_requirement_that_was_compared(sample, language):
    content = fitted(sample)

    text = squeezed(text_of(await render(bytes_of(content), language)))

    for row in content.deviations:
        assert squeezed(TEXTS[f"verdict.{row.verdict}"][language]) in text
        assert all(squeezed(said) in text for said in (row.response, row.gap, row.alternative) if said)
    assert {row.verdict for row in content.deviations} == {
        key.removeprefix("verdict.") for key in TEXTS if key.startswith("verdict.")
    }
    assert squeezed(TEXTS["deviations.title"][language]) in text


async def test_a_bilingual_document_says_what_people_wrote_once():
    content = fitted("permits")
    criteria = {one for item in content.requirements for one in item.acceptance_criteria}

    text = squeezed(text_of(await render(bytes_of(content), "bilingual")))

    assert criteria
    for one in criteria:
        told = sum(one in item.acceptance_criteria for item in content.requirements)
        assert text.count(squeezed(one).rstrip(".")) == told, one


async def test_without_a_comparison_with_products_there_is_no_deviation_table():
    text = squeezed(text_of(await render(bytes_of(content_of("lending")), "zh")))

    assert TEXTS["deviations.title"]["zh"] not in text


async def test_a_chinese_document_has_the_amount_in_words_and_no_english_labels():
    content = content_of("lending")

    text = text_of(await render(bytes_of(content), "zh"))

    assert squeezed(content.key_figures.price_in_words) in squeezed(text)
    labels = [entry["en"] for entry in TEXTS.values() if "{" not in entry["en"] and len(entry["en"]) > 4]
    assert [label for label in labels if re.search(rf"\b{re.escape(label)}\b", text)] == []


async def test_an_english_document_of_an_english_client_has_no_chinese():
    content = content_of("permits")

    text = text_of(await render(bytes_of(content), "en"))

    assert CJK.findall(text) == []


async def test_an_english_document_of_a_chinese_client_has_only_the_clients_words_in_chinese():
    content = content_of("lending", 12)
    own = squeezed(
        json.dumps(content.model_dump(mode="json", exclude={"key_figures": {"price_in_words"}}), ensure_ascii=False)
    )

    text = text_of(await render(bytes_of(content), "en"))

    ours = {squeezed(entry["zh"]) for entry in TEXTS.values() if len(entry["zh"]) > 3}
    assert CJK.search(text)
    assert [label for label in ours if label in squeezed(text) and label not in own] == []


async def test_the_same_content_gives_the_same_bytes():
    content = bytes_of(content_of("permits", 6))

    first, second = await render(content, "zh"), await render(content, "zh")

    assert first == second
    assert first.pages == len(pages_of(first))


async def test_a_stamp_for_machines_is_attached_to_the_document_and_no_page_prints_it():
    content = bytes_of(content_of("permits", 4))

    pdf = await render(content, "en")

    document = pypdfium2.PdfDocument(pdf.data)
    attached = [document.get_attachment(at) for at in range(document.count_attachments())]
    stamps = {one.get_name(): json.loads(bytes(one.get_data())) for one in attached}
    document.close()
    wanted = {
        "code": "PRO-2026-0012",
        "version_label": "1.1.1",
        "content_hash": content_hash(content),
        "engine": engine(),
    }
    assert stamps == {"stamp.json": wanted}
    assert not {content_hash(content), engine(), "typst"} & set(text_of(pdf).split())


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_proposal_with_nothing_but_one_requirement_can_be_rendered(language):
    found = events("permits", 1)
    bare = found.baseline.opportunity.model_copy(
        update={
            "client_background": None, "client_industry": None, "region": None, "objectives": (), "pains": (),
            "in_scope": (), "out_of_scope": (), "assumptions": (), "success_criteria": (),
        }
    )  # fmt: skip
    lonely = found.baseline.requirements[0].model_copy(update={"group": None, "sources": (), "acceptance_criteria": ()})
    baseline = found.baseline.model_copy(update={"opportunity": bare, "requirements": (lonely,), "constraints": ()})
    lines = tuple(line.model_copy(update={"group": None}) for line in found.estimate.lines)
    estimate = found.estimate.model_copy(update={"lines": lines, "unsized_requirement_codes": ()})
    risk = found.risk.model_copy(update={"risks": ()})

    pdf = await render(bytes_of(assemble(Ingredients(baseline, estimate, found.price, risk))), language)

    assert pdf.pages >= 5


async def test_words_of_the_client_are_text_and_never_code():
    content = content_of("permits", 3)
    evil = '#panic("x") $ * _ @ref <label> \\ `raw` // comment /* [ ] { } ~ = -- "quoted" \u202e'
    first = content.requirements[0].model_copy(update={"title": evil, "statement": evil * 20})
    content = content.model_copy(update={"title": evil, "requirements": (first, *content.requirements[1:])})

    text = text_of(await render(bytes_of(content), "en"))

    assert '#panic("x")' in text


def templates(folder, main):
    folder.mkdir()
    (folder / "main.typ").write_text(main, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("attack", "complaint"),
    [
        ('#read("/etc/passwd")', "not found"),
        ('#read("../../../../etc/passwd")', "outside|not found|escape"),
        ('#image("/proc/self/environ")', "not found"),
        ('#import "@preview/cetz:0.3.4": canvas', "package|network|download"),
        ("#let f(x) = f(x + 1)\n#f(0)", "maximum function call depth"),
        ("#for a in range(9000) { for b in range(9000) { let x = a * b } }", "status -|longer"),
        ('#let x = "a" * 4000000000\n#x', "status -|memory|maximum"),
        ('#set text(font: "No Such Face")\nText', "unknown font"),
    ],
)
async def test_a_hostile_template_gets_nowhere(tmp_path, attack, complaint):
    folder = templates(tmp_path / "templates", attack)

    with pytest.raises(RenderingFailed, match=complaint):
        await render(bytes_of(content_of("permits", 1)), "en", templates=folder, seconds=2)


async def test_a_template_cannot_follow_a_link_out_of_its_folder(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    folder = templates(tmp_path / "templates", '#read("inner/secret.txt")')
    (folder / "inner").symlink_to(tmp_path)

    with pytest.raises(RenderingFailed, match="not found"):
        await render(bytes_of(content_of("permits", 1)), "en", templates=folder)


def test_every_text_is_there_in_both_languages_and_holds_no_figure():
    for key, entry in TEXTS.items():
        names = {language: set(re.findall(r"\{([a-z_]+)", entry[language])) for language in ("en", "zh")}
        prose = re.sub(r"\bP\d\d\b|SHA-256", "", re.sub(r"\{[^}]*\}", "", entry["en"] + entry["zh"]))
        assert entry["en"], key
        assert entry["zh"], key
        assert names["zh"] <= names["en"], key
        assert not re.search(r"\d", prose), key
        assert not CJK.search(entry["en"]), key
        assert CJK.search(entry["zh"]) or entry["zh"] == "WBS" or "{" in entry["zh"], key


def test_templates_use_every_text_and_no_other():
    source = "".join(path.read_text(encoding="utf-8") for path in Path(TEMPLATES).glob("*.typ"))
    prefixes = (
        "basis.",
        "calendar.",
        "channel.",
        "component.",
        "deviation.",
        "deviations.",
        "kind.",
        "level.",
        "priority.",
        "rating.",
        "urgency.",
        "value.",
        "verdict.",
    )
    used = {key for key in TEXTS if f'"{key}"' in source or key.removesuffix(".alt").removesuffix("-untaxed") != key}

    unused = [key for key in TEXTS if key not in used and not key.startswith(prefixes)]

    assert unused == []
