"""Parts that persons settled for the lending sample: a whole solution, a strategy, service after the sale, own texts."""

from decimal import Decimal

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.authored import (
    AfterSalesPart,
    ChannelPart,
    ComponentPart,
    ConnectionPart,
    CriterionPart,
    DecisionPart,
    DeliverablePart,
    DiagramPart,
    OptionPart,
    SectionsPart,
    SectionText,
    ServiceLevelPart,
    SolutionDesign,
    StandardPart,
    StepPart,
    StrategyPart,
    ToolPart,
    ValuePart,
)
from services.proposal.content.base import Words
from services.proposal.content.client import for_client
from services.proposal.content.part_types import Authored
from services.proposal.domain.sections import SECTIONS
from tests.support.proposal.samples import events

DECISION = DecisionPart(
    question=Words(en="Build or extend?", zh="新建还是扩展？"),
    criteria=(
        CriterionPart(code="cost", name="Cost", name_zh="成本", weight=0.4),
        CriterionPart(code="time", name="Time to market", name_zh="上线时间", weight=0.35),
        CriterionPart(code="risk", name="Risk", name_zh="风险", weight=0.25),
    ),
    options=(
        OptionPart(
            code="extend", name="Extend the platform", name_zh="扩展现有平台", score=0.83,
            scores={"cost": 4, "time": 4.5, "risk": 4}, is_chosen=True, description=Words(),
        ),
        OptionPart(
            code="build", name="Build anew", name_zh="全新建设", score=0.61, scores={"cost": 3, "time": 2.5, "risk": 4}, description=Words(),
        ),
    ),
    reasons=Words(en="The platform is in use, and its interfaces are proven.", zh="现有平台已稳定运行，接口经过验证。"),
)  # fmt: skip

_LAYERS = (
    (
        "Channels",
        "渠道",
        (("app", "Mobile app", "手机端", "application"), ("counter", "Branch desk", "网点柜面", "application")),
    ),
    (
        "Business services",
        "业务服务",
        (
            ("apply", "Application service", "申请服务", "service"),
            ("rules", "Rule engine", "规则引擎", "service"),
            ("flow", "Approval workflow", "审批流程", "service"),
            ("sign", "Contract service", "合同服务", "service"),
        ),
    ),
    (
        "Data",
        "数据",
        (
            ("store", "Lending database", "信贷数据库", "data_store"),
            ("lake", "Reporting store", "报表库", "data_store"),
        ),
    ),
    (
        "Outside",
        "外部",
        (("core", "Core banking", "核心系统", "external"), ("bureau", "Credit bureau", "人行征信", "external")),
    ),
)

SOLUTION = SolutionDesign(
    summary=Words(
        en="One lending platform for small businesses, on which rules decide what they may and people decide the rest.",
        zh="面向小微企业的统一信贷平台：规则可判的自动审批，其余由人工决策。",
    ),
    objectives=(
        Words(en="Decide on the day of the application.", zh="申请当日完成审批。"),
        Words(en="Every decision can be explained.", zh="每笔决策可解释、可追溯。"),
    ),
    decisions=(DECISION,),
    components=tuple(
        ComponentPart(
            code=code, name=name, name_zh=name_zh, kind=kind, layer=layer, layer_zh=layer_zh, technology="PostgreSQL" if kind == "data_store" else None,
            description=Words(en=f"What {name.lower()} does.", zh=f"负责{name_zh}。"),
            requirement_codes=tuple(f"REQ-{number:03d}" for number in range(3 * at + 1, 3 * at + 4)) if kind == "service" else (),
        )
        for layer, layer_zh, parts in _LAYERS
        for at, (code, name, name_zh, kind) in enumerate(parts)
    ),
    connections=(
        ConnectionPart(code="c1", source="app", target="apply", protocol="HTTPS", name=Words(en="applications", zh="贷款申请")),
        ConnectionPart(code="c2", source="counter", target="apply", protocol="HTTPS"),
        ConnectionPart(code="c3", source="apply", target="rules", protocol="gRPC", data=Words(en="features", zh="特征数据")),
        ConnectionPart(code="c4", source="rules", target="flow", name=Words(en="cases for people", zh="转人工")),
        ConnectionPart(code="c5", source="apply", target="store", protocol="SQL"),
        ConnectionPart(code="c6", source="flow", target="core", protocol="MQ", data=Words(en="disbursement", zh="放款指令")),
        ConnectionPart(code="c7", source="rules", target="bureau", protocol="HTTPS", data=Words(en="reports", zh="信用报告")),
    ),
    diagrams=(
        DiagramPart(
            name="Logical view", name_zh="逻辑架构", kind="logical",
            component_codes=tuple(code for *_, parts in _LAYERS for code, *_ in parts),
        ),
    ),
    tools=(ToolPart(name="Playwright", version="1.55", purpose=Words(en="Tests in the browser", zh="浏览器自动化测试")),),
    standards=(
        StandardPart(
            code="GB/T 22239-2019", name="Baseline for cybersecurity classified protection", name_zh="网络安全等级保护基本要求",
            applies_to=Words(en="The whole platform, level 3", zh="平台整体，三级"),
        ),
    ),
    steps=(
        StepPart(name="Pilot in two branches", name_zh="两家网点试点", description=Words(en="With real applications.", zh="使用真实申请。")),
        StepPart(name="Roll-out", name_zh="全行推广"),
    ),
    deliverables=(
        DeliverablePart(code="D1", name="Platform in production", name_zh="生产环境平台", acceptance=Words(en="All must-haves pass.", zh="必须需求全部通过。")),
        DeliverablePart(code="D2", name="Operations manual", name_zh="运维手册"),
    ),
    assumptions=(Words(en="The credit bureau has a test account.", zh="征信提供测试账号。"),),
    exclusions=(Words(en="Collection of debts.", zh="催收外包。"),),
)  # fmt: skip

STRATEGY = StrategyPart(
    win_themes=(
        Words(en="First in use: the pilot runs before the new year.", zh="最快上线：年前完成试点。"),
        Words(en="Decisions that stand up to inspection.", zh="决策过程经得起检查。"),
        Words(en="One team from rules to core.", zh="规则到核心，一个团队负责。"),
    ),
    value_story=(
        ValuePart(
            pain=Words(en="Papers are sent back and forth.", zh="纸质资料反复补件。"),
            capability=Words(en="Data of tax and business registers are read at once.", zh="实时核验税务与工商数据。"),
            benefit=Words(en="Loans on the same day.", zh="当日放款。"),
            evidence=Words(en="A city bank went from nine days to one.", zh="某城商行由九天缩短至一天。"),
        ),
    ),
)

AFTER_SALES = AfterSalesPart(
    number=1,
    status="agreed",
    service_levels=(
        ServiceLevelPart(priority="critical", response_minutes=30, resolution_minutes=240, hours="7 × 24"),
        ServiceLevelPart(priority="normal", response_minutes=480, resolution_minutes=None, hours="5 × 8"),
    ),
    warranty_months=6,
    warranty_terms=None,
    channels=(ChannelPart(kind="phone", address="+86 21 5888 0000", hours="7 × 24"),),
    maintenance_price=Decimal("420000.00"),
    maintenance_currency="CNY",
)

SECTIONS_TEXT = SectionsPart(
    items=(
        *(
            SectionText(
                code=section.code,
                text=Words(en="We know your business.", zh="我们了解贵行业务。")
                if section.code == "client_background"
                else Words(),
            )
            for section in SECTIONS
        ),
        SectionText(
            code="references", title=Words(en="References", zh="成功案例"), text=Words(en="Three banks.\n\nOne insurer.", zh="三家银行。\n\n一家保险公司。")
        ),
    )
)  # fmt: skip

RICH = Authored(revision=4, solution=SOLUTION, strategy=STRATEGY, after_sales_plan=AFTER_SALES, sections=SECTIONS_TEXT)


def content_of(authored=RICH, name="lending", size=12):
    found = events(name, size)
    return for_client(assemble(Ingredients(found.baseline, found.estimate, found.price, found.risk), authored))
