"""An outcome that was recorded with the proposals closes the opportunity."""

from uuid import UUID

import pytest

from services.requirements.handlers import on
from services.requirements.models.opportunities import OutcomeDoesNotFit
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.language.events.proposal import OutcomeRecorded
from tests.conftest import envelope, said


def outcome(deal, result="lost", reason="Too dear."):
    return OutcomeRecorded(
        opportunity_id=UUID(deal["id"]), outcome_id=new_id(), result=result, reasons=("price",), reason=reason,
        lessons=(), competitor_id=None, competitor_name=None, decided_on=now().date(), proposal_id=None,
        submitted_at=None, win_probability=None, offered_price=None, final_price=None, winning_price=None, version=2,
    )  # fmt: skip


async def told(client, event):
    await on.handle(client.app.state.database, [envelope(event)])


async def test_a_recorded_outcome_closes_the_opportunity_once(requirements, deal):
    await told(requirements, outcome(deal))
    await told(requirements, outcome(deal))

    shown = (await requirements.get(f"/opportunities/{deal['id']}")).json()
    assert (shown["stage"], shown["outcome"], shown["outcome_reason"]) == ("closed", "lost", "Too dear.")
    [event] = await said(requirements.app.state.database, "requirements.opportunity.closed.v1")
    assert (event.data["outcome"], event.data["epoch"]) == ("lost", 1)


async def test_an_outcome_that_the_stage_cannot_have_is_kept_for_an_operator(requirements, deal):
    with pytest.raises(OutcomeDoesNotFit):
        await told(requirements, outcome(deal, "won"))

    assert (await requirements.get(f"/opportunities/{deal['id']}")).json()["stage"] == "draft"
