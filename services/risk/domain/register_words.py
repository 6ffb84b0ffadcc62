"""The words that risk registers are kept in, in English and Chinese: headings, levels, strategies, states."""

from collections.abc import Mapping

from shared.files.headings import by_word, plain

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "reference": ("id", "risk id", "code", "no", "no.", "nr", "number", "ref", "reference", "编号", "风险编号", "序号"),
    "title": ("risk", "title", "risk title", "risk name", "name", "event", "risk event", "risk description",
              "description", "风险", "风险名称", "风险描述", "风险事件", "名称", "描述"),
    "cause": ("cause", "causes", "root cause", "trigger", "原因", "风险原因", "成因", "起因"),
    "effect": ("effect", "effects", "consequence", "consequences", "impact description", "后果", "影响描述",
               "风险后果"),
    "category": ("category", "risk category", "area", "类别", "风险类别", "分类"),
    "kind": ("kind", "type", "risk type", "类型", "风险类型"),
    "probability": ("probability", "likelihood", "chance", "prob", "probability before responses", "p",
                    "概率", "可能性", "发生概率", "发生可能性", "应对前概率"),
    "impact": ("impact", "severity", "cost impact", "impact cost", "financial impact", "影响", "影响程度", "严重程度",
               "影响金额", "成本影响"),
    "impact_days": ("impact days", "schedule impact", "delay", "time impact", "delay days", "工期影响", "进度影响",
                    "工期影响天", "延误天数"),
    "response": ("response", "responses", "mitigation", "mitigation plan", "measure", "measures", "action",
                 "response plan", "应对措施", "应对", "措施", "缓解措施", "应对计划"),
    "strategy": ("strategy", "response strategy", "response type", "treatment", "应对策略", "策略"),
    "response_cost": ("response cost", "cost of response", "cost of responses", "mitigation cost", "应对成本",
                      "措施成本"),
    "owner": ("owner", "risk owner", "responsible", "assigned to", "责任人", "负责人", "风险责任人"),
    "status": ("status", "state", "状态", "风险状态"),
    "currency": ("currency", "币种", "货币"),
}  # fmt: skip
_LEVELS = {
    1: ("very low", "very unlikely", "rare", "remote", "improbable", "negligible", "insignificant", "trivial",
        "极低", "很低", "罕见", "几乎不可能", "可忽略", "轻微", "很小", "极小"),
    2: ("low", "unlikely", "minor", "small", "低", "较低", "不太可能", "小", "较小", "次要"),
    3: ("medium", "moderate", "possible", "average", "med", "中", "中等", "一般", "可能"),
    4: ("high", "likely", "probable", "major", "significant", "serious", "large",
        "高", "较高", "很可能", "大", "较大", "严重", "重大", "主要"),
    5: ("very high", "very likely", "almost certain", "severe", "critical", "catastrophic", "extreme",
        "极高", "很高", "几乎肯定", "极大", "很大", "特别严重", "灾难性", "致命", "关键"),
}  # fmt: skip
"""Of five; matrices of other sizes have them in proportion."""
_STRATEGIES = {
    "avoid": ("avoid", "规避", "避免", "回避"), "mitigate": ("mitigate", "reduce", "减轻", "缓解", "降低"),
    "transfer": ("transfer", "insure", "转移", "转嫁"), "accept": ("accept", "接受", "自留"),
    "exploit": ("exploit", "开拓", "利用"), "enhance": ("enhance", "提高", "增强"), "share": ("share", "分享", "分担"),
    "escalate": ("escalate", "escalation", "上报", "升级"),
}  # fmt: skip
_STATES = {
    "open": ("open", "new", "identified", "active", "打开", "开放", "未关闭", "已识别", "新建", "candidate", "候选"),
    "closed": ("closed", "retired", "expired", "关闭", "已关闭", "已结束", "不再存在"),
    "materialised": ("occurred", "materialised", "materialized", "happened", "issue", "已发生", "发生", "转为问题"),
}
_KINDS = {
    "threat": ("threat", "risk", "negative", "威胁", "负面"),
    "opportunity": ("opportunity", "positive", "机会", "正面"),
}
_CATEGORIES = {
    "technical": ("technical", "technology", "技术"), "management": ("management", "project", "管理"),
    "market": ("market", "市场"), "resource": ("resource", "resources", "people", "资源", "人员"),
    "commercial": ("commercial", "contract", "financial", "商务", "合同", "财务"), "security": ("security", "安全"),
    "schedule": ("schedule", "time", "进度"), "external": ("external", "legal", "regulatory", "外部", "法律"),
}  # fmt: skip


FIELDS, STRATEGIES, STATES, KINDS, CATEGORIES = map(by_word, (HEADINGS, _STRATEGIES, _STATES, _KINDS, _CATEGORIES))
_LEVEL = {plain(word): level for level, words in _LEVELS.items() for word in words}


def level_of(word: str, size: int) -> int | None:
    """The level that a word names in a matrix of `size` levels; None when it names none."""
    found = _LEVEL.get(plain(word))
    return scaled(found, 5, size) if found else None


def scaled(level: int, of: int, size: int) -> int:
    """A level of a scale of `of` in one of `size`."""
    return round(1 + (level - 1) * (size - 1) / (of - 1))
