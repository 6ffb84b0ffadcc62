"""Every metric: what it is called, how it is made, what it leaves out, and of which events, in English and Chinese."""

from collections.abc import Mapping

from services.insights.domain.metrics import (
    accuracy,
    answering,
    changing,
    expecting,
    forecast,
    pursuing,
    satisfaction,
    showing,
    stages,
    supporting,
    winning,
)
from services.insights.domain.metrics.metric import Metric, Text

_UNDECIDED = ("qualified_out", "not_bid", "invalidated", "cancelled_by_client")
_OPPORTUNITY = ("requirements.opportunity.opened.v1", "requirements.opportunity.changed.v1")
_OUTCOME = "proposal.outcome.recorded.v1"
_DECIDED_ON: Text = ("the day of the decision", "决定日期")
_APPROVED = "requirements.baseline.approved.v1"
_P50: Text = ("median", "中位数")
_P90: Text = ("ninetieth percentile", "第 90 百分位")
_MEAN: Text = ("mean", "平均值")
_SCORES: Mapping[str, Text] = {
    "brier_score": ("mean of (probability − outcome)²; 0 is perfect", "（概率 − 结果）² 的平均值，0 为最佳"),
    "skill": ("1 − score ÷ score of always saying the observed share", "1 − 得分 ÷ 始终按实际比例预测的得分"),
    "mean_forecast": ("mean of what was stated", "陈述概率的平均值"),
    "observed_share": ("share that happened", "实际发生的比例"),
    "reliability": ("share that happened of those stated from … to …", "陈述概率位于区间内者的实际发生比例"),
}

METRICS: Mapping[str, Metric] = {
    one.key: one
    for one in (
        Metric(
            key="win_rate",
            name=("Win rate by number", "赢单率（按数量）"),
            parts={"rate": ("won ÷ decided", "赢单 ÷ 已决")},
            formula=(
                "opportunities won ÷ (won + lost + no decision); each by its newest outcome",
                "赢单商机数 ÷（赢单 + 丢单 + 未决策）；每个商机按其最新结果计",
            ),
            dated_by=_DECIDED_ON,
            exclusions=_UNDECIDED,
            sections=("outcome",),
            events=(_OUTCOME,),
            measure=winning.by_count,
            is_of_decided=True,
        ),
        Metric(
            key="win_rate_by_amount",
            name=("Win rate by amount", "赢单率（按金额）"),
            parts={"rate": ("offered prices won ÷ decided, in one currency", "同一货币内赢单报价 ÷ 已决报价")},
            formula=(
                (
                    "offered prices with tax of what was won ÷ of all that was decided; each currency by itself: what"
                    " is in several is never added, as no event tells a rate between them"
                ),
                "赢单商机的含税报价 ÷ 全部已决商机的含税报价；各货币分别计算，不同货币不相加（事件中没有汇率）",
            ),
            dated_by=_DECIDED_ON,
            exclusions=(*_UNDECIDED, "no_offer"),
            sections=("outcome",),
            events=(_OUTCOME,),
            measure=winning.by_amount,
            is_of_decided=True,
        ),
        Metric(
            key="conversion",
            name=("Conversion by stage", "阶段转化率"),
            parts={
                "rate": ("reached the next stage ÷ entered the stage", "进入下一阶段 ÷ 进入该阶段"),
                "pending": ("still open and not further ÷ entered the stage", "仍未结且未前进 ÷ 进入该阶段"),
            },
            formula=(
                (
                    "of the opportunities that entered a stage in a month (draft, qualifying, active, submitted,"
                    " negotiating), those that ever reached the next; after negotiating comes won. Who skips a stage"
                    " has entered it as it reached one behind it; on hold is no stage"
                ),
                (
                    "某月进入某阶段（草稿、甄别、跟进、已提交、谈判）的商机中，最终到达下一阶段的比例；谈判之后为赢单。"
                    "跳过的阶段视为在到达其后阶段时已进入；暂停不是阶段"
                ),
            ),
            dated_by=("the day of entry into the stage", "进入阶段的日期"),
            exclusions=(),
            sections=("told", "outcome"),
            events=(*_OPPORTUNITY, _OUTCOME),
            measure=stages.conversion,
        ),
        Metric(
            key="time_in_stage",
            name=("Time in stage", "阶段停留时间"),
            parts={"p50": _P50, "p90": _P90, "mean": _MEAN},
            formula=(
                "days of 24 hours from entering a stage to leaving it, of each stay by itself; on hold is a stage here",
                "从进入阶段到离开阶段的天数（每天 24 小时），每次停留分别计算；此处暂停也算阶段",
            ),
            dated_by=("the day of leaving the stage", "离开阶段的日期"),
            exclusions=("still_there",),
            sections=("told",),
            events=(*_OPPORTUNITY, "requirements.opportunity.closed.v1"),
            measure=stages.time_in_stage,
        ),
        Metric(
            key="cycle_time",
            name=("Cycle times", "周期"),
            parts={"p50": _P50, "p90": _P90, "mean": _MEAN},
            formula=(
                (
                    "days of 24 hours: opening to first approved baseline; that to the first submitted proposal; that"
                    " to the decision; opening to the decision. A decision is taken as its day starts, and never before"
                    " what it follows"
                ),
                (
                    "天数（每天 24 小时）：立项至首个批准的基线；其后至首次提交方案；其后至决定；立项至决定。"
                    "决定以当日开始时计，且不早于其前一步"
                ),
            ),
            dated_by=("the day of the later step", "后一步的日期"),
            exclusions=("never_opened", "never_approved", "never_submitted"),
            sections=("told", "work", "outcome"),
            events=(*_OPPORTUNITY, _APPROVED, "proposal.proposal.submitted.v1", _OUTCOME),
            measure=stages.cycle_time,
        ),
        Metric(
            key="satisfaction",
            name=("Satisfaction", "满意度"),
            parts={
                "csat_top_2": ("marks 4 and 5 ÷ all marks of CSAT", "CSAT 4、5 分 ÷ 全部评分"),
                "nps": (
                    "(9 and 10 less 0 to 6) ÷ all marks of NPS, −1 … 1",
                    "（9–10 分 − 0–6 分）÷ 全部 NPS 评分，−1 … 1",
                ),
                "response_rate": ("answered by link ÷ sent by link", "链接已答 ÷ 链接已发"),
                "verbatims": ("what was said, newest first", "客户原话，最新在前"),
            },
            formula=(
                (
                    "CSAT top-2 and NPS of answers in the period; response rate of invitations sent in the period,"
                    " whenever they were answered"
                ),
                "时段内答复的 CSAT 前两档比例与 NPS；时段内发出的邀请的回复率（无论何时答复）",
            ),
            dated_by=("the day of the answer; of sending for the response rate", "答复日期；回复率按发送日期"),
            exclusions=("no_score", "not_asked_by_link"),
            sections=("surveys",),
            events=("engagement.survey.sent.v1", "engagement.survey.answered.v1"),
            measure=satisfaction.satisfaction,
        ),
        Metric(
            key="response_time",
            name=("Response time", "响应时间"),
            parts={
                "p50": _P50,
                "p90": _P90,
                "in_time": (
                    "in time ÷ (in time + late + overdue and not answered)",
                    "按时 ÷（按时 + 超时 + 逾期未答）",
                ),
            },
            formula=(
                (
                    "business minutes of the response clock until the answer, pauses left out, for first and following"
                    " answers and resolutions"
                ),
                "响应时限从开始到答复的工作分钟数（扣除暂停），分别统计首次答复、后续答复与解决",
            ),
            dated_by=("the day on which the clock started", "计时开始日期"),
            exclusions=("not_answered", "not_due"),
            sections=("clocks",),
            events=tuple(f"engagement.response_clock.{state}.v1" for state in ("neared", "breached", "met", "missed")),
            measure=answering.response_time,
        ),
        Metric(
            key="pursuit_hours",
            name=("Hours of pursuits", "跟进工时"),
            parts={
                "mean": _MEAN,
                "p50": _P50,
                "p90": _P90,
                "per_won": ("hours of all that ended ÷ opportunities won", "全部已结商机工时 ÷ 赢单数"),
            },
            formula=(
                "recorded hours of each opportunity that ended in the period, and their sum ÷ those won",
                "时段内结束的各商机的工时，及其合计 ÷ 赢单数",
            ),
            dated_by=_DECIDED_ON,
            exclusions=("no_hours",),
            sections=("effort", "outcome"),
            events=("engagement.pursuit.totalled.v1", _OUTCOME),
            measure=pursuing.pursuit_hours,
            is_of_decided=True,
        ),
        Metric(
            key="pursuit_cost",
            name=("Cost of pursuits", "跟进成本"),
            parts={
                "mean": _MEAN,
                "per_won": ("cost of all that ended ÷ opportunities won", "全部已结商机成本 ÷ 赢单数"),
                "cost_to_margin": ("cost of won ones ÷ their margin", "赢单商机跟进成本 ÷ 其毛利"),
            },
            formula=(
                (
                    "cost of the hours of each opportunity that ended in the period, in each currency by itself; the"
                    " margin is price without tax less the whole budget, of the newest price of the estimate that the"
                    " last submitted proposal stands on"
                ),
                "时段内结束的各商机的工时成本，各货币分别计算；毛利为最近提交的方案所依据估算的最新不含税价格减去总预算",
            ),
            dated_by=_DECIDED_ON,
            exclusions=("no_hours", "hours_without_cost", "no_margin", "other_currency"),
            sections=("effort", "work", "outcome"),
            events=(
                "engagement.pursuit.totalled.v1",
                "estimation.estimate.priced.v1",
                "proposal.proposal.drafted.v1",
                "proposal.proposal.submitted.v1",
                _OUTCOME,
            ),
            measure=pursuing.pursuit_cost,
            is_of_decided=True,
            tells_costs=True,
        ),
        Metric(
            key="effort_accuracy",
            name=("Accuracy of effort estimates", "工作量估算准确度"),
            parts={
                "pred_25": ("share within 25 % of the actual effort", "误差不超过实际工作量 25 % 的比例"),
                "mmre": ("mean of |actual − estimated| ÷ actual", "|实际 − 估算| ÷ 实际 的平均值"),
                "median_mre": ("median of |actual − estimated| ÷ actual", "|实际 − 估算| ÷ 实际 的中位数"),
                "p80_coverage": ("actual ≤ P80 ÷ projects with a P80; 0.8 is right", "实际 ≤ P80 的比例，0.8 为准"),
                "interval_80_coverage": (
                    "actual between the 10 % and 90 % of the leading method; 0.8 is right",
                    "实际处于主估算方法 10 %–90 % 区间的比例，0.8 为准",
                ),
            },
            formula=(
                "of delivered projects with an estimate, as they were recorded last",
                "有估算的已交付项目，按最近一次登记",
            ),
            dated_by=("the day on which the project finished, else was recorded", "项目完成日期；缺失时按登记日期"),
            exclusions=("excluded_from_calibration", "no_estimate", "no_effort", "no_p80", "no_interval"),
            sections=("deliveries", "work"),
            events=("estimation.past_project.recorded.v1", "estimation.estimate.completed.v1"),
            measure=accuracy.effort_accuracy,
        ),
        Metric(
            key="win_probability",
            name=("Calibration of win probabilities", "赢单概率校准"),
            parts=_SCORES,
            formula=(
                "win probability at the submission against won (1), lost or no decision (0)",
                "提交时的赢单概率与结果对比：赢单为 1，丢单或未决策为 0",
            ),
            dated_by=_DECIDED_ON,
            exclusions=(*_UNDECIDED, "no_probability"),
            sections=("outcome",),
            events=(_OUTCOME,),
            measure=expecting.win_probability,
            is_of_decided=True,
        ),
        Metric(
            key="risk_probability",
            name=("Calibration of risk probabilities", "风险概率校准"),
            parts=_SCORES,
            formula=(
                "stated probability of a risk against whether it happened (1) or did not (0)",
                "风险的陈述概率与是否发生对比：发生为 1，未发生为 0",
            ),
            dated_by=("the day on which its outcome was said", "结果登记日期"),
            exclusions=("was_no_risk", "no_probability"),
            sections=("risks",),
            events=("risk.risk.recorded.v1",),
            measure=expecting.risk_probability,
        ),
        Metric(
            key="requirement_churn",
            name=("Requirement churn", "需求变动率"),
            parts={
                "churn": (
                    "(added + changed + removed) ÷ requirements before",
                    "（新增 + 变更 + 删除）÷ 前一基线需求数",
                ),
                "added": ("added ÷ requirements before", "新增 ÷ 前一基线需求数"),
                "changed": ("changed ÷ requirements before", "变更 ÷ 前一基线需求数"),
                "removed": ("removed ÷ requirements before", "删除 ÷ 前一基线需求数"),
            },
            formula=(
                (
                    "over each approved baseline that follows another of its opportunity; a requirement has changed"
                    " where its title, statement, kind, priority, acceptance criteria, metric or size has"
                ),
                "对每个在前一基线之后批准的基线；标题、陈述、类型、优先级、验收标准、指标或规模有变即为变更",
            ),
            dated_by=("the day of approval of the later baseline", "后一基线的批准日期"),
            exclusions=("first_baseline",),
            sections=("needs",),
            events=(_APPROVED,),
            measure=changing.requirement_churn,
        ),
        Metric(
            key="rework",
            name=("Rework after the baseline", "基线后返工"),
            parts={
                "reworked": ("with another baseline ÷ with any", "有后续基线的商机 ÷ 有基线的商机"),
                "baselines_after_first": ("mean number of baselines after the first", "首个基线之后的平均基线数"),
            },
            formula=("approved baselines of an opportunity after its first", "商机首个基线之后批准的基线"),
            dated_by=("the day of the first approval", "首次批准日期"),
            exclusions=(),
            sections=("work",),
            events=(_APPROVED,),
            measure=changing.rework,
        ),
        Metric(
            key="material_use",
            name=("Reuse of selling material", "销售材料复用"),
            parts={
                "uses": ("how often it was shown", "使用次数"),
                "reused": ("uses after the first ÷ uses", "首次之后的使用 ÷ 使用次数"),
                "win_rate": ("won ÷ decided of the opportunities that saw it", "使用该材料的已决商机的赢单率"),
            },
            formula=("by material, all its versions together", "按材料统计，各版本合并"),
            dated_by=("the day of use", "使用日期"),
            exclusions=("open", *_UNDECIDED),
            sections=("materials", "outcome"),
            events=("proposal.material.used.v1", _OUTCOME),
            measure=showing.material_use,
        ),
        Metric(
            key="support_load",
            name=("Support load", "支持负荷"),
            parts={
                "requests": ("requests", "申请数"),
                "delivered": ("delivered ÷ not declined", "已交付 ÷ 未婉拒"),
                "reopened": ("reopened at least once ÷ not declined", "至少重开一次 ÷ 未婉拒"),
                "rating": ("mean of marks 1 … 5", "评分（1–5）平均值"),
            },
            formula=("support requests by domain and kind", "按领域与类型统计的支持申请"),
            dated_by=("the day on which it was requested", "申请日期"),
            exclusions=("declined", "not_rated"),
            sections=("support",),
            events=("engagement.support_request.recorded.v1",),
            measure=supporting.support_load,
        ),
        Metric(
            key="weighted_pipeline",
            name=("Forecast", "加权商机预测"),
            parts={
                "pipeline": ("sum of expected values", "预计金额合计"),
                "expected": ("Σ probability × value", "Σ 概率 × 金额"),
                "deviation": ("standard deviation of what is won", "赢单金额的标准差"),
                "p10": ("not exceeded with 10 % probability", "以 10 % 概率不超过"),
                "p50": ("not exceeded with 50 % probability", "以 50 % 概率不超过"),
                "p90": ("not exceeded with 90 % probability", "以 90 % 概率不超过"),
            },
            formula=(
                (
                    "open opportunities by month of expected close and currency: each is won with its stated"
                    " probability or not at all, independently; percentiles by convolution on a grid of 4,096 steps"
                ),
                "按预计成交月份与货币统计未结商机：各商机以其陈述概率赢得或落空，相互独立；百分位由 4096 格卷积求得",
            ),
            dated_by=("the expected day of closing", "预计成交日期"),
            exclusions=("no_close_date", "close_date_passed", "no_value", "no_probability"),
            sections=("told", "outcome"),
            events=(*_OPPORTUNITY, _OUTCOME),
            measure=forecast.weighted_pipeline,
        ),
    )
}
"""By their keys, in the order in which they are listed."""
