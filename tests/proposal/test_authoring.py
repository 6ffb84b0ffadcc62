"""What persons settle comes into the next draft, whatever order it and the events come in."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.proposal.commands.authoring import settle_part
from services.proposal.content.authored import SolutionDesign, StrategyPart
from services.proposal.content.base import Words
from services.proposal.content.plan import AuthoredSchedule, SchedulePart
from services.proposal.domain.basis import Basis, staleness, version_label
from services.proposal.handlers import on_opportunities
from services.proposal.models.authored_parts import AuthoredPart
from services.proposal.models.projections import OpportunityIsClosed, UnknownOpportunity
from shared.kernel.context import Context
from shared.language.events.requirements import OpportunityClosed
from shared.quant.calendars import WorkingCalendar
from tests.conftest import TENANT, envelope, said
from tests.support.proposal.makers import content, hear, proposals, settle
from tests.support.proposal.samples import events

DESIGN = SolutionDesign(summary=Words(en="One platform.", zh="统一平台。"))


async def test_a_settled_part_makes_a_new_draft_that_says_it(service):
    found = events("permits", 3)
    await hear(service, found)

    revision = await settle(service, found, "solution", DESIGN)

    old, new = await proposals(service, found)
    assert revision == 1
    assert (old["status"], old["freshness"], old["stale_reason"]["code"]) == ("superseded", "stale", "solution_settled")
    assert "solution" in old["stale_reason"]["message"]
    assert "技术方案" in old["stale_reason"]["message_zh"]
    assert (new["version_label"], new["revision"], new["status"], new["freshness"]) == (
        "1.1.1.1",
        10_010_010_001,
        "draft",
        "fresh",
    )
    said_by = (await content(service, new))["solution"]["design"]["summary"]
    assert said_by == {"en": "One platform.", "zh": "统一平台。"}
    assert (await content(service, old))["solution"]["design"] is None
    told = await said(service.app.state.database, "proposal.proposal.drafted.v1")
    assert [event.data["authored_revision"] for event in told] == [0, 1]


async def test_what_was_settled_before_the_ingredients_came_is_in_the_first_draft(service):
    found = events("permits", 3)
    await hear(service, found, ["baseline"])

    await settle(service, found, "solution", DESIGN)
    await hear(service, found, ["estimate", "risk", "price"])

    [only] = await proposals(service, found)
    assert (only["version_label"], only["freshness"]) == ("1.1.1.1", "fresh")
    [part] = (await content(service, only))["basis"]["settled"]
    assert (part["kind"], part["revision"]) == ("solution", 1)


async def test_the_next_baseline_keeps_what_was_settled(service):
    first, second = events("permits", 3), events("permits", 4, epoch=2)
    await hear(service, first)
    await settle(service, first, "solution", DESIGN)

    await hear(service, second)

    newest = (await proposals(service, first))[-1]
    assert (newest["version_label"], newest["status"]) == ("2.1.1.1", "draft")
    assert (await content(service, newest))["solution"]["design"]["summary"]["en"] == "One platform."


async def test_settling_the_same_again_changes_nothing(service):
    found = events("permits", 3)
    await hear(service, found)

    revisions = [await settle(service, found, "solution", DESIGN) for _ in range(3)]

    assert revisions == [1, 1, 1]
    assert len(await proposals(service, found)) == 2


async def test_a_dropped_part_is_computed_again(service):
    found = events("permits", 3)
    await hear(service, found)
    await settle(service, found, "solution", DESIGN)

    revision = await settle(service, found, "solution", None)

    newest = (await proposals(service, found))[-1]
    assert (revision, newest["version_label"]) == (2, "1.1.1.2")
    assert (await content(service, newest))["solution"]["design"] is None
    assert await settle(service, found, "strategy", None) == 2


async def test_a_submitted_proposal_keeps_its_content_and_the_draft_is_its_next_revision(service):
    found = events("permits", 3)
    await hear(service, found)
    [sent] = await proposals(service, found)
    await service.act(f"/proposals/{sent['id']}/submit-for-review")
    await service.as_("bob", "approver").act(f"/proposals/{sent['id']}/approve")
    await service.act(f"/proposals/{sent['id']}/submit")
    before = await content(service, sent)

    await settle(service, found, "strategy", StrategyPart(win_themes=(Words(en="Local people."),)))

    old, new = await proposals(service, found)
    assert (old["status"], old["stale_reason"]["code"]) == ("submitted", "strategy_settled")
    assert await content(service, old) == before
    assert (new["status"], new["version_label"]) == ("draft", "1.1.1.1")


async def test_a_settled_schedule_moves_dates_months_and_payments(service):
    found = events("permits", 3)
    await hear(service, found)
    [old] = await proposals(service, found)
    computed = SchedulePart.model_validate((await content(service, old))["schedule"])
    late = timedelta(days=28)
    later = computed.model_copy(
        update={
            **{name: getattr(computed, name) + late for name in ("start", "finish", "p50_finish", "p80_finish")},
            "tasks": tuple(
                task.model_copy(update={"start": task.start + late, "finish": task.finish + late})
                for task in computed.tasks
            ),
        }
    )
    days = WorkingCalendar("weekdays").span(later.start, max(task.last_day for task in computed.tasks) + 1)

    await settle(service, found, "schedule", AuthoredSchedule(schedule=later, working_days=tuple(days), crews=2))

    new = (await proposals(service, found))[-1]
    assert (new["start"], new["finish"]) == (later.start.isoformat(), later.finish.isoformat())
    before, after = await content(service, old), await content(service, new)
    assert after["key_figures"]["crews"] == 2
    assert [month["month"] for month in after["price"]["months"]] == sorted({f"{day:%Y-%m}" for day in days})
    assert all(
        one["due"] < other["due"]
        for one, other in zip(before["price"]["payments"], after["price"]["payments"], strict=True)
    )
    assert after["key_figures"]["price_incl_tax"] == before["key_figures"]["price_incl_tax"]


async def test_nothing_is_settled_in_an_unknown_or_a_closed_opportunity(service):
    found, other = events("permits", 3), events("lending", 3)
    await hear(service, found)
    closing = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="lost", reason=None, epoch=2)
    await on_opportunities.handle(service.app.state.database, [envelope(closing)])

    with pytest.raises(OpportunityIsClosed) as closed:
        await settle(service, found, "solution", DESIGN)
    with pytest.raises(UnknownOpportunity):
        await settle(service, other, "solution", DESIGN)

    assert "OPP-2026-0012" in closed.value.detail("en")
    assert len(await proposals(service, found)) == 1


async def test_facts_of_another_kind_are_a_mistake_of_ours(service):
    found = events("permits", 3)
    await hear(service, found)

    with pytest.raises(TypeError, match="a strategy is a StrategyPart"):
        await settle(service, found, "strategy", DESIGN)


async def test_what_was_settled_is_kept_with_who_did_it_and_is_never_edited(service):
    found = events("permits", 3)
    await hear(service, found)
    await settle(service, found, "solution", DESIGN, actor="sue", made_from=Basis(1))

    async with service.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        [part] = (await session.scalars(sa.select(AuthoredPart))).all()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        async with service.app.state.database.transaction(Context(tenant=TENANT, actor="intruder")) as session:
            await session.execute(sa.text("update authored_part set kind = 'strategy'"))

    assert (part.settled_by, part.kind, part.made_from) == ("sue", "solution", Basis(1))


async def test_another_tenant_settles_nothing_here(service):
    found = events("permits", 3)
    await hear(service, found)

    async with service.app.state.database.transaction(Context(tenant="other", actor="eve")) as session:
        with pytest.raises(UnknownOpportunity):
            await settle_part(session, found.baseline.opportunity_id, "solution", DESIGN)
    assert len(await proposals(service, found)) == 1


def test_bases_are_ordered_by_what_is_computed_first_and_by_what_is_settled_last():
    ordered = [Basis(1), Basis(1, 1, 1), Basis(1, 1, 1, 2), Basis(1, 1, 2), Basis(1, 1, 2, 9999), Basis(2)]

    assert sorted(ordered) == ordered
    assert sorted({basis.revision for basis in ordered}) == [basis.revision for basis in ordered]
    assert version_label(7, Basis(9, 2, 3)) == "7.2.3"
    assert version_label(7, Basis(9, 2, 3, 4)) == "7.2.3.4"
    assert staleness(Basis(1, 1, 1, 1), Basis(1, 1, 1, 2), "baseline_approved", "schedule") == "schedule_settled"
    assert staleness(Basis(1, 1, 1, 2), Basis(1, 1, 2, 2), "baseline_approved", "schedule") == "risk_budget_revised"


@pytest.mark.parametrize(
    ("made_from", "now", "is_behind"),
    [
        (Basis(0), Basis(5, 1), False),
        (Basis(1), Basis(1, 7, 3), False),
        (Basis(1), Basis(2, 1), True),
        (Basis(1, 1), Basis(1, 1, 9), False),
        (Basis(1, 1), Basis(1, 2), True),
        (Basis(1, 3), Basis(2, 1), True),
        (Basis(2, 1), Basis(1, 3), False),
    ],
)
def test_a_part_is_behind_only_by_what_it_was_made_for(made_from, now, is_behind):
    assert made_from.is_behind(now) is is_behind
