"""What kinds, states, actions, roles … are called in Chinese: one table of each, for every sentence that names one.

English sentences name them as the API does. A word that is missing here is shown as it is; a test wants all of them.
"""

from collections import ChainMap
from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "advice": "建议", "after_sales_plan": "售后方案", "analysis": "风险分析", "article": "知识文章", "baseline": "基线",
    "bid_decision": "投标决策", "branding": "品牌样式", "budget_plan": "预算计划", "cadence": "沟通节奏",
    "cadence_rule": "沟通节奏规则", "calendar": "工作日历", "calendar_feed": "日历订阅", "capability": "产品能力",
    "catalogue_rule": "风险目录规则", "change_request": "变更请求", "clarification": "澄清", "client": "客户",
    "client_constraint": "约束", "colleague": "同事", "commitment": "承诺", "competitor": "竞争对手",
    "concern": "关注点",
    "confirmation": "需求确认", "constraint": "约束", "contact": "联系人", "control_plan": "风险控制计划",
    "control_reading": "指标读数", "control_task": "控制任务", "cost_item": "成本项", "discount": "折扣",
    "document": "文档", "economic_analysis": "经济分析", "estimate": "估算", "exchange_rate": "汇率",
    "fit_assessment": "匹配评估", "handover": "交接", "import": "导入", "interaction": "沟通记录", "interview": "访谈",
    "invitation": "问卷邀请", "journey": "流程轨迹", "link": "链接", "material": "售前材料", "metric": "指标",
    "metric_policy": "指标政策", "operation": "后台任务",
    "opportunity": "商机", "outcome": "结果", "pain": "痛点", "parameter_set": "参数集", "past_project": "历史项目",
    "pricing_policy": "定价政策", "product": "产品", "productivity_model": "生产率模型", "proof_of_concept": "概念验证",
    "proposal": "方案书", "proposal_section": "方案章节", "pursuit": "跟进投入", "questionnaire": "问卷",
    "rate_card": "费率表", "requirement": "需求", "reserve_draw": "储备动用", "resource_plan": "资源计划",
    "response": "应对措施", "response_clock": "响应时限", "response_policy": "响应政策", "review_policy": "评审政策",
    "risk": "风险", "risk_analysis": "风险分析", "risk_budget": "风险预算", "risk_matrix": "风险矩阵",
    "risk_policy": "风险策略", "risk_response": "应对措施", "rivalry": "竞争关系", "room": "客户空间", "row": "记录",
    "rule": "风险目录规则", "scenario": "情景", "schedule": "进度计划", "snapshot": "指标快照",
    "retrospective": "复盘", "retrospective_action": "复盘行动项", "retrospective action": "复盘行动项",
    "lesson": "经验", "question": "问题", "risk_rule": "风险目录规则", "solution": "技术方案", "stakeholder": "干系人",
    "strategy": "销售策略", "support_message": "支持消息", "support_request": "支持请求", "survey": "调查",
    "survey_invitation": "调查邀请", "template": "模板", "time_entry": "工时记录", "training": "培训",
    "version": "版本",
}  # fmt: skip

STATES: Mapping[str, str] = {
    "accepted": "已接受", "active": "生效中", "agreed": "已达成一致", "analysed": "已分析", "answered": "已答复",
    "applied": "已应用", "approved": "已批准", "asked": "已提出", "assessed": "已评估", "assessing": "评估中",
    "assigned": "已分派", "baselined": "已纳入基线", "behind": "已落后", "breached": "已超时", "calculated": "已计算",
    "cancelled": "已取消", "cancelled_by_client": "客户取消", "candidate": "候选", "changed": "已变更",
    "closed": "已关闭", "committed": "已写入", "completed": "已完成", "computed": "已测算", "computing": "测算中",
    "concluded": "已得出结论", "conditional": "有条件投标", "confirmed": "已确认", "decided": "已决定",
    "deleted": "已删除", "declined": "已婉拒", "delivered": "已交付", "disabled": "已停用", "discarded": "已放弃",
    "done": "已完成",
    "draft": "草稿", "drafting": "编写中", "enabled": "已启用", "ended": "已结束", "escalated": "已上报",
    "evaluated": "已评价", "expired": "已过期", "failed": "失败", "finished": "已完稿", "fitted": "已拟合",
    "fresh": "最新", "given": "已给出", "go": "投标", "held": "已举办", "identified": "已识别",
    "implemented": "已落实", "in_progress": "进行中", "in_review": "评审中", "inactive": "未生效",
    "incomplete": "不完整", "known": "已登记", "lapsed": "已失效", "lost": "丢单", "materialised": "已发生",
    "met": "已按时响应", "missed": "未兑现", "monitored": "监控中", "negative": "不值得", "negotiating": "谈判中",
    "no_decision": "未决策", "no_go": "不投标", "not_bid": "未投标", "offered": "已提供", "on_hold": "暂停",
    "open": "未结", "over": "已结束", "paused": "已暂停", "planned": "已计划", "preview": "待确认", "priced": "已定价",
    "proposed": "建议", "published": "已发布", "qualified_out": "主动放弃", "qualifying": "甄别中", "queued": "排队中",
    "rated": "已评分", "reading": "读取中", "recorded": "已登记", "rejected": "已驳回", "renewed": "已更新",
    "reopened": "已重新打开", "replaced": "已替换", "requested": "已申请", "retired": "已停用", "returned": "已退回",
    "revoked": "已撤销", "running": "进行中", "sent": "已发送", "settled": "已解决", "stale": "已过时",
    "standing": "有效", "submitted": "已提交", "superseded": "已被取代", "treated": "已应对", "triaged": "已分级",
    "tried": "已试用", "void": "已作废", "withdrawn": "已撤回", "won": "赢单", "worthwhile": "值得",
}  # fmt: skip

ACTIONS: Mapping[str, str] = {
    "accept": "接受", "activate": "启用", "agree": "达成一致", "analyse": "分析", "answer": "答复", "apply": "应用",
    "approve": "批准", "ask": "提出", "assess": "评估", "assign": "分派", "attend": "登记出席", "cancel": "取消",
    "change": "修改", "change_rows": "修改行", "choose_leading_method": "选定主估算方法",
    "clear_suspect": "清除待核实标记", "close": "关闭", "commit": "写入",
    "complete": "完成", "compute": "测算", "conclude": "得出结论", "confirm": "确认", "contact": "联系",
    "decide": "决定", "decline": "婉拒", "delete": "删除", "deliver": "交付", "disable": "停用", "discard": "放弃",
    "enable": "启用", "escalate": "上报", "evaluate": "评价", "extend": "延期", "fail": "标记失败",
    "fill": "由登记册生成",
    "finish": "完稿", "give": "给出", "hear_needs": "登记需求", "hold": "暂停", "identify": "识别",
    "judge_warnings": "判断提示",
    "implement": "落实", "invite": "邀请评价", "lapse": "失效", "map": "映射列", "materialise": "标记为已发生",
    "measure": "登记读数", "meet-condition": "确认条件满足", "message": "留言", "miss": "标记为未兑现",
    "monitor": "监控", "negotiate": "进入谈判", "nothing": "无", "offer": "提供", "override_effort": "专家估计工作量",
    "pause": "暂停", "plan": "计划", "price": "定价", "publish": "发布", "qualify": "甄别", "quotes": "登记引述",
    "rate": "评分", "reactivate": "重新启用", "rebase": "更新依据", "recompute": "重新计算", "reconsider": "重新考虑",
    "record": "登记", "record_evidence": "登记证据", "register": "登记参加人员", "reject": "驳回", "renew": "更新链接",
    "reopen": "重新打开", "repeat": "重复运行", "replace": "替换", "reply": "回复", "requirements": "生成需求",
    "resume": "恢复", "retire": "停用", "return": "退回", "revert": "还原", "review": "复核", "revise": "修订",
    "revive": "恢复", "revoke": "撤销", "send": "发送", "send_back": "退回", "set-validity": "设定有效期",
    "start": "开始", "submit": "提交", "submit-for-review": "提交评审", "supersede": "取代", "take_back": "收回",
    "treat": "应对", "triage": "分级", "void": "作废", "wait": "等待", "waive-limit": "豁免约束", "withdraw": "撤回",
    "withdraw_override": "撤销专家估计",
}  # fmt: skip

ROLES: Mapping[str, str] = {
    "architect": "架构师", "business_analyst": "业务分析师", "developer": "开发工程师", "project_manager": "项目经理",
    "tester": "测试工程师",
    "admin": "管理员", "approver": "审批人", "estimator": "估算师", "none": "无", "presales": "售前",
    "risk_manager": "风险经理", "sales": "销售", "viewer": "只读用户",
}  # fmt: skip

OTHERS: Mapping[str, str] = {
    "build": "开发", "client": "客户", "data": "数据", "deployment": "部署", "design": "设计", "functional": "功能",
    "integration": "集成", "interface": "接口", "management": "管理", "migration": "数据迁移", "performance": "性能",
    "requester": "申请人", "requirements": "需求", "security": "安全", "support": "支持", "test": "测试",
    "total": "总量", "training": "培训", "usability": "易用性", "user": "用户", "us": "我方", "warranty": "质保",
}  # fmt: skip
"""Parties, phases and kinds of requirements."""

OF_FACTS: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS, "action": ACTIONS, "possible": ChainMap({**ACTIONS}, {**STATES}), "role": ROLES, "roles": ROLES,
    "holders": ROLES, "asked": ROLES, "status": STATES, "state": STATES, "stage": STATES, "freshness": STATES,
    "outcome": STATES, "result": STATES, "decided": STATES, "recommended": STATES, "wanted": ROLES, "party": OTHERS,
    "kinds": OTHERS, "phase": OTHERS, "phases": OTHERS, "target": OTHERS,
}  # fmt: skip
"""Which table knows the words of a fact, by the fact's name."""
