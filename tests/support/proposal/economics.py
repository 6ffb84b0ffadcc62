"""An economic analysis for the client of a sample's price, computed as estimation does."""

from datetime import UTC, datetime
from decimal import Decimal

from services.estimation.commands.appraising import ENGINE_VERSION, Subject, appraise
from services.estimation.commands.publishing_economics import offered
from services.estimation.models.economic_analyses import EconomicAnalysis
from services.estimation.models.estimates import Estimate
from services.estimation.schemas.economic_analyses import Assumptions
from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.client import for_client
from services.proposal.content.economics import economics_part
from services.proposal.content.part_types import Authored
from tests.support.proposal.samples import key


def assumptions(found, **given):
    """Benefits of about the price over five years, with what the client spends beside it."""
    year = str((found.price.price_excl_tax.amount * Decimal("0.45")).quantize(Decimal("0.01")))
    own = str((found.price.price_excl_tax.amount * Decimal("0.04")).quantize(Decimal("0.01")))
    usual = {
        "discount_rate": 0.08,
        "horizon_years": 5,
        "benefits": [
            {"code": "staff", "name": "Less manual work", "name_zh": "减少人工处理", "annual_amount": year},
            {"code": "losses", "name": "Fewer losses", "name_zh": "降低坏账损失", "annual_amount": own, "first_year": 2,
             "growth_rate": 0.05},
        ],
        "costs": [{"code": "operation", "name": "Operation", "name_zh": "运行维护", "annual_amount": own}],
        "scenarios": [
            {"name": "Half the benefits", "name_zh": "收益减半", "probability": 0.3, "drivers": {"benefits": 0.5}},
            {"name": "As planned", "name_zh": "按计划", "probability": 0.7, "drivers": {}},
        ],
        "uncertain": [{"driver": "staff", "estimate": {
            "distribution": "triangular", "optimistic": 0.6, "most_likely": 1, "pessimistic": 1.1}}],
        "samples": 500,
    }  # fmt: skip
    return Assumptions.model_validate({**usual, **given})


def case_of(found, *, version=2, analysis="analysis", offered_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), **given):
    """The event that offers it, for the price of `found`."""
    price = found.price.model_dump(mode="json")
    plan = {"start": price["phases"][0]["start"], "milestones": price["milestones"], "months": []}
    subject, wish = Subject(price, plan), assumptions(found, **given)
    basis = {name: getattr(found.estimate.basis, name) for name in type(found.estimate.basis).model_fields}
    row = EconomicAnalysis(
        id=key(found.baseline.opportunity_id, analysis),
        opportunity_id=found.baseline.opportunity_id,
        name="Business case",
        perspective="client",
        inputs=wish.model_dump(mode="json"),
        estimate_id=found.estimate.estimate_id,
        risk_revision=found.risk.revision,
        results=appraise(subject, "client", wish).model_dump(mode="json"),
        engine_version=ENGINE_VERSION,
        version=version,
        offered_at=offered_at,
    )
    return offered(row, Estimate(id=found.estimate.estimate_id, revision=found.estimate.revision, **basis), subject)


def draft_with(found, event):
    case = economics_part(event) if event else None
    made_of = Ingredients(found.baseline, found.estimate, found.price, found.risk)
    return assemble(made_of, Authored(economic_case=case))


def content_with(found, event):
    """As the client reads it."""
    return for_client(draft_with(found, event))
