"""Terms that a client asks for in words: how long an offer is to hold, how long a warranty is to last."""

import re

_SUBJECTS = {
    "validity": re.compile(r"\bvalid|有效期|有效日期", re.IGNORECASE),
    "warranty": re.compile(r"\bwarrant|\bguarantee period|质保|保修|质量保证期", re.IGNORECASE),
    "payment": re.compile(r"\bpayments?\b|\bpaid\b|付款|支付|结算", re.IGNORECASE),
    "guarantee": re.compile(r"\b(?:bid|performance) (?:bond|security|guarantee)|保证金|保函", re.IGNORECASE),
}
_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_ENGLISH, 1)}
_NUMBERS |= {sign: number for number, sign in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_UNITS = {
    "day": "days",
    "天": "days",
    "日": "days",
    "month": "months",
    "个月": "months",
    "year": "years",
    "年": "years",
}
_PERIOD = re.compile(
    rf"(?<![\d.一二三四五六七八九十百])(\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
    rf"[\s-]*(?:calendar[\s-]+|个?自然)?({'|'.join(_UNITS)})",
    re.IGNORECASE,
)
DAYS_PER_MONTH = 30.4375
_DAYS_PER = {"days": 1, "months": DAYS_PER_MONTH, "years": 365.25}
_MONTHS_PER_YEAR = 12


def subject_of(text: str) -> str | None:
    """What of our terms a text speaks of: validity, warranty, payment or guarantee; None when of none or of several."""
    found = [name for name, words in _SUBJECTS.items() if words.search(text)]
    return found[0] if len(found) == 1 else None


def stated_period(text: str, unit: str) -> int | None:
    """The period that a text asks for, in `days` or `months`; None where it names none, or several.

    A number is written in digits or as a word; months and years become days by their mean length (365.25 days a year).
    """
    periods = {_in_unit(number, _UNITS[what.lower()], unit) for number, what in _PERIOD.findall(text)}
    return periods.pop() if len(periods) == 1 else None


def _in_unit(number: str, stated: str, unit: str) -> int:
    count = int(number) if number.isdigit() else _NUMBERS[number.lower()]
    if (stated, unit) == ("years", "months"):
        return count * _MONTHS_PER_YEAR
    return round(count * _DAYS_PER[stated] / _DAYS_PER[unit])
