"""Who wants to be left alone is sent nothing by any service, and is named to none of them."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.engagement.models.contacts import Contact
from services.proposal.handlers import on_engagement
from services.requirements.handlers import heard as on_requirements
from shared.kernel.clock import now
from shared.kernel.context import Context
from shared.kernel.timers import set_timer
from shared.language.do_not_contact import LeftAlone
from tests.conftest import said
from tests.engagement.conftest import contact, heard, ids, opened, patched, run_until
from tests.support.proposal.makers import hear, newest, submitted
from tests.support.proposal.samples import events
from tests.support.requirements.questionnaires import drafted

TOLD = "engagement.contact.recorded.v1"


@pytest.fixture
async def deal(engagement, requirements):
    client = (await requirements.post("/clients", json={"name": "银行"})).json()
    wish = {"client_id": client["id"], "title": "信贷平台", "currency": "CNY"}
    opportunity = (await requirements.post("/opportunities", json=wish)).json()["id"]
    await heard(engagement, opened(UUID(opportunity)))
    return opportunity


async def pass_on(engagement, handlers, client):
    """What engagement has said of people, as it is heard by another service."""
    for event in await said(engagement.app.state.database, TOLD):
        await handlers.handle(client.app.state.database, [event])


async def doors(requirements, deal, **recipient):
    """The answers to a confirmation and a questionnaire for somebody."""
    own = {"opportunity_id": deal, **recipient}
    wish = {"opportunity_id": deal, "title": "在线申请", "statement": "系统须支持在线申请。", "kind": "functional"}
    made = (await requirements.post("/requirements", json=wish)).json()
    questionnaire = (await drafted(requirements)).json()
    await requirements.act(f"/questionnaires/{questionnaire['id']}/publish")
    return [
        await requirements.post("/confirmations", json={**own, "requirement_codes": [made["code"]]}),
        await requirements.post("/invitations", json={**own, "questionnaire_id": questionnaire["id"]}),
    ]


ZHOU = {"name": "周敏", "mail": "zhou@bank.example"}
RECIPIENTS = {
    "the same mail, written otherwise": ({"recipient_name": "Frau Zhou", "recipient_mail": "Zhou@Bank.example"}, 409),
    "the same name, no mail": ({"recipient_name": "周 敏"}, 409),
    "the same name, another mail": ({"recipient_name": "周敏", "recipient_mail": "other@bank.example"}, 201),
    "somebody else": ({"recipient_name": "王强", "recipient_mail": "wang@bank.example"}, 201),
}


@pytest.mark.parametrize("who", RECIPIENTS)
async def test_nobody_is_sent_a_form_who_wants_to_be_left_alone(engagement, requirements, deal, who):
    recipient, expected = RECIPIENTS[who]
    person = await contact(engagement, deal, **ZHOU)
    await patched(engagement, f"/contacts/{person['id']}", do_not_contact=True)
    await pass_on(engagement, on_requirements, requirements)

    answers = await doors(requirements, deal, **recipient)

    assert [answer.status_code for answer in answers] == [expected] * 2
    if expected == 409:
        assert {answer.json()["code"] for answer in answers} == {"must_not_be_contacted"}
        assert recipient["recipient_name"] in answers[0].json()["detail"]


async def test_somebody_else_without_a_mail_address_is_somebody_else(engagement, requirements, deal):
    await contact(engagement, deal, name="周敏", do_not_contact=True)
    await pass_on(engagement, on_requirements, requirements)

    answers = await doors(requirements, deal, recipient_name="王强")

    assert [answer.status_code for answer in answers] == [201, 201], [answer.text for answer in answers]


async def test_a_wish_that_is_taken_back_or_told_late_does_not_hold(engagement, requirements, deal):
    person = await contact(engagement, deal, **ZHOU, do_not_contact=True)
    await patched(engagement, f"/contacts/{person['id']}", do_not_contact=False)
    told = await said(engagement.app.state.database, TOLD)
    for event in reversed(told):
        await on_requirements.handle(requirements.app.state.database, [event])

    answers = await doors(requirements, deal, recipient_name="周敏", recipient_mail=ZHOU["mail"])

    assert [(one.data["do_not_contact"], one.data["version"]) for one in told] == [(True, 1), (False, 2)]
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_what_is_told_and_kept_names_nobody_and_outlives_the_contact(engagement, requirements, deal):
    person = await contact(engagement, deal, **ZHOU, do_not_contact=True)
    seen = await engagement.get(f"/contacts/{person['id']}")
    await engagement.delete(f"/contacts/{person['id']}", headers={"If-Match": seen.headers["ETag"]})
    await pass_on(engagement, on_requirements, requirements)

    [told] = await said(engagement.app.state.database, TOLD)
    answers = await doors(requirements, deal, recipient_name="周敏", recipient_mail=ZHOU["mail"])
    [survey] = await ids(engagement, "surveys", key="csat")
    wish = {"survey_id": survey, "opportunity_id": deal, "recipient_name": "周敏"}
    asked = await engagement.post("/survey-invitations", json=wish)

    assert "周敏" not in str(told.data)
    assert "zhou" not in str(told.data)
    assert [answer.status_code for answer in (*answers, asked)] == [409, 409, 409]


async def test_withdrawn_consent_is_told_as_well(engagement, requirements, deal):
    consent = {"state": "withdrawn", "at": "2026-11-01T00:00:00Z", "how": "邮件"}
    await contact(engagement, deal, **ZHOU, consent=consent)
    await pass_on(engagement, on_requirements, requirements)

    answers = await doors(requirements, deal, recipient_name="周敏")

    assert [answer.status_code for answer in answers] == [409, 409]


async def test_a_room_is_neither_made_nor_renewed_and_the_link_that_is_out_still_opens(engagement, start, tmp_path):
    found = events("permits", 3)
    deal = str(found.baseline.opportunity_id)
    await heard(engagement, opened(UUID(deal)))
    async with start("proposal", documents_folder=tmp_path) as proposal:
        await hear(proposal, found)
        offer = await submitted(proposal, await newest(proposal, found))
        wish = {"proposal_id": offer["id"], "recipient_name": "周敏", "recipient_mail": ZHOU["mail"]}
        room = (await proposal.post("/rooms", json=wish)).json()
        await contact(engagement, deal, **ZHOU, do_not_contact=True)
        await pass_on(engagement, on_engagement, proposal)

        another = await proposal.post("/rooms", json=wish)
        later = {"expires_at": (now() + timedelta(days=3)).isoformat()}
        renewed = await proposal.act(f"/rooms/{room['id']}/renew", later)
        opened_room = await proposal.as_link("rooms", room["id"]).get(f"/rooms/{room['id']}/view")

    refusals = [(one.status_code, one.json()["code"]) for one in (another, renewed)]
    assert refusals == [(409, "must_not_be_contacted")] * 2
    assert opened_room.status_code == 200


async def test_who_asked_for_it_before_it_was_told_is_told_of_when_the_service_runs(engagement, deal):
    person = await contact(engagement, deal, **ZHOU)
    async with engagement.app.state.database.transaction(Context(tenant="acme", actor="ann")) as session:
        since = {"do_not_contact_since": now()}
        await session.execute(sa.update(Contact).where(Contact.id == UUID(person["id"])).values(since))
        await set_timer(session, "contact-untold", UUID(person["id"]), now())

    await run_until(engagement, now() + timedelta(seconds=1))

    [told] = await said(engagement.app.state.database, TOLD)
    assert told.data["contact_id"] == person["id"]
    async with engagement.app.state.database.transaction(Context(tenant="acme", actor="ann")) as session:
        assert (await session.scalars(sa.select(LeftAlone.name_digest))).all() == [told.data["name_digest"]]
