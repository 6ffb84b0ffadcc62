"""The content of a proposal: complete, adding up, repeatable, and without anything internal."""

import json
from decimal import Decimal

import pytest

from services.proposal.content import names
from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.client import for_client
from services.proposal.content.completeness import gaps
from services.proposal.content.difference import difference, internal_figures
from services.proposal.content.model import AssumptionsPart, ProposalContent, RequirementPart
from services.proposal.content.part_types import NOTHING
from services.proposal.content.planning import plan_of
from services.proposal.document.samples import samples
from services.proposal.domain.canonical import canonical, content_hash
from shared.quant.calendars import calendar_of
from tests.support.proposal.json_values import leaves
from tests.support.proposal.samples import events


def content_of(found):
    return assemble(Ingredients(found.baseline, found.estimate, found.price, found.risk))


@pytest.fixture(scope="module")
def lending():
    return events("lending")


@pytest.fixture(scope="module")
def content(lending):
    return content_of(lending)


def test_no_field_tells_cost_rate_or_margin(content):
    paths = {path for path, _ in leaves(content.model_dump(mode="json"))}

    words = {"cost", "costs", "margin", "burn", "rate", "rates", "budget", "profit", "contingency", "internal", "daily"}
    suspicious = {path for path in paths if words & set(path.lower().replace(".", "_").split("_"))}

    # the tax rates, the identity of the risk budget, and the contingency measures of a risk are the client's to see
    assert suspicious == {
        ".key_figures.tax_rate",
        ".price.taxes.tax_rate",
        ".basis.risk_budget_id",
        ".risks.items.contingency",
        ".risks.items.contingency_zh",
    }


def test_no_value_is_an_internal_figure(lending, content):
    internal = {line.daily_cost for line in lending.estimate.lines} | {line.cost for line in lending.estimate.lines}
    internal |= {item.amount for item in lending.estimate.cost_items}
    internal |= {phase.cost for phase in lending.estimate.phases}
    internal |= {
        part
        for phase in lending.price.phases
        for part in (phase.labour, phase.material, phase.financial, phase.contingency, phase.total)
    }
    internal |= {money.amount for money in (
        lending.estimate.labour_cost, lending.estimate.material_cost, lending.estimate.financial_cost,
        lending.estimate.base_cost, lending.estimate.daily_burn, lending.price.total_budget, lending.price.contingency,
        lending.price.management_reserve, lending.price.risk_response_cost, lending.price.peak_funding,
        lending.risk.mean_cost, lending.risk.expected_value,
    )}  # fmt: skip
    internal |= {risk.expected_value for risk in lending.risk.risks}
    internal |= {line.amount for line in lending.price.price_lines if line.code != "tax"}
    internal.discard(Decimal(0))

    shown = set()
    for _, value in leaves(content.model_dump(mode="json")):
        try:
            shown.add(Decimal(str(value)))
        except ArithmeticError:
            continue

    assert not shown & internal
    assert Decimal(str(lending.price.margin_rate)) not in shown
    assert len(shown) > 300


def test_risks_are_told_to_the_client_where_somebody_says_so_and_in_the_words_for_the_client(lending, content):
    visible = {risk.code: risk for risk in lending.risk.risks if risk.client_visibility == "client"}

    shown = for_client(content)

    assert 0 < len(visible) < len(content.risks.items) == len(lending.risk.risks)
    assert {risk.code for risk in shown.risks.items} == visible.keys()
    assert {code for cell in shown.risks.matrix for code in cell.codes} == visible.keys()
    assert shown.key_figures.risk_count == len(visible)
    for risk in shown.risks.items:
        assert (risk.title, risk.title_zh) == (visible[risk.code].client_wording, visible[risk.code].client_wording_zh)
        assert not any((risk.cause, risk.effect, risk.probability, risk.strategy, risk.preventive, risk.contingency))


def test_a_risk_without_words_for_the_client_is_not_told_whatever_its_visibility(content):
    first = content.risks.items[0].model_copy(update={"client_wording": None, "client_wording_zh": None})
    risks = content.risks.model_copy(update={"items": (first, *content.risks.items[1:])})

    shown = for_client(content.model_copy(update={"risks": risks}))

    assert first.client_visibility == "client"
    assert first.code not in {risk.code for risk in shown.risks.items}


def test_what_is_for_the_client_is_so_already():
    for sample in samples():
        shown = for_client(ProposalContent.model_validate_json(sample.content))

        assert for_client(shown) == shown


def test_when_nothing_is_shown_of_risks_and_assumptions_we_are_told(content):
    hidden = tuple(risk.model_copy(update={"client_visibility": "internal"}) for risk in content.risks.items)
    silent = content.model_copy(
        update={
            "risks": content.risks.model_copy(update={"items": hidden}),
            "assumptions": AssumptionsPart(stated=("The team is free in May",), unsized_requirement_codes=()),
        }
    )

    told, nothing = ({gap.code: gap for gap in gaps(one)} for one in (silent, content))

    assert told["risks_internal"].message.startswith(f"All risks are internal ({len(hidden)})")
    assert told["risks_internal"].message_zh.startswith(f"全部风险均为内部信息（{len(hidden)} 项）")
    assert told["assumptions_internal"].message.startswith("All assumptions are internal (1)")
    assert not {"risks_internal", "assumptions_internal"} & nothing.keys()


def test_the_reserve_is_within_the_prices_of_the_client_to_the_cent(lending, content):
    net = lending.price.price_excl_tax.amount

    price, work = for_client(content).price, for_client(content).work

    assert sum(phase.reserve for phase in content.price.phases) > 0
    assert {phase.reserve for phase in price.phases} == {0}
    assert [phase.total for phase in price.phases] == [phase.total for phase in content.price.phases]
    for phase in price.phases:
        assert phase.services + phase.material + phase.financial == phase.total
    sums = {
        kind: sum(item.price for item in price.items if item.kind == kind)
        for kind in ("material", "financial", "reserve")
    }
    assert sums == {
        "material": sum(phase.material for phase in price.phases),
        "financial": sum(phase.financial for phase in price.phases),
        "reserve": 0,
    }
    assert sum(line.price for line in work) == sum(phase.services for phase in price.phases)
    assert sum(line.price for line in work) + sum(item.price for item in price.items) == net


def test_a_phase_of_nothing_but_reserve_spreads_it_as_the_whole_price_does(content):
    first, *rest = content.price.phases
    alone = first.model_copy(
        update={"services": Decimal(0), "material": Decimal(0), "financial": Decimal(0), "reserve": first.total}
    )
    price = content.price.model_copy(update={"phases": (alone, *rest)})

    shown = for_client(content.model_copy(update={"price": price})).price.phases[0]

    assert shown.services + shown.material + shown.financial == first.total
    assert shown.services > shown.material > shown.financial == 0


@pytest.mark.parametrize(
    ("sample", "size", "scale"),
    [("lending", None, 1.0), ("lending", 1, 0.37), ("permits", None, 3.3), ("permits", 3, 1.0)],
)
def test_prices_add_up_in_every_direction(sample, size, scale):
    found = events(sample, size=size, scale=scale)
    price = content_of(found)
    net, gross = found.price.price_excl_tax.amount, found.price.price_incl_tax.amount

    assert sum(line.price for line in price.work) + sum(item.price for item in price.price.items) == net
    assert sum(phase.total for phase in price.price.phases) == net
    assert sum(month.planned for month in price.price.months) == net
    assert price.price.months[-1].cumulative == net
    assert sum(payment.amount for payment in price.price.payments) == gross
    assert sum(module.price for module in price.solution.modules) <= net


def test_effort_adds_up_over_lines_modules_and_months(lending, content):
    total = round(lending.estimate.effort_days, 1)

    assert content.key_figures.effort_days == total
    assert round(sum(line.effort_days for line in content.work), 1) == total
    assert round(sum(role.total_days for role in content.resources.roles), 1) == pytest.approx(total, abs=0.11)
    own = sum(line.effort_days for line in content.work if line.requirement_code)
    assert round(sum(module.effort_days for module in content.solution.modules), 1) == round(own, 1)


def test_every_delivered_requirement_has_its_work_package_and_others_have_none(lending, content):
    delivered = {item.code for item in lending.baseline.requirements if item.priority != "wont"}

    assert {item.code for item in content.requirements if item.wbs} == delivered
    assert [item.code for item in content.scope.excluded] == ["REQ-059"]
    assert content.key_figures.delivered_count == len(delivered)


def test_equal_events_give_equal_bytes_also_after_a_journey_as_json(lending, content):
    kinds = {name: type(event) for name, event in vars(lending).items()}
    travelled = {
        name: kinds[name].model_validate_json(event.model_dump_json()) for name, event in vars(lending).items()
    }

    again = assemble(Ingredients(**travelled))

    bytes_of = canonical(content.model_dump(mode="json"))
    assert canonical(again.model_dump(mode="json")) == bytes_of
    assert ProposalContent.model_validate(json.loads(bytes_of)) == content
    assert len(content_hash(bytes_of)) == 64


def test_payments_follow_the_schedule(content):
    due = {payment.code: payment.due for payment in content.price.payments}
    reached = {point.id: point.date for point in content.schedule.milestones}

    assert due["signing"] == content.schedule.start
    assert due["design"] >= reached["design-approved"]
    assert due["warranty"] >= reached["closed"]


def test_limits_are_compared_with_what_is_offered(content):
    budget, deadline = content.constraints

    assert (budget.limit, budget.is_met) == ("9000000.00", True)
    assert (deadline.offered, deadline.is_met) == (content.schedule.finish.isoformat(), True)


def test_a_late_finish_misses_the_deadline():
    late = content_of(events("lending", scale=3.0))

    assert late.constraints[1].is_met is False
    assert late.constraints[0].is_met is False


def test_a_deadline_between_the_plan_and_p80_is_met_only_without_delay():
    found = events("lending")
    content = content_of(found)
    budget, deadline = found.baseline.constraints
    tight = deadline.model_copy(update={"latest": content.schedule.p50_finish})
    found.baseline = found.baseline.model_copy(update={"constraints": (budget, tight)})

    date_limit = content_of(found).constraints[1]

    assert (date_limit.is_met, date_limit.is_met_at_p80) == (True, False)


def test_things_of_one_name_are_one_row_of_the_price():
    found = events("permits", 2)
    first, *others = found.estimate.cost_items
    twice = (first, first.model_copy(update={"phase": "test"}), *others)
    found.estimate = found.estimate.model_copy(update={"cost_items": twice})

    rows = [item.name for item in content_of(found).price.items]

    assert rows.count(first.name) == 1
    assert rows[-2:] == ["Financing and guarantees", "Reserve for identified risks"]


def test_roles_that_nobody_named_are_shown_by_their_code():
    assert names.role("data_engineer").name == names.role("data_engineer").name_zh == "Data engineer"


def test_the_difference_names_scope_effort_cost_reserve_price_and_dates():
    before = events("lending", drop=(8,))
    after = events("lending", epoch=2, scale=1.2, drop=(15,))
    costs = (internal_figures(before.price), internal_figures(after.price))

    change = difference(content_of(before), content_of(after), costs)

    assert [item.code for item in change.scope.added] == ["REQ-008"]
    assert [item.code for item in change.scope.removed] == ["REQ-015"]
    assert change.scope.unchanged == 57
    assert change.effort_days.delta == round(change.effort_days.after - change.effort_days.before, 1) > 0
    assert change.price_incl_tax.delta == after.price.price_incl_tax.amount - before.price.price_incl_tax.amount
    assert change.cost.delta == after.price.total_budget.amount - before.price.total_budget.amount
    assert change.reserve.before == before.price.contingency.amount + before.price.management_reserve.amount
    assert change.finish.delta_days == (change.finish.after - change.finish.before).days > 0
    assert difference(content_of(before), content_of(after), None).cost is None


def test_a_changed_statement_is_named_with_both_wordings():
    before, after = events("permits"), events("permits", epoch=2)
    first = after.baseline.requirements[0].model_copy(update={"statement": "Something else.", "priority": "could"})
    after.baseline = after.baseline.model_copy(update={"requirements": (first, *after.baseline.requirements[1:])})

    change = difference(content_of(before), content_of(after), None)

    [changed] = change.scope.changed
    assert changed.code == "REQ-001"
    assert {one.field: one.after for one in changed.fields} == {"statement": "Something else.", "priority": "could"}


def test_every_field_of_a_requirement_that_the_client_reads_is_compared():
    before = content_of(events("permits"))
    first, *others = before.requirements
    moved = first.model_copy(update={
        "title": "t", "statement": "s", "kind": "k", "priority": "could", "module": "m", "acceptance_criteria": ("a",),
        "metric": "≤ 300 ms",
    })  # fmt: skip

    change = difference(before, before.model_copy(update={"requirements": (moved, *others)}), None)

    [changed] = change.scope.changed
    assert {one.field for one in changed.fields} == RequirementPart.model_fields.keys() - {
        "id", "code", "module_zh", "sources", "wbs",
    }  # fmt: skip


def test_a_schedule_in_dollars_has_no_task_start_or_end_on_a_federal_holiday():
    schedule = content_of(events("permits")).schedule
    holidays = calendar_of("USD").holidays

    assert schedule.calendar.code == "US"
    assert [day for day in holidays if schedule.start <= day <= schedule.finish]
    assert [task.id for task in schedule.tasks if {task.start, task.finish} & holidays] == []


def test_a_proposal_without_a_known_holiday_calendar_says_so():
    found = events("permits", 2)
    in_euros = found.estimate.model_copy(update={"currency": "EUR"})

    schedule = plan_of(in_euros, found.risk, found.price, NOTHING).schedule

    assert (schedule.calendar.code, schedule.calendar.announced_until) == ("weekdays", None)


def test_the_calendar_of_the_schedule_is_named(content):
    assert content.schedule.calendar.code == "CN"
    assert content.schedule.calendar.announced_until.isoformat() == "2026-12-31"
