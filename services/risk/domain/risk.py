"""A risk: what may happen, how likely, what it does to cost and time, and what is done about it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

from services.risk.domain.matrix import PMBOK, Matrix
from services.risk.domain.reserve import expected_monetary_value
from services.risk.domain.three_point import ThreePoint


class Category(StrEnum):
    TECHNICAL = "technical"
    MANAGEMENT = "management"
    MARKET = "market"
    RESOURCE = "resource"
    COMMERCIAL = "commercial"
    SECURITY = "security"
    SCHEDULE = "schedule"
    EXTERNAL = "external"


class Kind(StrEnum):
    THREAT = "threat"
    OPPORTUNITY = "opportunity"


class Strategy(StrEnum):
    AVOID = "avoid"
    MITIGATE = "mitigate"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    ESCALATE = "escalate"
    EXPLOIT = "exploit"
    ENHANCE = "enhance"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Response:
    """What is done: preventive measures lower the probability, contingency measures the impact when it happens."""

    strategy: str
    preventive: str | None
    preventive_zh: str | None
    contingency: str | None
    contingency_zh: str | None
    owner_role: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk as a budget counts it. Probability and impact are those with the response in place, whose cost counts too.

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
    response: Response | None
    requirement_codes: tuple[str, ...]
    origin: str
    explanation: str
    explanation_zh: str


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


def assess(probability: float, cost: ThreePoint, days: ThreePoint, scale: Scale, matrix: Matrix = PMBOK) -> Assessment:
    """Levels by the mean impact as a share of base cost and planned days; without a plan any impact is the gravest."""
    probability_level = matrix.probability_level(probability)
    impact_level = matrix.impact_level(_share(cost.mean, scale.base_cost), _share(days.mean, scale.planned_days))
    score = matrix.score(probability_level, impact_level)
    return Assessment(
        probability_level=probability_level,
        impact_level=impact_level,
        score=score,
        rating=matrix.rating(score),
        expected_value=expected_monetary_value(probability, cost.mean, days.mean, scale.daily_burn),
    )


def _share(part: float, whole: float) -> float:
    if whole > 0:
        return part / whole
    return 1.0 if part else 0.0
