"""What a client wants changed in a requirement becomes a clarification that we owe an answer to."""

from services.engagement.handlers import on
from shared.kernel.context import new_id
from shared.language.events.requirements import ConfirmationRemarked
from tests.conftest import envelope, said
from tests.engagement.conftest import heard, requirement


async def test_a_wish_said_by_link_is_a_clarification_that_we_owe_about_its_requirement(engagement, deal):
    need = requirement(deal)
    wish = ConfirmationRemarked(
        opportunity_id=deal, confirmation_id=new_id(), requirement_id=need.requirement_id, requirement_code="REQ-001",
        title="Apply online", said_by="Director Wang", words="离线也要能用",
    )  # fmt: skip
    await heard(engagement, need)
    told = envelope(wish)

    for _ in range(2):  # the same event may come twice
        await on.handle(engagement.app.state.database, [told])

    [one] = (await engagement.get("/clarifications", params={"view": "full", "opportunity_id": deal})).json()["items"]
    assert (one["question"], one["owed_by"], one["status"]) == ("离线也要能用", "us", "asked")
    assert (one["requirement_ids"], one["context"]) == (
        [str(need.requirement_id)], "Director Wang: REQ-001 Apply online",
    )  # fmt: skip
    clocks = (await engagement.get("/response-clocks", params={"view": "full", "subject_id": one["id"]})).json()[
        "items"
    ]
    assert [clock["state"] for clock in clocks] == ["running"]
    assert (await said(engagement.app.state.database, "engagement.clarification.recorded.v1"))[-1].data["is_open"]
