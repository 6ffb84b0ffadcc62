"""What to change: plain rules over the figures of a review, each with its bound, and the figure that it rests on.

A share breaks a rule where the whole of its 95 % interval lies beyond the bound, so that chance alone rarely does it.
A change between two periods counts where the interval of the difference leaves out zero (R. G. Newcombe 1998,
Statistics in Medicine 17, method 10: from Wilson's intervals of both shares). With fewer than ten cases a rule judges
nothing, and says so. The bounds are conventions: PRED(25) ≥ 0.75 is that of Conte, Dunsmore and Shen (1986); the others
are ours (docs/decisions/0081).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from math import sqrt

from services.insights.domain.metrics.compute import Figure
from services.insights.domain.metrics.measure import COUNT, Measure
from services.insights.domain.metrics.metric import Text
from services.insights.domain.review.showing import FORECAST, Figures, Pick
from shared.quant.brier_score import ENOUGH

LOSSES, ACTIONS = "win_loss", "retrospective_actions"
"""Sources beside the metrics: reasons of what was lost, and actions that are open."""
_IN_TIME, _SATISFIED, _ANSWERED, _PRED, _P80 = 0.9, 0.8, 0.3, 0.75, 0.8
_REWORKED, _NAMED = 1 / 3, 1 / 3
_LONGER = Decimal("1.2")

Seen = Sequence[Measure]
Judge = Callable[[Seen, Seen], bool]


class Verdict(StrEnum):
    """What a rule says."""

    CHANGE = "change"
    KEEP = "keep"
    TOO_FEW = "too_few"
    """Fewer cases than a rule needs, in one of the periods."""
    NOTHING = "nothing"
    """There is no figure to judge."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When figures call for a change, and for which one."""

    code: str
    picks: tuple[Pick, ...]
    breaks: Judge
    """Whether the numbers now, and then where it compares, call for the change."""
    when: Text
    advice: Text
    least: int = ENOUGH
    compares: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule says of a period, and the numbers that it rests on: now and, where it compares, then."""

    rule: Rule
    verdict: Verdict
    rests_on: tuple[tuple[str, Figure], ...] = ()
    """Each with the metric."""
    then: tuple[tuple[str, Figure], ...] = field(default=())


def judged(now: Figures, then: Figures) -> list[Judged]:
    """Every rule on these figures, in the order of `RULES`."""
    return [_judged(rule, now, then) for rule in RULES]


def _judged(rule: Rule, now: Figures, then: Figures) -> Judged:
    found = tuple((pick.metric, one) for pick in rule.picks for one in pick.of(now))
    before = tuple((pick.metric, one) for pick in rule.picks for one in pick.of(then)) if rule.compares else ()
    if not found and rule.least == 0:
        return Judged(rule, Verdict.KEEP)
    sides = [found, before] if rule.compares else [found]
    if any(not side or any(one.measure.value is None for _, one in side) for side in sides):
        fewest = min((one.measure.cases for side in sides for _, one in side), default=0)
        verdict = Verdict.TOO_FEW if 0 < fewest < rule.least else Verdict.NOTHING
        return Judged(rule, verdict, found, before)
    if any(one.measure.cases < rule.least for side in sides for _, one in side):
        return Judged(rule, Verdict.TOO_FEW, found, before)
    breaks = rule.breaks([one.measure for _, one in found], [one.measure for _, one in before])
    return Judged(rule, Verdict.CHANGE if breaks else Verdict.KEEP, found, before)


def counted(metric: str, part: str, number: int) -> Mapping[str, Sequence[Figure]]:
    """A number of things as a figure."""
    return {metric: [Figure({}, Measure(part=part, unit=COUNT, value=Decimal(number), cases=number))]}


def left_out(figures: Sequence[Figure]) -> list[Figure]:
    """Opportunities that the forecast leaves out, one figure for each reason."""
    reasons = {reason: keys for one in figures for reason, keys in one.measure.excluded.items()}
    return [
        Figure({}, Measure(part=reason, unit=COUNT, value=Decimal(len(keys)), cases=len(keys), counted=frozenset(keys)))
        for reason, keys in sorted(reasons.items())
    ]


def _below(bound: float) -> Judge:
    return lambda now, _: now[0].interval is not None and now[0].interval[1] < bound


def _above(bound: float) -> Judge:
    return lambda now, _: now[0].interval is not None and now[0].interval[0] > bound


def _stated_above(now: Seen, _: Seen) -> bool:
    """The mean of what was stated is above the interval of what happened."""
    stated, happened = _stated(now)
    return stated > happened[1]


def _stated_below(now: Seen, _: Seen) -> bool:
    stated, happened = _stated(now)
    return stated < happened[0]


def _stated(now: Seen) -> tuple[Decimal, tuple[Decimal, Decimal]]:
    by_part = {one.part: one for one in now}
    interval = by_part["observed_share"].interval
    return by_part["mean_forecast"].value or Decimal(0), interval or (Decimal(0), Decimal(1))


def _fell(now: Seen, then: Seen) -> bool:
    """Newcombe's upper bound of the difference of two shares is below zero."""
    high = difference(then[0], now[0])[0]
    return high > 0


def difference(one: Measure, other: Measure) -> tuple[float, float]:
    """The 95 % interval of the difference of two shares, `one` less `other`."""
    p1, (low1, high1) = _numbers(one)
    p2, (low2, high2) = _numbers(other)
    middle = p1 - p2
    return middle - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2), middle + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)


def _numbers(share: Measure) -> tuple[float, tuple[float, float]]:
    low, high = share.interval or (Decimal(0), Decimal(1))
    return float(share.value or 0), (float(low), float(high))


def _longer(now: Seen, then: Seen) -> bool:
    return (now[0].value or Decimal(0)) > _LONGER * (then[0].value or Decimal(0))


def _any(now: Seen, _: Seen) -> bool:
    return any(one.value for one in now)


def _scores(metric: str) -> tuple[Pick, ...]:
    return (Pick(metric, ("mean_forecast", "observed_share")),)


RULES: tuple[Rule, ...] = (
    Rule(
        "first_answers_late", (Pick("response_time", ("in_time",), {"purpose": "first"}),), _below(_IN_TIME),
        ("significantly fewer than 90 % of first answers in time", "首次答复按时率显著低于 90 %"),
        ("Bring first answers back within their times.", "把首次答复拉回时限之内。"),
    ),
    Rule(
        "following_answers_late", (Pick("response_time", ("in_time",), {"purpose": "following"}),), _below(_IN_TIME),
        ("significantly fewer than 90 % of following answers in time", "后续答复按时率显著低于 90 %"),
        ("Bring following answers back within their times.", "把后续答复拉回时限之内。"),
    ),
    Rule(
        "win_rate_fell", (Pick("win_rate", ("rate",)),), _fell,
        ("the win rate is significantly lower than in the period before", "赢单率显著低于对比期"),
        ("Look at what was lost: the win rate fell.", "复查丢单：赢单率下降。"), compares=True,
    ),
    Rule(
        "reason_of_losses", (Pick(LOSSES, ("lost_by",)),), _above(_NAMED),
        ("significantly more than a third of what was lost names one reason", "某一原因在丢单中的占比显著超过三分之一"),
        ("Act on the reason that is named most when something is lost.", "针对最常见的丢单原因采取措施。"),
    ),
    Rule(
        "win_probability_too_high", _scores("win_probability"), _stated_above,
        ("the mean win probability is above the interval of what was won", "平均赢单概率高于实际赢单比例的区间"),
        ("State win probabilities lower.", "赢单概率应估得更低。"),
    ),
    Rule(
        "win_probability_too_low", _scores("win_probability"), _stated_below,
        ("the mean win probability is below the interval of what was won", "平均赢单概率低于实际赢单比例的区间"),
        ("State win probabilities higher.", "赢单概率应估得更高。"),
    ),
    Rule(
        "win_probability_says_nothing", (Pick("win_probability", ("skill",)),),
        lambda now, _: (now[0].value or Decimal(0)) < 0,
        ("always saying the observed share would have scored better", "始终按实际比例预测反而更准"),
        ("Ask how win probabilities come about: they tell winners from losers no better than one number for all.",
         "检查赢单概率的由来：其区分能力不如统一取一个数。"),
    ),
    Rule(
        "risk_probability_too_high", _scores("risk_probability"), _stated_above,
        ("the mean probability of risks is above the interval of what happened", "风险平均概率高于实际发生比例的区间"),
        ("State probabilities of risks lower.", "风险概率应估得更低。"),
    ),
    Rule(
        "risk_probability_too_low", _scores("risk_probability"), _stated_below,
        ("the mean probability of risks is below the interval of what happened", "风险平均概率低于实际发生比例的区间"),
        ("State probabilities of risks higher.", "风险概率应估得更高。"),
    ),
    Rule(
        "estimates_off", (Pick("effort_accuracy", ("pred_25",)),), _below(_PRED),
        ("significantly fewer than 75 % of projects within 25 % of their estimate",
         "误差 25 % 以内的项目显著少于 75 %"),
        ("Calibrate the estimates on delivered projects.", "用已交付项目校准估算。"),
    ),
    Rule(
        "p80_not_kept", (Pick("effort_accuracy", ("p80_coverage",)),), _below(_P80),
        ("significantly fewer than 80 % of projects within their P80", "实际不超过 P80 的项目显著少于 80 %"),
        ("Widen the ranges of estimates: P80 holds less often than it says.",
         "放宽估算区间：P80 的实际覆盖率不足。"),
    ),
    Rule(
        "p80_too_wide", (Pick("effort_accuracy", ("p80_coverage",)),), _above(_P80),
        ("significantly more than 80 % of projects within their P80", "实际不超过 P80 的项目显著多于 80 %"),
        ("Narrow the ranges of estimates: P80 holds more often than it says.", "收窄估算区间：P80 过于保守。"),
    ),
    Rule(
        "clients_not_satisfied", (Pick("satisfaction", ("csat_top_2",)),), _below(_SATISFIED),
        ("significantly fewer than 80 % of marks are 4 or 5", "4、5 分的比例显著低于 80 %"),
        ("Ask the clients who gave low marks what was missing.", "回访给出低分的客户。"),
    ),
    Rule(
        "few_answer_surveys", (Pick("satisfaction", ("response_rate",), {"kind": "csat"}),), _below(_ANSWERED),
        ("significantly fewer than 30 % of CSAT surveys answered", "CSAT 调查回复率显著低于 30 %"),
        ("Find out why surveys are not answered; satisfaction is known of few.",
         "查明调查无人答复的原因；满意度仅来自少数客户。"),
    ),
    Rule(
        "much_rework", (Pick("rework", ("reworked",)),), _above(_REWORKED),
        ("significantly more than a third of opportunities get another baseline", "有后续基线的商机显著超过三分之一"),
        ("Settle requirements better before the first baseline.", "首个基线之前把需求谈得更清楚。"),
    ),
    Rule(
        "longer_cycle", (Pick("cycle_time", ("p50",), {"cycle": "opened_to_decided"}),), _longer,
        ("the median from opening to decision is over a fifth longer than before",
         "立项至决定的中位数比对比期长五分之一以上"),
        ("Find what holds up opportunities between opening and decision.", "查明立项至决定之间的拖延所在。"),
        compares=True,
    ),
    Rule(
        "closing_dates_passed", (Pick(f"{FORECAST}:left_out", ("close_date_passed",)),), _any,
        ("an open opportunity has an expected day of closing that is over", "有未结商机的预计成交日期已过"),
        ("Correct the expected day of closing of open opportunities, or close them.",
         "更正未结商机的预计成交日期，或将其关闭。"),
        least=0,
    ),
    Rule(
        "forecast_lacks_data", (Pick(f"{FORECAST}:left_out", ("no_probability", "no_value", "no_close_date")),), _any,
        ("an open opportunity has no probability, value or day of closing", "有未结商机缺少概率、金额或成交日期"),
        ("Complete open opportunities: what is missing keeps them out of the forecast.",
         "补全未结商机：缺项使其未计入预测。"),
        least=0,
    ),
    Rule(
        "actions_overdue", (Pick(ACTIONS, ("overdue",)),), _any,
        ("an action of a retrospective is open after its day", "有复盘行动项逾期未完成"),
        ("Do the actions that are overdue, or say why not.", "完成逾期的行动项，或说明不做的理由。"), least=0,
    ),
)  # fmt: skip
