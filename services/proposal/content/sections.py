"""The sections of a proposal: which there are, in which order, and what each draws on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A section that every proposal can have; without data it says only what persons write into it, or is not there."""

    code: str
    name: str
    name_zh: str


SECTIONS = (
    Section("executive_summary", "Executive summary", "摘要"),
    Section("client_background", "Client background and pains", "客户背景与痛点"),
    Section("objectives_scope", "Objectives and scope", "目标与范围"),
    Section("value", "Why us", "价值主张"),
    Section("solution", "Solution", "技术方案"),
    Section("requirements", "Requirements and traceability", "需求与追溯"),
    Section("deviation", "Deviation table", "偏离表"),
    Section("schedule", "Schedule", "时间计划"),
    Section("resources", "Resources", "资源配置"),
    Section("cost", "Price and payment", "报价与付款"),
    Section("economics", "Economic case", "经济效益"),
    Section("risks", "Risks and responses", "风险与应对"),
    Section("support", "Support and after-sales", "支持与售后"),
    Section("assumptions", "Assumptions and exclusions", "假设与除外"),
    Section("terms", "Terms", "商务条款"),
)
"""In the usual order."""

BY_CODE = {section.code: section for section in SECTIONS}

OF_PART = {
    "solution": "solution",
    "schedule": "schedule",
    "resource_plan": "resources",
    "strategy": "value",
    "after_sales_plan": "support",
}
"""Which section a settled part is read in."""
