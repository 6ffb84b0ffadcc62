"""A risk: what may happen, how likely, what it does to cost and time, and what is done about it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from services.risk.domain.matrix import PMBOK, Matrix
from services.risk.domain.response import IMPLEMENTED, Exposure, Response
from shared.quant.recalibration import Recalibration
from shared.quant.three_point import ThreePoint


class Category(StrEnum):
    TECHNICAL = "technical"
    MANAGEMENT = "management"
    MARKET = "market"
    RESOURCE = "resource"
    COMMERCIAL = "commercial"
    SECURITY = "security"
    SCHEDULE = "schedule"
    EXTERNAL = "external"


class RiskKind(StrEnum):
    THREAT = "threat"
    OPPORTUNITY = "opportunity"


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk with the measures that count for it. Probability and impacts are those before any of them.

    Impacts are on the whole project: money, and working days of delay. They are negative for an opportunity.
    """

    id: UUID
    code: str
    title: str
    title_zh: str
    category: str
    kind: str
    cause: str
    cause_zh: str
    effect: str
    effect_zh: str
    probability: float
    impact_cost: ThreePoint
    impact_days: ThreePoint
    responses: tuple[Response, ...]
    requirement_codes: tuple[str, ...]
    origin: str
    explanation: str
    explanation_zh: str
    scope_share: float = 0.0
    quality_share: float = 0.0
    breakdown: str | None = None
    """Its place in the risk breakdown structure, such as `technical/interfaces`."""
    client_visibility: str = "internal"
    """`client`: documents and rooms tell it, in the wording that follows."""
    client_wording: str | None = None
    client_wording_zh: str | None = None
    has_happened: bool = False
    """It is certain then, whatever was done to prevent it; only how much it costs is open."""
    recalibration: Recalibration | None = None
    """What the record of stated probabilities makes of them; None where they are used as they were stated."""

    @property
    def inherent(self) -> Exposure:
        """Before any response."""
        return self._used(self._stated)

    @property
    def current(self) -> Exposure:
        """As it stands today: with the measures that are implemented."""
        return self._used(self._stated.after(one for one in self.responses if one.status == IMPLEMENTED))

    @property
    def residual(self) -> Exposure:
        """With all measures in place, those that are only planned too: what a budget counts."""
        return self._used(self._stated.after(self.responses))

    @property
    def stated_probability(self) -> float:
        """With all measures in place, as it was stated: what its record is kept of."""
        return self._stated.after(self.responses).probability

    @property
    def response_cost(self) -> Decimal:
        """What its measures cost whether or not it happens; what contingency measures cost is part of the impact."""
        return sum((one.sure_cost for one in self.responses), Decimal(0))

    @property
    def _stated(self) -> Exposure:
        return Exposure(self.probability, self.impact_cost, self.impact_days, self.scope_share, self.quality_share)

    def _used(self, exposure: Exposure) -> Exposure:
        if self.has_happened:
            return replace(exposure, probability=1.0)
        if self.recalibration is None:
            return exposure
        return replace(exposure, probability=self.recalibration(exposure.probability))


@dataclass(frozen=True, slots=True)
class Scale:
    """What impacts are measured against."""

    base_cost: float
    planned_days: float
    daily_burn: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """Where a risk stands in the matrix, and its expected value in money."""

    probability_level: int
    impact_level: int
    score: Decimal
    rating: str
    expected_value: float


def risk_id(opportunity_id: UUID, rule: str, subject: str) -> UUID:
    """The id of a risk: the same for every baseline of an opportunity, so that what persons decided on it stays."""
    return uuid5(opportunity_id, f"risk:{rule}:{subject}")


def response_id(risk: UUID, kind: str) -> UUID:
    """The id of a measure that a rule proposes for a risk: one of each kind."""
    return uuid5(risk, f"response:{kind}")


def assess(exposure: Exposure, scale: Scale, matrix: Matrix = PMBOK) -> Assessment:
    """Levels by the mean impact as a share of base cost and planned days; without a plan any impact is the gravest."""
    cost, days = exposure.impact_cost.mean, exposure.impact_days.mean
    probability_level = matrix.probability_level(exposure.probability)
    impact_level = matrix.impact_level(
        _share(cost, scale.base_cost),
        time_share=_share(days, scale.planned_days),
        scope_share=exposure.scope_share,
        quality_share=exposure.quality_share,
    )
    score = matrix.score(probability_level, impact_level)
    return Assessment(
        probability_level=probability_level,
        impact_level=impact_level,
        score=score,
        rating=matrix.rating(score),
        expected_value=exposure.expected_value(scale.daily_burn),
    )


def _share(part: float, whole: float) -> float:
    if whole > 0:
        return part / whole
    return 1.0 if part else 0.0
