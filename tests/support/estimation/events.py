"""What others say to the estimation service."""

from datetime import UTC, date, datetime
from decimal import Decimal

from shared.language.events.engagement.support import AfterSalesPlanRecorded
from shared.language.events.proposal import ProposalAnswered
from shared.language.events.requirements import (
    BaselineApproved,
    BaselineWithdrawn,
    ConcernFacts,
    ConstraintFacts,
    OpportunityClosed,
    OpportunityFacts,
    RequirementFacts,
    SizeFacts,
)
from shared.language.events.risk import CurvePoint, PhaseReserve, RiskBudgetCalculated
from shared.language.events.values import Basis
from shared.language.money import Money
from tests.conftest import envelope
from tests.support.estimation.samples import RATES, key

DEAL = key("deal")
APPROVED_AT = datetime(2026, 11, 20, 8, tzinfo=UTC)


def requirement(number, kind="functional", **wish):
    defaults = {
        "id": key("requirement", number), "code": f"REQ-{number:03d}", "title": f"Need {number}",
        "statement": "A client applies.", "kind": kind, "priority": "must", "group": "Lending",
        "size": SizeFacts(inputs=3, internal_files=1),
    }  # fmt: skip
    return RequirementFacts(**{**defaults, **wish})


def approved(epoch=1, requirements=None, *, deal=DEAL, budget=None, **opportunity):
    facts = {
        "code": "OPP-2026-0001", "title": "Lending platform", "client_name": "Bank of Pudong",
        "client_industry": "Banking", "client_background": None, "language": "zh", "currency": "CNY",
        "region": "上海", "owner": "lin", "stage": "active", "planned_start": date(2027, 1, 4),
    }  # fmt: skip
    limits = [ConstraintFacts(id=key("date"), kind="date", name="Go-live", is_hard=True, latest=date(2028, 6, 30))]
    if budget:
        limits.append(
            ConstraintFacts(
                id=key("budget"), kind="budget", name="Budget", is_hard=True, budget_max=Money.of(budget, "CNY")
            )
        )
    return BaselineApproved(
        opportunity_id=deal,
        baseline_id=key(deal, "baseline", epoch),
        baseline_number=epoch,
        epoch=epoch,
        content_hash=f"{epoch:064x}",
        author="lin",
        approved_by="wang",
        approved_at=APPROVED_AT,
        opportunity=OpportunityFacts(**{**facts, **opportunity}),
        requirements=tuple(requirements or [requirement(n) for n in range(3)]),
        constraints=tuple(limits),
        concerns=(ConcernFacts(id=key("concern"), code="CON-001", category="technical", statement="Old core."),),
    )


def withdrawn(epoch, *, deal=DEAL):
    return BaselineWithdrawn(
        opportunity_id=deal, baseline_id=key(deal, "baseline", 1), baseline_number=1, epoch=epoch,
        withdrawn_by="wang", reason="The client changed its mind.",
    )  # fmt: skip


def closed(epoch, *, deal=DEAL, outcome="lost"):
    return OpportunityClosed(opportunity_id=deal, outcome=outcome, reason=None, epoch=epoch)


def answered(estimate_id, status="accepted", *, deal=DEAL):
    return ProposalAnswered(
        opportunity_id=deal, proposal_id=key(estimate_id, "proposal"), revision=1, status=status, reason=None,
        estimate_id=estimate_id,
    )  # fmt: skip


def after_sales_plan(months, number=1, *, deal=DEAL, status="agreed", version=1):
    return AfterSalesPlanRecorded(
        opportunity_id=deal, after_sales_plan_id=key(deal, "plan", number), number=number, status=status,
        service_levels=(), warranty_months=months, warranty_terms=None, maintenance_price=None, maintenance_terms=None,
        version=version,
    )  # fmt: skip


def risk_budget(told, revision=1, *, contingency="20000.00"):
    """A risk budget of the estimate that `told` (the data of its event) says, with round figures."""
    currency, base = told["currency"], Decimal(told["base_cost"]["amount"])

    def money(amount):
        return Money.of(amount, currency)

    return RiskBudgetCalculated(
        opportunity_id=told["opportunity_id"],
        risk_budget_id=key(told["estimate_id"], "risk", revision),
        revision=revision,
        basis=Basis(**told["basis"]),
        estimate_id=told["estimate_id"],
        estimate_revision=told["revision"],
        currency=currency,
        base_cost=money(base),
        mean_cost=money(base + 5000),
        standard_deviation=Decimal(9000),
        percentiles={"p80": base + Decimal(contingency)},
        confidence=0.8,
        contingency=money(contingency),
        expected_value=money("15000"),
        management_reserve=money("10000"),
        response_cost=money("3000"),
        total_reserve=money(Decimal(contingency) + 13000),
        schedule_p50_days=3.0,
        schedule_p80_days=8.0,
        probability_within_base=0.4,
        phases=(PhaseReserve(phase="build", amount=Decimal(contingency)),),
        risks=(),
        curve=tuple(CurvePoint(probability=p / 100, cost=base * (90 + p // 5) / 100) for p in range(1, 100)),
        seed=1,
        samples=10_000,
        standard_error_p80=0.002,
        is_converged=True,
        engine_version="1",
    )


def rates(currency="CNY", without=()):
    return [
        {"role": role, "daily_cost": {"amount": f"{cost}.00", "currency": currency}}
        for role, cost in RATES.items()
        if role not in without
    ]


def rate_card(**wish):
    return {"name": "Shanghai 2027", "region": "上海", "currency": "CNY", "valid_from": "2026-07-01", "valid_to":
            "2028-06-30", "rates": rates(), **wish}  # fmt: skip


async def hear(client, *events, on):
    """Deliver the events, one by one."""
    for event in events:
        assert await on.handle(client.app.state.database, [envelope(event)]) == 1
