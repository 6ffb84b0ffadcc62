"""What waits for somebody: every kind of work there is, who does it and by which request."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

OWNER = None
"""In place of a permission: what nobody is named for waits for the owner of its opportunity."""


class Work(NamedTuple):
    """A kind of work. Named persons do what is theirs; what names nobody is for who holds `scope`, if it has one."""

    label: str
    label_zh: str
    why: str
    why_zh: str
    scope: str | None
    method: str
    path: str
    """Of the request that does it, `{}` for the id that an item has."""
    blocks: bool = False
    """Others cannot go on before it is done."""
    outlives: bool = False
    """It is still to be done when its opportunity is closed."""
    is_chase: bool = False
    """Somebody else owes it: it is shown once its time is over."""


KINDS: dict[str, Work] = {
    # what others need a decision on
    "baseline_review": Work(
        "Baseline to review", "待审批的基线", "A baseline waits for approval.", "基线等待审批。", "baselines:approve",
        "POST", "/v1/baselines/{}/approve", blocks=True,
    ),
    "baseline_rework": Work(
        "Baseline sent back", "被驳回的基线", "The baseline was rejected: mend it and submit it again.",
        "基线被驳回，请修改后重新提交。", OWNER, "POST", "/v1/baselines/{}/submit", blocks=True,
    ),
    "change_request_assessment": Work(
        "Change request to assess", "待评估的变更请求", "Nobody has assessed this change yet.", "该变更尚未评估。",
        OWNER, "POST", "/v1/change-requests/{}/assess",
    ),
    "change_request_approval": Work(
        "Change request to decide", "待审批的变更请求", "An assessed change waits for a decision.",
        "已评估的变更等待审批。", "change-requests:approve", "POST", "/v1/change-requests/{}/approve", blocks=True,
    ),
    "change_request_application": Work(
        "Change request to apply", "待应用的变更请求", "The change is approved and not applied yet.",
        "变更已批准但尚未应用。", OWNER, "POST", "/v1/change-requests/{}/apply",
    ),
    "bid_decision": Work(
        "Bid decision to take again", "待重新决定的投标", "The bid decision was reopened.", "投标决策已重新打开。",
        "bid-decisions:decide", "POST", "/v1/bid-decisions/{}/decide", blocks=True,
    ),
    "bid_conditions": Work(
        "Conditions of the bid", "待满足的投标条件", "We bid under conditions that are not met yet.",
        "有条件投标，条件尚未满足。", OWNER, "POST", "/v1/bid-decisions/{}/meet-condition",
    ),
    "discount_approval": Work(
        "Discount to decide", "待审批的折扣", "A discount waits for approval.", "折扣等待审批。", "discounts:approve",
        "POST", "/v1/discounts/{}/approve", blocks=True,
    ),
    "proposal_review": Work(
        "Proposal to review", "待评审的方案书", "A proposal waits for approval.", "方案书等待审批。",
        "proposals:approve", "POST", "/v1/proposals/{}/approve", blocks=True,
    ),
    "risk_decision": Work(
        "Escalated risk", "已上报的风险", "A risk was escalated: accept it, or take it back.",
        "风险已上报，请接受或退回。", "risks:accept", "POST", "/v1/risks/{}/accept", blocks=True,
    ),
    "risk_acceptance_expired": Work(
        "Accepted risk to look at again", "接受期已过的风险", "The risk was accepted until a day that is over.",
        "风险的接受期限已过。", "risks:accept", "POST", "/v1/risks/{}/accept",
    ),
    # what has stopped
    "estimate_failed": Work(
        "Estimate that failed", "失败的估算", "The baseline could not be estimated.", "基线无法估算。",
        "estimates:write", "POST", "/v1/estimates/{}/recompute", blocks=True,
    ),
    "estimate_stale": Work(
        "Outdated estimate", "已过时的估算", "What the estimate was made with has changed.",
        "估算所依据的内容已变化。", "estimates:write", "POST", "/v1/estimates/{}/recompute",
    ),
    "risk_budget_failed": Work(
        "Risk budget that failed", "失败的风险预算", "The risk budget could not be computed.", "风险预算无法计算。",
        "risk-budgets:write", "GET", "/v1/risks?opportunity_id={}", blocks=True,
    ),
    "risk_budget_stale": Work(
        "Outdated risk budget", "已过时的风险预算", "What the risk budget was computed from has changed.",
        "风险预算所依据的内容已变化。", "risk-budgets:write", "POST", "/v1/risk-budgets/{}/recompute",
    ),
    "document_failed": Work(
        "Document that failed", "生成失败的文档", "A proposal could not be set as a document.",
        "方案书文档生成失败。", OWNER, "GET", "/v1/documents/{}",
    ),
    "parked_event": Work(
        "Event set aside", "被搁置的事件", "A service could not take in an event.", "有服务无法处理某个事件。",
        "parked-events:write", "POST", "/v1/ops/{}/retry", blocks=True, outlives=True,
    ),
    # proposals on their way
    "proposal_draft": Work(
        "Draft to send to review", "待送审的方案书草稿", "A draft waits to be sent to review.",
        "方案书草稿等待送审。", OWNER, "POST", "/v1/proposals/{}/submit-for-review",
    ),
    "proposal_stale": Work(
        "Stale draft", "已过时的方案书草稿", "Something that the draft was made from has changed.",
        "草稿所依据的内容已变化。", OWNER, "GET", "/v1/proposals/{}",
    ),
    "proposal_submission": Work(
        "Proposal to submit", "待提交的方案书", "The proposal is approved and not with the client yet.",
        "方案书已批准，尚未提交客户。", "proposals:submit", "POST", "/v1/proposals/{}/submit", blocks=True,
    ),
    "offer_expiring": Work(
        "Offer near its end", "即将到期的报价", "The offer ends soon and the client has not answered.",
        "报价即将到期，客户尚未答复。", OWNER, "POST", "/v1/proposals/{}/extend",
    ),
    "offer_outdated": Work(
        "Outdated offer", "已过时的报价", "Something that the offer was made from has changed.",
        "报价所依据的内容已变化。", OWNER, "POST", "/v1/proposals/{}/revise",
    ),
    "offer_expired": Work(
        "Offer that ended", "已到期的报价", "The offer ended without an answer.", "报价已到期，客户未答复。", OWNER,
        "POST", "/v1/proposals/{}/revise",
    ),
    "outcome": Work(
        "Outcome to record", "待登记的结果", "The client has answered: say how it ended, and why.",
        "客户已答复，请登记结果及原因。", OWNER, "POST", "/v1/outcomes",
    ),
    # what is owed to clients and colleagues
    "clarification_answer": Work(
        "Question to answer", "待答复的澄清", "An answer of ours is owed.", "我方尚欠答复。", OWNER, "POST",
        "/v1/clarifications/{}/answer",
    ),
    "clarification_acceptance": Work(
        "Answer to look at", "待确认的答复", "The client has answered: accept it, or ask again.",
        "客户已答复，请确认或再次提出。", OWNER, "POST", "/v1/clarifications/{}/accept",
    ),
    "clarification_chase": Work(
        "Answer that is overdue", "客户逾期未答复的澄清", "The client has not answered in time.", "客户未按时答复。",
        OWNER, "POST", "/v1/clarifications/{}/answer", is_chase=True,
    ),
    "commitment": Work(
        "Promise to keep", "待兑现的承诺", "Somebody of ours has promised it.", "我方已作出承诺。", OWNER, "POST",
        "/v1/commitments/{}/complete", outlives=True,
    ),
    "commitment_chase": Work(
        "Promise that is overdue", "客户逾期未兑现的承诺", "The client has not kept it in time.", "客户未按时兑现。",
        OWNER, "POST", "/v1/commitments/{}/complete", is_chase=True,
    ),
    "response_clock": Work(
        "Answer within its time", "须按时响应", "The answer is due soon, or its time is over.",
        "响应即将到期或已超时。", OWNER, "GET", "/v1/response-clocks/{}",
    ),
    "talk": Work(
        "Client to talk to", "待沟通的客户", "We should have talked with the client by now.", "早应与客户沟通。",
        OWNER, "POST", "/v1/interactions",
    ),
    "advice_draft": Work(
        "Advice to give", "待给出的建议", "The advice is drafted and not given yet.", "建议已起草，尚未给出。", OWNER,
        "POST", "/v1/advice/{}/give",
    ),
    "support_triage": Work(
        "Support request to triage", "待分级的支持请求", "Nobody has looked at the request yet.",
        "支持请求尚未分级。", "support-requests:write", "POST", "/v1/support-requests/{}/triage", blocks=True,
        outlives=True,
    ),
    "support_assignment": Work(
        "Support request to assign", "待分派的支持请求", "Nobody does the request yet.", "支持请求尚未分派。",
        "support-requests:write", "POST", "/v1/support-requests/{}/assign", blocks=True, outlives=True,
    ),
    "support_delivery": Work(
        "Support to give", "待交付的支持", "The request is with them.", "支持请求由其处理。",
        "support-requests:write", "POST", "/v1/support-requests/{}/deliver", blocks=True, outlives=True,
    ),
    "support_answer": Work(
        "Support that waits for them", "等待申请人的支持请求", "The request waits for something of its requester.",
        "支持请求等待申请人补充。", OWNER, "POST", "/v1/support-requests/{}/messages", blocks=True, outlives=True,
    ),
    "support_rating": Work(
        "Support to rate", "待评分的支持", "The support was given: say how it was.", "支持已交付，请评分。", OWNER,
        "POST", "/v1/support-requests/{}/rate", outlives=True,
    ),
    "support_closing": Work(
        "Support request to close", "待关闭的支持请求", "The request is rated and not closed yet.",
        "支持请求已评分，尚未关闭。", "support-requests:write", "POST", "/v1/support-requests/{}/close",
        outlives=True,
    ),
    "training": Work(
        "Training to hold", "待举办的培训", "A training is planned.", "培训已计划。", OWNER, "POST",
        "/v1/trainings/{}/hold", outlives=True,
    ),
    "training_evaluation": Work(
        "Training to evaluate", "待评价的培训", "The training was held and not evaluated yet.",
        "培训已举办，尚未评价。", OWNER, "POST", "/v1/trainings/{}/evaluate", outlives=True,
    ),
    "proof_start": Work(
        "Demo or proof to start", "待开始的演示或验证", "It is planned and not started yet.", "已计划，尚未开始。",
        OWNER, "POST", "/v1/proofs-of-concept/{}/start",
    ),
    "proof_conclusion": Work(
        "Demo or proof to conclude", "待得出结论的演示或验证", "It is running: record results and conclude it.",
        "正在进行，请登记结果并得出结论。", OWNER, "POST", "/v1/proofs-of-concept/{}/conclude",
    ),
    "handover_offer": Work(
        "Hand-over to offer", "待移交的交接", "The opportunity is won, and nobody was named to take it over.",
        "已赢单，尚未指定接手人。", OWNER, "POST", "/v1/handovers/{}/offer", blocks=True, outlives=True,
    ),
    "handover_acceptance": Work(
        "Hand-over to take over", "待接受的交接", "A hand-over waits for delivery.", "交接等待交付方接受。", OWNER,
        "POST", "/v1/handovers/{}/accept", blocks=True, outlives=True,
    ),
    "handover_rework": Work(
        "Hand-over sent back", "被退回的交接", "Delivery misses something.", "交付方认为内容不足。", OWNER, "POST",
        "/v1/handovers/{}/offer", blocks=True, outlives=True,
    ),
    "section": Work(
        "Section to finish", "待完稿的章节", "A section is written on and not finished.", "章节正在编写，尚未完稿。",
        OWNER, "POST", "/v1/proposal-sections/{}/finish", blocks=True,
    ),
    "import": Work(
        "File to look at", "待确认的导入文件", "A client's file was read: look at its rows, then commit or discard it.",
        "客户文件已读取，请确认各行后写入或放弃。", OWNER, "POST", "/v1/imports/{}/commit",
    ),
    "import_failed": Work(
        "File that was not read", "读取失败的文件", "A client's file could not be read.", "客户文件无法读取。", OWNER,
        "POST", "/v1/imports/{}/discard",
    ),
    # what is watched
    "article_review": Work(
        "Article to look at again", "待复核的知识文章", "Nobody has looked at it by its review date.",
        "知识文章已过复核日期。", "articles:write", "POST", "/v1/articles/{}/review", outlives=True,
    ),
    "material_review": Work(
        "Material to look at again", "待复核的售前材料", "Nobody has looked at it by its review date.",
        "售前材料已过复核日期。", "materials:write", "POST", "/v1/materials/{}/review", outlives=True,
    ),
    "control_plan_review": Work(
        "Control plan to look at", "待检查的风险控制计划", "Nobody has looked at it by the day of its review.",
        "控制计划已过检查日期。", "control-plans:write", "POST", "/v1/control-plans/{}/review",
    ),
    "risk_review": Work(
        "Risk to look at", "待识别的风险", "A risk was proposed and nobody has looked yet.", "风险已提出，尚未识别。",
        "risks:write", "POST", "/v1/risks/{}/identify",
    ),
    "risk_passed": Work(
        "Risk whose time is over", "时段已过的风险", "It did not happen in its time: close it, or say until when.",
        "风险时段已过且未发生，请关闭或更新时段。", "risks:write", "POST", "/v1/risks/{}/close",
    ),
    "risk_response": Work(
        "Measure to carry out", "待落实的应对措施", "A measure about a risk is planned.", "风险应对措施已计划。",
        "responses:write", "POST", "/v1/responses/{}/implement",
    ),
    "control_task": Work(
        "Control task", "控制任务", "A task of a control plan is open.", "控制计划的任务尚未完成。",
        "control-tasks:write", "POST", "/v1/control-tasks/{}/complete",
    ),
    "control_task_triggered": Work(
        "Control task, threshold reached", "已触发的控制任务", "A watched figure has reached its threshold.",
        "监控指标已达到阈值。", "control-tasks:write", "POST", "/v1/control-tasks/{}/complete", blocks=True,
    ),
}  # fmt: skip


class Reason(StrEnum):
    """Why an item stands where it does; the order of the list."""

    BREACHED = "breached"
    DUE_TODAY = "due_today"
    BLOCKS_OTHERS = "blocks_others"
    DUE_SOON = "due_soon"
    WAITS = "waits"


REASONS = tuple(Reason)
"""What hurts first: index + 1 is the rank."""
SOON = timedelta(days=2)
"""What is due within it is `due_soon`."""


def said(reason: Reason, late: timedelta, waited: timedelta) -> tuple[str, str]:
    """The reason in English and Chinese; `late` is how long its time is over, `waited` since when it is to be done."""
    match reason:
        case Reason.BREACHED:
            return f"Its time is over by {_en(late)}.", f"已超时 {_zh(late)}。"
        case Reason.DUE_TODAY:
            return "It is due today.", "今天到期。"
        case Reason.BLOCKS_OTHERS:
            return f"Others wait for it, for {_en(waited)} now.", f"其他人在等待，已等待 {_zh(waited)}。"
        case Reason.DUE_SOON:
            return f"It is due in {_en(-late)}.", f"{_zh(-late)}后到期。"
        case Reason.WAITS:
            return f"It has waited for {_en(waited)}.", f"已等待 {_zh(waited)}。"


def kinds_where(holds: Callable[[Work], object]) -> list[str]:
    """The names of the kinds for which `holds`."""
    return [name for name, kind in KINDS.items() if holds(kind)]


def scopes_of(kinds: Iterable[str]) -> set[str]:
    """The permissions that some of these kinds are done by."""
    return {scope for name in kinds if (scope := KINDS[name].scope)}


def _en(span: timedelta) -> str:
    days, hours, minutes = _parts(span)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min"


def _zh(span: timedelta) -> str:
    days, hours, minutes = _parts(span)
    return f"{days} 天 {hours} 小时" if days else f"{hours} 小时 {minutes} 分钟"


def _parts(span: timedelta) -> tuple[int, int, int]:
    minutes = max(0, int(span.total_seconds() // 60))
    return minutes // 1440, minutes // 60 % 24, minutes % 60
