"""Client rooms: read by link, with receipts, questions and an answer; and nothing that is not the client's."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation

import pytest
import sqlalchemy as sa

from services.proposal.content.authored import SolutionDesign
from services.proposal.content.base import Words
from services.proposal.handlers import on, on_engagement, on_opportunities, on_roster
from services.proposal.models.rooms import Room
from services.proposal.timers import timers
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.language.events.engagement import ClarificationRecorded, ColleagueRecorded
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import TENANT, envelope, said
from tests.support.proposal.json_values import leaves
from tests.support.proposal.makers import action, change, hear, newest, section, settle, submitted, typeset
from tests.support.proposal.rooms import ROOMS, make, offered
from tests.support.proposal.samples import events


async def entered(client, *args, **wish):
    """The sample's proposal with the client, a room of it, and its holder."""
    found, proposal = await offered(client, *args)
    room = await make(client, proposal, **wish)
    return found, proposal, room, client.as_link("rooms", room["id"])


def numbers(values):
    for value in values:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            continue
        if number.is_finite() and abs(number) > 100:
            yield round(number, 2)


async def every_answer(room, holder):
    """All that the holder of a link can get as JSON."""
    view = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()
    sections = [(await holder.get(f"{ROOMS}/{room['id']}/sections/{one['code']}")).json() for one in view["sections"]]
    asked = (await holder.post(f"{ROOMS}/{room['id']}/questions", json={"question": "How soon?"})).json()
    accepted = (await holder.post(f"{ROOMS}/{room['id']}/accept", json={"name": "Li Hua"})).json()
    return [view, *sections, asked, accepted, (await holder.get(f"{ROOMS}/{room['id']}/view")).json()]


async def test_a_room_shows_the_proposal_by_sections_and_notes_what_was_opened(service):
    found, proposal, room, holder = await entered(service)

    view = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()
    cost = (await holder.get(f"{ROOMS}/{room['id']}/sections/cost")).json()
    await holder.get(f"{ROOMS}/{room['id']}/sections/cost")
    again = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()

    assert room["link"].startswith("http://127.0.0.1:8080/client#")
    assert (view["code"], view["version_label"], view["valid_until"]) == (
        "PRO-2026-0012",
        "1.1.1",
        proposal["valid_until"],
    )
    assert view["price_incl_tax"] == proposal["price_incl_tax"]
    assert not {"economics", "value", "support"} & {one["code"] for one in view["sections"]}
    assert cost["figures"]["price_incl_tax"] == proposal["price_incl_tax"]["amount"]
    assert sum(Decimal(one["amount"]) for one in cost["price"]["payments"]) == found.price.price_incl_tax.amount
    assert cost["schedule"] is None
    opened = {one["code"]: one["opened_at"] for one in again["sections"]}
    assert opened["cost"] is not None
    assert opened["solution"] is None
    seen = (await service.get(f"{ROOMS}/{room['id']}")).json()
    assert [(one["what"], one["times"]) for one in seen["receipts"]] == [("cover", 2), ("cost", 2)]
    told = await said(service.app.state.database, "proposal.room.opened.v1")
    assert [event.data["what"] for event in told] == ["cover", "cost"]


@pytest.mark.parametrize("sample", ["permits", "lending"])
async def test_nothing_internal_is_in_any_answer_of_a_room(service, sample):
    found = events(sample)
    await hear(service, found)
    design = SolutionDesign(summary=Words(en="One.", zh="一。"))
    await settle(service, found, "solution", design, actor="secret-author")
    draft = await newest(service, found)
    await service.act(f"/proposals/{draft['id']}/submit-for-review")
    await service.as_("secret-reviewer", "approver").act(
        f"/proposals/{draft['id']}/approve", {"comment": "secret-comment"}
    )
    proposal = (await service.act(f"/proposals/{draft['id']}/submit")).json()
    await change(service, await section(service, found, "value"), "/proposal-sections", text={"en": "secret-draft"})
    room = await make(service, proposal)

    answers = await every_answer(room, service.as_link("rooms", room["id"]))

    told = [leaf for answer in answers for leaf in leaves(answer)]
    assert len(told) > 300
    internal = {"cost", "costs", "margin", "contingency", "reserve", "budget", "profit", "internal", "rates", "gaps",
                "seed", "samples", "engine", "basis", "authors", "reviews", "reviewed", "created", "updated", "actor"}  # fmt: skip
    paths = {path for path, _ in told}
    assert {path for path in paths if internal & set(path.lower().replace(".", "_").split("_"))} == set()
    texts = " ".join(str(value) for _, value in told)
    assert "secret" not in texts
    price, estimate, risk = found.price, found.estimate, found.risk
    known = [
        price.base_cost.amount, price.contingency.amount, price.management_reserve.amount, price.total_budget.amount,
        price.risk_response_cost.amount, price.price_excl_tax.amount - price.total_budget.amount,
        price.peak_funding.amount, estimate.labour_cost.amount, estimate.material_cost.amount,
        risk.contingency.amount, risk.management_reserve.amount, risk.response_cost.amount,
        *(line.cost for line in estimate.lines), *(line.daily_cost for line in estimate.lines),
        *(item.amount for item in estimate.cost_items), *(phase.cost for phase in estimate.phases),
        *(phase.total for phase in price.phases), *(line.amount for line in price.price_lines if line.code != "tax"),
        *(one.response.cost for one in risk.risks if one.response),
    ]  # fmt: skip
    shown = set(numbers(value for _, value in told))
    assert set(numbers(known)) & shown == set()
    assert str(price.margin_rate) not in {str(value) for _, value in told}
    own_names = {leaf for path, leaf in told if path.endswith((".owner", ".created_by"))}
    assert found.baseline.opportunity.owner not in own_names


async def test_only_the_chosen_sections_are_there(service):
    _, _, room, holder = await entered(service, sections=["terms", "solution"])

    view = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()
    refused = await holder.get(f"{ROOMS}/{room['id']}/sections/cost")

    assert [one["code"] for one in view["sections"]] == ["solution", "terms"]
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_section")


async def test_a_room_of_some_sections_has_neither_the_whole_document_nor_the_price(service):
    _, proposal = await offered(service)
    await typeset(service)
    whole = await make(service, proposal)
    [document, *_] = (await service.as_link("rooms", whole["id"]).get(f"{ROOMS}/{whole['id']}/view")).json()["files"]
    room = await make(service, proposal, sections=["solution", "requirements"], may_answer=False)
    priced = await make(service, proposal, sections=["cost"], may_answer=False)
    holder = service.as_link("rooms", room["id"])

    view = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()
    refused = await holder.get(f"{ROOMS}/{room['id']}/documents/{document['id']}/file")
    of_cost = (await service.as_link("rooms", priced["id"]).get(f"{ROOMS}/{priced['id']}/view")).json()

    assert (view["files"], view["price_incl_tax"]) == ([], None)
    assert (refused.status_code, refused.json()["code"]) == (404, "link_leads_nowhere")
    assert of_cost["price_incl_tax"] == proposal["price_incl_tax"]


async def test_a_section_that_the_proposal_does_not_show_cannot_be_chosen(service):
    _, proposal = await offered(service)

    refused = await service.post(
        ROOMS, json={"proposal_id": proposal["id"], "recipient_name": "Li", "sections": ["cost", "weather"]}
    )

    assert refused.json()["errors"][0]["pointer"] == "/sections/1"


async def test_a_room_shows_only_what_is_with_the_client(service):
    found = events("permits", 6)
    await hear(service, found)
    draft = await newest(service, found)

    refused = await service.post(ROOMS, json={"proposal_id": draft["id"], "recipient_name": "Li"})

    assert (refused.status_code, refused.json()["code"]) == (409, "not_with_the_client")


async def test_a_link_opens_its_own_room_and_nothing_else(service):
    _, proposal, room, holder = await entered(service)
    other = await make(service, proposal)

    answers = [
        await holder.get(f"{ROOMS}/{other['id']}/view"),
        await holder.get(f"{ROOMS}/{other['id']}/sections/cost"),
        await holder.post(f"{ROOMS}/{other['id']}/accept", json={"name": "x"}),
        await holder.get(f"{ROOMS}/{room['id']}"),
        await holder.get(ROOMS),
        await holder.get(f"/proposals/{proposal['id']}"),
        await service.as_("bob", "sales").get(f"{ROOMS}/{room['id']}/view"),
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_a_revoked_room_is_closed_at_once(service):
    _, _, room, holder = await entered(service)

    revoked = await service.act(f"{ROOMS}/{room['id']}/revoke", {"reason": "Sent to the wrong person."})
    refused = [
        await holder.get(f"{ROOMS}/{room['id']}/view"),
        await holder.get(f"{ROOMS}/{room['id']}/sections/cost"),
        await holder.post(f"{ROOMS}/{room['id']}/questions", json={"question": "Hello?"}),
        await holder.post(f"{ROOMS}/{room['id']}/accept", json={"name": "Li"}),
    ]

    assert (revoked.json()["status"], revoked.json()["revoked_because"]) == ("revoked", "Sent to the wrong person.")
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(409, "link_not_open")}
    assert not action(revoked.json(), "renew")["is_allowed"]


async def test_a_room_ends_in_its_time_and_can_be_renewed(service):
    _, _, room, holder = await entered(service)
    past = await service.act(f"{ROOMS}/{room['id']}/renew", {"expires_at": "2020-01-01T00:00:00Z"})
    async with service.app.state.database.transaction(Context(tenant=TENANT, actor="time")) as session:
        await session.execute(sa.update(Room).values(expires_at=now() - timedelta(seconds=1)))
    ended = [
        await holder.get(f"{ROOMS}/{room['id']}/view"),
        await holder.get(f"{ROOMS}/{room['id']}/sections/cost"),
        await holder.post(f"{ROOMS}/{room['id']}/accept", json={"name": "Li"}),
    ]
    later = (now() + timedelta(days=200)).isoformat()

    renewed = (await service.act(f"{ROOMS}/{room['id']}/renew", {"expires_at": later})).json()

    assert (past.status_code, past.json()["errors"][0]["code"]) == (422, "in_past")
    assert {(one.status_code, one.json()["code"]) for one in ended} == {(409, "link_not_open")}
    assert (renewed["status"], renewed["expires_at"][:10]) == ("open", later[:10])
    assert (await holder.get(f"{ROOMS}/{room['id']}/view")).status_code == 200
    assert renewed["link"] != room["link"]


async def test_the_client_accepts_once_and_the_proposal_is_accepted(service):
    _, proposal, room, holder = await entered(service)

    accepted = await holder.post(f"{ROOMS}/{room['id']}/accept", json={"name": "Li Hua, Head of IT"})
    again = await holder.post(f"{ROOMS}/{room['id']}/decline", json={"name": "Li Hua", "reason": "No."})

    assert (accepted.status_code, accepted.json()["answer"]) == (200, "accepted")
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    shown = (await service.get(f"/proposals/{proposal['id']}")).json()
    assert (shown["status"], shown["answered_by"]) == ("accepted", "Li Hua, Head of IT")
    [event] = await said(service.app.state.database, "proposal.proposal.answered.v1")
    assert event.data["status"] == "accepted"
    assert (await holder.get(f"{ROOMS}/{room['id']}/view")).json()["answered_by"] == "Li Hua, Head of IT"


async def test_the_client_declines_with_a_reason(service):
    _, proposal, room, holder = await entered(service)

    await holder.post(f"{ROOMS}/{room['id']}/decline", json={"name": "Li Hua", "reason": "The budget was cut."})

    shown = (await service.get(f"/proposals/{proposal['id']}")).json()
    assert (shown["status"], shown["answer_reason"]) == ("declined", "The budget was cut.")
    assert (await service.get(f"{ROOMS}/{room['id']}")).json()["answer"] == "declined"


async def test_a_room_for_reading_takes_no_answer(service):
    _, _, room, holder = await entered(service, may_answer=False)

    refused = await holder.post(f"{ROOMS}/{room['id']}/accept", json={"name": "Li"})

    assert (await holder.get(f"{ROOMS}/{room['id']}/view")).json()["may_answer"] is False
    assert (refused.status_code, refused.json()["code"]) == (409, "answers_not_wanted")


async def test_a_lapsed_offer_is_read_but_not_accepted(service):
    later = (now() + timedelta(days=200)).isoformat()
    _, _, room, holder = await entered(service, expires_at=later)
    await timers.run_due(service.app.state.database, now() + timedelta(days=70))

    refused = await holder.post(f"{ROOMS}/{room['id']}/accept", json={"name": "Li"})
    view = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "offer_has_lapsed")
    assert (view["proposal_status"], view["may_answer"], view["answered_at"]) == ("expired", False, None)


async def test_a_room_of_a_closed_opportunity_is_only_for_reading(service):
    found, proposal, room, holder = await entered(service)
    closed = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="lost", reason=None, epoch=2)
    for handlers in (on, on_opportunities):
        await handlers.handle(service.app.state.database, [envelope(closed)])

    view = await holder.get(f"{ROOMS}/{room['id']}/view")
    refused = [
        await holder.post(f"{ROOMS}/{room['id']}/questions", json={"question": "Still there?"}),
        await holder.post(f"{ROOMS}/{room['id']}/accept", json={"name": "Li"}),
        await holder.post(f"{ROOMS}/{room['id']}/decline", json={"name": "Li", "reason": "Late."}),
    ]

    assert (view.status_code, view.json()["may_answer"]) == (200, False)
    assert [(one.status_code, one.json()["code"]) for one in refused] == [(409, "matter_is_closed")] * 3
    assert (await service.get(f"/proposals/{proposal['id']}")).json()["status"] == "submitted"


async def test_a_room_closes_when_its_proposal_is_replaced_or_taken_back(service):
    found, proposal, room, holder = await entered(service)
    await settle(service, found, "solution", SolutionDesign(summary=Words(en="Better.")), actor="sue")
    await submitted(service, await newest(service, found))

    refused = await holder.get(f"{ROOMS}/{room['id']}/view")

    assert (await service.get(f"/proposals/{proposal['id']}")).json()["status"] == "superseded"
    assert (refused.status_code, refused.json()["code"]) == (409, "link_not_open")


async def test_a_question_is_told_and_its_answer_appears_in_the_room(service):
    found, _, room, holder = await entered(service)

    asked = await holder.post(f"{ROOMS}/{room['id']}/questions", json={"question": "几天上线？", "section": "schedule"})
    [event] = await said(service.app.state.database, "proposal.room_question.asked.v1")
    clarification = {
        "opportunity_id": found.baseline.opportunity_id, "clarification_id": new_id(), "code": "CLR-001",
        "question": "几天上线？", "requirement_ids": (), "is_open": True, "owed_by": "us", "due_at": None,
        "room_question_id": asked.json()["id"],
    }  # fmt: skip
    for told in (
        ClarificationRecorded(**clarification, status="asked", version=2),
        ClarificationRecorded(**clarification, status="answered", answer="九十天。", answered_at=now(), version=3),
        ClarificationRecorded(**clarification, status="asked", version=1),
    ):
        await on_engagement.handle(service.app.state.database, [envelope(told)])

    assert (asked.status_code, asked.json()["answer"]) == (201, None)
    assert (event.data["question"], event.data["section"], event.data["asked_by"]) == (
        "几天上线？",
        "schedule",
        "Li Hua",
    )
    [shown] = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()["questions"]
    assert shown["answer"] == "九十天。"
    [ours] = (await service.get(f"{ROOMS}/{room['id']}")).json()["questions"]
    assert ours["clarification_id"] == str(clarification["clarification_id"])
    reopened = ClarificationRecorded(**clarification, status="reopened", answer="九十天。", version=4)
    await on_engagement.handle(service.app.state.database, [envelope(reopened)])
    [again] = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()["questions"]
    assert again["answer"] is None


async def test_a_question_names_a_requirement_of_the_offer_and_no_other(service):
    found, _, room, holder = await entered(service)
    need = found.baseline.requirements[0]
    path = f"{ROOMS}/{room['id']}"

    named = [one["code"] for one in (await holder.get(f"{path}/view")).json()["requirements"]]
    asked = await holder.post(f"{path}/questions", json={"question": "多快？", "requirement_code": need.code})
    strange = await holder.post(f"{path}/questions", json={"question": "多快？", "requirement_code": "REQ-999"})

    [event] = await said(service.app.state.database, "proposal.room_question.asked.v1")
    assert need.code in named
    assert (asked.status_code, asked.json()["requirement_code"]) == (201, need.code)
    assert (event.data["requirement_id"], event.data["requirement_code"]) == (str(need.id), need.code)
    assert (strange.status_code, strange.json()["code"]) == (404, "no_such_requirement")


async def test_the_released_document_is_downloaded_and_only_this_one(service):
    found = events("permits", 2)
    await hear(service, found)
    database = service.app.state.database
    await typeset(service)
    proposal = await submitted(service, await newest(service, found))
    other = events("lending", 2)
    await hear(service, other)
    drafts = await said(database, "proposal.proposal.drafted.v1")
    await typeset(service, drafts[1:])
    foreign = (await service.get(f"/documents?proposal_id={(await newest(service, other))['id']}")).json()["items"][0]
    room = await make(service, proposal)
    await typeset(service)
    holder = service.as_link("rooms", room["id"])

    files = (await holder.get(f"{ROOMS}/{room['id']}/view")).json()["files"]
    got = await holder.get(f"{ROOMS}/{room['id']}/documents/{files[0]['id']}/file")
    refused = await holder.get(f"{ROOMS}/{room['id']}/documents/{foreign['id']}/file")

    assert {one["language"] for one in files} == {"en", "zh"}
    assert got.content.startswith(b"%PDF-")
    assert refused.status_code == 404
    seen = (await service.get(f"{ROOMS}/{room['id']}")).json()
    assert f"document:{files[0]['language']}" in {one["what"] for one in seen["receipts"]}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("questions", {}),
        ("questions", {"question": " "}),
        ("questions", {"question": "x" * 8001}),
        ("questions", {"question": "a\x00b"}),
        ("questions", {"question": "x", "section": "Weather!"}),
        ("accept", {}),
        ("accept", {"name": ""}),
        ("accept", {"name": "x", "price": 1}),
        ("decline", {"name": "x"}),
    ],
)
async def test_what_makes_no_sense_in_a_room_is_refused(service, path, body):
    _, _, room, holder = await entered(service)

    refused = await holder.post(f"{ROOMS}/{room['id']}/{path}", json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_a_room_of_another_tenant_is_not_found(service):
    _, proposal, room, _ = await entered(service)
    eve = service.as_("eve", "admin", tenant="other")

    assert (await eve.get(f"{ROOMS}/{room['id']}")).status_code == 404
    assert (await eve.get(ROOMS)).json()["items"] == []
    made = await eve.post(ROOMS, json={"proposal_id": proposal["id"], "recipient_name": "x"})
    assert made.status_code == 404


async def test_a_room_says_whom_to_ask_as_the_branding_of_the_tenant_does_unless_the_opportunitys_names_another(
    service,
):
    found, _, _, holder = await entered(service)
    room = (await service.get(ROOMS)).json()["items"][0]
    path = f"{ROOMS}/{room['id']}/view"

    unknown = (await holder.get(path)).json()["ask"]
    owner = ColleagueRecorded(
        colleague_id=new_id(), subject="maria.lopez", name="Maria Lopez", mail="maria@vendor.example", phone=None, is_active=True,
        inactive_since=None, version=1,
    )  # fmt: skip
    await on_roster.handle(service.app.state.database, [envelope(owner)])
    owners = (await holder.get(path)).json()["ask"]
    await service.post("/brandings", json={"contact": {"name": "林悦"}})
    tenants = (await holder.get(path)).json()["ask"]
    where = {"opportunity_id": str(found.baseline.opportunity_id)}
    await service.post("/brandings", json={**where, "contact": {"name": "王强", "phone": "+86 21 5888 0000"}})
    own = (await holder.get(path)).json()["ask"]

    assert (unknown, owners["name"], owners["mail"]) == (None, "Maria Lopez", "maria@vendor.example")
    assert (tenants["name"], own["name"], own["phone"]) == ("林悦", "王强", "+86 21 5888 0000")
