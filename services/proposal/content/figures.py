"""The figures of a proposal by name, for the placeholders in people's texts, and all that it says in numbers.

Of what the client gets: nobody writes an internal figure into a section.
"""

from calendar import month_name
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from services.proposal.content.authored import SectionsPart, SectionText
from services.proposal.content.base import Part, Words
from services.proposal.content.client import ClientContent
from services.proposal.content.model import ProposalContent
from services.proposal.domain.loose_figures import PLACEHOLDER, Known

_SHARES = {
    "must_share": 1, "tax_rate": 4, "confidence": 1, "discount_share": 2, "discount_rate": 4, "irr": 1,
    "return_on_investment": 1,
}  # fmt: skip
"""Decimals of those that are said in percent; a tax rate and a discount rate are said as they are."""
_PLACES = {"benefit_outlay_ratio": 2}
"""Decimals of what is said with more than one."""
_OF_CASE = (
    "net_present_value", "irr", "payback_years", "discounted_payback_years", "return_on_investment", "discount_rate",
    "horizon_years", "benefits_total", "outlay_total", "benefits_present_value", "outlay_present_value",
    "benefit_outlay_ratio", "break_even_year",
)  # fmt: skip
_QUOTED = {
    "client": ("background", "objectives", "pains", "success_criteria"),
    "scope": ("in_scope", "out_of_scope"),
    "assumptions": ("stated",),
}


def figures(content: ClientContent) -> dict[str, object]:
    """Every figure that a text can name: `{{price_incl_tax}}`."""
    key = content.key_figures
    found: dict[str, object] = {name: getattr(key, name) for name in type(key).model_fields}
    found |= {
        "validity_days": content.validity_days,
        "p50_finish": content.schedule.p50_finish,
        "client_name": content.client.name,
        "title": content.title,
        "code": content.code,
    }
    found["warranty_months"] = warranty_of(content)
    if content.price.discount:
        discount = content.price.discount
        found |= {
            "list_price": discount.list_price,
            "discount": discount.amount,
            "discount_share": discount.share,
        }
    if len(content.price.taxes) > 1:
        # The mean of several rates is no rate that anything is taxed at.
        found["tax_rate"] = tax_rates(content)
    if content.economics:
        found |= {name: getattr(content.economics, name) for name in _OF_CASE}
    return {name: value for name, value in found.items() if value is not None}


def warranty_of(content: ProposalContent) -> int | None:
    """Months of warranty: those that the price pays for, everywhere."""
    if content.warranty_months is None and content.after_sales:
        return content.after_sales.warranty_months
    return content.warranty_months


def tax_rates(content: ClientContent) -> str:
    """The rates that apply, `6% / 13%`."""
    return " / ".join(said_share("tax_rate", one.tax_rate) for one in content.price.taxes)


def said_share(name: str, share: float) -> str:
    """A share as the documents write it, `6.5%`, without zeros at the end."""
    return f"{round(share * 100, _SHARES[name]):g}%"


def with_figures(sections: SectionsPart, content: ClientContent) -> SectionsPart:
    """The sections with every placeholder in their texts replaced; one that names no figure stays as it is."""
    named = figures(content)
    filled = {language: _said_all(named, language, content.currency) for language in ("en", "zh")}

    def fill(words: Words) -> Words:
        texts = {language: getattr(words, language) for language in ("en", "zh")}
        return Words(
            **{
                language: text and PLACEHOLDER.sub(lambda hit: filled[language].get(hit[1], hit[0]), text)  # noqa: B023
                for language, text in texts.items()
            }
        )

    def section(one: SectionText) -> SectionText:
        return one.model_copy(update={"title": fill(one.title), "text": fill(one.text)})

    return SectionsPart(items=tuple(map(section, sections.items)))


def said_figures(content: ClientContent) -> list[tuple[str, str, str]]:
    """Each figure's name, and how the documents write it in English and in Chinese."""
    named = figures(content)
    en, zh = (_said_all(named, language, content.currency) for language in ("en", "zh"))
    return [(name, en[name], zh[name]) for name in sorted(named)]


def known(content: ClientContent) -> Known:
    """What the proposal says in numbers and dates, and the client's words that may be quoted."""
    key, schedule, price = content.key_figures, content.schedule, content.price
    figured = [*_plain(figures(content).values()), *_plain(one.amount for one in price.payments)]
    figured += [one.share for one in price.payments]
    figured += [phase.total for phase in price.phases] + [item.price for item in price.items]
    for tax in price.taxes:
        figured += [Decimal(str(tax.tax_rate)), tax.net, tax.tax]
    figured += [Decimal(str(role.people)) for role in content.resources.roles]
    figured += [Decimal(str(role.total_days)) for role in content.resources.roles]
    dates = [key.start, key.finish, key.p80_finish, schedule.p50_finish, content.dated]
    dates += [point.date for point in schedule.milestones] + [one.due for one in price.payments]
    dates += [day for phase in schedule.phases for day in (phase.start, phase.finish)]
    if content.after_sales:
        figured += _levels(content)
    if content.economics:
        case = content.economics
        figured += [
            value for year in case.years for value in _plain(getattr(year, name) for name in type(year).model_fields)
        ]
        figured += [stream.total for stream in case.streams]
    return Known.of(figured, dates, _quoted(content))


def _levels(content: ClientContent) -> Iterator[Decimal | float]:
    """Service levels in minutes and in hours: people write either."""
    for level in content.after_sales.service_levels if content.after_sales else ():
        for minutes in (level.response_minutes, level.resolution_minutes):
            if minutes:
                yield from (minutes, Decimal(minutes) / 60, Decimal(minutes) / 60 / 24)


def _quoted(content: ClientContent) -> Iterator[str]:
    for part, names in _QUOTED.items():
        for name in names:
            value = getattr(getattr(content, part), name)
            yield from [value] if isinstance(value, str) else value or ()
    for requirement in content.requirements:
        yield from (requirement.title, requirement.statement, *requirement.acceptance_criteria)
        yield requirement.metric or ""
    for limit in content.constraints:
        yield from (text for text in (limit.name, limit.statement, limit.limit) if text)
    yield from _texts(content.solution.design)
    yield from _texts(content.strategy)
    yield from _texts(content.economics and content.economics.assumptions)
    yield from _texts(content.assumptions.of_estimate)
    for row in content.deviations:
        yield from (text for text in (row.capability, row.response, row.gap, row.alternative) if text)


def _texts(part: object) -> Iterator[str]:
    """Every text within a part."""
    match part:
        case str():
            yield part
        case Part():
            for name in type(part).model_fields:
                yield from _texts(getattr(part, name))
        case tuple():
            for one in part:
                yield from _texts(one)


def _plain(values: Iterable[object]) -> list[Decimal | float]:
    return [value for value in values if isinstance(value, Decimal | float | int)]


def _said_all(named: dict[str, object], language: str, currency: str) -> dict[str, str]:
    return {name: _said(name, value, language, currency) for name, value in named.items()}


def long_date(day: date, language: str) -> str:
    """A date within a sentence."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {month_name[day.month]} {day.year}"


def _said(name: str, value: object, language: str, currency: str) -> str:
    """A figure as the documents write it."""
    is_zh = language == "zh"
    match value:
        case date():
            return long_date(value, language)
        case Decimal():
            return f"{value:,} 元" if is_zh and currency == "CNY" else f"{currency} {value:,}"
        case float():
            return said_share(name, value) if name in _SHARES else f"{round(value, _PLACES.get(name, 1)):,}"
        case int():
            return f"{value:,}"
        case _:
            return str(value)
