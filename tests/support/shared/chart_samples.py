"""One chart of each shape, small and large, with the texts and figures of a real project."""

from datetime import date, timedelta

import numpy as np

from shared.charts import Label
from shared.charts.boxes import Arrow, Box, Boxes
from shared.charts.shapes import (
    Bars,
    ColumnLine,
    ColumnMark,
    Columns,
    ColumnSeries,
    Curve,
    Curves,
    Gantt,
    GanttBar,
    Gate,
    HeatCell,
    HeatMap,
    Histogram,
    Key,
    Mark,
    Range,
    Ranges,
    Scatter,
    Step,
    Tornado,
    TornadoBar,
    Waterfall,
)

COST = Label("Total cost, CNY", "总成本（CNY）")
ALT = Label("What the picture shows, in words.", "图中内容的文字说明。")
RNG = np.random.default_rng(7)
COSTS = 268_861 * np.exp(RNG.normal(0.15, 0.12, 4_000))
DAYS = 73 + (COSTS - COSTS.mean()) / 4_000 + RNG.gamma(2, 4, 4_000)
SHARES = np.arange(1, 100) / 100
ROLES = (
    "Architect",
    "Backend developer",
    "Frontend developer",
    "Tester",
    "Project manager",
    "Business analyst",
    "UX designer",
)
ROLES_ZH = ("架构师", "后端开发", "前端开发", "测试工程师", "项目经理", "需求分析师", "体验设计师")


def curve_of(values):
    return tuple(zip(np.quantile(values, SHARES).tolist(), SHARES.tolist(), strict=True))


def months(count, year=2027, month=2):
    return tuple(f"{year + (month - 1 + i) // 12}-{(month - 1 + i) % 12 + 1:02d}" for i in range(count))


def s_curve():
    return Curves(
        title=Label("Total cost and its confidence", "总成本的累积概率"),
        alt=ALT,
        series=(
            Curve(
                "before",
                Label("Before responses", "应对措施前"),
                curve_of(COSTS * 1.09 + 8_000),
                colour="grey",
                dash="dashed",
            ),
            Curve("after", Label("With responses", "采取应对措施后"), curve_of(COSTS), colour="blue"),
        ),
        marks=(
            Mark(268_861, Label("Base 268.9 k", "基础 26.89 万"), "grey"),
            Mark(float(np.quantile(COSTS, 0.5)), Label("P50 312 k", "P50 31.2 万")),
            Mark(float(np.quantile(COSTS, 0.8)), Label("P80 345 k", "P80 34.5 万"), "red"),
            Mark(350_000, Label("Client's budget 350 k", "客户预算 35 万"), "teal"),
        ),
        x_title=COST,
        x_unit="CNY",
    )


def profile():
    rates = np.linspace(0, 0.6, 61)
    return Curves(
        title=Label("Net present value by discount rate", "净现值随折现率的变化"),
        alt=ALT,
        series=(
            Curve(
                "npv",
                Label("NPV", "净现值"),
                tuple((float(r), float(-900_000 + 1_300_000 / (1 + r) ** 1.5)) for r in rates),
            ),
        ),
        marks=(Mark(0.278, Label("IRR 27.8 %", "内部收益率 27.8%"), "red"),),
        x_title=Label("Discount rate", "折现率"),
        x_unit="share",
        y_title=Label("NPV, CNY", "净现值（CNY）"),
        y_unit="CNY",
    )


def histogram():
    counts, edges = np.histogram(COSTS, bins=40)
    return Histogram(
        title=Label("Distribution of total cost", "总成本分布"),
        alt=ALT,
        edges=tuple(edges.tolist()),
        counts=tuple((counts / len(COSTS)).tolist()),
        marks=s_curve().marks[:3],
        x_title=COST,
        x_unit="CNY",
    )


def scatter(count=500):
    target = (350_000.0, 84.0)
    share = float(np.mean(np.less_equal(COSTS, target[0]) & np.less_equal(DAYS, target[1])))
    frontier = [
        (c, d)
        for c, d in zip(np.linspace(322_000, 430_000, 20), 79.5 + 12 * np.exp(-np.linspace(0, 5, 20)), strict=True)
    ]
    return Scatter(
        title=Label("Cost and finish together", "成本与工期的联合置信度"),
        alt=ALT,
        points=tuple(zip(COSTS[:count].tolist(), DAYS[:count].tolist(), strict=True)),
        frontier=tuple((float(c), float(d)) for c, d in frontier),
        target=target,
        note=Label(f"{share:.0%} within both", f"同时满足的概率 {share:.0%}"),
        frontier_name=Label("70 % joint confidence", "70% 联合置信边界"),
        x_title=COST,
        x_unit="CNY",
        y_title=Label("Duration, working days", "工期（工作日）"),
        y_unit="days",
    )


def cash_flow(count=9):
    out = [-(20_000 + 9_000 * (i % 4)) for i in range(count)]
    into = [90_000 if i % 4 == 0 else 0 for i in range(count)]
    into[-1] += 120_000
    running = np.cumsum(np.array(out) + np.array(into)).tolist()
    low = int(np.argmin(running))
    return Columns(
        title=Label("Cash flow by month", "月度现金流"),
        alt=ALT,
        names=months(count),
        series=(
            ColumnSeries("inflow", Label("Payments received", "收款"), tuple(map(float, into)), "teal"),
            ColumnSeries("outflow", Label("Paid", "付款"), tuple(map(float, out)), "light"),
        ),
        line=ColumnLine(
            "cumulative",
            Label("Cumulative balance", "累计净现金"),
            tuple(map(float, running)),
            is_share=False,
            colour="navy",
        ),
        marks=(ColumnMark(months(count)[low], float(running[low]), Label("Peak funding", "资金占用峰值")),),
        y_title=Label("CNY", "CNY"),
        y_unit="CNY",
    )


def planned_value(count=6):
    planned = [30_000.0 + 20_000 * np.sin(i / count * 3.1) for i in range(count)]
    whole = sum(planned)
    return Columns(
        title=Label("Planned value", "计划价值"),
        alt=ALT,
        names=months(count),
        series=(ColumnSeries("planned", Label("Planned in the month", "当月计划"), tuple(planned), "blue"),),
        line=ColumnLine(
            "cumulative",
            Label("Cumulative share", "累计占比"),
            tuple((np.cumsum(planned) / whole).tolist()),
            is_share=True,
            colour="amber",
        ),
        y_title=Label("CNY", "CNY"),
        y_unit="CNY",
    )


def resources(count=7, roles=7):
    return Columns(
        title=Label("People by month", "月度人力投入"),
        alt=ALT,
        names=months(count),
        series=tuple(
            ColumnSeries(
                f"r{j}",
                Label(ROLES[j], ROLES_ZH[j]),
                tuple(round(abs(np.sin(i * 0.7 + j)) * 2, 2) for i in range(count)),
            )
            for j in range(roles)
        ),
        y_title=Label("People", "人数"),
        y_unit="people",
    )


def tornado(count=12):
    names = [
        ("REQ-017 Document upload with virus scan and preview", "REQ-017 文件上传（病毒查杀与预览）"),
        ("RSK-R03 Interface partner delivers late", "RSK-R03 接口方交付延期"),
        ("Project management", "项目管理"),
        (
            "RSK-001 The national identity service changes its API during the pilot phase",
            "RSK-001 试点期间国家统一身份认证平台接口变更",
        ),
    ]
    return Tornado(
        title=Label("Where the uncertainty of the cost comes from", "成本不确定性的来源"),
        alt=ALT,
        bars=tuple(
            TornadoBar(f"k{i}", Label(*names[i % 4]), 0.0, 0.31 / (i + 1) ** 0.9, "amber" if i % 2 else "blue")
            for i in range(count)
        ),
        baseline=0.0,
        has_sides=False,
        keys=(Key(Label("Estimate line", "估算项"), "blue"), Key(Label("Risk", "风险"), "amber")),
        x_title=Label("Share of the variance", "方差占比"),
        x_unit="share",
    )


def sensitivity():
    inputs = (
        ("Price", "价格"),
        ("Team size", "团队规模"),
        ("Adoption rate in the second year", "第二年推广率"),
        ("Discount rate", "折现率"),
    )
    return Tornado(
        title=Label("Net present value by input", "净现值敏感性"),
        alt=ALT,
        bars=tuple(
            TornadoBar(f"i{i}", Label(*one), 400_000 - 300_000 / (i + 1), 400_000 + 350_000 / (i + 1.2))
            for i, one in enumerate(inputs)
        ),
        baseline=400_000,
        has_sides=True,
        keys=(Key(Label("Low input", "取低值"), "blue"), Key(Label("High input", "取高值"), "amber")),
        x_title=Label("NPV, CNY", "净现值（CNY）"),
        x_unit="CNY",
    )


def waterfall():
    steps = (
        ("labour", "Labour", "人力成本", 228_000), ("material", "Material and licences", "物资与许可", 24_000), ("travel", "Travel", "差旅", 9_861),
        ("financial", "Financing and guarantees", "财务费用与保函", 7_000), ("base", "Base cost", "基础成本", 268_861),
        ("contingency", "Contingency (P80)", "应急储备（P80）", 73_475), ("management", "Management reserve", "管理储备", 17_116),
        ("margin", "Margin", "毛利", 53_916), ("discount", "Discount", "折扣", -11_000), ("net", "Price without tax", "不含税价格", 402_368),
        ("tax", "VAT 6 %", "增值税 6%", 24_142), ("gross", "Price with tax", "含税价格", 426_510),
    )  # fmt: skip
    return Waterfall(
        title=Label("From cost to price", "从成本到价格"),
        alt=ALT,
        steps=tuple(Step(key, Label(en, zh), amount, key in {"base", "net", "gross"}) for key, en, zh, amount in steps),
        x_title=Label("CNY", "CNY"),
        x_unit="CNY",
    )


def ranges():
    rows = (
        ("bottom_up", "Bottom-up, three-point", "自下而上三点估算", 301, 355.4, 420, True), ("function_points", "Function points (NESMA)", "功能点（NESMA）", 120, 410, 1_120, False),
        ("cocomo", "COCOMO II", "COCOMO II", 240, 380, 560, False), ("analogy", "Analogy, 4 projects", "类比法（4个项目）", 210, 330, 515, False),
    )  # fmt: skip
    return Ranges(
        title=Label("What the methods say", "各估算方法对比"),
        alt=ALT,
        ranges=tuple(Range(key, Label(en, zh), low, mid, high, chosen) for key, en, zh, low, mid, high, chosen in rows),
        range_name=Label("80 % interval", "80% 区间"),
        middle_name=Label("Expected", "期望值"),
        x_title=Label("Effort, person-days", "工作量（人日）"),
        x_unit="days",
    )


def bars():
    return Bars(
        title=Label("Price by phase", "各阶段价格构成"),
        alt=ALT,
        names=tuple(
            Label(*one)
            for one in (
                ("Analysis", "需求分析"),
                ("Design", "设计"),
                ("Build", "开发"),
                ("Test", "测试"),
                ("Deployment and training", "部署与培训"),
            )
        ),
        series=(
            ColumnSeries("services", Label("Services", "服务"), (44e3, 39e3, 151e3, 70e3, 33e3), "navy"),
            ColumnSeries("material", Label("Material", "物资"), (0.0, 0.0, 21e3, 4e3, 9e3), "teal"),
            ColumnSeries("reserve", Label("Reserve", "储备"), (9e3, 8e3, 33e3, 14e3, 6e3), "amber"),
        ),
        x_title=Label("CNY", "CNY"),
        x_unit="CNY",
    )


def heat_map(size=5, shows_money=True):
    def cell(p, i):
        score = p * i / size**2
        count = int(RNG.integers(0, 7)) if RNG.random() < 0.4 else 0
        rating = "high" if score > 0.4 else "moderate" if score > 0.15 else "low"
        return HeatCell(
            p, i, rating, tuple(f"RSK-{k:03d}" for k in range(count)), 3_210.5 * count * score if shows_money else None
        )

    names = {
        5: (("Very high", "很高"), ("High", "高"), ("Medium", "中"), ("Low", "低"), ("Very low", "很低")),
    }.get(size, tuple((str(k), str(k)) for k in range(size, 0, -1)))
    return HeatMap(
        title=Label("Risks by probability and impact", "风险热图"),
        alt=ALT,
        cells=tuple(tuple(cell(p, i) for i in range(1, size + 1)) for p in range(size, 0, -1)),
        row_names=tuple(Label(*one) for one in names),
        column_names=tuple(Label(*one) for one in reversed(names)),
        unit="CNY",
    )


def gantt(phases=4, tasks=4, step=9):
    start = date(2027, 2, 1)
    made, here = [], start
    for p in range(phases):
        end = here + timedelta(days=step * tasks)
        made.append(
            GanttBar(
                Label(f"Phase {p + 1}: design and build", f"第{p + 1}阶段 设计与开发"),
                here,
                end,
                step * tasks,
                is_phase=True,
                is_bold=True,
                gate=Gate(end, p % 2 == 0),
            )
        )
        for t in range(tasks):
            begin = here + timedelta(days=step * t)
            name = Label(
                f"Module {t + 1} with a name that is longer than its place",
                f"模块{t + 1}：统一身份认证与授权管理接口改造",
            )
            made.append(GanttBar(name, begin, begin + timedelta(days=step - 1), step, is_critical=t % 2 == 0))
        here = end
    return Gantt(
        title=Label("Schedule", "进度计划"),
        alt=ALT,
        bars=tuple(made),
        start=start,
        finish=here,
        late=here + timedelta(days=24),
        late_name=Label("Finish at P80", "P80 完成"),
    )


def boxes(layers=4, abreast=3):
    """Every box is connected with the first of the next layer."""
    made = [
        Box(
            f"{layer}-{at}",
            Label(f"Component {layer}.{at} with a long name", f"组件{layer}.{at}：统一身份认证与授权"),
            Label("service, PostgreSQL", "服务，PostgreSQL"),
            Label(f"Layer {layer}", f"第{layer}层"),
            is_outside=layer == layers - 1,
        )
        for layer in range(layers)
        for at in range(abreast)
    ]
    arrows = [
        Arrow(f"{layer}-{at}", f"{layer + 1}-0", Label("HTTPS, JSON: applications", "HTTPS、JSON：申请数据"))
        for layer in range(layers - 1)
        for at in range(abreast)
    ]
    return Boxes(title=Label("Logical view", "逻辑架构"), alt=ALT, boxes=tuple(made), arrows=tuple(arrows))


def all_charts():
    return {
        "boxes": boxes(),
        "boxes-large": boxes(5, 8),
        "boxes-one": boxes(1, 1),
        "s-curve": s_curve(),
        "npv-profile": profile(),
        "histogram": histogram(),
        "joint-confidence": scatter(),
        "joint-confidence-large": scatter(2_000),
        "cash-flow": cash_flow(),
        "cash-flow-large": cash_flow(40),
        "planned-value": planned_value(),
        "planned-value-one": planned_value(1),
        "resources": resources(),
        "resources-large": resources(30),
        "tornado": tornado(),
        "tornado-small": tornado(1),
        "sensitivity": sensitivity(),
        "cost-waterfall": waterfall(),
        "method-comparison": ranges(),
        "phases": bars(),
        "heat-map": heat_map(),
        "heat-map-3": heat_map(3),
        "heat-map-7": heat_map(7),
        "gantt": gantt(),
        "gantt-large": gantt(12, 8, 12),
    }
