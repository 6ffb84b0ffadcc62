"""What keeps a proposal from going on, and what mends it."""

from services.proposal.domain.part_names import PART_NAMES
from shared.kernel.problems import Problem

STALE_BECAUSE = {
    "baseline_approved": (
        "A newer requirements baseline was approved; a new draft follows by itself.",
        "已批准更新的需求基线，新的方案草稿将自动生成。",
    ),
    "baseline_withdrawn": (
        "The requirements baseline was withdrawn; approve a new one, and a new draft follows.",
        "需求基线已撤回；批准新的基线后将自动生成新的方案草稿。",
    ),
    "opportunity_closed": ("The opportunity is closed.", "商机已关闭。"),
    "estimate_revised": (
        "The baseline was estimated anew; a new draft follows with its price.",
        "该基线已重新估算，新的方案草稿将在定价后自动生成。",
    ),
    "estimate_outdated": (
        "An input of its estimate has changed; have it estimated anew, and a new draft follows with its price.",
        "其估算的输入已变更；请重新估算，新的方案草稿将在定价后自动生成。",
    ),
    "risk_budget_outdated": (
        "The risk register has moved since its risk budget; have it computed anew, and a new draft follows.",
        "风险登记册在风险预算之后已变化；请重新计算风险预算，新的方案草稿将自动生成。",
    ),
    "opportunity_moved": (
        "Currency, language, region or planned start have moved since the baseline; approve a new one.",
        "商机的货币、语言、地区或计划开始日期已与基线不同；请批准新的基线，新的方案草稿将自动生成。",
    ),
    "risk_budget_revised": (
        "The risk budget was computed anew; a new draft follows with its price.",
        "风险预算已重新计算，新的方案草稿将在定价后自动生成。",
    ),
    **{
        f"{kind}_settled": (
            f"There is news of the {name}; a new draft follows by itself.",
            f"{name_zh}已更新，新的方案草稿将自动生成。",
        )
        for kind, (name, name_zh) in PART_NAMES.items()
    },
}
"""Why a proposal is stale, and what mends it."""


class ProposalIsStale(Problem):
    status = 409
    title = ("The proposal is stale", "方案已过期")
    en = "Proposal {code}, version {label}, is stale. {why}"
    zh = "方案 {code} 版本 {label} 已过期。{why_zh}"


class ProposalIsSuspect(Problem):
    status = 409
    title = ("Requirements have moved on", "需求已变化")
    en = "These requirements have changed or gone since its baseline: {codes}. Approve a new baseline, or undo that."
    zh = "基线之后以下需求已变更或撤回：{codes}。请批准新的基线，或撤销变更。"


class ProposalIsIncomplete(Problem):
    status = 409
    title = ("The proposal is not complete", "方案不完整")
    en = "Section {section}: {what}"
    zh = "章节 {section}：{what_zh}"


class SectionInWork(Problem):
    status = 409
    title = ("A section is being written", "章节编写中")
    en = "Section {section} is being written by {owner}; finish or revert it."
    zh = "章节 {section} 正由 {owner} 编写，请完成或还原。"


class ContentAltered(Problem):
    status = 409
    title = ("The content is not what was approved", "内容与批准时不一致")
    en = "The content of proposal {code} has the hash {now}; {approved} was approved. Nothing is submitted."
    zh = "方案 {code} 的内容哈希为 {now}，批准时为 {approved}，不能提交。"


class OfferHasLapsed(Problem):
    status = 409
    title = ("The offer has lapsed", "报价已失效")
    en = "Proposal {code} was valid until {until}; it can no longer be accepted."
    zh = "方案 {code} 有效期至 {until}，已不能接受。"


class NoBaselineToDraftFrom(Problem):
    status = 409
    title = ("There is no baseline to draft from", "没有可供编制方案的基线")
    en = "The requirements baseline was withdrawn: no draft can be made until one is approved, and then it follows."
    zh = "需求基线已撤回：批准新的基线之前无法编制方案草稿，批准后将自动生成。"


class NotLater(Problem):
    status = 409
    title = ("Not later", "日期未延后")
    en = "The offer holds until {until} already; an extension is to a later day."
    zh = "报价有效期已至 {until}，延期日期须更晚。"


class NewerRevisionExists(Problem):
    status = 409
    title = ("There is a newer revision", "已有更新的版本")
    en = "Revision {label} ({status}) follows this one already; go on with it."
    zh = "已有后续版本 {label}（{status}），请在其基础上继续。"
