"""All that is usually said of a business case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from math import fsum

from services.estimation.domain.economics import measures, present_value
from services.estimation.domain.economics.business_case import Case, net_flows
from services.estimation.domain.economics.day_count import DayCount
from services.estimation.domain.economics.payback import discounted_payback_at, payback_at
from services.estimation.domain.economics.rate_of_return import (
    AllSameDate,
    NoSignChange,
    RateOfReturn,
    mirr_at,
    rates_of_return,
    xirr,
)
from shared.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of return, and why there are none where there are none."""

    found: RateOfReturn | None
    modified: float | None
    reason: Problem | None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Figures of a case; ratios are None where there is nothing to relate to."""

    net_present_value: float
    benefits_present_value: float
    total_cost_of_ownership: float
    """Present value of all costs."""
    rates: Rates
    payback_years: float | None
    discounted_payback_years: float | None
    return_on_investment: float | None
    """Undiscounted."""
    return_on_investment_pv: float | None
    benefit_cost_ratio: float | None
    profitability_index: float | None
    equivalent_annuity: float
    """Over the years until the last flow."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A point of the cumulative curves."""

    time: float
    benefits: float
    costs: float
    cumulative: float
    discounted: float
    discounted_cumulative: float


def appraised(case: Case, finance_rate: float, reinvest_rate: float) -> Appraisal:
    """Raises `RateLeMinusOne`, `FigureOutOfRange`."""
    times, net = net_flows(case)
    gained = [benefit for _, benefit, _ in case.flows]
    spent = [cost for _, _, cost in case.flows]
    gained_now = present_value.at_times(case.rate, times, gained)
    spent_now = present_value.at_times(case.rate, times, spent)
    value = present_value.at_times(case.rate, times, net)
    first = next((flow for flow in net if flow), 0.0)
    return Appraisal(
        net_present_value=value,
        benefits_present_value=gained_now,
        total_cost_of_ownership=spent_now,
        rates=_rates(times, net, finance_rate, reinvest_rate),
        payback_years=payback_at(times, net),
        discounted_payback_years=discounted_payback_at(case.rate, times, net),
        return_on_investment=measures.return_on_investment(fsum(gained), fsum(spent)) if fsum(spent) else None,
        return_on_investment_pv=measures.return_on_investment(gained_now, spent_now) if spent_now else None,
        benefit_cost_ratio=measures.benefit_cost_ratio(gained_now, spent_now) if spent_now else None,
        profitability_index=measures.profitability_index(value, first) if first < 0 else None,
        equivalent_annuity=measures.equivalent_annuity(value, case.rate, max(round(times[-1]), 1)),
    )


def _rates(times: Sequence[float], net: Sequence[float], finance_rate: float, reinvest_rate: float) -> Rates:
    try:
        return Rates(rates_of_return(times, net), mirr_at(times, net, finance_rate, reinvest_rate), None)
    except NoSignChange as none:
        return Rates(None, None, none)


def dated_rates(dates: Sequence[date], net: Sequence[float], day_count: DayCount) -> Rates:
    """Rates of return by dates (XIRR)."""
    try:
        return Rates(xirr(dates, net, day_count), None, None)
    except (NoSignChange, AllSameDate) as none:
        return Rates(None, None, none)


def curve(case: Case) -> tuple[Flow, ...]:
    """Flows in order of time, summed up, as they are and at present value."""
    times, net = net_flows(case)
    now = present_value.discounted(case.rate, times, net)
    rows = zip(case.flows, accumulate(net), now, accumulate(now), strict=True)
    return tuple(
        Flow(time, gained, spent, total, worth, worth_total)
        for (time, gained, spent), total, worth, worth_total in rows
    )
