"""Rate cards: what a person-day of a role costs us, in a region and currency, while the card is valid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.problems import Problem


class UnknownRoleRate(Problem):
    status = 422
    title = ("A role has no rate", "角色缺少费率")
    en = (
        "No rate card in {currency} for {region} has a daily cost of: {roles}. It is needed on {date}; add it to a rate"
        " card, then recompute the estimate."
    )
    zh = "{region} 的 {currency} 费率表中没有以下角色的日成本：{roles}（所需日期 {date}）。请补充费率后重新计算估算。"


class RateNotInForceOnDate(Problem):
    status = 422
    title = ("A rate is not in force on the date", "费率在该日期无效")
    en = (
        "There are daily costs in {currency} for {region}, but none in force on {date} for: {roles}. Add a rate card"
        " that is valid then, or extend one, and recompute the estimate."
    )
    zh = (
        "{region} 的 {currency} 费率表在 {date} 没有对以下角色有效的日成本：{roles}。请新增或延长费率表后重新计算估算。"
    )


@dataclass(frozen=True, slots=True)
class RateCard:
    """Daily costs by role. Without a region it holds where no other card does; without an end, until further notice."""

    region: str | None
    currency: str
    valid_from: date
    valid_to: date | None
    daily_costs: Mapping[str, Decimal]

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def daily_costs(
    cards: Sequence[RateCard], roles: Iterable[str], *, region: str | None, currency: str, on: date
) -> dict[str, Decimal]:
    """The daily cost of each role on a date, from the region's card or else from one for all regions.

    Raises `RateNotInForceOnDate` or `UnknownRoleRate`, naming every role that misses one, and the date.
    """
    fitting = [
        card for card in cards if card.currency == currency and (card.region is None or _same(card.region, region))
    ]
    fitting.sort(key=lambda card: (card.region is None, card.valid_from))
    in_force = [card for card in fitting if card.is_in_force(on)]
    found: dict[str, Decimal] = {}
    missing = []
    for role in roles:
        cost = next((card.daily_costs[role] for card in in_force if role in card.daily_costs), None)
        if cost is None:
            missing.append(role)
        else:
            found[role] = cost
    if missing:
        is_late = any(role in card.daily_costs for card in fitting for role in missing)
        problem = RateNotInForceOnDate if is_late else UnknownRoleRate
        raise problem(roles=", ".join(missing), date=on.isoformat(), region=region or "*", currency=currency)
    return found


def _same(one: str, other: str | None) -> bool:
    return other is not None and one.casefold() == other.casefold()
