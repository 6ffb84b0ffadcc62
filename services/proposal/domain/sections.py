"""The sections of a proposal: which there are, in which order, and what each draws on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A section that every proposal can have; without data it says only what persons write into it, or is not there."""

    code: str
    text: str
    """By what name templates know its title: `{{ t.summary_title }}`, `label-of("summary.title")`."""
    name: str
    name_zh: str


SECTIONS = (
    Section("executive_summary", "summary", "Executive summary", "方案概要"),
    Section("client_background", "background", "Background and pains", "业务背景与痛点"),
    Section("objectives_scope", "scope", "Objectives and scope", "目标与范围"),
    Section("value", "value", "Why us", "价值主张"),
    Section("solution", "solution", "Solution", "技术方案"),
    Section("requirements", "requirements", "Requirement matrix", "需求响应矩阵"),
    Section("deviation", "deviations", "Conformity and deviations", "符合性与偏离表"),
    Section("schedule", "schedule", "Schedule", "进度计划"),
    Section("resources", "resources", "Team and resources", "团队与资源"),
    Section("cost", "price", "Price and payment", "报价与付款"),
    Section("economics", "economics", "Economic case", "经济效益"),
    Section("risks", "risks", "Risks and responses", "风险与应对"),
    Section("support", "support", "Support and after-sales", "支持与售后"),
    Section("assumptions", "assumptions", "Assumptions and exclusions", "假设与除外事项"),
    Section("terms", "terms", "Terms", "商务条款"),
)
"""In the usual order. What a section is called wherever it is named: documents, workbook, room, API."""

TITLES = {f"{section.text}.title": {"en": section.name, "zh": section.name_zh} for section in SECTIONS}
"""The titles as texts of the documents."""

BY_CODE = {section.code: section for section in SECTIONS}

OF_PART = {
    "solution": "solution",
    "schedule": "schedule",
    "resource_plan": "resources",
    "strategy": "value",
    "after_sales_plan": "support",
}
"""Which section a settled part is read in."""
