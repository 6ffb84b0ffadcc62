"""Risk budgets over HTTP. Money is shown to callers with `cost:read` only, else it is null."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.risk.domain.matrix import PMBOK, Matrix, Placed, heat_map
from services.risk.domain.reserve import draw_down
from services.risk.models.budgets import RiskBudget
from services.risk.models.settings import matrix_of
from services.risk.schemas.fields import CostRangeOut, DaysRangeOut
from services.risk.schemas.settings import MatrixFields
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In
from shared.language.money import Amount, Money
from shared.language.suspects import SuspectOut


class Recompute(In):
    """What to compute with; what is left out stays as it was in the revision before."""

    confidence: Annotated[float | None, Field(ge=0.5, le=0.99, examples=[0.8])] = None
    management_reserve_rate: Annotated[Decimal | None, Field(ge=0, le=1, max_digits=5, decimal_places=4)] = None
    seed: Annotated[int | None, Field(ge=0, lt=2**48)] = None
    samples: Annotated[int | None, Field(ge=1_000, le=50_000)] = None


class BasisOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    baseline_id: UUID
    baseline_number: int
    epoch: int
    content_hash: str


class ReasonOut(BaseModel):
    code: str
    message: str
    message_zh: str
    retryable: bool
    actions: list[str]


class PhaseReserveOut(BaseModel):
    """A phase's part of the contingency, and what remains of it all when the phase is over: the draw-down plan."""

    phase: str
    amount: Amount
    remaining: Amount


class BudgetItem(ResourceOut):
    """A risk budget in a list, by its key figures; money is null without `cost:read`."""

    opportunity_id: UUID
    revision: int
    estimate_id: UUID
    estimate_revision: int
    basis: BasisOut
    status: str
    freshness: str
    reason: ReasonOut | None
    currency: str
    confidence: float
    base_cost: Money | None
    mean_cost: Money | None
    percentiles: dict[str, Amount] | None
    contingency: Money | None
    expected_value: Money | None
    management_reserve: Money | None
    response_cost: Money | None
    total_reserve: Money | None
    probability_within_base: float | None
    schedule_p50_days: float | None
    schedule_p80_days: float | None
    is_converged: bool | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: RiskBudget, caller: Principal) -> Self:
        """As much as `caller` may see."""
        return cls.model_validate(_shown(cls, row, shows_money=caller.may("cost:read")))


class BudgetOut(BudgetItem):
    """A risk budget; figures are null when it failed, money also for callers without `cost:read`."""

    suspects: list[SuspectOut]
    management_reserve_rate: Decimal
    standard_deviation: Amount | None
    daily_burn: Annotated[
        Money | None, Field(description="cost of a working day of delay; part of expected values, and of the total")
    ]
    phases: list[PhaseReserveOut] | None
    seed: int
    samples: int
    standard_error_p80: float | None
    remarks: list[ReasonOut]
    engine_version: str | None


class BudgetRiskOut(BaseModel):
    """A risk as it was counted."""

    id: UUID
    code: str
    title: str
    title_zh: str
    category: str
    kind: str
    probability: Annotated[float, Field(description="that is used")]
    probability_stated: Annotated[
        float | None, Field(description="as it was said, where the record of such statements corrects it")
    ] = None
    probability_level: int
    impact_level: int
    score: float
    rating: str
    impact_cost: CostRangeOut | None
    impact_days: DaysRangeOut
    expected_value: Amount | None
    delay_value: Annotated[
        Amount | None, Field(description="part of the expected value that is delay: probability × days × daily burn")
    ]
    reserve_share: Annotated[
        Amount | None, Field(description="of the contingency, by expected value: it grows with the probability")
    ]
    requirement_codes: list[str]
    origin: str
    explanation: str
    explanation_zh: str


class RecalibrationOut(BaseModel):
    """logit(used) = intercept + slope × logit(stated), from the outcomes of risks of the kind."""

    kind: str
    intercept: float
    slope: float
    outcomes: int


class ContributionOut(BaseModel):
    """A part of the variance of the total: an estimate line or a risk."""

    kind: Literal["line", "risk"]
    id: UUID
    code: str
    name: str
    name_zh: str
    share: float


class BudgetDetailOut(BudgetOut):
    risks: list[BudgetRiskOut]
    contributions: list[ContributionOut]
    recalibrations: list[RecalibrationOut] = []


_MONEY = (
    "base_cost", "mean_cost", "standard_deviation", "percentiles", "contingency", "expected_value",
    "daily_burn",
    "management_reserve", "response_cost", "total_reserve", "phases",
)  # fmt: skip
_MONEY_OF_RISKS = ("impact_cost", "expected_value", "delay_value", "reserve_share")


def _shown(cls: type[BudgetItem], row: RiskBudget, *, shows_money: bool) -> dict[str, Any]:
    facts = row.facts or {}
    shown = {name: getattr(row, name, facts.get(name)) for name in cls.model_fields}
    shown |= {**row.policy, "basis": row, "remarks": facts.get("remarks", [])}
    shown["recalibrations"] = facts.get("recalibrations", [])
    risks = [
        {"delay_value": None, **risk, "impact_cost": CostRangeOut.of(risk["impact_cost"], row.currency)}
        for risk in facts.get("risks", [])
    ]
    if shows_money:
        return {**shown, "risks": risks, "phases": _drawn_down(facts)}
    without_money = [{**risk, **dict.fromkeys(_MONEY_OF_RISKS)} for risk in risks]
    return {**shown, **dict.fromkeys(_MONEY), "risks": without_money}


def _drawn_down(facts: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if "phases" not in facts:
        return None
    plan = draw_down({one["phase"]: Decimal(one["amount"]) for one in facts["phases"]})
    return [{"phase": one.phase, "amount": one.released, "remaining": one.remaining} for one in plan]


class BudgetQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("position", "created_at", "updated_at")

    sort: Annotated[str, Field(max_length=40, description="a field; - before it for descending")] = "-position"
    opportunity_id: Several[UUID] = None
    estimate_id: UUID | None = None
    baseline_id: UUID | None = None
    status: Several[Literal["calculated", "superseded", "failed"]] = None
    freshness: Several[Literal["fresh", "stale", "recomputing"]] = None


class CurvePointOut(BaseModel):
    probability: float
    cost: Amount


class CurveOut(BaseModel):
    """The S-curve of total cost, with the marks to draw on it."""

    currency: str
    points: list[CurvePointOut]
    base_cost: Amount
    percentiles: dict[str, Amount]

    @classmethod
    def of(cls, row: RiskBudget) -> Self:
        facts = row.figures
        return cls.model_validate({**facts, "points": facts["curve"], "base_cost": facts["base_cost"]["amount"]})


class CellOut(BaseModel):
    probability_level: int
    impact_level: int
    score: float
    rating: str
    count: int
    expected_value: Amount | None
    codes: list[str]


class HeatMapOut(BaseModel):
    """Every cell, the most probable row first, the smallest impact first in it."""

    currency: str
    matrix: MatrixFields
    cells: list[CellOut]

    @classmethod
    def of(cls, row: RiskBudget, caller: Principal) -> Self:
        """The expected values only for who may see cost."""
        risks = [
            Placed(risk["code"], risk["probability_level"], risk["impact_level"], Decimal(risk["expected_value"]))
            for risk in row.figures["risks"]
        ]
        matrix = matrix_of(row.matrix) if row.matrix else PMBOK
        return cls(
            currency=row.currency,
            matrix=MatrixFields.of(matrix),
            cells=cells_out(risks, matrix, shows_money=caller.may("cost:read")),
        )


class HeatMapsOut(BaseModel):
    """The register before responses, with those in place, and with all that are planned."""

    currency: str
    matrix: MatrixFields
    inherent: list[CellOut]
    current: list[CellOut]
    residual: list[CellOut]
    unplaced: Annotated[list[str], Field(description="codes of risks that wait for an estimate to be measured against")]


def cells_out(risks: Iterable[Placed], matrix: Matrix, *, shows_money: bool) -> list[CellOut]:
    """The expected values only for who may see cost."""
    cells = [CellOut.model_validate(asdict(cell)) for cell in heat_map(risks, matrix)]
    return cells if shows_money else [cell.model_copy(update={"expected_value": None}) for cell in cells]
