"""The after-sales plan of the engagement service becomes a part of the proposal."""

from types import SimpleNamespace

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.figures import figures
from services.proposal.content.model import ProposalContent
from services.proposal.content.offer import offer_of
from services.proposal.handlers import on_engagement, on_opportunities
from shared.kernel.context import new_id
from shared.language.events.engagement.support import AfterSalesPlanRecorded, ChannelFacts, ServiceLevelFacts
from shared.language.events.requirements import OpportunityClosed
from shared.language.money import Money
from tests.conftest import envelope
from tests.support.proposal.makers import content, hear, newest, proposals
from tests.support.proposal.samples import events

LEVEL = ServiceLevelFacts(priority="urgent", response_minutes=30, resolution_minutes=240, hours="7x24")


def plan(found, key, **told):
    usual = {
        "number": 1, "status": "draft", "service_levels": (LEVEL,), "warranty_months": 12, "warranty_terms": None,
        "maintenance_price": Money.of("9000", "USD"), "maintenance_terms": None, "version": 1,
        "channels": (ChannelFacts(kind="phone", address="+1 555 0100", hours="7x24"),),
    }  # fmt: skip
    return AfterSalesPlanRecorded(
        opportunity_id=found.baseline.opportunity_id, after_sales_plan_id=key, **{**usual, **told}
    )


async def tell(client, *told):
    for event in told:
        await on_engagement.handle(client.app.state.database, [envelope(event)])


async def months(client, found):
    part = (await content(client, await newest(client, found)))["after_sales"]
    return part and part["warranty_months"]


async def test_the_newest_draft_counts_until_one_is_agreed(service):
    found, first, second = events("permits", 3), new_id(), new_id()
    await hear(service, found)
    seen = []

    for event in (
        plan(found, first),
        plan(found, second, number=2, warranty_months=24),
        plan(found, first, status="agreed", version=2),
        plan(found, second, number=2, warranty_months=36, version=2),
        plan(found, first, status="superseded", version=3),
        plan(found, second, number=2, status="withdrawn", version=3),
    ):
        await tell(service, event)
        seen.append(await months(service, found))

    assert seen == [12, 24, 12, 12, 36, None]


async def test_a_plan_that_promises_nothing_yet_is_no_part(service):
    found = events("permits", 3)
    await hear(service, found)

    await tell(service, plan(found, new_id(), service_levels=()))

    assert len(await proposals(service, found)) == 1


async def test_an_older_word_of_a_plan_changes_nothing(service):
    found, key = events("permits", 3), new_id()
    await hear(service, found)

    await tell(service, plan(found, key, warranty_months=24, version=5), plan(found, key, version=4))

    assert await months(service, found) == 24


async def test_a_plan_before_anything_else_is_in_the_first_draft_and_lacks_no_plan(service):
    found = events("permits", 3)

    await tell(service, plan(found, new_id()))
    await hear(service, found)

    [only] = await proposals(service, found)
    part = (await content(service, only))["after_sales"]
    assert part["channels"] == [{"kind": "phone", "address": "+1 555 0100", "hours": "7x24"}]
    assert (part["maintenance_price"], part["maintenance_currency"]) == ("9000.00", "USD")
    assert "no_after_sales_plan" not in {gap["code"] for gap in only["gaps"]}


async def test_a_plan_of_a_closed_opportunity_is_no_failure(service):
    found = events("permits", 3)
    await hear(service, found)
    event = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="won", reason=None, epoch=2)
    await on_opportunities.handle(service.app.state.database, [envelope(event)])

    await tell(service, plan(found, new_id()))

    assert len(await proposals(service, found)) == 1


async def test_the_warranty_that_the_price_pays_for_is_the_one_that_is_printed(service):
    found = events("permits", 3)
    priced = found.price.model_copy(update={"warranty_months": 36})
    await hear(service, SimpleNamespace(**{**vars(found), "price": priced}))

    await tell(service, plan(found, new_id(), warranty_months=24))

    drafted = await content(service, await newest(service, found))
    assert (drafted["warranty_months"], drafted["after_sales"]["warranty_months"]) == (36, 36)
    assert offer_of(ProposalContent.model_validate(drafted)).warranty_months == 36


async def test_without_an_after_sales_plan_the_offer_has_the_warranty_of_the_price():
    found = events("permits", 3)
    priced = found.price.model_copy(update={"warranty_months": 12})

    drafted = assemble(Ingredients(found.baseline, found.estimate, priced, found.risk))

    assert drafted.after_sales is None
    assert offer_of(drafted).warranty_months == 12
    assert figures(drafted)["warranty_months"] == 12
