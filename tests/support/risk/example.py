"""A small lending project as the events that the risk service hears, and as its domain reads them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from services.risk.commands.budgets import project_of
from shared.language.events.estimation import CostItem, EstimateCompleted, EstimateLine, MethodResult, PhaseEffort
from shared.language.events.requirements import (
    BaselineApproved,
    ConcernFacts,
    ConstraintFacts,
    OpportunityFacts,
    OpportunityOpened,
    RequirementFacts,
)
from shared.language.events.values import Basis, ThreePoint
from shared.language.money import Money

DEAL = UUID("5b1d0a52-7d0f-4c6e-9a51-2f1c55d1a001")
SHARES = {"requirements": 0.15, "design": 0.15, "build": 0.4, "test": 0.2, "deployment": 0.1}
ROLES = {
    "requirements": {"business_analyst": 1.0},
    "design": {"architect": 1.0},
    "build": {"developer": 1.0},
    "test": {"tester": 1.0},
    "deployment": {"developer": 1.0},
}
TEAM = {"business_analyst": 2.0, "architect": 1.0, "developer": 4.0, "tester": 2.0, "project_manager": 1.0}


def key(*parts):
    return uuid5(DEAL, "/".join(map(str, parts)))


def requirement(code, **facts):
    wish = {"title": code, "statement": f"{code} is done.", "kind": "functional", "priority": "must",
            "acceptance_criteria": ("It works.",), **facts}  # fmt: skip
    return RequirementFacts(id=key(code), code=code, **wish)


def requirements(count=6, **facts):
    return tuple(requirement(f"REQ-{n:03d}", group=f"Module {n % 2}", **facts) for n in range(1, count + 1))


def concern(code="CON-001", **facts):
    wish = {"category": "resource", "statement": "Experts of the client have little time.", **facts}
    return ConcernFacts(id=key(code), code=code, **wish)


def opportunity_facts(**facts):
    wish = {"code": "OPP-2026-0001", "title": "Lending platform", "client_name": "Bank of Pudong", "client_industry": None,
            "client_background": None, "language": "zh", "currency": "CNY", "region": None, "owner": "ann",
            "stage": "active", **facts}  # fmt: skip
    return OpportunityFacts(**wish)


def opened(deal=DEAL):
    return OpportunityOpened(opportunity_id=deal, opportunity=opportunity_facts())


def baseline(epoch=1, needs=None, *, constraints=(), concerns=(), fits=(), deal=DEAL, **opportunity):
    return BaselineApproved(
        opportunity_id=deal,
        baseline_id=uuid5(deal, f"baseline {epoch}"),
        baseline_number=epoch,
        epoch=epoch,
        content_hash=f"{epoch:064x}",
        author="ann",
        approved_by="bob",
        approved_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        opportunity=opportunity_facts(**opportunity),
        requirements=tuple(requirements() if needs is None else needs),
        constraints=tuple(constraints),
        concerns=tuple(concerns),
        fits=tuple(fits),
    )


def estimate(of, revision=1, *, days=20.0, spread=(0.7, 0.95, 1.5), items=(), team=None, **facts):
    """Of each requirement `days` person-days at 2,000 a day, and a tenth of that for management."""
    rows = [(need.code, need.kind, need, days, SHARES, ROLES) for need in of.requirements if need.priority != "wont"]
    managed = 0.1 * days * len(rows)
    manager = {phase: {"project_manager": 1.0} for phase in SHARES}
    rows.append(("management", "management", None, managed, dict.fromkeys(SHARES, 0.2), manager))
    lines = tuple(
        EstimateLine(
            id=uuid5(of.baseline_id, f"{revision}/{name}"),
            code=f"1.{number}",
            name=name,
            name_zh=name,
            kind="requirement" if need else "standing",
            activity=activity,
            requirement_id=need and need.id,
            requirement_code=need and need.code,
            group=need and need.group,
            depends_on=need.depends_on if need else (),
            function_points=0.0,
            effort_days=ThreePoint(**dict(zip(ThreePoint.model_fields, [effort * s for s in spread], strict=True))),
            expected_days=effort,
            daily_cost=Decimal(2000),
            cost=Decimal(str(2000 * effort)),
            role_days={},
            phase_days={phase: effort * share for phase, share in shares.items()},
            method="three_point",
        )
        for number, (name, activity, need, effort, shares, _) in enumerate(rows, 1)
    )
    phases = []
    for phase in SHARES:
        busy = {}
        for *_, effort, shares, roles in rows:
            for role, part in roles[phase].items():
                busy[role] = busy.get(role, 0.0) + effort * shares[phase] * part
        spent = sum(busy.values())
        phases.append(PhaseEffort(phase=phase, effort_days=spent, role_days=busy, cost=Decimal(str(2000 * spent))))
    labour, material = sum(line.cost for line in lines), sum((item.amount for item in items), Decimal(0))
    effort = sum(line.expected_days for line in lines)
    wish = {
        "methods": (
            MethodResult(method="three_point", effort_days=effort, low_days=0, high_days=0, note="", note_zh=""),
            MethodResult(method="function_points", effort_days=1.1 * effort, low_days=0, high_days=0, note="", note_zh=""),
        ),
        "divergence": 0.1,
        "is_divergent": False,
        **facts,
    }  # fmt: skip
    return EstimateCompleted(
        opportunity_id=of.opportunity_id,
        estimate_id=uuid5(of.baseline_id, f"estimate {revision}"),
        revision=revision,
        basis=Basis(**{name: getattr(of, name) for name in Basis.model_fields}),
        currency=of.opportunity.currency,
        planned_start=date(2027, 1, 4),
        team=TEAM if team is None else team,
        lines=lines,
        cost_items=tuple(items),
        phases=tuple(phases),
        effort_days=effort,
        labour_cost=Money.of(labour, "CNY"),
        material_cost=Money.of(material, "CNY"),
        financial_cost=Money.zero("CNY"),
        base_cost=Money.of(labour + material, "CNY"),
        daily_burn=Money.of("2000", "CNY"),
        parameter_set="test",
        engine_version="test",
        **wish,
    )


def cost_item(amount, kind="licence"):
    return CostItem(id=key(kind), kind=kind, name="Licences", name_zh="许可", phase="build", amount=Decimal(amount))


def budget_limit(amount, *, is_hard=True):
    return ConstraintFacts(
        id=key("budget"), kind="budget", name="Budget 2027", is_hard=is_hard, budget_max=Money.of(amount, "CNY")
    )


def date_limit(latest, *, is_hard=True):
    return ConstraintFacts(id=key("date"), kind="date", name="Go-live", is_hard=is_hard, latest=latest)


def project(of=None, estimated=None, **facts):
    """The domain's view of a baseline and its estimate."""
    of = of or baseline(**facts)
    estimated = estimated or estimate(of)
    return project_of(of.model_dump(mode="json"), estimated.model_dump(mode="json"))
