"""The questionnaire that a tenant has until it adopts its own: what presales teams ask before a bid."""

from services.proposal.schemas.bids import BidPolicyIn, Choice, QuestionIn, Thresholds

_THREE = (("No", "否", 0.0), ("Partly", "部分", 0.5), ("Yes", "是", 1.0))


def _question(code: str, weight: float, text: str, text_zh: str, *, knock_out: float | None = None) -> QuestionIn:
    choices = [Choice(points=points, label=label, label_zh=label_zh) for label, label_zh, points in _THREE]
    return QuestionIn(code=code, text=text, text_zh=text_zh, weight=weight, choices=choices, knock_out=knock_out)


SHIPPED = BidPolicyIn(
    questions=[
        _question(
            "need_confirmed",
            10,
            "Has the client confirmed the need and what it costs not to act?",
            "客户是否已确认需求及不作为的代价？",
        ),
        _question("budget_known", 10, "Is there a budget that our price can meet?", "是否有我方价格可满足的预算？"),
        _question(
            "decision_process",
            8,
            "Do we know who decides, by what criteria and when?",
            "是否清楚决策人、评判标准与时间？",
        ),
        _question("champion", 8, "Does somebody with influence want us to win?", "客户内部是否有支持我方的关键人？"),
        _question(
            "requirements_fit",
            12,
            "Do our products and skills meet the must-have requirements?",
            "产品与能力是否满足必须需求？",
            knock_out=0.0,
        ),
        _question("references", 6, "Have we comparable references that may be named?", "是否有可公开的同类案例？"),
        _question("competition", 8, "Can we win against who else is in?", "与现有竞争对手相比能否取胜？"),
        _question(
            "delivery_capacity", 10, "Have we the people to deliver by the dates wanted?", "是否有足够人员按期交付？"
        ),
        _question(
            "risk_bearable",
            8,
            "Are the risks and contract terms bearable?",
            "风险与合同条款是否可承受？",
            knock_out=0.0,
        ),
        _question(
            "margin", 10, "Is the margin at our price worth the effort of the bid?", "按我方报价利润是否值得投入？"
        ),
        _question(
            "strategic",
            5,
            "Does it matter beyond itself: market, follow-up, reference?",
            "是否具有市场、后续或标杆价值？",
        ),
        _question(
            "eligible",
            5,
            "Do we meet the formal conditions: licences, certificates, bonds?",
            "是否满足资质、证书、保函等形式要求？",
            knock_out=0.0,
        ),
    ],
    thresholds=Thresholds(go=0.65, conditional=0.5),
)
