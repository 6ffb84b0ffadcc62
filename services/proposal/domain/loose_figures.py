"""Figures typed into prose that are no figure of the proposal: they go stale without anybody noticing.

A number in a text is bound when it is written as a placeholder, `{{price_incl_tax}}`, or when the proposal says it too,
as exactly as it is typed: 43.1万 is 431,087.44 to one decimal. Digits within a name (TLS1.3, REQ-014, 7x24) are none.
"""

import re
import unicodedata
from calendar import month_name
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_MONTHS = [name.lower() for name in month_name[1:]]
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS)
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?(?![\d-])"),
    re.compile(r"(?P<y>\d{4})\s*年(?:\s*(?P<m>\d{1,2})\s*月(?:\s*(?P<d>\d{1,2})\s*[日号])?)?"),
    re.compile(rf"(?:(?P<d>\d{{1,2}})\s+)?(?P<n>{_MONTH})\.?\s+(?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(rf"(?P<n>{_MONTH})\.?\s+(?P<d>\d{{1,2}}),\s*(?P<y>\d{{4}})", re.IGNORECASE),
)
_UNITS = {
    "%": Decimal("0.01"), "percent": Decimal("0.01"), "per cent": Decimal("0.01"), "千": Decimal(10**3),
    "k": Decimal(10**3), "thousand": Decimal(10**3), "万": Decimal(10**4), "百万": Decimal(10**6),
    "m": Decimal(10**6), "million": Decimal(10**6), "亿": Decimal(10**8), "billion": Decimal(10**9),
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<before>[A-Za-z0-9_]*[A-Za-z_][-./+]?)?(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)"
    r"(?:\s?(?P<unit>%|percent\b|per cent\b|thousand\b|million\b|billion\b|百万|千|万|亿|[kKmM]\b))?"
    r"(?P<after>[-./]?[A-Za-z_])?"
)
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Known:
    """What a proposal says: numbers, dates, and the words of others, in which a number may be quoted as it stands."""

    numbers: frozenset[Decimal]
    dates: frozenset[date]
    quoted: frozenset[str]

    @classmethod
    def of(cls, numbers: Iterable[Decimal | float], dates: Iterable[date], words: Iterable[str]) -> "Known":
        quoted = {match["number"].replace(",", "") for text in words for match in _NUMBER.finditer(_plain(text))}
        return cls(frozenset(Decimal(str(one)) for one in numbers), frozenset(dates), frozenset(quoted))


def placeholders(text: str) -> list[str]:
    """The names in `{{…}}`, in order."""
    return PLACEHOLDER.findall(text)


def loose_figures(text: str, known: Known) -> list[str]:
    """Each number or date in `text` that nothing known confirms, as it is typed; placeholders are none."""
    loose = []
    rest = _plain(PLACEHOLDER.sub(" ", text))
    for pattern in _DATES:
        loose += [match[0] for match in pattern.finditer(rest) if not _is_known_date(match, known)]
        rest = pattern.sub(lambda match: " " * len(match[0]), rest)
    return loose + [found for found, is_known in _numbers(rest, known) if not is_known]


def _numbers(text: str, known: Known) -> Iterator[tuple[str, bool]]:
    for match in _NUMBER.finditer(text):
        if match["before"] or match["after"]:
            continue
        typed = match["number"].replace(",", "")
        if typed in known.quoted and not match["unit"]:
            continue
        yield match[0].strip(), _is_known(Decimal(typed), _UNITS.get((match["unit"] or "").lower(), Decimal(1)), known)


def _is_known(typed: Decimal, unit: Decimal, known: Known) -> bool:
    digits = Decimal(1).scaleb(int(typed.as_tuple().exponent))
    try:
        if any((number / unit).quantize(digits) == typed for number in known.numbers):
            return True
    except InvalidOperation:
        return False
    return unit == 1 and typed in {Decimal(day.year) for day in known.dates} and int(typed) in _YEARS


def _is_known_date(match: re.Match[str], known: Known) -> bool:
    found = match.groupdict()
    month = found.get("m") or (_MONTHS_BY_START[found["n"][:3].lower()] if found.get("n") else None)
    wanted = [int(found["y"]), *(int(part) for part in (month, found.get("d")) if part)]
    return any([day.year, day.month, day.day][: len(wanted)] == wanted for day in known.dates)


_MONTHS_BY_START = {name[:3]: number for number, name in enumerate(_MONTHS, 1)}


def _plain(text: str) -> str:
    """Full-width digits and signs as plain ones."""
    return unicodedata.normalize("NFKC", text)
