"""What was agreed is in the document: the schedule with its own tasks, people as planned, material without a cost."""

import re

import pytest

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.part_types import Authored
from services.proposal.content.schedule_draft import drafted
from services.proposal.document.render import render
from services.proposal.domain.canonical import canonical
from services.proposal.queries.resourcing import costs_of, drafted_content, inputs_of, settled_resources
from services.proposal.queries.scheduling import planned, settled_schedule
from services.proposal.schemas.networks import ScheduleNetwork
from tests.support.proposal.document import pages_of, squeezed
from tests.support.proposal.samples import events


def agreed(name):
    found = events(name)
    made_of = Ingredients(found.baseline, found.estimate, found.price, found.risk)
    draft, inputs = drafted(made_of)
    audit = {"id": "audit", "name": "Independent audit", "name_zh": "独立安全审计", "phase": "test", "duration_days": 12,
             "links": [{"predecessor": "built", "lag_days": 3}]}  # fmt: skip
    data = draft.model_dump(mode="json")
    network = ScheduleNetwork.model_validate({**data, "tasks": [*data["tasks"], audit]})
    plan = planned(network, inputs)
    resources = inputs_of(network, costs_of(found.estimate))
    authored = Authored(
        revision=2,
        schedule=settled_schedule(network, inputs, plan),
        resource_plan=settled_resources(drafted_content(resources), resources),
    )
    return assemble(made_of, authored), plan, found


def text_of(pdf):
    return squeezed("".join(pages_of(pdf)))


@pytest.mark.parametrize(("name", "language"), [("lending", "zh"), ("permits", "en")])
async def test_the_document_says_the_agreed_plans(name, language):
    content, plan, found = agreed(name)

    text = text_of(await render(canonical(content.model_dump(mode="json")), language))

    assert ("独立安全审计" if language == "zh" else "Independentaudit") in text
    assert plan.p80_finish.isoformat() in text
    assert content.key_figures.p80_finish == plan.p80_finish
    gates = [one for one in content.schedule.milestones if one.criteria]
    assert len(gates) == 5
    for criterion in gates[-1].criteria:
        assert re.sub(r"\s", "", criterion.name_zh if language == "zh" else criterion.name) in text
    assert content.resources.material
    for one in content.resources.material:
        assert re.sub(r"\s", "", one.name_zh if language == "zh" else one.name) in text
    assert all(f"{item.amount:,.2f}" not in text for item in found.estimate.cost_items)


async def test_the_computed_plan_has_no_table_of_material():
    found = events("permits", 3)
    content = assemble(Ingredients(found.baseline, found.estimate, found.price, found.risk))

    assert content.resources.material == ()
