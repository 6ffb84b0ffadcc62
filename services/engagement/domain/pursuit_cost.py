"""What it costs us to pursue an opportunity: hours × internal cost of a day ÷ hours of a day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shared.language.money import Money


def cost_of(hours: Decimal, day_cost: Money, hours_per_day: Decimal) -> Money:
    """What hours cost, rounded to the currency's minor unit; a day cost pays for `hours_per_day`."""
    return Money.of(hours * day_cost.amount / hours_per_day, day_cost.currency)


@dataclass(frozen=True, slots=True)
class Worked:
    """Hours of one person in one month; `day_cost` is None where nobody has said what a day costs."""

    role: str
    activity: str
    month: str
    hours: Decimal
    day_cost: Money | None


@dataclass(frozen=True, slots=True)
class Effort:
    """Hours of one role, activity and month, what they cost by currency, and the hours whose cost nobody knows."""

    role: str
    activity: str
    month: str
    hours: Decimal
    costs: tuple[Money, ...]
    uncosted_hours: Decimal


def efforts(worked: Iterable[Worked], hours_per_day: Decimal) -> list[Effort]:
    """Hours and cost by month, role and activity. Cost is rounded once for each, to the currency's minor unit."""
    groups: dict[tuple[str, str, str], list[Worked]] = defaultdict(list)
    for one in worked:
        groups[one.month, one.role, one.activity].append(one)
    return [
        Effort(
            role=role,
            activity=activity,
            month=month,
            hours=sum((one.hours for one in own), Decimal(0)),
            costs=_costs(own, hours_per_day),
            uncosted_hours=sum((one.hours for one in own if one.day_cost is None), Decimal(0)),
        )
        for (month, role, activity), own in sorted(groups.items())
    ]


def total_costs(found: Iterable[Effort]) -> list[Money]:
    """What all of it costs, by currency: the sum of the rounded parts, so that the parts add up."""
    totals: dict[str, Money] = {}
    for cost in (cost for effort in found for cost in effort.costs):
        totals[cost.currency] = totals.get(cost.currency, Money.zero(cost.currency)) + cost
    return [totals[currency] for currency in sorted(totals)]


def _costs(worked: Iterable[Worked], hours_per_day: Decimal) -> tuple[Money, ...]:
    exact: dict[str, Decimal] = defaultdict(Decimal)
    for one in worked:
        if one.day_cost:
            exact[one.day_cost.currency] += one.hours * one.day_cost.amount
    return tuple(Money.of(amount / hours_per_day, currency) for currency, amount in sorted(exact.items()))
