"""What persons settled, in the document: the solution, why us, service after the sale, own texts, order, branding."""

import re
from dataclasses import replace

import pytest

from services.proposal.content.authored import BrandingPart
from services.proposal.content.base import Words
from services.proposal.document.render import render
from services.proposal.handlers import on_opportunities
from tests.conftest import envelope
from tests.support.proposal.authored import RICH, content_of
from tests.support.proposal.document import CJK, bytes_of, pages_of, squeezed, text_of
from tests.support.proposal.makers import document, hear
from tests.support.proposal.samples import events
from tests.support.proposal.selling import opened


async def said(content, language):
    return squeezed(text_of(await render(bytes_of(content), language)))


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("zh", ("新建还是扩展？", "扩展现有平台", "83%", "规则引擎", "逻辑架构", "业务服务", "GB/T22239-2019", "必须需求全部通过", "最快上线", "当日放款", "0.5小时内", "质保期自正式上线起6个月", "我们了解贵行业务")),
        ("en", ("Buildorextend?", "Extendtheplatform", "83%", "Ruleengine", "Logicalview", "Businessservices", "GB/T22239-2019", "Allmust-havespass", "Firstinuse", "Loansonthesameday", "within0.5h", "warrantylasts6months", "Weknowyourbusiness")),
        ("bilingual", ("新建还是扩展？Buildorextend?", "扩展现有平台Extendtheplatform", "规则引擎Ruleengine", "1方案概要Executivesummary", "我们了解贵行业务。Weknowyourbusiness.")),
    ],
)  # fmt: skip
async def test_what_persons_settled_is_in_the_document(language, texts):
    text = await said(content_of(), language)

    assert [one for one in texts if squeezed(one) not in text] == []


@pytest.mark.parametrize(
    ("language", "signers"),
    [
        ("zh", "海港软件（盖章）"),
        ("en", "For Harbour Software"),
        ("bilingual", "海港软件（盖章） For Harbour Software"),
    ],
)
async def test_the_company_that_makes_the_offer_signs_it_by_its_name(language, signers):
    branding = BrandingPart(company=Words(en="Harbour Software", zh="海港软件"))

    text = await said(content_of(replace(RICH, branding=branding)), language)

    assert squeezed(signers) in text
    if language == "zh":
        assert "每年420,000.00元" in text


async def test_an_english_document_with_settled_parts_has_chinese_only_in_the_clients_words():
    content = content_of(name="permits", size=6)

    assert CJK.findall(await said(content, "en")) == []


async def test_sections_are_in_the_order_that_was_settled_and_hidden_ones_are_not_there():
    items = {item.code: item for item in RICH.sections.items}
    order = ["risks", "executive_summary", "references"]
    sections = RICH.sections.model_copy(update={"items": tuple(items[code] for code in order)})

    text = text_of(await render(bytes_of(content_of(RICH.__class__(revision=1, sections=sections))), "en"))

    chapters = re.findall(r"(?:^|\s)([123]) (Risks and responses|Executive summary|References)", text)
    assert chapters[:3] == [("1", "Risks and responses"), ("2", "Executive summary"), ("3", "References")]
    assert "Payment" not in text
    assert "Three banks." in text


async def test_fit_and_component_of_each_requirement_are_in_the_matrix():
    pages = pages_of(await render(bytes_of(content_of()), "en"))

    [page] = [page for page in pages if "REQ-004" in page and "Requirement matrix" in page] or [""]
    assert "Rule engine" in page


async def test_a_company_has_its_name_and_footer_on_every_page():
    branding = BrandingPart(
        company=Words(en="Harbour Systems"), footer=Words(en="Harbour Systems Ltd."), primary_colour="#7a1f3d"
    )
    content = content_of(RICH.__class__(revision=1, branding=branding), size=3)

    cover, *pages = pages_of(await render(bytes_of(content), "en"))

    assert "By Harbour Systems" in cover
    assert all("Harbour Systems Ltd." in page for page in pages)


async def test_equal_settled_parts_give_equal_bytes():
    content = bytes_of(content_of(size=4))

    first, second = await render(content, "bilingual"), await render(content, "bilingual")

    assert first.sha256 == second.sha256


async def test_branding_is_in_the_next_draft_at_once(start, tmp_path):
    found = events("permits", 3)
    async with start("proposal", documents_folder=tmp_path) as client:
        await on_opportunities.handle(
            client.app.state.database, [envelope(opened(found.baseline.opportunity_id, found.baseline.opportunity))]
        )
        await hear(client, found)
        where = str(found.baseline.opportunity_id)
        wish = {"opportunity_id": where, "company": {"en": "Harbour Systems"}, "primary_colour": "#7a1f3d"}

        made = await client.post("/brandings", json=wish)
        tag = {"If-Match": made.headers["ETag"]}
        changed = await client.patch(f"/brandings/{made.json()['id']}", json={"accent_colour": "#112233"}, headers=tag)
        wrong = await client.post("/brandings", json={**wish, "primary_colour": 'red"); #panic("'})
        drafts = (await client.get("/proposals", params={"view": "full", "opportunity_id": where})).json()["items"]
        content = (await client.get(f"/proposals/{drafts[0]['id']}/content")).json()
        both = await document(client, drafts[0], language="bilingual")
        docx = await document(client, drafts[0], "docx", "bilingual")

    assert (made.status_code, changed.status_code, wrong.status_code) == (201, 200, 422)
    assert [draft["status"] for draft in drafts] == ["draft", "superseded", "superseded"]
    assert content["branding"]["accent_colour"] == "#112233"
    assert (both.status_code, both.json()["pages"] > 5) == (200, True)
    assert (docx.status_code, docx.json()["errors"][0]["code"]) == (422, "only_pdf")
