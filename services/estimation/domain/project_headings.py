"""What a heading of a table of past projects means: a field, and the unit that its numbers are in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.files.headings import by_word, plain

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "标识"),
    "name": ("name", "project", "project name", "项目", "项目名称", "名称"),
    "industry": ("industry", "行业", "客户行业"),
    "organisation": ("organisation", "organization", "division", "company", "部门", "组织", "单位", "公司"),
    "technology": ("technology", "language", "platform", "技术", "技术栈", "开发语言", "语言"),
    "size": ("size", "function points", "fp", "afp", "ufp", "规模", "功能点", "功能点数"),
    "size_unit": ("size unit", "unit", "规模单位"),
    "size_variant": ("size variant", "counting", "计数方法", "规模计量方法"),
    "effort_days": ("effort days", "person days", "effort in person days", "工作量人天", "人天", "实际工作量人天"),
    "effort_hours": ("effort hours", "person hours", "effort", "工作量人时", "人时", "工时"),
    "effort_months": ("effort months", "person months", "工作量人月", "人月"),
    "duration_months": ("duration months", "duration", "工期", "工期月", "工期月数"),
    "cost": ("cost", "actual cost", "成本", "实际成本", "费用"),
    "currency": ("currency", "币种", "货币"),
    "estimated_effort_days": ("estimated effort days", "estimate days", "估算工作量人天", "估算人天"),
    "estimated_effort_p80_days": ("estimated effort p80 days", "估算工作量p80人天"),
    "estimated_cost": ("estimated cost", "估算成本"),
    "estimated_cost_p80": ("estimated cost p80", "估算成本p80"),
    "started_on": ("started on", "start", "start date", "开始日期", "开工日期"),
    "finished_on": ("finished on", "finish", "end date", "完成日期", "验收日期", "结束日期"),
    "source": ("source", "来源", "数据来源"),
    "note": ("note", "notes", "备注"),
    "is_excluded": ("is excluded", "excluded", "排除", "是否排除"),
    "exclusion_reason": ("exclusion reason", "排除原因"),
}
"""Usual headings by field; of our own exports the first English and the one that `SHOWN` has are enough."""

_MEASURES: Mapping[str, tuple[str, ...]] = {
    "size": ("size", "functional size", "software size", "规模", "软件规模", "功能规模", "项目规模"),
    "effort": ("effort", "actual effort", "total effort", "工作量", "实际工作量", "总工作量", "投入"),
    "duration": ("duration", "actual duration", "elapsed time", "工期", "实际工期", "开发周期", "项目周期", "周期"),
    "cost": ("cost", "actual cost", "total cost", "成本", "实际成本", "总成本", "费用"),
    "estimated_effort": ("estimated effort", "planned effort", "估算工作量", "计划工作量"),
    "estimated_cost": ("estimated cost", "planned cost", "budget", "估算成本", "计划成本", "预算"),
}  # fmt: skip
"""Headings of measures, which say their unit in brackets or after them."""
_SIZES = {
    "fp": ("fp", "fps", "afp", "ufp", "function points", "function point", "功能点", "功能点数", "个功能点"),
    "cfp": ("cfp", "cosmic", "cosmic function points", "cosmic功能点"),
    "ucp": ("ucp", "use case points", "用例点"),
    "ksloc": ("ksloc", "kloc", "千行", "千行代码"),
}
_EFFORTS = {
    "hours": ("h", "hours", "person hours", "man hours", "ph", "人时", "小时", "工时"),
    "days": ("d", "days", "person days", "man days", "pd", "md", "人天", "人日", "天"),
    "months": ("months", "person months", "man months", "pm", "mm", "人月", "月"),
}
_DAYS_OF_MONTH = 30.4375
"""Of the calendar, over four years."""
_DURATIONS = {
    12.0: ("years", "year", "y", "年"),
    1.0: ("months", "month", "mo", "m", "月", "个月"),
    7 / _DAYS_OF_MONTH: ("weeks", "week", "w", "周"),
    1 / _DAYS_OF_MONTH: ("calendar days", "日历天", "自然日"),
}
"""Months of each; days that could be working days are not among them."""
_AMOUNTS = {
    "CNY": ("cny", "rmb", "yuan", "元", "人民币", "人民币元", "¥"),
    "EUR": ("eur", "€", "欧元"),
    "USD": ("usd", "$", "us$", "美元"),
    "GBP": ("gbp", "£", "英镑"),
    "JPY": ("jpy", "日元"),
    "HKD": ("hkd", "港元", "港币"),
}
_TEN_THOUSANDS, _THOUSANDS = ("万元", "万人民币", "人民币万元"), ("千元", "k€", "keur", "kusd", "kcny", "k$")
_SPLIT = re.compile(
    r"\s*[(（\[【]\s*([^()（）\[\]【】]+?)\s*[)）\]】]\s*$|\s*(?:,|，|/|／|:|：|\bin\b)\s*([^,，/／:：]+)$"
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The field of a heading, by how much its numbers are multiplied, and what it says for each row."""

    field: str
    factor: float = 1.0
    effort_in: str | None = None
    """Hours, days or months, of an estimated effort, whose field is in days."""
    said: Mapping[str, str] | None = None
    """Fields that the unit gives: `size_unit`, `currency`."""


_KNOWN, _MEASURE, _SIZE, _EFFORT, _AMOUNT = map(by_word, (HEADINGS, _MEASURES, _SIZES, _EFFORTS, _AMOUNTS))
_DURATION = {plain(word): months for months, words in _DURATIONS.items() for word in words}


def meaning_of(heading: str) -> Meaning | None:
    """What a heading means; None when it is not known, or its unit is not."""
    if field := _KNOWN.get(plain(heading)):
        return Meaning(field)
    split = _SPLIT.search(heading)
    if split is None:
        return None
    base, unit = plain(heading[: split.start()]), plain(split[1] or split[2])
    measure = _MEASURE.get(base)
    return _measured(measure, unit) if measure else None


def _measured(measure: str, unit: str) -> Meaning | None:
    match measure:
        case "size" if unit in _SIZE:
            return Meaning("size", said={"size_unit": _SIZE[unit]})
        case "effort" if unit in _EFFORT:
            return Meaning(f"effort_{_EFFORT[unit]}")
        case "estimated_effort" if unit in _EFFORT:
            return Meaning("estimated_effort_days", effort_in=_EFFORT[unit])
        case "duration" if unit in _DURATION:
            return Meaning("duration_months", factor=_DURATION[unit])
        case "cost" | "estimated_cost":
            return _amount(measure, unit)
        case _:
            return None


def _amount(field: str, unit: str) -> Meaning | None:
    if unit in {plain(word) for word in _TEN_THOUSANDS}:
        return Meaning(field, factor=10_000, said={"currency": "CNY"})
    if unit in {plain(word) for word in _THOUSANDS}:
        currency = "EUR" if "€" in unit or "eur" in unit else "USD" if "$" in unit or "usd" in unit else "CNY"
        return Meaning(field, factor=1_000, said={"currency": currency})
    return Meaning(field, said={"currency": _AMOUNT[unit]}) if unit in _AMOUNT else None
