"""What numbers are about, in English and Chinese: stages, steps, kinds and reasons, by the codes that figures carry."""

from collections.abc import Mapping

from services.insights.domain.metrics.compute import Figure
from services.insights.domain.metrics.metric import Text

STAGES: Mapping[str, Text] = {
    "draft": ("Draft", "草稿"), "qualifying": ("Qualifying", "甄别"), "active": ("Active", "跟进"),
    "submitted": ("Submitted", "已提交"), "negotiating": ("Negotiating", "谈判"), "won": ("Won", "赢单"),
    "on_hold": ("On hold", "暂停"), "closed": ("Closed", "已关闭"),
}  # fmt: skip
CYCLES: Mapping[str, Text] = {
    "opened_to_approved": ("Opening to baseline", "立项至基线"),
    "approved_to_submitted": ("Baseline to submission", "基线至提交"),
    "submitted_to_decided": ("Submission to decision", "提交至决定"),
    "opened_to_decided": ("Opening to decision", "立项至决定"),
}
_ABOUT: Mapping[str, Mapping[str, Text]] = {
    "stage": STAGES,
    "next": STAGES,
    "purpose": {
        "first": ("First answer", "首次答复"), "following": ("Following answers", "后续答复"),
        "resolution": ("Resolution", "解决"),
    },
    "cycle": CYCLES,
    "kind": {"csat": ("CSAT", "CSAT"), "nps": ("NPS", "NPS")},
}  # fmt: skip
PARTS: Mapping[str, Text] = {
    "rate": ("Rate", "比例"), "pending": ("Still open", "仍未结"), "p50": ("Median", "中位数"), "p90": ("P90", "P90"),
    "p10": ("P10", "P10"), "mean": ("Mean", "平均值"), "in_time": ("In time", "按时率"),
    "csat_top_2": ("CSAT, marks 4 and 5", "CSAT 4–5 分"), "nps": ("NPS", "NPS"),
    "response_rate": ("Response rate", "回复率"), "verbatims": ("What was said", "客户原话"),
    "per_won": ("Per won opportunity", "每赢一单"), "pred_25": ("Within 25 %", "误差 25 % 以内"),
    "mmre": ("Mean error", "平均误差"), "median_mre": ("Median error", "误差中位数"),
    "p80_coverage": ("Within P80", "不超过 P80"), "interval_80_coverage": ("Within the 80 % range", "处于 80 % 区间"),
    "brier_score": ("Brier score", "Brier 得分"), "skill": ("Skill", "技能得分"),
    "mean_forecast": ("Mean stated", "平均陈述概率"), "observed_share": ("What happened", "实际发生比例"),
    "reliability": ("Stated", "陈述概率"), "churn": ("Churn", "变动率"), "added": ("Added", "新增"),
    "changed": ("Changed", "变更"), "removed": ("Removed", "删除"), "reworked": ("With another baseline", "有后续基线"),
    "baselines_after_first": ("Baselines after the first", "首个基线后的基线数"), "pipeline": ("Pipeline", "商机总额"),
    "expected": ("Expected", "期望"), "deviation": ("Deviation", "标准差"), "lost_by": ("Of what was lost", "占丢单"),
    "overdue": ("Overdue actions", "逾期行动项"), "close_date_passed": ("Closing day over", "成交日期已过"),
    "no_probability": ("Without probability", "缺少概率"), "no_value": ("Without value", "缺少金额"),
    "no_close_date": ("Without closing day", "缺少成交日期"),
}  # fmt: skip
REASONS: Mapping[str, Text] = {
    "price": ("Price", "价格"), "fit": ("Fit", "匹配度"), "quality": ("Quality", "质量"),
    "relationship": ("Relationship", "客户关系"), "references": ("References", "案例"), "team": ("Team", "团队"),
    "delivery_time": ("Delivery time", "交付时间"), "terms": ("Terms", "条款"), "risk": ("Risk", "风险"),
    "incumbent": ("Incumbent", "现有供应商"), "late": ("Too late", "介入过晚"), "budget": ("Budget", "预算"),
    "priorities": ("Priorities", "优先级"), "other": ("Other", "其他"),
}  # fmt: skip
RESULTS: Mapping[str, Text] = {
    "won": ("Won", "赢单"), "lost": ("Lost", "丢单"), "no_decision": ("No decision", "未决策"),
    "qualified_out": ("Qualified out", "主动放弃"), "not_bid": ("Not bid", "未投标"),
    "invalidated": ("Invalidated", "作废"), "cancelled_by_client": ("Cancelled by the client", "客户取消"),
}  # fmt: skip


def of(words: Mapping[str, Text], code: str) -> Text:
    """What a code is called; itself where it has no words."""
    return words.get(code, (code, code))


def label(figure: Figure) -> Text:
    """What tells a number apart within its metric: `Active → Submitted`, `First answer · Median`."""
    part, about = figure.measure.part, figure.measure.about
    if part == "reliability":
        told = f"{about['from']}–{about['to']}"
        return f"{PARTS[part][0]} {told}", f"{PARTS[part][1]} {told}"
    if "stage" in about and "next" in about:
        one, other = of(STAGES, about["stage"]), of(STAGES, about["next"])
        pairs = [(f"{one[0]} → {other[0]}", f"{one[1]} → {other[1]}")]
    else:
        pairs = [of(REASONS if name == "reason" else _ABOUT.get(name, {}), value) for name, value in about.items()]
    if not (pairs and part == "rate"):
        pairs.append(of(PARTS, part))
    return " · ".join(one[0] for one in pairs), " · ".join(one[1] for one in pairs)
