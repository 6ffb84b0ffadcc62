"""What the parts are called that persons settle for an opportunity."""

from collections.abc import Mapping

PART_NAMES: Mapping[str, tuple[str, str]] = {
    "solution": ("solution", "技术方案"),
    "schedule": ("schedule", "时间计划"),
    "resource_plan": ("resource plan", "资源配置"),
    "strategy": ("strategy", "销售策略"),
    "after_sales_plan": ("after-sales plan", "售后方案"),
    "economic_case": ("economic analysis", "经济分析"),
    "sections": ("text of the sections", "章节文字"),
    "branding": ("branding", "文档样式"),
    "validity": ("validity of the offer", "报价有效期"),
    "reissue": ("reason for a new revision", "换版说明"),
    "opportunity": ("description of the opportunity", "商机信息"),
    "limits": ("limits of the client's", "客户约束"),
    "estimate_words": ("wording of the estimate for the client", "估算的对客表述"),
}
"""In English and Chinese, by kind."""
