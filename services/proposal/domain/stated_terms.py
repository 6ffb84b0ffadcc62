"""Terms that a client asks for in words: how long an offer holds, how long a warranty lasts, what is retained."""

import re
from decimal import Decimal

_SUBJECTS = {
    "validity": re.compile(r"\bvalid|有效期|有效日期", re.IGNORECASE),
    "warranty": re.compile(r"\bwarrant|\bguarantee period|质保(?!金)|保修|质量保证期", re.IGNORECASE),
    "retention": re.compile(
        r"\bretention\b|\bretainage\b|\bretained\b|质保金|质量保证金|保留金|留置金|尾款", re.IGNORECASE
    ),
    "payment": re.compile(r"\bpayments?\b|\bpaid\b|付款|支付|结算", re.IGNORECASE),
    "guarantee": re.compile(r"\b(?:bid|performance) (?:bond|security|guarantee)|(?<!质量)保证金|保函", re.IGNORECASE),
}
_END_OF_WARRANTY = re.compile(
    r"\b(?:end|expiry|expiration) of (?:the )?(?:warranty|guarantee)(?: period)?"
    r"|(?:质保|保修|质量保证)期?(?:期满|届满|满|结束|到期)",
    re.IGNORECASE,
)
"""A moment, not a warranty that is asked for."""
_OF_DATA = re.compile(
    r"\b(?:data|records?|logs?|documents?|backups?|archives?|e?mails?) retention"
    r"|retention (?:of|for) (?:data|records?|logs?)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(?:(\d{1,2}(?:\.\d{1,2})?)\s*(?:[%％]|per ?cent\b)|百分之([一二三四五六七八九十]))", re.IGNORECASE
)
_AT_MOST = re.compile(
    r"\bat most|\bup to\b|\b(?:no|not) more than|\bnot exceed|\bmaximum|\bwithin\b"
    r"|不超过|不高于|不得超过|最多|至多|最高|以内",
    re.IGNORECASE,
)
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
    rf"(?<![\d.一二三四五六七八九十百])(\d{{1,3}}|\d{{4}}(?=[\s-]*(?:day|天|日))"
    rf"|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
    rf"[\s-]*(?:calendar[\s-]+|个?自然)?({'|'.join(_UNITS)})",
    re.IGNORECASE,
)
DAYS_PER_MONTH = 30.4375
_DAYS_PER = {"days": 1, "months": DAYS_PER_MONTH, "years": 365.25}
_MONTHS_PER_YEAR = 12


def subject_of(text: str) -> str | None:
    """What of our terms a text speaks of: validity, warranty, retention, payment or guarantee; None of none or several.

    A retention is a part of what is paid, so that it is the subject of a text that speaks of both.
    """
    asked = _END_OF_WARRANTY.sub("", text)
    found = [name for name, words in _SUBJECTS.items() if words.search(asked)]
    if "retention" in found:
        found = [name for name in found if name != ("retention" if _OF_DATA.search(text) else "payment")]
    return found[0] if len(found) == 1 else None


def stated_share(text: str) -> Decimal | None:
    """The share that a text asks for, as a fraction; None where it names none, or several, or the largest one."""
    shares = {Decimal(digits or _NUMBERS[sign]) / 100 for digits, sign in _SHARE.findall(text)}
    return shares.pop() if len(shares) == 1 and not _AT_MOST.search(text) else None


def is_from_end_of_warranty(text: str) -> bool:
    """Whether a period counts from the end of the warranty; from going live otherwise."""
    return bool(_END_OF_WARRANTY.search(text))


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
