"""The client's limits beside what is offered for each: dates, amounts, and terms that limits speak of in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.proposal.content.authored import AfterSalesPart
from services.proposal.content.model import ConstraintPart
from services.proposal.content.part_types import Authored
from services.proposal.content.plan import SchedulePart
from services.proposal.domain.stated_terms import (
    DAYS_PER_MONTH,
    is_from_end_of_warranty,
    stated_period,
    stated_share,
    subject_of,
)
from shared.language.events.estimation import EstimatePriced
from shared.language.events.requirements import ConstraintFacts

VALIDITY_DAYS = 60
"""How long an offer holds after its submission, in calendar days, where nobody says otherwise."""
_WARRANTY = "warranty"


@dataclass(frozen=True, slots=True)
class _Compared:
    """A term that a limit speaks of: the least that is asked for, and what is offered; None where nobody says it."""

    term: str | None = None
    asked: Decimal | int | None = None
    given: Decimal | int | None = None


def with_priced_warranty(plan: AfterSalesPart | None, price: EstimatePriced) -> AfterSalesPart | None:
    """The plan with the warranty that the price pays for: a draft may say another than is agreed."""
    if plan is None or price.warranty_months is None:
        return plan
    return plan.model_copy(update={"warranty_months": price.warranty_months})


def validity_days(authored: Authored) -> int:
    """How long the offer holds after its submission, in calendar days."""
    return authored.validity.days if authored.validity else VALIDITY_DAYS


def constraints_of(
    limit: ConstraintFacts, price: EstimatePriced, schedule: SchedulePart, authored: Authored
) -> Iterator[ConstraintPart]:
    """A line for each thing that a limit asks for: words on a retention may ask for its share and for its time."""
    for compared in _compared(limit, price, authored):
        wanted = offered = is_met = is_met_at_p80 = None
        if limit.latest:
            wanted, offered = limit.latest.isoformat(), schedule.finish.isoformat()
            is_met, is_met_at_p80 = schedule.finish <= limit.latest, schedule.p80_finish <= limit.latest
        elif limit.budget_max and limit.budget_max.currency == price.currency:
            wanted, offered = str(limit.budget_max.amount), str(price.price_incl_tax.amount)
            is_met = is_met_at_p80 = price.price_incl_tax.amount <= limit.budget_max.amount
        elif compared.given is not None:
            offered = str(compared.given)
            if compared.asked is not None:
                wanted = str(compared.asked)
                is_met = is_met_at_p80 = compared.given >= compared.asked
        yield ConstraintPart.of(
            limit, term=compared.term, limit=wanted, offered=offered, is_met=is_met, is_met_at_p80=is_met_at_p80
        )


def _compared(limit: ConstraintFacts, price: EstimatePriced, authored: Authored) -> tuple[_Compared, ...]:
    words = f"{limit.name}. {limit.statement or ''}"
    term = subject_of(words) if limit.kind == "other" else None
    if term == "validity":
        return (_Compared(term, stated_period(words, "days"), validity_days(authored)),)
    months = _warranty_months(price, authored)
    if term == _WARRANTY and months is not None:
        return (_Compared(term, stated_period(words, "months"), months),)
    if term == "retention":
        return _of_retention(words, price, months)
    return (_Compared(term),)


def _warranty_months(price: EstimatePriced, authored: Authored) -> int | None:
    plan = with_priced_warranty(authored.after_sales_plan, price)
    return plan.warranty_months if plan else price.warranty_months


def _of_retention(words: str, price: EstimatePriced, months: int | None) -> tuple[_Compared, ...]:
    """The share that the client keeps back until the end of the warranty or later, and for how many days at least.

    It is the retention of the terms of payment, and whatever else of them is earned by the end of the warranty. Days
    count from going live, or from the end of the warranty where the limit says so.
    """
    terms = price.terms
    if terms is None:
        return (_Compared("retention"),)
    late = [one for one in terms.payments if one.phase == _WARRANTY]
    paid = 1 - terms.advance_rate - terms.retention_rate
    share = terms.retention_rate + paid * sum((one.share for one in late), Decimal(0))
    kept = [one.days_after for one in late] + ([terms.retention_days] if terms.retention_rate else [])
    days: int | None = min(kept, default=0)
    if kept and not is_from_end_of_warranty(words) and price.phases[-1].phase == _WARRANTY:
        days = None if months is None else min(kept) + round(months * DAYS_PER_MONTH)
    asked_share, asked_days = stated_share(words), stated_period(words, "days")
    found = []
    if asked_share is not None or asked_days is None:
        found.append(_Compared("retention", asked_share, share.normalize()))
    if asked_days is not None:
        found.append(_Compared("retention_days", asked_days, days))
    return tuple(found)
