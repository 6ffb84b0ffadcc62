"""Questions that a client asks in a room of the proposal become clarifications that we owe."""

import pytest

from services.engagement.handlers import on, on_rooms
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.language.events.proposal import RoomQuestionAsked
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import envelope, said
from tests.engagement.conftest import heard, requirement


def question(opportunity_id, **told):
    usual = {
        "question_id": new_id(), "room_id": new_id(), "proposal_id": new_id(), "proposal_code": "PRO-2026-0007",
        "version_label": "1.1.1", "section": "schedule", "question": "几天上线？", "asked_at": now(), "asked_by": "李华",
    }  # fmt: skip
    return RoomQuestionAsked(opportunity_id=opportunity_id, **{**usual, **told})


@pytest.fixture
async def service(start):
    async with start("engagement") as client:
        yield client


async def hear(client, *events):
    for event in events:
        await on_rooms.handle(client.app.state.database, [envelope(event)])


async def clarifications(client, opportunity_id):
    return (await client.get(f"/clarifications?view=full&opportunity_id={opportunity_id}")).json()["items"]


async def test_a_question_becomes_a_clarification_that_we_owe_with_our_clock_running(service):
    opportunity_id = new_id()
    asked = question(opportunity_id)

    await hear(service, asked)

    [one] = await clarifications(service, opportunity_id)
    assert (one["question"], one["owed_by"], one["status"]) == ("几天上线？", "us", "asked")
    assert one["context"] == "李华: PRO-2026-0007 1.1.1, schedule"
    clocks = (await service.get(f"/response-clocks?subject_id={one['id']}")).json()["items"]
    assert [clock["state"] for clock in clocks] == ["running"]


async def test_a_question_about_a_requirement_is_a_clarification_of_it(service):
    opportunity_id = new_id()
    need = requirement(opportunity_id)
    await heard(service, need)

    await hear(service, question(opportunity_id, requirement_id=need.requirement_id, requirement_code="REQ-001"))

    [one] = await clarifications(service, opportunity_id)
    [told, *_] = await said(service.app.state.database, "engagement.clarification.recorded.v1")
    assert one["requirement_ids"] == told.data["requirement_ids"] == [str(need.requirement_id)]
    assert one["context"] == "李华: PRO-2026-0007 1.1.1, schedule, REQ-001"


async def test_the_same_question_heard_twice_is_one_clarification(service):
    opportunity_id = new_id()
    asked = question(opportunity_id)

    await hear(service, asked, asked)

    assert len(await clarifications(service, opportunity_id)) == 1


async def test_the_answer_is_told_with_the_question_that_it_is_for(service):
    opportunity_id = new_id()
    asked = question(opportunity_id)
    await hear(service, asked)
    [one] = await clarifications(service, opportunity_id)

    await service.act(f"/clarifications/{one['id']}/answer", {"answer": "九十天。"})

    told = await said(service.app.state.database, "engagement.clarification.recorded.v1")
    assert {event.data["room_question_id"] for event in told} == {str(asked.question_id)}
    assert [event.data["answer"] for event in told] == [None, None, "九十天。"]


async def test_a_question_in_a_closed_opportunity_is_kept_for_an_operator(service):
    from services.engagement.models.projections import OpportunityIsClosed

    opportunity_id = new_id()
    closing = OpportunityClosed(opportunity_id=opportunity_id, outcome="lost", reason=None, epoch=2)
    await on.handle(service.app.state.database, [envelope(closing)])

    with pytest.raises(OpportunityIsClosed):
        await hear(service, question(opportunity_id))
