"""What a simulation says beside the figures that a budget needs: curves, histogram, tail, joint confidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.risk.domain.monte_carlo import Run
from shared.language.money import quantised
from shared.quant.joint_confidence import frontier, joint_probability

_POINTS = 200
_RANKED = 15


@dataclass(frozen=True, slots=True)
class Spread:
    """What else the simulation says of cost and delay; it decides nothing, and is shown in charts."""

    curve_before: tuple[tuple[float, Decimal], ...]
    """The S-curve of cost without any response, from the same draws."""
    delay_curve: tuple[tuple[float, float], ...]
    """Working days of delay at 1 % … 99 % confidence; negative ones are days gained."""
    histogram: tuple[tuple[Decimal, Decimal, float], ...]
    """From, to, and the share of the outcomes between them."""
    tail_mean: Decimal
    """Mean cost of the worst tenth (CVaR)."""
    joint_target: tuple[Decimal, float]
    """Cost and days of delay at the target confidence, each for itself."""
    joint_probability: float
    """That both are kept."""
    joint_frontier: tuple[tuple[Decimal, float], ...]
    """Pairs of cost and delay that are kept together with 70 %."""
    joint_points: tuple[tuple[Decimal, float], ...]
    rank_correlations: Mapping[str, float]
    """Of the parts that contribute most, with the total."""


def spread_of(run: Run, before: Run, confidence: float, currency: str) -> Spread:
    """The figures of `run`, and what they would be `before` any response."""

    def money(amount: float) -> Decimal:
        return quantised(Decimal(str(amount)), currency)

    cost, days = run.cost.percentile(confidence), run.delay.percentile(confidence)
    edges, shares = run.cost.histogram()
    largest = sorted(run.contributions, key=lambda name: -run.contributions[name])[:_RANKED]
    return Spread(
        curve_before=tuple((probability, money(at)) for probability, at in before.cost.curve()),
        delay_curve=tuple((probability, round(at, 2)) for probability, at in run.delay.curve()),
        histogram=tuple(
            (money(low), money(high), share) for low, high, share in zip(edges, edges[1:], shares, strict=False)
        ),
        tail_mean=money(run.cost.tail_mean),
        joint_target=(money(cost), round(days, 1)),
        joint_probability=round(joint_probability(run.totals, run.slips, cost, days), 4),
        joint_frontier=tuple((money(at), round(day, 1)) for at, day in frontier(run.totals, run.slips)),
        joint_points=tuple(
            (money(at), round(day, 1))
            for at, day in zip(run.totals[:_POINTS].tolist(), run.slips[:_POINTS].tolist(), strict=True)
        ),
        rank_correlations={name: round(value, 4) for name, value in run.rank_correlations(largest).items()},
    )
