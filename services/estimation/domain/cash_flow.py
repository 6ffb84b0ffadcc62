"""Cash flow by month: what goes out and comes in, the interest on the gap, and the deepest point of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.estimation.domain.calendar import month_ends, months, working_days
from services.estimation.domain.parameters import PHASES, Commerce
from services.estimation.domain.plan import Window
from shared.money import allocated, quantised


@dataclass(frozen=True, slots=True)
class Milestone:
    """A payment of the client: when it is due, and its share of the price."""

    code: str
    name: str
    name_zh: str
    due: date
    share: Decimal


def milestones(windows: Sequence[Window], start: date, commerce: Commerce) -> tuple[Milestone, ...]:
    """The payments of a plan, by date. One for a phase without work is earned with the phase before it."""

    def reached(phase: str | None) -> date:
        done = PHASES[: PHASES.index(phase) + 1] if phase else ()
        return max((window.finish for window in windows if window.phase in done), default=start)

    found = [
        Milestone(
            payment.code,
            payment.name,
            payment.name_zh,
            reached(payment.phase) + timedelta(days=commerce.payment_days),
            payment.share,
        )
        for payment in commerce.payments
    ]
    return tuple(sorted(found, key=lambda milestone: milestone.due))


def months_of(windows: Sequence[Window], payments: Sequence[Milestone]) -> tuple[str, ...]:
    """Every month from the first work to the last work or payment."""
    last = max([window.finish for window in windows] + [payment.due for payment in payments])
    return tuple(months(windows[0].start, last))


def spent(
    amounts: Mapping[str, Decimal], windows: Sequence[Window], calendar: Sequence[str], currency: str
) -> list[Decimal]:
    """Amounts by phase, spread evenly over the working days of their phase, by month of `calendar`."""
    by_month = dict.fromkeys(calendar, Decimal(0))
    for window in windows:
        days = {
            month: Decimal(working_days(max(window.start, first), min(window.finish, last)))
            for month in months(window.start, window.finish)
            for first, last in [month_ends(month)]
        }
        parts = allocated(amounts.get(window.phase, Decimal(0)), list(days.values()), currency)
        for month, part in zip(days, parts, strict=True):
            by_month[month] += part
    return list(by_month.values())


def received(
    payments: Sequence[Milestone], price: Decimal, calendar: Sequence[str], currency: str
) -> tuple[list[Decimal], list[Decimal]]:
    """What each payment brings in of `price`, adding up to it exactly, and what comes in by month of `calendar`."""
    parts = allocated(price, [payment.share for payment in payments], currency)
    by_month = dict.fromkeys(calendar, Decimal(0))
    for payment, part in zip(payments, parts, strict=True):
        by_month[f"{payment.due:%Y-%m}"] += part
    return parts, list(by_month.values())


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Balance at the end of each month, and the interest paid in it."""

    balances: tuple[Decimal, ...]
    interest: tuple[Decimal, ...]

    @property
    def peak_funding(self) -> Decimal:
        """The most that has to be financed at the end of any month."""
        return max(-min(self.balances), Decimal(0))

    @property
    def months_negative(self) -> int:
        """How many months end with less than nothing."""
        return sum(balance < 0 for balance in self.balances)

    @property
    def first_negative_month(self) -> int | None:
        """The first of them, counted from 0."""
        return next((month for month, balance in enumerate(self.balances) if balance < 0), None)

    @property
    def total_interest(self) -> Decimal:
        return sum(self.interest, Decimal(0))


def cash_flow(outflows: Sequence[Decimal], inflows: Sequence[Decimal], annual_rate: Decimal, currency: str) -> CashFlow:
    """Monthly simple interest on the opening negative balance, rounded half up to the minor unit and paid."""
    balance, balances, interest = Decimal(0), [], []
    for paid, came in zip(outflows, inflows, strict=True):
        due = quantised(-min(balance, Decimal(0)) * annual_rate / 12, currency)
        balance += came - paid - due
        balances.append(balance)
        interest.append(due)
    return CashFlow(tuple(balances), tuple(interest))


def financing(
    costs: Mapping[str, Decimal],
    net_price: Decimal,
    windows: Sequence[Window],
    start: date,
    commerce: Commerce,
    currency: str,
) -> dict[str, Decimal]:
    """Interest by phase on the gap between what the phases cost and what the client has paid of `net_price`.

    A month belongs to the phase that was begun last in it.
    """
    payments = milestones(windows, start, commerce)
    calendar = months_of(windows, payments)
    _, inflows = received(payments, net_price, calendar, currency)
    flow = cash_flow(spent(costs, windows, calendar, currency), inflows, commerce.annual_interest_rate, currency)
    by_phase: dict[str, Decimal] = {}
    for month, interest in zip(calendar, flow.interest, strict=True):
        phase = [window.phase for window in windows if window.start <= month_ends(month)[1]][-1]
        by_phase[phase] = by_phase.get(phase, Decimal(0)) + interest
    return {phase: interest for phase, interest in by_phase.items() if interest}
