"""The words of a review that is read: headings, notes, and numbers as people write them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from services.insights.domain.metrics.measure import COUNT, DAYS, HOURS, MINUTES, SCORE, SHARE
from services.insights.domain.metrics.metric import Text

TEXTS: Mapping[str, Text] = {
    "title": ("Presales review", "售前复盘报告"),
    "against": ("{period}, against {other}", "{period}，对比 {other}"),
    "of": ("{first} to {last}", "{first} 至 {last}"),
    "made_on": ("Figures as of {day}", "数据截至 {day}"),
    "lasts": ("The period lasts until {last}: its figures will still change.", "时段至 {last} 结束，数据仍会变化。"),
    "not_folded": (
        "{count} opportunities of before an upgrade are in no figure until journeys are rebuilt.",
        "升级前的 {count} 个商机在重建轨迹之前未计入任何数据。",
    ),
    "figure": ("Figure", "指标"),
    "value": ("Value", "值"),
    "made_from": ("From", "分子／分母"),
    "interval": ("95 % interval", "95 % 区间"),
    "then": ("Before", "对比期"),
    "change": ("Change", "变化"),
    "few": ("few", "样本少"),
    "cases": ("n = {n}", "n = {n}"),
    "points": ("pp", "百分点"),
    "few_note": (
        (
            "few: fewer than ten cases, where chance decides; read the interval, not the figure. — means that there is"
            " no figure; why stands beside it."
        ),
        "“样本少”指不足十例，偶然性占主导：请看区间而非数值。“—”表示无值，原因见右侧。",
    ),
    "nothing": ("There is nothing in the period.", "该时段内没有数据。"),
    "result": ("Result", "结果"),
    "number": ("Number", "数量"),
    "offered": ("Offered with tax", "含税报价"),
    "final": ("Agreed with tax", "含税成交价"),
    "reason": ("Reason", "原因"),
    "competitor": ("Competitor", "竞争对手"),
    "won": ("Won", "赢单"),
    "lost": ("Lost", "丢单"),
    "other": ("Other", "其他"),
    "unnamed": ("(unnamed)", "（未具名）"),
    "reasons": ("Reasons of what was won and lost", "赢单与丢单的原因"),
    "named_by": ("Outcomes that name it", "提及次数"),
    "results": ("Results", "结果"),
    "without_reason": (
        "Without a reason: {won} won, {lost} lost. An outcome may name several.",
        "未填写原因：赢单 {won} 个，丢单 {lost} 个；一个结果可有多个原因。",
    ),
    "competitors": ("Competitors that outcomes name", "结果中提及的竞争对手"),
    "funnel": ("Share that reached the next stage, with its 95 % interval", "到达下一阶段的比例及其 95 % 区间"),
    "cycles": (
        "Days from step to step: median, and on to the ninetieth percentile",
        "各步骤天数：中位数至第 90 百分位",
    ),
    "reliability": ("Stated win probability against the share that was won", "陈述赢单概率与实际赢单比例"),
    "forecast": ("Open opportunities by month of expected close, {currency}", "按预计成交月份的未结商机，{currency}"),
    "interval_name": ("95 % interval", "95 % 区间"),
    "range_name": ("Median to P90", "中位数至 P90"),
    "share": ("Share", "比例"),
    "days": ("Days", "天"),
    "median": ("Median", "中位数"),
    "expected": ("Expected: probability × value", "期望：概率 × 金额"),
    "rest": ("Not expected", "其余"),
    "quotes": ("What clients said", "客户原话"),
    "more": ("{count} more in the answer in JSON.", "另有 {count} 条见 JSON 结果。"),
    "findings": ("Findings", "发现"),
    "actions": ("Open actions", "未完成的行动项"),
    "went_well": ("Went well", "做得好"),
    "went_badly": ("Went badly", "做得不好"),
    "learnt": ("Learnt", "心得"),
    "draft": ("draft", "草稿"),
    "causes": ("Why", "原因"),
    "retrospective": ("Retrospective", "复盘"),
    "action": ("Action", "行动项"),
    "owner": ("Owner", "负责人"),
    "due": ("Due", "期限"),
    "overdue": ("overdue", "逾期"),
    "ended": ("Ended in the period", "时段内结束"),
    "done": ("done", "已完成"),
    "cancelled": ("cancelled", "已取消"),
    "outcome": ("What came of it", "结果"),
    "no_findings": ("No retrospective was held about the period, or in it.", "没有针对该时段或在其间举行的复盘。"),
    "no_actions": ("No action is open.", "没有未完成的行动项。"),
    "changes": ("What the figures call for", "数据提示的改进"),
    "rests_on": ("It rests on", "依据"),
    "rule": ("Rule", "规则"),
    "no_changes": ("No rule calls for a change.", "没有规则提示需要改进。"),
    "unjudged": ("Not judged", "未作判断"),
    "unjudged_note": (
        "Rules that need more cases than there are, or a figure that there is not.",
        "样本不足或没有数据而无法判断的规则。",
    ),
    "too_few": ("{n} cases; needs {least}", "{n} 例，至少需 {least} 例"),
    "no_figure": ("no figure", "没有数据"),
    "definitions": ("How the figures are made", "指标口径"),
    "metric": ("Metric", "指标"),
    "formula": ("Formula", "公式"),
    "dated_by": ("Dated by", "归期依据"),
    "left_out": ("Left out", "不计入"),
    "forecast_note": (
        "Of all that is open as of {day}, whatever the period.", "为截至 {day} 的全部未结商机，与时段无关。"
    ),
    "forecast_left": ("Left out of the forecast: {reasons}.", "未计入预测：{reasons}。"),
    "page": ("Page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
    "goes_on": ("(continued)", "（续）"),
    "before": ("before", "对比期"),
}  # fmt: skip
_UNITS: Mapping[str, Text] = {DAYS: ("d", "天"), HOURS: ("h", "小时"), MINUTES: ("min", "分钟"), COUNT: ("", "")}
NPS = "nps"
"""Written as people know it, −100 … 100."""
_MINUS = "−"
_ONE, _TENTH, _THOUSANDTH = Decimal(1), Decimal("0.1"), Decimal("0.001")
_SIZES: Mapping[str, tuple[tuple[Decimal, str], ...]] = {
    "zh": ((Decimal(10**8), " 亿"), (Decimal(10**4), " 万")),
    "en": ((Decimal(10**6), " m"), (Decimal(10**3), " k")),
}


def say(name: str, language: str, **values: object) -> str:
    """A text in a language, filled."""
    return TEXTS[name][language == "zh"].format(**values)


def number(value: Decimal | None, unit: str, language: str, *, is_short: bool = False) -> str:
    """A figure as people read it: 62.5%, 12.3 d, CNY 1,234,567; a dash where there is none."""
    if value is None:
        return "—"
    if unit == SHARE:
        return f"{_grouped(value * 100, _TENTH)}%"
    if unit == SCORE:
        return _grouped(value, _THOUSANDTH)
    if unit == NPS:
        return _grouped(value * 100, _TENTH)
    if unit in _UNITS:
        is_whole = unit == MINUTES or value == value.to_integral_value()
        name = _UNITS[unit][language == "zh"]
        return f"{_grouped(value, _ONE if is_whole else _TENTH)} {name}".rstrip()
    return money(value, unit, language, is_short=is_short)


def money(value: Decimal, currency: str, language: str, *, is_short: bool = False) -> str:
    """An amount, in whole units of its currency; short with three digits that count."""
    size, name = _ONE, ""
    if is_short:
        size, name = next(((size, name) for size, name in _SIZES[language] if abs(value) >= size), (_ONE, ""))
    shown = value / size
    places = _ONE if size == _ONE or abs(shown) >= 100 else _TENTH if abs(shown) >= 10 else Decimal("0.01")  # noqa: PLR2004 (digits)
    digits = _grouped(shown, places) + name
    return f"{digits} 元" if language == "zh" and currency == "CNY" else f"{currency} {digits}"


def change(value: Decimal, unit: str, language: str) -> str:
    """A difference with its sign; of shares in points of a per cent."""
    sign = "+" if value > 0 else _MINUS
    if unit == SHARE:
        digits = f"{_grouped(abs(value) * 100, _TENTH)} {say('points', language)}"
    else:
        digits = number(abs(value), unit, language)
    return f"{sign}{digits}" if set(digits) & set("123456789") else "±0"


def plain(value: Decimal | None) -> str:
    """A numerator or denominator: whole, or with two places."""
    if value is None:
        return ""
    return _grouped(value, _ONE if value == value.to_integral_value() else Decimal("0.01"))


def _grouped(value: Decimal, places: Decimal) -> str:
    digits = f"{value.quantize(places, ROUND_HALF_EVEN):,f}"
    return digits.replace("-", _MINUS)
