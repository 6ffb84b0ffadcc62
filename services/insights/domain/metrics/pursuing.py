"""What pursuits take 工作效率: hours and cost of each and of each won one, and cost ÷ margin of what was won.

Hours and costs as engagement totals them, of opportunities that were decided or given up in the period; each currency
by itself. The margin is that of the newest price of the estimate that the last submitted proposal stands on.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import HOURS, SHARE, Left, Measure, mean, ratio, spread
from services.insights.domain.period import Span


def pursuit_hours(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Hours of each pursuit that ended, and all of these hours ÷ opportunities won."""
    ended, left = _ended(cases, span)
    seen = [(one.opportunity_id, float(one.sections["effort"]["hours"])) for one in ended]
    won = [one.opportunity_id for one in ended if one.result == "won"]
    hours = sum((Decimal(repr(value)) for _, value in seen), Decimal(0))
    keys = [key for key, _ in seen]
    return [
        mean("mean", HOURS, seen, left),
        *spread(HOURS, seen, left),
        ratio("per_won", HOURS, hours, Decimal(len(won)), hits=keys, counted=won, left=left, reason="none_won"),
    ]


def pursuit_cost(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Cost of each pursuit that ended, of all of them ÷ won ones, and cost ÷ margin of won ones; by currency."""
    ended, left = _ended(cases, span)
    costs: dict[str, list[tuple[Case, Decimal]]] = defaultdict(list)
    for one in ended:
        if float(one.sections["effort"]["uncosted_hours"] or 0) > 0:
            left.out("hours_without_cost", one.opportunity_id)
            continue
        for cost in one.sections["effort"]["costs"] or ():
            costs[cost["currency"]].append((one, Decimal(str(cost["amount"]))))
    found: list[Measure] = []
    for currency, own in sorted(costs.items()):
        found += _of_currency(currency, own, left)
    return found or [mean("mean", "amount", [], left)]


def _of_currency(currency: str, own: Sequence[tuple[Case, Decimal]], left: Left) -> list[Measure]:
    about = {"currency": currency}
    spent = sum((amount for _, amount in own), Decimal(0))
    keys = [one.opportunity_id for one, _ in own]
    won = [(one, amount) for one, amount in own if one.result == "won"]
    margins, without = _margins(won, currency)
    of_won = [one.opportunity_id for one, _ in won]
    priced = [(one, amount) for one, amount in won if one.opportunity_id in margins]
    return [
        ratio("mean", currency, spent, Decimal(len(own)), hits=keys, counted=keys, left=left, about=about),
        ratio(
            "per_won", currency, spent, Decimal(len(won)), hits=keys, counted=of_won, left=left, about=about,
            reason="none_won",
        ),
        ratio(
            "cost_to_margin", SHARE, sum((amount for _, amount in priced), Decimal(0)),
            sum(margins.values(), Decimal(0)), hits=margins, counted=margins, left=without, about=about,
            reason="no_margin",
        ),
    ]  # fmt: skip


def _margins(won: Sequence[tuple[Case, Decimal]], currency: str) -> tuple[Mapping[UUID, Decimal], Left]:
    found, left = {}, Left()
    for one, _ in won:
        margin = margin_of(one)
        if margin is None:
            left.out("no_margin", one.opportunity_id)
        elif margin["currency"] != currency:
            left.out("other_currency", one.opportunity_id)
        else:
            found[one.opportunity_id] = Decimal(margin["amount"])
    return found, left


def margin_of(case: Case) -> Mapping[str, Any] | None:
    """Price without tax less the whole budget of what was submitted last; None where no price of it is known."""
    submissions = case.each("work", "submissions")
    if not submissions:
        return None
    last = max(submissions, key=lambda key: (submissions[key]["at"], key))
    drafted = case.each("work", "drafts").get(last)
    price = case.each("work", "prices").get(drafted["estimate_id"]) if drafted else None
    return price["margin"] if price else None


def _ended(cases: Sequence[Case], span: Span) -> tuple[list[Case], Left]:
    ended, left = [], Left()
    for one in cases:
        if one.outcome is None or not span.holds(one.outcome["decided_on"]):
            continue
        if one.sections.get("effort"):
            ended.append(one)
        else:
            left.out("no_hours", one.opportunity_id)
    return ended, left
