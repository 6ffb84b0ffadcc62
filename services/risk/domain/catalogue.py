"""The risk catalogue: causes that baselines and estimates show, with usual likelihood, impact and response.

The numbers are starting values for a person to judge, as shares of what the cause can hit: cost of the affected lines,
days of the plan that they fill. Probability runs from the first to the second figure with the strength of the cause.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.risk.domain import triggers
from services.risk.domain.project import Project
from services.risk.domain.three_point import ThreePoint
from services.risk.domain.triggers import Finding


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in both languages; `{…}` are facts of the finding."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of risk: when it is proposed, and as what."""

    id: str
    number: int
    """Shows in the risk's code; never used again for another rule."""
    category: str
    find: Callable[[Project], Iterable[Finding]]
    title: Words
    """The uncertain event."""
    cause: Words
    effect: Words
    explanation: Words
    probability: tuple[float, float]
    cost: ThreePoint
    days: ThreePoint
    strategy: str
    preventive: Words
    contingency: Words
    owner_role: str
    response_share: float
    """Cost of the response as a share of the cost that it protects."""
    probability_factor: float = 0.7
    """What the preventive measure leaves of the probability; `probability` is with it in place."""
    impact_factor: float = 0.8
    """What the contingency measure leaves of the impact; `cost` and `days` are with it in place."""


RULES = (
    Rule(
        id="performance_unmeasured",
        number=1,
        category="technical",
        find=triggers.unmeasured_performance,
        title=Words("The client expects more performance than was built", "客户期望的性能高于实际交付"),
        cause=Words("Performance is asked for without a figure", "性能需求没有量化指标"),
        effect=Words("Rework on architecture and tests late in the project", "项目后期返工架构与测试"),
        explanation=Words(
            "{count} of {total} performance requirements have no metric: {codes}.",
            "{total} 条性能需求中有 {count} 条没有指标：{codes}。",
        ),
        probability=(0.2, 0.45),
        cost=ThreePoint(0.05, 0.15, 0.40),
        days=ThreePoint(0.03, 0.08, 0.20),
        strategy="mitigate",
        preventive=Words(
            "Agree on measurable figures and a test procedure before design", "设计前与客户商定可度量指标与测试方法"
        ),
        contingency=Words("Profile first, then offer scaling as a priced change", "先做性能剖析，再以变更方式报价扩容"),
        owner_role="architect",
        response_share=0.02,
    ),
    Rule(
        id="performance_demanding",
        number=2,
        category="technical",
        find=triggers.demanding_performance,
        title=Words("The promised performance is not reached at first", "首次测试达不到承诺的性能"),
        cause=Words("A demanding figure is promised: {promise}", "承诺了较高的性能指标：{promise}"),
        effect=Words("Tuning, more hardware, a later acceptance", "需要调优、增加硬件，验收推迟"),
        explanation=Words(
            "{label} promises {promise}, which is hard to reach.", "{label} 承诺 {promise}，实现难度较高。"
        ),
        probability=(0.15, 0.35),
        cost=ThreePoint(0.10, 0.25, 0.60),
        days=ThreePoint(0.05, 0.12, 0.30),
        strategy="mitigate",
        preventive=Words("Load test a thin slice in the first iteration", "第一轮迭代即对最小可用链路做压力测试"),
        contingency=Words("Add cache and capacity; agree on a staged target", "增加缓存与容量，与客户约定分阶段达标"),
        owner_role="architect",
        response_share=0.05,
    ),
    Rule(
        id="acceptance_missing",
        number=3,
        category="management",
        find=triggers.missing_acceptance,
        title=Words("Acceptance is disputed", "验收时产生争议"),
        cause=Words("Must-haves say nothing about how they are accepted", "必须需求没有验收标准"),
        effect=Words("Unpaid rework and a delayed final payment", "无偿返工，尾款延后"),
        explanation=Words(
            "{count} of {total} must-haves have no acceptance criterion: {codes}.",
            "{total} 条必须需求中有 {count} 条没有验收标准：{codes}。",
        ),
        probability=(0.25, 0.55),
        cost=ThreePoint(0.005, 0.02, 0.06),
        days=ThreePoint(0.005, 0.02, 0.06),
        strategy="mitigate",
        preventive=Words(
            "Write criteria with the client before the contract is signed", "签约前与客户共同编写验收标准"
        ),
        contingency=Words(
            "Use the demonstrated prototype as reference; escalate to both sponsors",
            "以已演示的原型为准，并升级至双方负责人",
        ),
        owner_role="business_analyst",
        response_share=0.005,
    ),
    Rule(
        id="external_interfaces",
        number=4,
        category="technical",
        find=triggers.external_interfaces,
        title=Words("A partner system is late or differs from its description", "对接系统延期或与接口说明不符"),
        cause=Words("Systems of others must be connected", "需要与外部系统对接"),
        effect=Words("Integration waits, adapters are written twice", "集成等待，适配代码重复开发"),
        explanation=Words("{count} interface requirements: {codes}.", "{count} 条接口需求：{codes}。"),
        probability=(0.25, 0.55),
        cost=ThreePoint(0.05, 0.15, 0.40),
        days=ThreePoint(0.05, 0.15, 0.40),
        strategy="mitigate",
        preventive=Words(
            "Get specifications and test access in writing; build simulators", "书面取得接口文档与测试环境，先建模拟器"
        ),
        contingency=Words("Go live with file exchange, connect later", "先以文件交换上线，后续再实时对接"),
        owner_role="architect",
        response_share=0.03,
    ),
    Rule(
        id="data_migration",
        number=5,
        category="technical",
        find=triggers.data_migration,
        title=Words("Existing data are worse than assumed", "历史数据质量差于预期"),
        cause=Words("Existing data must be moved", "需要迁移历史数据"),
        effect=Words("More cleansing, repeated trial runs, a later go-live", "清洗工作增加、反复演练、上线推迟"),
        explanation=Words("{codes} ask(s) for the moving of existing data.", "{codes} 涉及历史数据迁移。"),
        probability=(0.3, 0.5),
        cost=ThreePoint(0.10, 0.25, 0.70),
        days=ThreePoint(0.05, 0.15, 0.40),
        strategy="mitigate",
        preventive=Words(
            "Profile the data before the offer is final; the client cleanses at the source",
            "报价前做数据剖析，由客户在源头清洗",
        ),
        contingency=Words("Migrate what is active, archive the rest read-only", "先迁移活跃数据，其余只读归档"),
        owner_role="developer",
        response_share=0.04,
    ),
    Rule(
        id="security_load",
        number=6,
        category="security",
        find=triggers.security_load,
        title=Words("An audit finds gaps shortly before go-live", "上线前的安全或合规测评发现缺陷"),
        cause=Words("Many requirements of security and compliance", "安全与合规要求较多"),
        effect=Words("Hardening and a second audit", "需要加固并重新测评"),
        explanation=Words(
            "{count} requirements of security or compliance: {codes}.", "{count} 条安全或合规需求：{codes}。"
        ),
        probability=(0.2, 0.45),
        cost=ThreePoint(0.03, 0.12, 0.30),
        days=ThreePoint(0.03, 0.10, 0.25),
        strategy="mitigate",
        preventive=Words(
            "Threat model in design, pre-audit one month before go-live", "设计阶段做威胁建模，上线前一个月预测评"
        ),
        contingency=Words(
            "Fix critical findings, agree on a dated plan for the rest", "先修复高危项，其余约定整改期限"
        ),
        owner_role="architect",
        response_share=0.04,
    ),
    Rule(
        id="unsized_requirements",
        number=7,
        category="management",
        find=triggers.unsized_requirements,
        title=Words("Work turns out larger than its default size", "实际工作量大于默认规模"),
        cause=Words("Requirements were estimated without a size", "部分需求没有规模数据即被估算"),
        effect=Words("Effort and dates grow during design", "设计阶段工作量与工期增加"),
        explanation=Words(
            "{count} of {total} requirements are not sized: {codes}.",
            "{total} 条需求中有 {count} 条没有规模：{codes}。",
        ),
        probability=(0.35, 0.6),
        cost=ThreePoint(0.05, 0.20, 0.60),
        days=ThreePoint(0.03, 0.10, 0.30),
        strategy="mitigate",
        preventive=Words("Size them with the client in a workshop", "与客户开工作坊补充规模"),
        contingency=Words("Trade scope by priority", "按优先级调整范围"),
        owner_role="business_analyst",
        response_share=0.01,
    ),
    Rule(
        id="methods_divergent",
        number=8,
        category="management",
        find=triggers.divergent_methods,
        title=Words("The estimate proves too low as a whole", "整体估算偏低"),
        cause=Words("Two estimating methods contradict each other", "两种估算方法结果差异较大"),
        effect=Words("Cost overrun over all phases", "各阶段成本超支"),
        explanation=Words(
            "The methods differ by {divergence} (person-days: {answers}).",
            "估算方法相差 {divergence}（人天：{answers}）。",
        ),
        probability=(0.25, 0.5),
        cost=ThreePoint(0.01, 0.03, 0.08),
        days=ThreePoint(0.005, 0.02, 0.05),
        strategy="mitigate",
        preventive=Words("Review size and productivity with a second estimator", "由第二位估算人复核规模与生产率"),
        contingency=Words("Re-plan after the first milestone", "首个里程碑后重新计划"),
        owner_role="project_manager",
        response_share=0.003,
    ),
    Rule(
        id="date_tight",
        number=9,
        category="schedule",
        find=triggers.tight_dates,
        title=Words("The latest date is missed", "无法按最迟日期交付"),
        cause=Words("The date leaves little room beside the plan", "客户日期几乎没有余量"),
        effect=Words("Overtime, additional people, penalties", "加班、增员、违约金"),
        explanation=Words(
            "{name}: {room} working days until {latest}, the plan needs {planned}.",
            "{name}：至 {latest} 有 {room} 个工作日，计划需要 {planned} 天。",
        ),
        probability=(0.25, 0.75),
        cost=ThreePoint(0.005, 0.015, 0.04),
        days=ThreePoint(0.01, 0.03, 0.08),
        strategy="mitigate",
        preventive=Words("Agree on a first release of must-haves for the date", "与客户约定以必须需求作为首期按期交付"),
        contingency=Words("Add a second team for build and test", "开发与测试阶段增加第二小组"),
        owner_role="project_manager",
        response_share=0.005,
    ),
    Rule(
        id="budget_tight",
        number=10,
        category="commercial",
        find=triggers.tight_budget,
        title=Words("The client presses the price below what the work costs", "客户将价格压到成本以下"),
        cause=Words("The budget is close to the base cost", "客户预算接近基础成本"),
        effect=Words("Margin is lost, or work is done unpaid", "利润受损或无偿工作"),
        explanation=Words(
            "The base cost takes more than {share} of the budget {budget} ({name}).",
            "基础成本超过预算 {budget} 的 {share}({name})。",
        ),
        probability=(0.2, 0.6),
        cost=ThreePoint(0.005, 0.02, 0.06),
        days=ThreePoint(0.0, 0.0, 0.0),
        strategy="escalate",
        preventive=Words("Offer options by priority instead of discounts", "按优先级提供可选方案而非直接降价"),
        contingency=Words("Take optional requirements out of the offer", "从报价中移出可选需求"),
        owner_role="account_manager",
        response_share=0.0,
    ),
    Rule(
        id="dependency_hub",
        number=11,
        category="technical",
        find=triggers.dependency_hubs,
        title=Words("{hub} is late and holds up what depends on it", "{hub} 延误并拖延依赖它的工作"),
        cause=Words("{count} requirements depend directly on {hub}", "{count} 条需求直接依赖 {hub}"),
        effect=Words("Teams wait, the order of work is turned around", "团队等待，工作顺序被打乱"),
        explanation=Words("{count} requirements wait for {hub}: {codes}.", "{count} 条需求等待 {hub}：{codes}。"),
        probability=(0.2, 0.4),
        cost=ThreePoint(0.01, 0.03, 0.08),
        days=ThreePoint(0.03, 0.08, 0.20),
        strategy="mitigate",
        preventive=Words("Build it first and freeze its interface early", "优先开发并尽早冻结其接口"),
        contingency=Words("Work against a stub of the agreed interface", "按约定接口的桩先行开发"),
        owner_role="architect",
        response_share=0.01,
    ),
    Rule(
        id="scarce_role",
        number=12,
        category="resource",
        find=triggers.scarce_roles,
        title=Words("The only {role} is missing for weeks", "唯一的{role_zh}长时间缺席"),
        cause=Words("One person alone fills a role that is needed all the time", "关键角色仅一人且长期满负荷"),
        effect=Words("Work stops until a substitute has settled in", "在替补到位前工作停顿"),
        explanation=Words("One {role} is busy for {load} of the plan.", "仅一名{role_zh}，占用计划工期的 {load}。"),
        probability=(0.15, 0.35),
        cost=ThreePoint(0.005, 0.01, 0.03),
        days=ThreePoint(0.01, 0.03, 0.07),
        strategy="mitigate",
        preventive=Words("Name a deputy who takes part from the start", "从一开始指定并参与的替补人员"),
        contingency=Words("Hire from the partner pool at agreed rates", "按约定费率从合作伙伴调人"),
        owner_role="project_manager",
        response_share=0.005,
    ),
    Rule(
        id="supplied_parts",
        number=13,
        category="market",
        find=triggers.supplied_parts,
        title=Words("A supplier raises prices or delivers late", "供应商涨价或延迟供货"),
        cause=Words("A good part of the cost is bought from others", "外购部分占成本比重较大"),
        effect=Words("Purchases cost more, installation waits", "采购成本上升，安装等待"),
        explanation=Words("Purchases are {share} of the base cost: {items}.", "外购占基础成本的 {share}：{items_zh}。"),
        probability=(0.15, 0.35),
        cost=ThreePoint(0.03, 0.08, 0.20),
        days=ThreePoint(0.0, 0.01, 0.03),
        strategy="transfer",
        preventive=Words("Bind prices and dates by an option before the offer", "报价前以选择权锁定价格与交期"),
        contingency=Words("Take the second source named in the offer", "启用报价中列明的第二供应商"),
        owner_role="account_manager",
        response_share=0.01,
    ),
    Rule(
        id="assumptions_unconfirmed",
        number=14,
        category="management",
        find=triggers.unconfirmed_assumptions,
        title=Words("Assumptions of the offer prove wrong", "方案假设不成立"),
        cause=Words("The offer stands on assumptions that nobody has confirmed", "方案依赖尚未确认的假设"),
        effect=Words("Changes that the client does not want to pay", "产生客户不愿付费的变更"),
        explanation=Words(
            "{count} assumptions are open, the first: {first}", "有 {count} 条假设尚待确认，首条：{first}"
        ),
        probability=(0.25, 0.5),
        cost=ThreePoint(0.005, 0.015, 0.04),
        days=ThreePoint(0.005, 0.015, 0.04),
        strategy="transfer",
        preventive=Words(
            "Have each confirmed in writing; the rest become contract terms", "逐条书面确认，其余写入合同条款"
        ),
        contingency=Words("Raise a change request at once", "立即提出变更申请"),
        owner_role="account_manager",
        response_share=0.001,
    ),
    Rule(
        id="flat_priorities",
        number=15,
        category="management",
        find=triggers.flat_priorities,
        title=Words("Scope grows and nothing can be dropped", "范围蔓延且无法取舍"),
        cause=Words("Nearly everything is a must", "几乎所有需求都是必须"),
        effect=Words("More work at the same price", "同样价格下工作增多"),
        explanation=Words("{musts} of {total} requirements are musts.", "{total} 条需求中有 {musts} 条为必须。"),
        probability=(0.25, 0.45),
        cost=ThreePoint(0.005, 0.015, 0.04),
        days=ThreePoint(0.005, 0.015, 0.04),
        strategy="mitigate",
        preventive=Words("Rank the must-haves with the client", "与客户对必须需求排序"),
        contingency=Words("Change control: new against old", "执行变更控制，以新换旧"),
        owner_role="business_analyst",
        response_share=0.001,
    ),
    Rule(
        id="product_gap",
        number=16,
        category="technical",
        find=triggers.product_gaps,
        title=Words("Closing the gap for {requirement} takes longer", "弥补 {requirement} 的产品差距超出计划"),
        cause=Words(
            "{requirement} is {verdict} by {product}: {gap}", "{requirement} 由{product_zh}{verdict_zh}，差距：{gap}"
        ),
        effect=Words("More development than planned, acceptance at risk", "开发量超出计划，影响验收"),
        explanation=Words(
            "The fit assessment says that {requirement} is {verdict} by {product}.",
            "产品符合性评估：{requirement} 由{product_zh}{verdict_zh}。",
        ),
        probability=(0.15, 0.55),
        cost=ThreePoint(0.05, 0.20, 0.60),
        days=ThreePoint(0.0, 0.10, 0.30),
        strategy="mitigate",
        preventive=Words(
            "Prove the missing part in a proof of concept, or agree on the alternative",
            "以概念验证证明缺口部分，或与客户商定替代方案",
        ),
        contingency=Words(
            "Deliver the alternative first, the rest in a second release", "先交付替代方案，其余列入二期"
        ),
        owner_role="architect",
        response_share=0.05,
    ),
)
