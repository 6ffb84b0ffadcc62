"""Whole sample opportunities as the four events that a proposal is made of, with figures that agree."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path
from types import SimpleNamespace
from uuid import NAMESPACE_URL, uuid5

from services.proposal.domain.heat_map import RATINGS
from shared.language.events.estimation import (
    CostItem,
    EstimateCompleted,
    EstimateLine,
    EstimatePriced,
    MethodResult,
    MonthBudget,
    PaymentMilestone,
    PhaseBudget,
    PhaseEffort,
    PriceLine,
)
from shared.language.events.requirements import (
    BaselineApproved,
    ConcernFacts,
    ConstraintFacts,
    MetricFacts,
    OpportunityFacts,
    RequirementFacts,
    SizeFacts,
    SourceFacts,
)
from shared.language.events.risk import CurvePoint, PhaseReserve, ResponseFacts, RiskBudgetCalculated, RiskFacts
from shared.language.events.values import Basis, ThreePoint
from shared.language.money import Money, allocated, quantised

PHASES = ("requirements", "design", "build", "test", "deployment", "warranty")
SHARES = {"requirements": 0.1425, "design": 0.1238, "build": 0.3956, "test": 0.2301, "deployment": 0.108}
MIX = {
    "requirements": {"business_analyst": 0.7, "architect": 0.3},
    "design": {"architect": 0.55, "developer": 0.25, "ui_designer": 0.2},
    "build": {"developer": 0.85, "architect": 0.1, "ui_designer": 0.05},
    "test": {"tester": 0.65, "developer": 0.35},
    "deployment": {"developer": 0.5, "devops_engineer": 0.5},
}
TEAM = {
    "project_manager": 1.0,
    "business_analyst": 3.0,
    "architect": 2.0,
    "ui_designer": 1.0,
    "developer": 8.0,
    "tester": 4.0,
    "devops_engineer": 3.0,
}
RATES = {
    "CNY": {
        "project_manager": 2400, "business_analyst": 1900, "architect": 2800, "ui_designer": 1600,
        "developer": 1750, "tester": 1300, "devops_engineer": 1800,
    },
    "USD": {
        "project_manager": 820, "business_analyst": 700, "architect": 950, "ui_designer": 600,
        "developer": 680, "tester": 520, "devops_engineer": 720,
    },
}  # fmt: skip
STANDING = (
    ("management", "Project management", "项目管理", 0.10, {"project_manager": 1.0}, dict.fromkeys(PHASES[:5], 0.2)),
    ("quality_assurance", "Quality assurance", "质量保证", 0.04, {"tester": 1.0}, {"build": 0.5, "test": 0.5}),
    ("deployment", "Deployment and cut-over", "部署与切换", 0.03, {"devops_engineer": 1.0}, {"deployment": 1.0}),
    ("training", "Training", "培训", 0.02, {"business_analyst": 1.0}, {"deployment": 1.0}),
    ("warranty", "Warranty", "质保支持", 0.05, {"developer": 0.7, "tester": 0.3}, {"warranty": 1.0}),
)  # fmt: skip
RISKS = (
    ("technical", "Core interfaces come late", "核心接口联调延期", "core interfaces have not been load-tested", "接口能力未经压测", "integration test starts late", "联调与集成测试推迟", 0.5, 4, "mitigate"),
    ("external", "Access to outside data is delayed", "外部数据源开通延迟", "contracts with data providers are open", "数据源合同尚未签订", "credit models cannot be tested with real data", "授信模型无法用真实数据验证", 0.3, 4, "transfer"),
    ("resource", "Client experts are not available", "客户方骨干投入不足", "experts serve several projects", "业务骨干同时参与多个项目", "decisions and reviews take longer", "评审与决策延后", 0.5, 3, "mitigate"),
    ("schedule", "Regulatory reports change", "监管报表口径调整", "the regulator has announced a revision", "监管机构已预告修订", "reports are built twice", "报表需要返工", 0.3, 3, "accept"),
    ("technical", "Migrated data are of poor quality", "历史数据质量不佳", "the old system has few checks", "旧系统校验不足", "cleansing takes more rounds", "清洗轮次增加", 0.4, 3, "mitigate"),
    ("management", "Scope grows during design", "设计期需求膨胀", "stakeholders have different pictures", "各部门对范围理解不一", "more change requests than usual", "变更请求偏多", 0.5, 2, "mitigate"),
    ("security", "Penetration test finds severe gaps", "渗透测试发现高危漏洞", "security levels are strict", "等保要求严格", "rework before go-live", "上线前返工", 0.2, 4, "mitigate"),
    ("resource", "A key person leaves", "关键人员离职", "the market for architects is tight", "架构人才市场紧张", "knowledge is lost and rebuilt", "知识流失、重新积累", 0.1, 4, "mitigate"),
    ("technical", "Load targets are missed at first", "首轮压测未达标", "peak load is estimated only", "峰值负载为估算值", "tuning takes additional weeks", "调优占用额外时间", 0.3, 2, "mitigate"),
    ("market", "A rival offers a packaged product cheaply", "竞争对手低价投标", "packaged products exist", "市场已有产品化方案", "price pressure", "价格承压", 0.5, 3, "accept"),
)  # fmt: skip
LEVELS = {0.1: 1, 0.2: 2, 0.3: 2, 0.4: 3, 0.5: 3}


METRIC = MetricFacts(name="response", operator="<=", value=1500, unit="ms", condition="under 200 users")


def facts(name, size=None):
    """The raw sample, cut to its first `size` requirements; of more than it has, they come again with a number."""
    raw = json.loads((Path(__file__).parents[2] / "proposal" / "cases" / f"{name}.json").read_text(encoding="utf-8"))
    rows = raw["requirements"]
    if size is not None:
        raw["requirements"] = [
            [group, f"{title} ({at // len(rows) + 1})" if at >= len(rows) else title, *rest]
            for at, (group, title, *rest) in enumerate(islice(cycle(rows), size))
        ]
    return raw


def key(*parts):
    return uuid5(NAMESPACE_URL, "/".join(map(str, parts)))


def events(name="lending", size=None, epoch=1, estimate_revision=1, risk_revision=1, scale=1.0, drop=()):
    """baseline, estimate, risk and price of one basis. `scale` stretches effort, `drop` leaves out requirements."""
    raw = facts(name, size)
    opportunity = OpportunityFacts(**raw["opportunity"], client_assumptions=raw["opportunity"].get("assumptions", ()))
    opportunity_id = key(name)
    needs = {int(a): b for a, b in raw["needs"].items()}
    count = len(raw["requirements"])
    requirements = tuple(
        RequirementFacts(
            id=key(name, number),
            code=f"REQ-{number:03d}",
            title=title,
            statement=statement,
            kind=kind,
            priority=priority,
            group=group,
            acceptance_criteria=("Shown in the acceptance test",) * (number % 4 == 1),
            metric=METRIC if kind == "performance" else None,
            size=SizeFacts(internal_files=number % 3, inputs=2 + number % 4, outputs=number % 3, queries=2),
            depends_on=tuple(key(name, other) for other in needs.get(number, ()) if other <= count),
            sources=(SourceFacts(document=source[0], location=source[1], quote=statement),),
        )
        for number, (group, title, statement, kind, priority, source) in enumerate(raw["requirements"], 1)
        if number not in drop
    )
    basis = Basis(
        baseline_id=key(name, "baseline", epoch),
        baseline_number=epoch,
        epoch=epoch,
        content_hash=f"{epoch:064x}",
    )
    baseline = BaselineApproved(
        opportunity_id=opportunity_id,
        **basis.model_dump(),
        author=opportunity.owner,
        approved_by="wang.min",
        approved_at=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        opportunity=opportunity,
        requirements=requirements,
        constraints=(
            ConstraintFacts(
                id=key(name, "budget"), kind="budget", name="项目预算" if opportunity.language == "zh" else "Budget",
                is_hard=False, budget_max=Money.of(raw["budget"], opportunity.currency),
            ),
            ConstraintFacts(
                id=key(name, "date"), kind="date", name="上线期限" if opportunity.language == "zh" else "In use by",
                is_hard=True, latest=date.fromisoformat(raw["latest"]),
            ),
        ),
        concerns=tuple(
            ConcernFacts(id=key(name, "concern", n), code=f"CON-{n:03d}", category=c, statement=s, likelihood=p, severity=i)
            for n, (c, s, p, i) in enumerate(raw["concerns"], 1)
        ),
    )  # fmt: skip
    estimate = _estimate(name, baseline, basis, estimate_revision, scale)
    risk = _risk(name, estimate, basis, risk_revision)
    price = _price(estimate, risk, basis)
    return SimpleNamespace(baseline=baseline, estimate=estimate, risk=risk, price=price)


def _estimate(name, baseline, basis, revision, scale):
    currency = baseline.opportunity.currency
    rates = RATES[currency]
    rows = []
    for item in baseline.requirements:
        if item.priority == "wont":
            continue
        points = 7 * item.size.internal_files + 4 * item.size.inputs + 5 * item.size.outputs + 4 * item.size.queries
        days = points * 0.62 * scale
        by_phase = {phase: days * share for phase, share in SHARES.items()}
        rows.append(("requirement", item.kind, item.title, item.title, item, points, by_phase, MIX))
    direct = sum(sum(row[6].values()) for row in rows)
    for activity, title, title_zh, share, roles, phases in STANDING:
        by_phase = {phase: direct * share * part for phase, part in phases.items()}
        rows.append(("standing", activity, title, title_zh, None, 0.0, by_phase, dict.fromkeys(PHASES, roles)))
    groups = list(dict.fromkeys(row[4].group for row in rows if row[4]))
    counters, lines = dict.fromkeys([*groups, "standing"], 0), []
    for kind, activity, title, title_zh, item, points, by_phase, mix in rows:
        group = item.group if item else "standing"
        counters[group] += 1
        place = groups.index(group) + 1 if item else len(groups) + 1
        roles = {}
        for phase, days in by_phase.items():
            for role, part in mix[phase].items():
                roles[role] = roles.get(role, 0.0) + days * part
        days = sum(by_phase.values())
        daily = Decimal(str(sum(rates[role] * part for role, part in roles.items()) / days)).quantize(Decimal("0.01"))
        code = f"{place}.{counters[group]}"
        lines.append(
            EstimateLine(
                id=key(name, basis.epoch, revision, code), code=code, name=title, name_zh=title_zh, kind=kind,
                activity=activity, requirement_id=item and item.id, requirement_code=item and item.code,
                group=item and item.group, depends_on=item.depends_on if item else (), function_points=points,
                effort_days=ThreePoint(optimistic=days * 0.7, most_likely=days * 0.95, pessimistic=days * 1.5),
                expected_days=days, daily_cost=daily, cost=quantised(daily * Decimal(str(days)), currency),
                role_days=roles, phase_days=by_phase, method="three_point",
            )
        )  # fmt: skip
    labour = sum((line.cost for line in lines), Decimal(0))
    unit = Decimal(1000 if currency == "USD" else 6000)
    items = (
        CostItem(id=key(name, "item", 1), kind="licence", name="Database and middleware licences", name_zh="数据库与中间件许可", phase="build", amount=unit * 40),
        CostItem(id=key(name, "item", 2), kind="cloud", name="Test environments", name_zh="测试环境租用", phase="test", amount=unit * 15),
        CostItem(id=key(name, "item", 3), kind="travel", name="Travel", name_zh="差旅", phase="deployment", amount=unit * 8),
        CostItem(id=key(name, "item", 4), kind="guarantee", name="Performance bond", name_zh="履约保函", phase="requirements", amount=unit * 3),
    )  # fmt: skip
    material = sum((item.amount for item in items if item.kind != "guarantee"), Decimal(0))
    financial = sum((item.amount for item in items if item.kind == "guarantee"), Decimal(0))
    effort = sum(line.expected_days for line in lines)
    phases = []
    for phase in PHASES:
        roles = {}
        for line, row in zip(lines, rows, strict=True):
            for role, part in row[7].get(phase, {}).items():
                if line.phase_days.get(phase):
                    roles[role] = roles.get(role, 0.0) + line.phase_days[phase] * part
        cost = quantised(Decimal(str(sum(rates[role] * days for role, days in roles.items()))), currency)
        phases.append(PhaseEffort(phase=phase, effort_days=sum(roles.values()), role_days=roles, cost=cost))
    return EstimateCompleted(
        opportunity_id=baseline.opportunity_id,
        estimate_id=key(name, "estimate", basis.epoch, revision),
        revision=revision,
        basis=basis,
        currency=currency,
        planned_start=baseline.opportunity.planned_start,
        team=TEAM if currency == "CNY" else {role: max(1.0, people / 2) for role, people in TEAM.items()},
        lines=tuple(lines),
        cost_items=items,
        phases=tuple(phases),
        methods=(
            MethodResult(method="three_point", effort_days=effort, low_days=effort * 0.82, high_days=effort * 1.24, note="", note_zh=""),
            MethodResult(method="function_points", effort_days=effort * 1.09, low_days=effort * 0.7, high_days=effort * 1.6, note="", note_zh=""),
        ),
        divergence=0.09,
        is_divergent=False,
        effort_days=effort,
        labour_cost=Money.of(labour, currency),
        material_cost=Money.of(material, currency),
        financial_cost=Money.of(financial, currency),
        base_cost=Money.of(labour + material + financial, currency),
        daily_burn=Money.of(labour / 200, currency),
        parameter_set="CSBMK-202510",
        engine_version="estimation-1",
        unsized_requirement_codes=("REQ-005",),
    )  # fmt: skip


def _risk(name, estimate, basis, revision):
    currency, base = estimate.currency, estimate.base_cost.amount
    found = []
    for number, (
        category,
        title,
        title_zh,
        cause,
        cause_zh,
        effect,
        effect_zh,
        probability,
        impact,
        strategy,
    ) in enumerate(RISKS, 1):
        cost = float(base) * 0.012 * impact
        score = round(LEVELS[probability] * impact / 25, 2)
        found.append(
            RiskFacts(
                id=key(name, "risk", number), code=f"RSK-{number:03d}", title=title, title_zh=title_zh, category=category,
                kind="threat", cause=cause, cause_zh=cause_zh, effect=effect, effect_zh=effect_zh, probability=probability,
                probability_level=LEVELS[probability], impact_level=impact, score=score,
                rating=RATINGS[LEVELS[probability] - 1][impact - 1],
                impact_cost=ThreePoint(optimistic=cost * 0.5, most_likely=cost, pessimistic=cost * 2),
                impact_days=ThreePoint(optimistic=impact, most_likely=impact * 3, pessimistic=impact * 6),
                expected_value=quantised(Decimal(str(cost * probability)), currency), reserve_share=Decimal(0),
                response=ResponseFacts(
                    strategy=strategy, preventive="agree on early tests with the provider", preventive_zh="提前与提供方约定联调与验证时间",
                    contingency="switch to recorded data and test in parallel", contingency_zh="切换为录制数据并行验证",
                    owner_role="project_manager", cost=quantised(Decimal(str(cost * 0.05)), currency),
                ),
                requirement_codes=("REQ-001", "REQ-002"), origin="rule", explanation="", explanation_zh="",
                client_visibility="internal" if category in {"market", "resource"} else "client", client_wording=f"{title}: tests are agreed early", client_wording_zh=f"{title_zh}：提前约定验证时间",
            ))  # fmt: skip
    percentiles = {f"p{p}": quantised(base * (1 + Decimal(p) / 700), currency) for p in (10, 50, 80, 90, 95)}
    contingency = percentiles["p80"] - base
    responses = sum(risk.response.cost for risk in found)
    labour = [phase.cost for phase in estimate.phases]
    return RiskBudgetCalculated(
        opportunity_id=estimate.opportunity_id,
        risk_budget_id=key(name, "risk", basis.epoch, estimate.revision, revision),
        revision=revision,
        basis=basis,
        estimate_id=estimate.estimate_id,
        estimate_revision=estimate.revision,
        currency=currency,
        base_cost=estimate.base_cost,
        mean_cost=Money.of(base * Decimal("1.05"), currency),
        standard_deviation=quantised(base * Decimal("0.09"), currency),
        percentiles=percentiles,
        confidence=0.8,
        contingency=Money.of(contingency, currency),
        expected_value=Money.of(sum(risk.expected_value for risk in found), currency),
        management_reserve=Money.of(base * Decimal("0.05"), currency),
        response_cost=Money.of(responses, currency),
        total_reserve=Money.of(contingency + responses + quantised(base * Decimal("0.05"), currency), currency),
        schedule_p50_days=6.4,
        schedule_p80_days=14.2,
        probability_within_base=0.31,
        phases=tuple(
            PhaseReserve(phase=phase, amount=amount)
            for phase, amount in zip(PHASES, allocated(contingency, labour, currency), strict=True)
        ),
        risks=tuple(found),
        curve=tuple(
            CurvePoint(probability=p / 100, cost=quantised(base * (1 + Decimal(p) / 700), currency)) for p in range(1, 100)
        ),
        seed=20261120,
        samples=10000,
        standard_error_p80=0.004,
        is_converged=True,
        engine_version="risk-1",
    )  # fmt: skip


def _price(estimate, risk, basis):
    currency = estimate.currency
    base, contingency = estimate.base_cost.amount, risk.contingency.amount
    budget = base + contingency + risk.response_cost.amount
    total = budget + risk.management_reserve.amount
    net = quantised(total / Decimal("0.78"), currency)
    rate = Decimal("0.06") if currency == "CNY" else Decimal(0)
    tax = quantised(net * rate, currency)
    start, phases = estimate.planned_start, []
    for number, phase in enumerate(PHASES):
        labour = estimate.phases[number].cost
        material = sum(
            (i.amount for i in estimate.cost_items if i.phase == phase and i.kind != "guarantee"), Decimal(0)
        )
        financial = sum(
            (i.amount for i in estimate.cost_items if i.phase == phase and i.kind == "guarantee"), Decimal(0)
        )
        reserve = risk.phases[number].amount
        length = timedelta(days=180 if phase == "warranty" else 40)
        phases.append(
            PhaseBudget(
                phase=phase, start=start, finish=start + length, labour=labour, material=material, financial=financial,
                contingency=reserve, total=labour + material + financial + reserve,
            )
        )  # fmt: skip
        start += length + timedelta(days=1)
    spread = [1, 3, 5, 7, 8, 8, 7, 5, 3, 1]
    first = estimate.planned_start.replace(day=1)
    names = []
    for _ in spread:
        names.append(f"{first:%Y-%m}")
        first = (first + timedelta(days=32)).replace(day=1)
    planned = allocated(total, [Decimal(part) for part in spread], currency)
    months = tuple(
        MonthBudget(month=month, planned=amount, cumulative=sum(planned[: i + 1], Decimal(0)), inflow=Decimal(0), net_cumulative=-amount)
        for i, (month, amount) in enumerate(zip(names, planned, strict=True))
    )  # fmt: skip
    shares = (("signing", "On signing", "合同签订", 0.3, 0), ("design", "Design approved", "设计确认", 0.2, 90),
              ("acceptance", "Acceptance", "验收合格", 0.4, 230), ("warranty", "End of warranty", "质保期满", 0.1, 410))  # fmt: skip
    amounts = allocated(net + tax, [Decimal(str(share[3])) for share in shares], currency)
    return EstimatePriced(
        opportunity_id=estimate.opportunity_id,
        estimate_id=estimate.estimate_id,
        revision=estimate.revision,
        basis=basis,
        risk_budget_id=risk.risk_budget_id,
        risk_revision=risk.revision,
        currency=currency,
        base_cost=estimate.base_cost,
        contingency=risk.contingency,
        risk_response_cost=risk.response_cost,
        management_reserve=risk.management_reserve,
        total_budget=Money.of(total, currency),
        margin_rate=0.22,
        price_excl_tax=Money.of(net, currency),
        tax_rate=float(rate),
        tax=Money.of(tax, currency),
        price_incl_tax=Money.of(net + tax, currency),
        price_lines=(
            PriceLine(code="labour", name="Labour", name_zh="人力", amount=estimate.labour_cost.amount),
            PriceLine(code="material", name="Material", name_zh="物资", amount=estimate.material_cost.amount),
            PriceLine(code="financial", name="Financial", name_zh="财务", amount=estimate.financial_cost.amount),
            PriceLine(code="contingency", name="Contingency", name_zh="应急储备", amount=contingency),
            PriceLine(code="risk_responses", name="Risk responses", name_zh="风险应对", amount=risk.response_cost.amount),
            PriceLine(code="management_reserve", name="Management reserve", name_zh="管理储备", amount=risk.management_reserve.amount),
            PriceLine(code="margin", name="Margin", name_zh="利润", amount=net - total),
            PriceLine(code="tax", name="Tax", name_zh="税", amount=tax),
        ),
        phases=tuple(phases),
        months=months,
        milestones=tuple(
            PaymentMilestone(code=code, name=title, name_zh=title_zh, due=estimate.planned_start + timedelta(days=after), share=share, amount=amount)
            for (code, title, title_zh, share, after), amount in zip(shares, amounts, strict=True)
        ),
        peak_funding=Money.of(base / 3, currency),
        budget_probability=0.74,
    )  # fmt: skip
