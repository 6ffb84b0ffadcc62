"""The numbers of a rendered proposal, and the rules by which each follows from its content.

What is printed is read back from the PDF. First what is no number of the document's own goes away: texts and codes
that the content holds as they stand, headings, captions and page numbers. Every date and number that is left must be
one that a rule derives from the content, written as the rule says.
"""

import math
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pypdfium2

from services.proposal.content.base import Part
from services.proposal.content.model import ProposalContent
from tests.support.proposal.document import pages_in

_MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip
_DATE = re.compile(rf"\d{{4}}-\d\d-\d\d|\d{{4}}年\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}\s+(?:{'|'.join(_MONTHS)})\s+\d{{4}}")
_NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?(?: ?[%万亿]| [km]\b)?")
_STRUCTURE = (
    re.compile(r"Page \d+ of \d+"),
    re.compile(r"第 ?\d+ ?页，共 ?\d+ ?页"),
    re.compile(r"(?:Table|Figure|表|图)\s?\d+"),
    re.compile(r"\bP\d0\b|SHA-256"),
)
"""Page numbers, captions, and names of the texts that have digits."""


def loose_numbers(pdf: bytes, content: ProposalContent, language: str) -> list[str]:
    """Each date and number of the PDF that no rule derives from the content, as it is printed."""
    document = pypdfium2.PdfDocument(pdf)
    headings = [one.get_title() for one in document.get_toc()]
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    text = re.sub(r"[\u200b\ufffe\r\x02]", "", text)
    text = re.sub(
        r"(?<=\d)\s+(?=[年月日])|(?<=[年月])\s+(?=\d)|(?<=\d-)\s+(?=\d)", "", text
    )  # dates that were spread or broken
    text = re.sub(r"(?: \.){3,} ?\d+", " ", text)  # places in the table of contents
    for pattern in _STRUCTURE:
        text = pattern.sub(" ", text)
    for said in sorted({*headings, *_quoted(content)}, key=len, reverse=True):
        text = _loosely(said).sub(" ", text)
    derived = {one for found in rules(content, language).values() for one in found}
    dates = [found for found in map(_in_a_line, _DATE.findall(text)) if found not in derived]
    numbers = [found.rstrip(",") for found in _NUMBER.findall(_DATE.sub(" ", text))]
    return dates + [found for found in numbers if found not in derived]


def foreign_words(pdf: bytes, content: ProposalContent) -> str:
    """The Chinese of an English document that is not what the content holds in no other language."""
    text = "\n".join(pages_in(pdf))
    for said in sorted(_english(content), key=len, reverse=True):
        text = _loosely(said).sub(" ", text)
    return "".join(re.findall(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", text))


def rules(content: ProposalContent, language: str) -> dict[str, set[str]]:
    """What may be printed, by the rule that it follows."""
    leaves = list(_leaves(content))
    key, price, schedule, plan = content.key_figures, content.price, content.schedule, content.resources
    integers = [*_numbers(int, key, content.basis), content.validity_days]
    integers += [one.requirement_count for one in content.solution.modules]
    integers += [content.after_sales.warranty_months] if content.after_sales else []
    integers += [] if content.warranty_months is None else [content.warranty_months]
    decisions = content.solution.design.decisions if content.solution.design else ()
    floats = [*_numbers(float, key, *content.work, *plan.roles)]
    floats += [one.duration_days for one in schedule.tasks]
    floats += [score for one in decisions for option in one.options for score in option.scores.values()]
    shares = [key.must_share, *(one.share for one in price.payments)]
    shares += [one.weight for decision in decisions for one in decision.criteria]
    shares += [one.score for decision in decisions for one in decision.options]
    amounts = [one for one in leaves if isinstance(one, Decimal)] + [
        Decimal(limit)
        for one in content.constraints
        for limit in (one.limit, one.offered)
        if limit and "-" not in limit
    ]
    days = {one for one in leaves if isinstance(one, date)}
    days |= {date.fromisoformat(one.limit) for one in content.constraints if one.limit and "-" in one.limit}
    months = {f"{day:%Y-%m}" for day in _span(schedule.start, max(schedule.finish, schedule.p80_finish))}
    months |= {*plan.months, *(one.month for one in price.months)}
    work = [*_groups(content.work, "module"), content.work]
    found: dict[str, Iterable[str]] = {
        "an integer as it is, with thousands": (f"{one:,}" for one in integers),
        "a float to one decimal": (text for one in floats for text in (f"{_half_up(one, 1):,}", _short(one))),
        "a share in percent to one decimal": (_short(one * 100) + "%" for one in shares),
        "a tax rate or discount in percent as it is": (
            f"{_half_up(one.tax_rate * 100, 4).normalize():f}%" for one in price.taxes
        ),
        "an amount to the minor unit": (f"{one:,}" for one in amounts),
        "a date": (text for day in days for text in _dates(day, language)),
        "effort of a module or of all": (f"{_half_up(sum(one.effort_days for one in rows), 1):,}" for rows in work),
        "price of a module or of all work": (f"{sum(one.price for one in rows):,}" for rows in work),
        "a column of the phases": (
            f"{sum(getattr(one, name) for one in price.phases):,}"
            for name in ("services", "material", "financial", "total")
        ),
        "all payments": (f"{sum(one.amount for one in price.payments):,}", "100%"),
        "all roles": (
            _short(sum(one.people for one in plan.roles)),
            f"{_half_up(sum(one.total_days for one in plan.roles), 1):,}",
        ),
        "how many there are": (str(one) for one in _counts(content)),
        "places in a list": (str(place + 1) for one in _listed(content) for place in range(one)),
        "hours of so many minutes": (
            _short(minutes / 60)
            for level in (content.after_sales.service_levels if content.after_sales else ())
            for minutes in (level.response_minutes, level.resolution_minutes)
            if minutes
        ),
        "a month or year of an axis": (
            text for month in months for text in (month[:4], *((str(int(month[5:])),) if language != "en" else ()))
        ),
        "a code on the heat map, without its prefix": (one.code.removeprefix("RSK-") for one in content.risks.items),
        "quarters of an axis": ("0%", "25%", "50%", "75%", "100%"),
        "ticks of the planned amounts": _quarters(max(float(one.planned) for one in price.months), language),
        "ticks of the people": _ticks(
            max(
                sum(role.days[at] for role in plan.roles) / max(plan.working_days[at], 1)
                for at in range(len(plan.months))
            )
        ),
    }
    if price.discount:
        found["a discount"] = (f"−{price.discount.amount:,}", f"{price.discount.share * 100:.4g}%")
    assert key.tax_rate == 0 or price.taxes
    return {rule: set(texts) for rule, texts in found.items()}


def _numbers(kind: type, *parts: Part) -> Iterator[Any]:
    """The fields of that kind, without those of parts within."""
    for part in parts:
        yield from (value for _, value in part if type(value) is kind)


def _leaves(value: object) -> Iterator[object]:
    match value:
        case Part():
            for name in type(value).model_fields:
                yield from _leaves(getattr(value, name))
        case tuple() | list():
            for one in value:
                yield from _leaves(one)
        case dict():
            for one in value.values():
                yield from _leaves(one)
        case _:
            yield value


def _quoted(content: ProposalContent) -> set[str]:
    """Texts of the content that hold a digit: names, codes, hashes, what the client and people wrote."""
    texts = {one for one in _leaves(content) if isinstance(one, str)}
    texts |= {line for text in texts for line in text.splitlines()}
    texts |= {text.strip(" .。;；") for text in texts}
    return {text for text in texts if re.search(r"\d", text) and not re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text)}


def _english(value: object) -> Iterator[str]:
    """What an English document may say: of two languages the Chinese only where there is no English."""
    match value:
        case Part():
            for name in type(value).model_fields:
                english = name.removesuffix("_zh") if name.endswith("_zh") else {"zh": "en"}.get(name, name)
                if english == name or getattr(value, english, None) is None:
                    yield from _english(getattr(value, name))
        case tuple():
            for one in value:
                yield from _english(one)
        case str() if re.search(r"[\u3000-\u9fff\uff00-\uffef]", value):
            for line in value.splitlines():
                yield from (line, line.strip(" .。;；"))


def _loosely(said: str) -> re.Pattern[str]:
    """A text wherever it was broken into lines or spread out, and only whole."""
    body = r"\s*".join(map(re.escape, re.sub(r"\s", "", said)))
    before = r"(?<![\d.,])" if said[:1].isdigit() else ""
    after = r"(?![\d]|[.,]\d)" if said[-1:].isdigit() else ""
    return re.compile(before + body + after)


def _in_a_line(text: str) -> str:
    return " ".join(text.split())


def _half_up(value: float, decimals: int) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _short(value: float) -> str:
    """To one decimal, which goes away when it is zero."""
    return f"{_half_up(value, 1):,}".removesuffix(".0")


def _dates(day: date, language: str) -> tuple[str, ...]:
    chinese, english = f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return (day.isoformat(), *{"zh": (chinese,), "en": (english,)}.get(language, (chinese, english)))


def _span(first: date, last: date) -> Iterator[date]:
    """Every tenth day, with some days on: an axis goes on a little."""
    while first <= last + timedelta(days=31):
        yield first
        first += timedelta(days=10)


def _groups(rows: Iterable[Part], field: str) -> list[list[Part]]:
    found: dict[str, list[Part]] = {}
    for row in rows:
        found.setdefault(getattr(row, field), []).append(row)
    return list(found.values())


def _counts(content: ProposalContent) -> Iterator[int]:
    yield from (len(content.methods), len(content.price.payments), len(content.solution.qualities))
    yield from (len(one.requirements) for one in content.solution.qualities)
    yield from (len(content.deviations), sum(one.deviation == "negative" for one in content.deviations))
    yield from (len(content.schedule.tasks), sum(one.is_critical for one in content.schedule.tasks))
    for items, most in ((content.solution.modules, 18), (content.solution.interfaces, 12)):
        yield max(len(items) - most + 1, 0)


def _listed(content: ProposalContent) -> Iterator[int]:
    """Lengths of what is numbered: reasons for us, steps, arrows of a diagram."""
    yield len(content.strategy.win_themes) if content.strategy else 0
    if content.solution.design:
        yield len(content.solution.design.steps)
        yield len(content.solution.design.connections)


def _abridged(value: float, language: str) -> str:
    """Three digits that count, with thousands or 万: `34.2 万`, `342 k`."""
    steps = ((1e8, " 亿"), (1e4, " 万")) if language == "zh" else ((1e6, " m"), (1e3, " k"))
    unit, name = next(((unit, name) for unit, name in steps if abs(value) >= unit * 0.99999), (1, ""))
    shown = value / unit
    decimals = 0 if abs(shown) >= 100 else 1 if abs(shown) >= 10 else 2
    text = f"{_half_up(shown, decimals):,}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + name


def _quarters(most: float, language: str) -> set[str]:
    """An axis in quarters up to a round number."""
    power = 10.0 ** math.floor(math.log10(most))
    end = next(step for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= most * 0.9999) * power
    return {_abridged(end * quarter / 4, language) for quarter in range(5)}


def _ticks(most: float) -> set[str]:
    """An axis from zero in some four steps of 1, 2, 2.5 or 5 times a power of ten."""
    raw = most / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step for step in (1, 2, 2.5, 5, 10) if step * power >= raw * 0.9999) * power
    return {_abridged(step * place, "en") for place in range(math.ceil(most / step) + 1)}
