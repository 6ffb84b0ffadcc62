"""Cash flow by month: what goes out and comes in, the interest on the gap, and the deepest point of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.estimation.domain.calendar import month_ends, months, working_day
from services.estimation.domain.parameters import PHASES
from services.estimation.domain.plan import Window
from services.estimation.domain.terms import ADVANCE, RETENTION, Terms
from shared.language.money import allocated, quantised


@dataclass(frozen=True, slots=True)
class Milestone:
    """A payment of the client: when it is due, and its share of the price."""

    code: str
    name: str
    name_zh: str
    due: date
    share: Decimal


def milestones(windows: Sequence[Window], start: date, terms: Terms) -> tuple[Milestone, ...]:
    """The payments of a plan, by date. One for a phase without work is earned with the phase before it."""

    def reached(phase: str | None) -> date:
        done = PHASES[: PHASES.index(phase) + 1] if phase else ()
        return max((window.finish for window in windows if window.phase in done), default=start)

    lag = terms.invoice_days + terms.payment_days
    left = 1 - terms.advance_rate - terms.retention_rate
    found = [
        Milestone(
            payment.code,
            payment.name,
            payment.name_zh,
            reached(payment.phase) + timedelta(days=payment.days_after + lag),
            payment.share * left,
        )
        for payment in terms.payments
    ]
    found.append(Milestone(ADVANCE, "Advance", "预付款", start + timedelta(days=lag), terms.advance_rate))
    released = windows[-1].finish + timedelta(days=terms.retention_days + lag)
    found.append(Milestone(RETENTION, "Release of the retention", "质保金返还", released, terms.retention_rate))
    return tuple(sorted((one for one in found if one.share), key=lambda milestone: milestone.due))


def months_of(windows: Sequence[Window], payments: Sequence[Milestone], terms: Terms) -> tuple[str, ...]:
    """Every month from the first work to the last work or payment, ours or the client's."""
    paid = delayed(windows, max(terms.staff_days, terms.supplier_days))
    last = max([window.finish for window in paid] + [payment.due for payment in payments])
    return tuple(months(windows[0].start, last))


def spent(
    amounts: Mapping[str, Decimal], windows: Sequence[Window], calendar: Sequence[str], currency: str
) -> list[Decimal]:
    """Amounts by phase, spread evenly over the working days of their phase, by month of `calendar`."""
    by_month = dict.fromkeys(calendar, Decimal(0))
    for window in windows:
        days = {
            month: Decimal(window.calendar.count(max(window.start, first), min(window.finish, last)))
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


def delayed(windows: Sequence[Window], days: int) -> tuple[Window, ...]:
    """When what is done in `windows` is paid: so many days later, on working days."""
    lag = timedelta(days=days)
    return tuple(
        Window(
            window.phase,
            working_day(window.start + lag, window.calendar),
            working_day(window.finish + lag, window.calendar),
            window.calendar,
        )
        for window in windows
    )


def financing(
    labour: Mapping[str, Decimal],
    bought: Mapping[str, Decimal],
    net_price: Decimal,
    windows: Sequence[Window],
    start: date,
    terms: Terms,
    annual_rate: Decimal,
    currency: str,
) -> dict[str, Decimal]:
    """Interest by phase on the gap between what the phases cost and what the client has paid of `net_price`.

    A month belongs to the phase that was begun last in it.
    """
    payments = milestones(windows, start, terms)
    calendar = months_of(windows, payments, terms)
    _, inflows = received(payments, net_price, calendar, currency)
    flow = cash_flow(paid_out(labour, bought, windows, calendar, terms, currency), inflows, annual_rate, currency)
    by_phase: dict[str, Decimal] = {}
    for month, interest in zip(calendar, flow.interest, strict=True):
        phase = [window.phase for window in windows if window.start <= month_ends(month)[1]][-1]
        by_phase[phase] = by_phase.get(phase, Decimal(0)) + interest
    return {phase: interest for phase, interest in by_phase.items() if interest}


def paid_out(
    labour: Mapping[str, Decimal],
    bought: Mapping[str, Decimal],
    windows: Sequence[Window],
    calendar: Sequence[str],
    terms: Terms,
    currency: str,
) -> list[Decimal]:
    """What leaves the account by month: people are paid some days after their work, suppliers some days after that."""
    to_staff = spent(labour, delayed(windows, terms.staff_days), calendar, currency)
    to_suppliers = spent(bought, delayed(windows, terms.supplier_days), calendar, currency)
    return [one + other for one, other in zip(to_staff, to_suppliers, strict=True)]
