"""Lineage: from any figure down to the requirements, computed again on the way."""

from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.insights.domain.figures import Figure, Operation, agrees, recomputed
from services.insights.domain.lineage import of_estimate
from services.insights.handlers import on
from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.economics import economics_part
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.messaging.envelope import decode, encode
from shared.kernel.messaging.stream import Message, Stream
from shared.language.events.proposal import EconomicCaseFacts, ItemPriceFacts, ProposalDrafted, WorkPriceFacts
from tests.conftest import TENANT, eventually
from tests.support.proposal import samples
from tests.support.proposal.economics import case_of


def figure(value, operation, unit="CNY"):
    return Figure("estimate:1:x", "X", "X", value, unit, operation)


@pytest.mark.parametrize(
    ("operation", "inputs", "expected"),
    [
        (Operation.SUM, ["1.10", "2.20", "-0.30"], "3.00"),
        (Operation.DIFFERENCE, ["10", "2.5", "0.5"], "7.0"),
        (Operation.PRODUCT, ["200.00", "0.06"], "12.0000"),
        (Operation.COPY, ["4.20"], "4.20"),
    ],
)
def test_arithmetic_is_computed_again(operation, inputs, expected):
    again = recomputed(figure("0", operation), inputs)

    assert again == Decimal(expected)


@pytest.mark.parametrize("inputs", [[], ["1", None], ["1", "2027-02-01"]])
def test_what_is_not_all_numbers_is_not_computed_again(inputs):
    assert recomputed(figure("1", Operation.SUM), inputs) is None


def test_a_simulation_is_not_arithmetic():
    assert recomputed(figure("1", Operation.SIMULATION), ["1", "2"]) is None


@pytest.mark.parametrize(("again", "is_equal"), [("12.344", True), ("12.345", True), ("12.346", False)])
def test_a_figure_agrees_within_half_of_its_last_place(again, is_equal):
    assert agrees(figure("12.34", Operation.PRODUCT), Decimal(again)) is is_equal


def drafted(made):
    content = assemble(Ingredients(made.baseline, made.estimate, made.price, made.risk))
    return ProposalDrafted(
        opportunity_id=made.baseline.opportunity_id,
        proposal_id=samples.key("lending", "proposal"),
        code="OPP-1-P",
        revision=1_001_001,
        basis=made.estimate.basis,
        estimate_id=made.estimate.estimate_id,
        estimate_revision=1,
        risk_budget_id=made.risk.risk_budget_id,
        risk_revision=1,
        content_hash="0" * 64,
        price_incl_tax=made.price.price_incl_tax,
        effort_days=made.estimate.effort_days,
        start="2027-02-01",
        finish="2027-06-30",
        p80_finish="2027-07-20",
        work_prices=tuple(
            WorkPriceFacts(line_id=line.id, module=work.module, module_zh=work.module_zh, price=work.price)
            for line, work in zip(made.estimate.lines, content.work, strict=True)
        ),
        item_prices=tuple(
            ItemPriceFacts(code=str(at), name=item.name, name_zh=item.name_zh, price=item.price)
            for at, item in enumerate(content.price.items)
        ),
    )


async def hear(client, event, about, sequence=1):
    raw = encode(
        event, Context(tenant=TENANT, actor="ann"), event_id=new_id(), aggregate_id=about, sequence=sequence, time=now()
    )
    assert await on.handle(client.app.state.database, [decode(raw)]) == 1


async def hear_all(client):
    made = samples.events()
    proposal = drafted(made)
    await hear(client, made.baseline, made.baseline.baseline_id)
    await hear(client, made.estimate, made.estimate.estimate_id)
    await hear(client, made.risk, made.risk.risk_budget_id)
    await hear(client, made.price, made.estimate.estimate_id, 2)
    await hear(client, proposal, proposal.proposal_id)
    return made, proposal


def test_where_the_calibrated_model_leads_the_effort_says_so_down_to_its_lines():
    said = samples.events().estimate.model_dump(mode="json")
    line = said["lines"][0]
    line["computed_days"] = 2.5
    lead = {"method": "productivity_model", "code": "better_record", "message": "It leads.", "message_zh": "为准。"}
    model = {**said["methods"][0], "method": "productivity_model"}

    plain = {one.id: one for one in of_estimate("e", said)}
    found = {one.id: one for one in of_estimate("e", {**said, "methods": [*said["methods"], model], "lead": lead})}

    p80 = "estimate:e:effort_p80_days"
    assert found["estimate:e:effort_days"].details["lead"] == lead
    assert found[p80].inputs == ("estimate:e:method.productivity_model",)
    assert "calibrated model" in found[p80].formula
    assert "lines' ranges" in plain[p80].formula
    assert found[f"estimate:e:line.{line['id']}.effort_days"].formula.endswith("2.5 bottom-up, scaled to what leads")


async def test_a_price_is_traced_to_every_requirement_with_its_source(start):
    async with start("insights") as client:
        made, proposal = await hear_all(client)

        lineage = (await client.get(f"/figures/proposal:{proposal.proposal_id}:price_incl_tax/lineage")).json()

    wanted = {need.code: need for need in made.baseline.requirements if need.priority != "wont"}
    assert lineage["is_whole"]
    assert set(lineage["requirement_codes"]) == wanted.keys()
    leaves = {one["value"]: one for one in lineage["figures"] if one["unit"] == "requirement"}
    code, need = next(iter(wanted.items()))
    assert leaves[code]["details"]["sources"][0]["location"] == need.sources[0].location
    assert [origin["artefact"] for origin in lineage["origins"]] == [
        "proposal", "price", "estimate", "risk_budget", "baseline",
    ]  # fmt: skip


async def test_every_figure_on_the_way_is_the_result_of_its_inputs(start):
    async with start("insights") as client:
        _, proposal = await hear_all(client)

        lineage = (await client.get(f"/figures/proposal:{proposal.proposal_id}:price_incl_tax/lineage")).json()

    checked = {one["id"].split(":")[2] for one in lineage["figures"] if one["agrees"]}
    assert [one["id"] for one in lineage["figures"] if one["agrees"] is False] == []
    assert {"price_incl_tax", "total_budget", "base_cost", "labour_cost", "contingency"} <= checked
    ids = {one["id"] for one in lineage["figures"]}
    assert {ref for one in lineage["figures"] for ref in one["inputs"]} <= ids


async def test_the_price_of_a_module_leads_to_its_requirements(start):
    async with start("insights") as client:
        made, _ = await hear_all(client)
        query = {"opportunity_id": str(made.baseline.opportunity_id), "artefact": "proposal", "limit": 500}
        figures = (await client.get("/figures", params=query)).json()["items"]
        module = next(one for one in figures if ":module." in one["id"])

        lineage = (await client.get(f"/figures/{module['id']}/lineage")).json()

    groups = {need.group for need in made.baseline.requirements}
    assert module["name"] in groups or module["name_zh"] in groups
    assert lineage["figures"][0]["agrees"] is True
    net = sum(Decimal(one["value"]) for one in figures if ":work." in one["id"] or ":item." in one["id"])
    assert net == made.price.price_excl_tax.amount
    needs = {need.code for need in made.baseline.requirements if need.group == module["name"]}
    assert needs & set(lineage["requirement_codes"])


async def test_a_wrong_sum_is_seen(start):
    async with start("insights") as client:
        made = samples.events()
        wrong = made.estimate.model_copy(update={"effort_days": made.estimate.effort_days + 1})
        await hear(client, wrong, wrong.estimate_id)

        lineage = (await client.get(f"/figures/estimate:{wrong.estimate_id}:effort_days/lineage?depth=1")).json()

    assert lineage["figures"][0]["agrees"] is False
    assert lineage["is_whole"] is False


async def test_figures_of_an_opportunity_are_listed_in_pages(start):
    async with start("insights") as client:
        made, _ = await hear_all(client)
        query = {"opportunity_id": str(made.baseline.opportunity_id), "artefact": "price", "limit": 10}
        found, cursor = [], None
        while cursor or not found:
            page = (await client.get("/figures", params={**query, **({"cursor": cursor} if cursor else {})})).json()
            found += page["items"]
            cursor = page["next_cursor"]

    ids = [one["id"] for one in found]
    assert len(ids) == len(set(ids)) > 10
    assert f"price:{made.estimate.estimate_id}@2:price_incl_tax" in ids


async def test_costs_are_hidden_from_those_who_may_not_see_them(start):
    async with start("insights") as client:
        made, proposal = await hear_all(client)
        guest = client.as_("guest", "viewer")

        seen = (await guest.get(f"/figures/proposal:{proposal.proposal_id}:price_incl_tax/lineage")).json()
        margin = (await guest.get(f"/figures/price:{made.estimate.estimate_id}@2:line.margin")).json()

    by_name = {one["id"].split(":")[2]: one for one in seen["figures"]}
    assert by_name["price_incl_tax"]["value"] == str(made.price.price_incl_tax.amount)
    assert (margin["value"], margin["is_hidden"], margin["details"]) == (None, True, {})
    hidden = {
        str(made.estimate.base_cost.amount),
        str(made.price.total_budget.amount),
        str(made.risk.contingency.amount),
    }
    assert not hidden & {one["value"] for one in seen["figures"]}
    assert "daily_cost" not in str(seen)


async def hear_case(client, made, proposal):
    """An economic analysis of the price, told as often as it was computed; the proposal says the second."""
    case = case_of(made)
    part = economics_part(case)
    said = {name: getattr(part, name) for name in EconomicCaseFacts.model_fields if hasattr(part, name)}
    facts = EconomicCaseFacts(economic_analysis_id=part.analysis_id, **said)
    older = case.model_copy(update={"version": 1, "net_present_value": Decimal(1)})
    for number, event in enumerate((older, case), 1):
        await hear(client, event, case.economic_analysis_id, number)
    await hear(client, proposal.model_copy(update={"economics": facts}), proposal.proposal_id, 2)
    return case


async def test_a_present_value_is_traced_to_assumptions_price_and_requirements(start):
    async with start("insights") as client:
        made, proposal = await hear_all(client)
        case = await hear_case(client, made, proposal)
        home = f"proposal:{proposal.proposal_id}:economics"

        lineage = (await client.get(f"/figures/{home}.net_present_value/lineage")).json()
        rate = (await client.get(f"/figures/{home}.irr/lineage", params={"depth": 1})).json()

    figures = {one["id"]: one for one in lineage["figures"]}
    analysis = f"economics:{case.economic_analysis_id}@{case.version}:"
    assert lineage["is_whole"]
    assert lineage["figures"][0]["value"] == str(case.net_present_value)
    assert [one["id"] for one in lineage["figures"] if one["agrees"] is False] == []
    assert figures[analysis + "net_present_value"]["agrees"] is True
    assert figures[analysis + "flow.0.net"]["agrees"] is True
    assert figures[analysis + "price"]["agrees"] is True
    assert figures[analysis + "stream.staff"]["operation"] == "given"
    assert figures[analysis + "discount_rate"]["details"]["assumptions"][0]["zh"] == case.assumptions[0].zh
    assert lineage["requirement_codes"]
    assert {origin["artefact"] for origin in lineage["origins"]} >= {"proposal", "economics", "price", "estimate"}
    assert rate["figures"][1]["formula"].startswith("rate at which")


async def test_a_case_that_came_just_before_its_price_is_traced_to_it(start):
    async with start("insights") as client:
        made, case = samples.events(), case_of(samples.events())
        await hear(client, case, case.economic_analysis_id)
        await hear(client, made.price, made.estimate.estimate_id, 2)

        path = f"/figures/economics:{case.economic_analysis_id}@{case.version}:price/lineage"
        lineage = (await client.get(path, params={"depth": 1})).json()

    assert lineage["figures"][1]["id"] == f"price:{made.estimate.estimate_id}@2:price_excl_tax"
    assert lineage["figures"][0]["agrees"] is True


async def test_a_viewer_sees_the_clients_case_but_no_cost_below_its_price(start):
    async with start("insights") as client:
        made, proposal = await hear_all(client)
        case = await hear_case(client, made, proposal)
        query = {"opportunity_id": str(made.baseline.opportunity_id), "artefact": "economics", "limit": 500}

        guest = client.as_("guest", "viewer")
        listed = (await guest.get("/figures", params=query)).json()["items"]
        below = (await guest.get(f"/figures/{listed[0]['id']}/lineage")).json()
        seen = (await guest.get(f"/figures/proposal:{proposal.proposal_id}:economics.net_present_value/lineage")).json()

    by_name = {one["id"].split(":")[2]: one for one in listed}
    assert by_name["net_present_value"]["value"] == str(case.net_present_value)
    assert not any(one["is_hidden"] for one in listed)
    assert below["figures"][0]["id"].endswith(":discount_rate")
    assert str(made.price.total_budget.amount) not in str(seen)


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        "estimate:1:base_cost",
        "price:1@x:tax",
        "other:1:x",
        "a:b:c:d",
        "price:01990a2e-0000-7000-8000-000000000001@99999999999999999999:tax",
        "economics:01990a2e-0000-7000-8000-000000000001@99999999999999999999:irr",
        "economics:1:irr",
    ],
)
async def test_an_unknown_figure_is_not_found(start, broker, wrong):
    async with start("insights", broker=broker) as client:
        await all_heard(client)

        for path in (f"/figures/{wrong}", f"/figures/{wrong}/lineage"):
            answer = await client.get(path)

            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_another_tenants_figure_is_not_found(start, broker):
    async with start("insights", broker=broker) as client:
        _, proposal = await hear_all(client)
        await all_heard(client)

        other = await client.as_("eve", "admin", tenant="other").get(f"/figures/proposal:{proposal.proposal_id}:start")

    assert other.status_code == 404


async def test_a_figure_that_is_said_but_not_heard_yet_is_awaited(start, broker, postgres):
    async with start("insights", broker=broker) as client:
        await all_heard(client)
        proposal = drafted(samples.events())
        path = f"/figures/proposal:{proposal.proposal_id}:price_incl_tax"
        async with hearing_nothing(postgres):
            await say(broker, proposal)
            early = [await client.get(path), await client.get(f"{path}/lineage")]
            none = await client.get(f"/figures/proposal:{new_id()}:price_incl_tax/lineage")

        async def is_known():
            return (await client.get(f"{path}/lineage")).status_code == 200

        assert await eventually(is_known)

    for answer in (*early, none):
        assert (answer.status_code, answer.headers["Retry-After"]) == (202, "1")
        assert (answer.json()["waiting"], answer.json()["retry_after_seconds"]) == (1, 1)
        assert "1 s" in answer.json()["note"]
        assert "1 秒" in answer.json()["note_zh"]


async def test_what_was_made_a_moment_ago_is_awaited_before_its_event_is_in_the_stream(start, broker):
    young, later = new_id(), UUID(int=new_id().int + (3_600_000 << 80))
    old = UUID(int=young.int - (61_000 << 80))
    async with start("insights", broker=broker) as client:
        await all_heard(client)
        answers = {
            key: [await client.get(f"/figures/proposal:{key}:start{end}") for end in ("", "/lineage")]
            for key in (young, f"{young}@7", old, later, uuid4())
        }

    codes = [[answer.status_code for answer in pair] for pair in answers.values()]
    assert codes == [[202, 202], [202, 202], [404, 404], [404, 404], [404, 404]]
    assert answers[young][1].headers["Retry-After"] == "1"
    assert answers[young][1].json()["waiting"] == 0
    assert "on its way" in answers[young][1].json()["note"]


async def test_what_is_not_known_while_the_stream_is_away_is_awaited(start):
    async with start("insights") as client:
        answer = await client.get(f"/figures/proposal:{new_id()}:price_incl_tax/lineage")

    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "5")
    assert answer.json()["waiting"] is None


async def say(broker, event):
    """Have it in the stream, as the proposal service says it."""
    key = new_id()
    context = Context(tenant=TENANT, actor="ann")
    raw = encode(event, context, event_id=key, aggregate_id=event.proposal_id, sequence=1, time=now())
    stream = Stream(broker.url, user="proposal", seed=broker.seed("proposal"))
    await stream.connect()
    try:
        await stream.publish([Message(key, f"presales.{TENANT}.{event.type}.{event.opportunity_id}", {}, raw)])
    finally:
        await stream.close()


async def all_heard(client):
    async def nothing_waits():
        return await client.app.state.stream.waiting_for(on.durable) == 0

    await eventually(nothing_waits)


@asynccontextmanager
async def hearing_nothing(postgres):
    """The log can be read, but takes nothing in."""
    connection = await asyncpg.connect(postgres.url("insights").replace("+asyncpg", ""))
    try:
        async with connection.transaction():
            await connection.execute("lock table logged_event in share mode")
            yield
    finally:
        await connection.close()
