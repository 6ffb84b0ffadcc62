"""Sections: who writes them, what is missing, and figures in texts that are bound to data."""

import pytest

from services.proposal.content.authored import ComponentPart, SolutionDesign
from services.proposal.content.base import Words
from services.proposal.domain.basis import Basis
from tests.conftest import said as said_by
from tests.support.proposal.makers import action, change, content, hear, newest, proposals, section, settle
from tests.support.proposal.samples import events

PATH = "/proposal-sections"


async def write(client, found, code, **values):
    return (await change(client, await section(client, found, code), PATH, **values)).json()


async def finish(client, written):
    return await client.act(f"{PATH}/{written['id']}/finish")


async def test_an_opportunity_has_the_usual_sections_in_their_order_with_its_owner(service):
    found = events("permits", 3)
    await hear(service, found, ["baseline"])

    page = await service.get(f"{PATH}?opportunity_id={found.baseline.opportunity_id}")

    items = page.json()["items"]
    assert [one["code"] for one in items][:3] == ["executive_summary", "client_background", "objectives_scope"]
    assert {one["owner"] for one in items} == {found.baseline.opportunity.owner}
    assert {one["status"] for one in items} == {"open"}
    assert [one["code"] for one in items if not one["is_shown"]] == []
    assert (items[4]["name"], items[4]["name_zh"]) == ("Solution", "技术方案")


async def test_a_finished_text_is_in_the_next_draft_with_its_figures_from_data(service):
    found = events("permits", 3)
    await hear(service, found)
    text = {"en": "All of it for {{price_incl_tax}} by {{finish}}.", "zh": "总价 {{price_incl_tax}}，{{finish}}完成。"}

    written = await write(service, found, "executive_summary", text=text)
    before = await newest(service, found)
    done = await finish(service, written)

    assert (written["status"], written["is_settled"], written["loose_figures"]) == ("drafting", False, [])
    assert before["version_label"] == "1.1.1"
    assert (done.json()["status"], done.json()["is_settled"]) == ("finished", True)
    told = await said_by(service.app.state.database, "proposal.section.recorded.v1")
    assert [(one.data["code"], one.data["status"]) for one in told] == [
        ("executive_summary", "drafting"), ("executive_summary", "finished"),
    ]  # fmt: skip
    draft = await newest(service, found)
    said = {one["code"]: one["text"] for one in (await content(service, draft))["sections"]["items"]}
    amount = f"{found.price.price_incl_tax.amount:,}"
    assert said["executive_summary"]["en"].startswith(f"All of it for USD {amount} by ")
    assert said["executive_summary"]["zh"].startswith(f"总价 USD {amount}，")
    assert said["solution"] == {"en": None, "zh": None}


async def test_figures_of_a_text_follow_a_new_estimate(service):
    first, second = events("permits", 3), events("permits", 3, estimate_revision=2, scale=1.3)
    await hear(service, first)
    await finish(service, await write(service, first, "cost", text={"en": "In all {{price_incl_tax}}."}))

    await hear(service, second, ["estimate", "risk", "price"])

    said = {
        one["code"]: one["text"]["en"]
        for one in (await content(service, await newest(service, first)))["sections"]["items"]
    }
    assert said["cost"] == f"In all USD {second.price.price_incl_tax.amount:,}."


async def test_a_text_with_figures_of_its_own_is_named_at_once_and_not_finished(service):
    found = events("permits", 3)
    await hear(service, found)

    written = await write(service, found, "terms", text={"en": "We need 17 days of your experts.", "zh": "需要１７天"})
    refused = await service.act(f"{PATH}/{written['id']}/finish", **{"Accept-Language": "zh"})

    assert written["loose_figures"] == ["17"]
    assert (refused.status_code, refused.json()["code"]) == (409, "loose_figures")
    assert "17" in refused.json()["detail"]
    assert "{{price_incl_tax}}" in refused.json()["detail"]


async def test_a_placeholder_for_a_figure_that_there_is_not_is_refused(service):
    found = events("permits", 3)
    await hear(service, found)

    refused = await finish(service, await write(service, found, "terms", text={"en": "{{margin_rate}} of {{wages}}"}))

    assert (refused.status_code, refused.json()["code"]) == (409, "unknown_figures")
    assert "margin_rate, wages" in refused.json()["detail"]


async def test_a_figure_that_was_right_when_it_was_typed_keeps_a_later_proposal_back(service):
    first, second = events("permits", 3), events("permits", 3, estimate_revision=2, scale=1.3)
    await hear(service, first)
    typed = f"It takes {(await newest(service, first))['effort_days']} days."
    await finish(service, await write(service, first, "cost", text={"en": typed, "zh": "见上。"}))
    fresh = await newest(service, first)

    await hear(service, second, ["estimate", "risk", "price"])

    stale_text = await newest(service, first)
    assert [gap["code"] for gap in fresh["gaps"] if gap["is_blocking"]] == []
    [gap] = [gap for gap in stale_text["gaps"] if gap["is_blocking"]]
    assert (gap["section"], gap["code"]) == ("cost", "loose_figure")
    reasons = action(stale_text, "submit-for-review")["reasons"]
    assert [reason["code"] for reason in reasons] == ["proposal_is_incomplete"]
    assert "Section cost" in reasons[0]["message"]
    assert "章节 cost" in reasons[0]["message_zh"]
    refused = await service.act(f"/proposals/{stale_text['id']}/submit-for-review")
    assert (refused.status_code, refused.json()["code"]) == (409, "proposal_is_incomplete")
    assert (await section(service, first, "cost"))["gaps"] == [gap]


async def test_a_section_in_work_keeps_the_proposal_back_until_it_is_finished_or_reverted(service):
    found = events("permits", 3)
    await hear(service, found)
    written = await write(service, found, "value", owner="sue", text={"en": "Because we are near.", "zh": "就在身边。"})

    held = await newest(service, found)
    reverted = await service.act(f"{PATH}/{written['id']}/revert")
    free = await newest(service, found)

    [reason] = action(held, "submit-for-review")["reasons"]
    assert (reason["code"], "sue" in reason["message"]) == ("section_in_work", True)
    assert (reverted.json()["status"], reverted.json()["text"]) == ("open", {"en": None, "zh": None})
    assert action(free, "submit-for-review")["is_allowed"]


async def test_reverting_goes_back_to_what_was_finished(service):
    found = events("permits", 3)
    await hear(service, found)
    await finish(service, await write(service, found, "value", text={"en": "Near.", "zh": "近。"}))
    written = await write(service, found, "value", text={"en": "Nearer still."})

    reverted = (await service.act(f"{PATH}/{written['id']}/revert")).json()

    assert written["text"] == {"en": "Nearer still.", "zh": "近。"}
    assert (reverted["status"], reverted["text"]) == ("finished", {"en": "Near.", "zh": "近。"})
    assert len(await proposals(service, found)) == 2


async def test_null_takes_a_text_away_and_what_was_not_sent_stays(service):
    found = events("permits", 3)
    await hear(service, found)
    await write(service, found, "value", text={"en": "Near.", "zh": "近。"})

    written = await write(service, found, "value", text={"zh": None})

    assert written["text"] == {"en": "Near.", "zh": None}


async def test_a_new_owner_alone_leaves_the_text_finished(service):
    found = events("permits", 3)
    await hear(service, found)

    given = await write(service, found, "risks", owner="zhao")

    assert (given["owner"], given["status"]) == ("zhao", "open")
    assert action(await newest(service, found), "submit-for-review")["is_allowed"]


async def test_a_section_of_ones_own_is_in_the_order_and_may_not_be_empty(service):
    found = events("permits", 3)
    await hear(service, found)
    wish = {"opportunity_id": str(found.baseline.opportunity_id), "code": "case_studies", "position": 450}
    made = await service.post(PATH, json={**wish, "title": {"en": "Case studies", "zh": "案例"}})

    await finish(service, made.json())

    draft = await newest(service, found)
    codes = [one["code"] for one in (await content(service, draft))["sections"]["items"]]
    assert codes[codes.index("value") + 1] == "case_studies"
    assert [gap["code"] for gap in draft["gaps"] if gap["section"] == "case_studies"] == ["section_is_empty"]
    again = await service.post(PATH, json={**wish, "title": {"en": "Case studies"}})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_a_hidden_section_lacks_nothing(service):
    found = events("permits", 3)
    await hear(service, found)
    assert "support" in {gap["section"] for gap in (await newest(service, found))["gaps"]}

    await finish(service, await write(service, found, "support", is_shown=False))

    assert "support" not in {gap["section"] for gap in (await newest(service, found))["gaps"]}


async def test_what_is_missing_is_named_by_section(service):
    found = events("permits", 3)
    design = SolutionDesign(
        components=(
            ComponentPart(
                code="C1", name="Portal", name_zh="门户", kind="application", requirement_codes=("REQ-001", "R-9")
            ),
            ComponentPart(code="C2", name="Bus", name_zh="总线", kind="platform"),
        ),
        summary=Words(en="Two parts."),
    )
    await hear(service, found)

    await settle(service, found, "solution", design, made_from=Basis(1))

    gaps = {(gap["section"], gap["code"]): gap for gap in (await newest(service, found))["gaps"]}
    assert "C2" in gaps["solution", "components_unused"]["message"]
    assert gaps["solution", "requirements_unknown"]["message"].endswith("not offered: R-9.")
    unmet = gaps["solution", "requirements_unmet"]
    assert "REQ-002" in unmet["message"]
    assert "REQ-001" not in unmet["message"]
    assert "没有售后方案" in gaps["support", "no_after_sales_plan"]["message_zh"]


async def test_a_part_made_for_an_earlier_baseline_is_behind_until_it_is_settled_again(service):
    first, second = events("permits", 3), events("permits", 3, epoch=2)
    await hear(service, first)
    design = SolutionDesign(summary=Words(en="One.", zh="一。"))
    await settle(service, first, "solution", design, made_from=Basis(1))

    await hear(service, second)
    behind = await newest(service, first)
    await settle(service, first, "solution", design, made_from=Basis(2))
    again = await newest(service, first)

    blocking = [gap["code"] for gap in behind["gaps"] if gap["is_blocking"]]
    assert blocking == ["part_behind"]
    assert (again["version_label"], [gap for gap in again["gaps"] if gap["is_blocking"]]) == ("2.1.1.2", [])


async def test_figures_are_listed_as_the_documents_write_them(service):
    found = events("lending", 6)
    await hear(service, found)

    listed = (await service.get(f"/proposals/{(await newest(service, found))['id']}/figures")).json()["items"]

    by_name = {one["name"]: one for one in listed}
    amount = f"{found.price.price_incl_tax.amount:,}"
    assert by_name["price_incl_tax"] == {"name": "price_incl_tax", "en": f"CNY {amount}", "zh": f"{amount} 元"}
    assert by_name["must_share"]["en"].endswith("%")
    assert "年" in by_name["finish"]["zh"]
    assert not {"margin_rate", "base_cost"} & by_name.keys()


@pytest.mark.parametrize(
    "body",
    [
        {"text": {"en": ""}},
        {"text": {"fr": "Bonjour"}},
        {"text": {"en": "a\x00b"}},
        {"text": None},
        {"position": -1},
        {"position": 10**9},
        {"owner": None},
        {"code": "other"},
        {"title": {"en": "x" * 301}},
    ],
)
async def test_what_no_section_can_be_is_refused(service, body):
    found = events("permits", 3)
    await hear(service, found, ["baseline"])

    refused = await change(service, await section(service, found, "terms"), PATH, **body)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_sections_of_another_tenant_are_not_found(service):
    found = events("permits", 3)
    await hear(service, found, ["baseline"])
    own = await section(service, found, "terms")
    eve = service.as_("eve", "admin", tenant="other")

    assert (await eve.get(f"{PATH}/{own['id']}")).status_code == 404
    assert (await eve.get(PATH)).json()["items"] == []
    wish = {"opportunity_id": str(found.baseline.opportunity_id), "code": "mine", "title": {"en": "Mine"}}
    assert (await eve.post(PATH, json=wish)).status_code == 404
