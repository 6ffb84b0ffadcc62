"""Responses to a risk, and what they leave of it (PMBOK Guide, 6th ed., 11.5.2).

A measure multiplies probability and impact by factors: of a threat at most 1, of an opportunity at least 1. Several
measures multiply, so that their order is without effect.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from math import prod
from uuid import UUID

from services.risk.domain.reserve import expected_monetary_value
from shared.quant.three_point import ThreePoint


class Strategy(StrEnum):
    AVOID = "avoid"
    MITIGATE = "mitigate"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    ESCALATE = "escalate"
    EXPLOIT = "exploit"
    ENHANCE = "enhance"
    SHARE = "share"


OF_THREATS = frozenset({Strategy.AVOID, Strategy.MITIGATE, Strategy.TRANSFER})
OF_OPPORTUNITIES = frozenset({Strategy.EXPLOIT, Strategy.ENHANCE, Strategy.SHARE})


class Measure(StrEnum):
    """预防措施 lowers the probability, 应急措施 the impact when it happens, 控制措施 watches."""

    PREVENTIVE = "preventive"
    CONTINGENCY = "contingency"
    CONTROL = "control"


IMPLEMENTED = "implemented"
LIVE = frozenset({"planned", "in_progress", IMPLEMENTED})
"""States in which a measure counts; a cancelled one does not."""


@dataclass(frozen=True, slots=True)
class Response:
    """One measure. `trigger` says when a contingency measure starts."""

    id: UUID
    code: str
    strategy: str
    kind: str
    statement: str
    statement_zh: str
    owner_role: str
    cost: Decimal
    probability_factor: float = 1.0
    impact_factor: float = 1.0
    trigger: str | None = None
    trigger_zh: str | None = None
    status: str = field(default="planned", compare=False)
    """No figure of a budget depends on it: all that is planned counts."""

    @property
    def is_contingent(self) -> bool:
        """Whether it is carried out, and costs, only when the risk happens."""
        return self.kind == Measure.CONTINGENCY

    @property
    def sure_cost(self) -> Decimal:
        """What it costs whether or not the risk happens."""
        return Decimal(0) if self.is_contingent else self.cost


@dataclass(frozen=True, slots=True)
class Exposure:
    """How likely a risk is and what it does when it happens: money, working days, shares of scope and quality lost.

    Impacts are negative for an opportunity.
    """

    probability: float
    impact_cost: ThreePoint
    impact_days: ThreePoint
    scope_share: float = 0.0
    quality_share: float = 0.0

    def expected_value(self, daily_burn: float) -> float:
        """Probability x mean impact in money, a day of delay at `daily_burn`."""
        return expected_monetary_value(
            self.probability, self.impact_cost.mean, days=self.impact_days.mean, daily_burn=daily_burn
        )

    def delay_value(self, daily_burn: float) -> float:
        """The part of the expected value that is delay."""
        return expected_monetary_value(self.probability, 0.0, days=self.impact_days.mean, daily_burn=daily_burn)

    def after(self, responses: Iterable[Response]) -> "Exposure":
        """What is left with these measures in place; what contingency measures cost is part of the impact.

        Rounded as the figures are that it is made from: probabilities to 6 decimals, ranges to hundredths.
        """
        responses = tuple(responses)
        impact = prod(one.impact_factor for one in responses)
        extra = float(sum(one.cost for one in responses if one.is_contingent))
        return Exposure(
            probability=min(round(self.probability * prod(one.probability_factor for one in responses), 6), 1.0),
            impact_cost=self.impact_cost.scaled(impact).shifted(extra).rounded(2),
            impact_days=self.impact_days.scaled(impact).rounded(2),
            scope_share=min(round(self.scope_share * impact, 6), 1.0),
            quality_share=min(round(self.quality_share * impact, 6), 1.0),
        )


@dataclass(frozen=True, slots=True)
class Return:
    """What measures are worth: expected values of the risk without and with them, and of the risks that they bring."""

    before: float
    after: float
    """With them in place, what contingency measures cost then included: what the register and a budget count."""
    secondary: float
    cost: float
    """Expected: that of a contingency measure counts as often as the risk happens."""
    contingent: float
    """The part of `cost` that contingency measures have; it is in `after` too."""
    is_judged: bool
    """Whether anybody said what they do; else nothing follows from their cost."""

    @property
    def leverage(self) -> float | None:
        """Risk reduction leverage (Boehm, *Software Risk Management*, 1991): what is saved for each unit of cost.

        (before - after - secondary) / cost, without the cost in what is left: it is not counted twice. Above 1 it pays.
        None when it costs nothing or nobody judged it. Expected values of opportunities are negative: the same holds.
        """
        if self.cost <= 0 or not self.is_judged:
            return None
        return (self.before - self.after + self.contingent - self.secondary) / self.cost


def return_on(
    measures: Sequence[Response],
    others: Sequence[Response],
    inherent: Exposure,
    *,
    daily_burn: float,
    secondary: float = 0.0,
    has_happened: bool = False,
) -> Return:
    """What `measures` add to `others`: alone they may be worth more than beside them.

    Of a risk that has happened they lower what it costs; that it was to be prevented comes too late.
    """

    def left(responses: Iterable[Response]) -> Exposure:
        exposure = inherent.after(responses)
        return replace(exposure, probability=1.0) if has_happened else exposure

    before, after = left(others), left([*others, *measures])
    contingent = after.probability * sum(float(one.cost) for one in measures if one.is_contingent)
    return Return(
        before=before.expected_value(daily_burn),
        after=after.expected_value(daily_burn),
        secondary=secondary,
        cost=float(sum(one.sure_cost for one in measures)) + contingent,
        contingent=contingent,
        is_judged=any((one.probability_factor, one.impact_factor) != (1.0, 1.0) for one in measures),
    )
