"""Whether what the client wants fits the client's money and time, as probabilities."""

from dataclasses import dataclass
from datetime import date

from shared.quant.s_curve import probability_through

LIKELY, UNLIKELY = 0.8, 0.5


def by_date(latest: date, finish: date, p80_finish: date) -> float:
    """The probability to be done by `latest`, when the plan ends on `finish` and at 80 % confidence on `p80_finish`.

    The slip is taken as normal about the planned finish with its 80th percentile at `p80_finish`, in calendar days.
    """
    return probability_through((latest - finish).days, 0, (p80_finish - finish).days)


@dataclass(frozen=True, slots=True)
class Verdict:
    code: str
    message: str
    message_zh: str


def verdict(probability: float) -> Verdict:
    """What a probability means for the talk with the client."""
    if probability >= LIKELY:
        return Verdict("likely", "Fits at the confidence that we price at.", "在报价所用置信度下可以满足。")
    if probability >= UNLIKELY:
        return Verdict(
            "uncertain", "May fit: agree what goes first if it does not.", "可能满足：须约定不满足时的取舍。"
        )
    return Verdict(
        "unlikely",
        "Does not fit: reduce the scope, or talk about the limit before offering.",
        "难以满足：应缩小范围，或在报价前与客户商议该约束。",
    )
