"""What the figures of each artefact were computed from, read out of the event that said them.

Pure: an event's data in, its figures out. Inputs may be figures of other artefacts, which the caller looks up.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from services.insights.domain.artefact import Artefact, Data
from services.insights.domain.economic_lineage import CASE_FIGURES, case_unit, of_economics
from services.insights.domain.figures import Figure, Operation

FINANCIAL_KINDS = frozenset({"financing", "guarantee", "exchange"})
"""Kinds of cost items that make the financial cost; the other kinds make the material cost."""

_CALIBRATED = "productivity_model"
_OF_RISKS = (
    "code", "origin", "explanation", "probability", "probability_stated", "impact_cost", "impact_days",
)  # fmt: skip
"""Methods whose days a person said."""


def of_baseline(key: str, data: Data) -> list[Figure]:
    """The requirements and concerns of an approved baseline: where every line ends, with where they came from."""
    made = Artefact("baseline", key)
    for need in data["requirements"]:
        details = {
            name: need.get(name)
            for name in ("statement", "kind", "priority", "size", "acceptance_criteria", "metric", "sources")
        }
        names = (need["title"], need["title"])
        made.add(f"requirement.{need['id']}", names, need["code"], "requirement", details=details)
    for concern in data.get("concerns", ()):
        names = (concern["statement"], concern["statement"])
        made.add(f"concern.{concern['id']}", names, concern["code"], "concern", details={"effect": concern["effect"]})
    return made.figures


def of_estimate(key: str, data: Data) -> list[Figure]:
    """Effort and cost before risk, down to the lines of work, their requirements, rates and parameters."""
    made = Artefact("estimate", key, data["currency"])
    parameters = made.add(
        "parameter_set",
        ("Parameter set", "参数集"),
        data["parameter_set"],
        "parameter_set",
        details={"id": data.get("parameter_set_id"), "engine_version": data["engine_version"]},
    )
    rates = _rates(made, data)
    efforts, costs = _lines(made, data, parameters, rates)
    methods = _methods(made, data, [*efforts.values(), parameters])
    lead = data.get("lead") or {}
    effort = made.add(
        "effort_days", ("Effort", "工作量"), data["effort_days"], "person_days", Operation.SUM, efforts.values(),
        details={"lead": lead} if lead else {},
    )  # fmt: skip
    calibrated = lead.get("method") == _CALIBRATED and methods.get(_CALIBRATED)
    for name, percent in (("effort_p50_days", 50), ("effort_p80_days", 80)):
        names = (f"Effort at {percent} % confidence", f"{percent}% 置信度工作量")
        made.add(
            name, names, data.get(name), "person_days", Operation.FORMULA,
            [calibrated] if calibrated else [effort, *efforts.values()],
            formula=f"P{percent} of the calibrated model, which leads"
            if calibrated
            else f"P{percent} of the sum of the lines' ranges, correlated as the parameter set says",
        )  # fmt: skip
    items = {item["id"]: _item(made, item, parameters) for item in data["cost_items"]}
    labour = made.cost("labour_cost", ("Labour cost", "人力成本"), data["labour_cost"], Operation.SUM, costs.values())
    material = made.cost(
        "material_cost", ("Material cost", "物资成本"), data["material_cost"], Operation.SUM,
        [items[item["id"]] for item in data["cost_items"] if item["kind"] not in FINANCIAL_KINDS],
    )  # fmt: skip
    financial = made.cost(
        "financial_cost", ("Financial cost", "财务成本"), data["financial_cost"], Operation.SUM,
        [items[item["id"]] for item in data["cost_items"] if item["kind"] in FINANCIAL_KINDS],
    )  # fmt: skip
    made.cost("base_cost", ("Base cost", "基础成本"), data["base_cost"], Operation.SUM, (labour, material, financial))
    made.cost(
        "daily_burn", ("Cost of a day of delay", "每延误一日成本"), data["daily_burn"], Operation.FORMULA,
        (labour, parameters), formula="labour cost until delivery ÷ working days × retained share",
    )  # fmt: skip
    return made.figures


def _methods(made: Artefact, data: Data, inputs: Sequence[str]) -> dict[str, str]:
    """What each method says, by its name."""
    return {
        method["method"]: made.add(
            f"method.{method['method']}",
            (f"Effort by {method['method']}", f"工作量（{method['method']}）"), method["effort_days"], "person_days",
            Operation.FORMULA, inputs, formula=method["note"],
            details={"low_days": method["low_days"], "high_days": method["high_days"], "note_zh": method["note_zh"]},
        )
        for method in data["methods"]
    }  # fmt: skip


def _rates(made: Artefact, data: Data) -> dict[str, str]:
    """The rates that the estimate was priced with, by role."""
    return {
        rate["role"]: made.cost(
            f"rate.{rate['role']}",
            (f"Daily cost of {rate['role']}", f"{rate['role']} 日成本"),
            rate["daily_cost"],
            details={name: value for name, value in rate.items() if name != "daily_cost"},
        )
        for rate in data.get("rates") or ()
    }


def _lines(
    made: Artefact, data: Data, parameters: str, rates: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Effort and cost of each line, by its id. Standing activities follow from the effort of all requirements."""
    baseline = data["basis"]["baseline_id"]
    efforts: dict[str, str] = {}
    costs: dict[str, str] = {}
    for line in data["lines"]:
        needs = (
            [f"baseline:{baseline}:requirement.{line['requirement_id']}"]
            if line["requirement_id"]
            else [made.id(f"line.{one['id']}.effort_days") for one in data["lines"] if one["requirement_id"]]
        )
        names = (line["name"], line["name_zh"])
        efforts[line["id"]] = made.add(
            f"line.{line['id']}.effort_days", names, line["expected_days"], "person_days",
            Operation.GIVEN if _is_given(line) else Operation.FORMULA, [*needs, parameters],
            formula=_effort_formula(line),
            details={
                name: line[name] for name in ("code", "kind", "activity", "method", "function_points", "effort_days")
            },
        )  # fmt: skip
        costs[line["id"]] = made.cost(
            f"line.{line['id']}.cost", names, line["cost"], Operation.FORMULA,
            [efforts[line["id"]], *(rates[role] for role in line["role_days"] if role in rates)],
            formula="Σ days of a role × its daily cost",
            details={"role_days": line["role_days"], "daily_cost": line["daily_cost"]},
        )  # fmt: skip
    return efforts, costs


def _is_given(line: Data) -> bool:
    """Whether a person said its days; those of a gap are scaled where a total or the calibrated model leads."""
    return bool(line["method"] == "expert" or (line["method"] == "judged" and line.get("computed_days") is None))


def _effort_formula(line: Data) -> str:
    before = line.get("computed_days")
    is_scaled = before is not None and line["method"] != "expert"
    return _of_range(line) + (f"; {before:g} bottom-up, scaled to what leads" if is_scaled else "")


def _of_range(line: Data) -> str:
    span = line["effort_days"]
    points = f"{span['optimistic']:g} / {span['most_likely']:g} / {span['pessimistic']:g} person-days"
    if line["requirement_id"] is None:
        return f"share of the effort of all requirements, mean of {points}"
    if line["function_points"]:
        return f"{line['function_points']:g} function points × hours per function point, mean of {points}"
    return f"mean of {points}"


def _item(made: Artefact, item: Data, parameters: str) -> str:
    names = (item["name"], item["name_zh"])
    details = {name: value for name, value in item.items() if name not in {"id", "name", "name_zh", "amount"}}
    return made.cost(f"item.{item['id']}", names, item["amount"], Operation.FORMULA, [parameters], details=details)


def of_risk_budget(key: str, data: Data, requirements: Mapping[str, str]) -> list[Figure]:
    """Reserves and the simulation behind them. `requirements` are the ids of the baseline's figures by code."""
    made = Artefact("risk_budget", key, data["currency"])
    estimate = f"estimate:{data['estimate_id']}:"
    base = estimate + "base_cost"
    run = {"seed": data["seed"], "samples": data["samples"], "engine_version": data["engine_version"]}
    risks: list[str] = []
    measures: list[str] = []
    for risk in data["risks"]:
        needs = [requirements[code] for code in risk["requirement_codes"] if code in requirements]
        risks.append(
            made.cost(
                f"risk.{risk['id']}.expected_value",
                (risk["title"], risk["title_zh"]),
                risk["expected_value"],
                Operation.FORMULA,
                [*needs, estimate + "daily_burn"],
                formula=f"{risk['probability']:g} × (mean cost impact + mean delay × cost of a day of delay)",
                details={name: risk[name] for name in _OF_RISKS if name in risk},
            )
        )
        if risk["response"]:
            names = (f"Response to {risk['code']}", f"{risk['code']} 应对措施")
            measures.append(made.cost(f"risk.{risk['id']}.response_cost", names, risk["response"]["cost"]))
    simulated = [base, *risks]
    made.cost(
        "mean_cost", ("Mean cost", "成本均值"), data["mean_cost"], Operation.SIMULATION, simulated, details=run
    )  # fmt: skip
    for name, amount in data["percentiles"].items():
        names = (f"Cost at {name.upper()}", f"{name.upper()} 成本")
        made.cost(name, names, amount, Operation.SIMULATION, simulated, details=run)
    made.cost("expected_value", ("Expected value of risks", "风险期望值"), data["expected_value"], Operation.SUM, risks)
    _reserves(made, data, base, measures)
    return made.figures


def _reserves(made: Artefact, data: Data, base: str, measures: Sequence[str]) -> None:
    target = f"p{round(data['confidence'] * 100)}"
    contingency = made.cost(
        "contingency", ("Contingency reserve", "应急储备"), data["contingency"],
        Operation.FORMULA if data["remarks"] else Operation.DIFFERENCE, (made.id(target), base),
        formula=f"{target} − base cost, not below zero",
    )  # fmt: skip
    responses = made.cost(
        "response_cost", ("Cost of responses", "应对成本"), data["response_cost"],
        Operation.SUM, measures,
    )  # fmt: skip
    management = made.cost(
        "management_reserve", ("Management reserve", "管理储备"), data["management_reserve"], Operation.FORMULA,
        (base, responses, contingency), formula="rate of the policy × (base cost + responses + contingency)",
    )  # fmt: skip
    made.cost(
        "total_reserve", ("Total reserve", "储备合计"), data["total_reserve"], Operation.SUM,
        (contingency, responses, management),
    )  # fmt: skip
    for name in ("schedule_p50_days", "schedule_p80_days"):
        percent = name[10:12]
        names = (f"Delay at {percent} % confidence", f"{percent}% 置信度延误")
        made.add(name, names, data[name], "working_days", Operation.SIMULATION, [made.id(target)])
    for phase in data["phases"]:
        names = (f"Contingency, {phase['phase']}", f"应急储备（{phase['phase']}）")
        made.cost(f"phase.{phase['phase']}", names, phase["amount"], Operation.SHARE, [contingency])


def of_price(key: str, data: Data) -> list[Figure]:
    """The price build-up, budget and payments of an estimate with its risk budget."""
    made = Artefact("price", key, data["currency"])
    estimate, risk = f"estimate:{data['estimate_id']}:", f"risk_budget:{data['risk_budget_id']}:"
    below = {
        "labour": (Operation.COPY, (estimate + "labour_cost",)),
        "material": (Operation.COPY, (estimate + "material_cost",)),
        "financial": (Operation.COPY, (estimate + "financial_cost",)),
        "contingency": (Operation.COPY, (risk + "contingency",)),
        "risk_responses": (Operation.COPY, (risk + "response_cost",)),
        "management_reserve": (Operation.COPY, (risk + "management_reserve",)),
        "margin": (Operation.FORMULA, (made.id("total_budget"), made.id("margin_rate"))),
        "discount": (Operation.GIVEN, ()),
        "tax": (Operation.FORMULA, (made.id("price_excl_tax"), made.id("tax_rate"))),
    }
    formulas = {
        "margin": "list price − total budget",
        "discount": "as it was decided",
        "tax": "net price × tax rate",
    }
    lines = {}
    for line in data["price_lines"]:
        code = line["code"]
        operation, inputs = below.get(code, (Operation.FORMULA, (made.id("total_budget"),)))
        lines[code] = made.cost(
            f"line.{code}", (line["name"], line["name_zh"]), line["amount"], operation, inputs,
            formula=formulas.get(code, ""),
        )  # fmt: skip
    made.cost(
        "total_budget", ("Total budget", "总预算"), data["total_budget"], Operation.SUM,
        (estimate + "base_cost", risk + "contingency", risk + "response_cost", risk + "management_reserve"),
    )  # fmt: skip
    made.add("margin_rate", ("Margin rate", "利润率"), data["margin_rate"], "fraction", is_internal=True)
    made.add("tax_rate", ("Tax rate", "税率"), data["tax_rate"], "fraction")
    _prices(made, data, lines)
    _budget(made, data, estimate, risk)
    return made.figures


def _prices(made: Artefact, data: Data, lines: Mapping[str, str]) -> None:
    currency = data["currency"]
    net = made.add(
        "price_excl_tax", ("Price without tax", "不含税价格"), data["price_excl_tax"]["amount"], currency,
        Operation.SUM, [line for code, line in lines.items() if code != "tax"],
    )  # fmt: skip
    tax = made.add(
        "tax", ("Tax", "税额"), data["tax"]["amount"], currency,
        Operation.PRODUCT if len(data.get("tax_lines") or ()) <= 1 else Operation.FORMULA, (net, made.id("tax_rate")),
        formula="Σ of what is taxed at one rate × that rate",
    )  # fmt: skip
    gross = made.add(
        "price_incl_tax", ("Price with tax", "含税价格"), data["price_incl_tax"]["amount"], currency,
        Operation.SUM, (net, tax),
    )  # fmt: skip
    for payment in data["milestones"]:
        names = (payment["name"], payment["name_zh"])
        details = {"due": payment["due"], "share": payment["share"]}
        made.add(
            f"payment.{payment['code']}", names, payment["amount"], currency, Operation.SHARE, [gross], details=details
        )


def _budget(made: Artefact, data: Data, estimate: str, risk: str) -> None:
    parts = {
        "labour": estimate + "labour_cost",
        "material": estimate + "material_cost",
        "financial": estimate + "financial_cost",
        "contingency": risk + "contingency",
        "risk_responses": risk + "response_cost",
    }
    for phase in data["phases"]:
        name = phase["phase"]
        inputs = [
            made.cost(
                f"phase.{name}.{part}", (f"{name}: {part}", f"{name}：{part}"), phase[part], Operation.SHARE, [of]
            )
            for part, of in parts.items()
        ]
        made.cost(f"phase.{name}.total", (f"Budget, {name}", f"预算（{name}）"), phase["total"], Operation.SUM, inputs)
    totals = [made.id(f"phase.{phase['phase']}.total") for phase in data["phases"]]
    for month in data["months"]:
        names = (f"Planned value, {month['month']}", f"计划价值（{month['month']}）")
        made.cost(f"month.{month['month']}.planned", names, month["planned"], Operation.SHARE, totals)
    made.cost(
        "peak_funding", ("Peak funding", "资金峰值"), data["peak_funding"], Operation.FORMULA,
        [made.id(f"month.{month['month']}.planned") for month in data["months"]],
        formula="largest sum of what was spent and not yet received",
    )  # fmt: skip


def of_proposal(key: str, data: Data, price_key: str) -> list[Figure]:
    """What a proposal promises. `price_key` is the price that it was drafted with."""
    made = Artefact("proposal", key, data["price_incl_tax"]["currency"])
    estimate, risk = f"estimate:{data['estimate_id']}:", f"risk_budget:{data['risk_budget_id']}:"
    made.add(
        "price_incl_tax", ("Price with tax", "含税价格"), data["price_incl_tax"]["amount"],
        data["price_incl_tax"]["currency"], Operation.COPY, [f"price:{price_key}:price_incl_tax"],
    )  # fmt: skip
    made.add(
        "effort_days", ("Effort", "工作量"), data["effort_days"], "person_days", Operation.COPY,
        [estimate + "effort_days"],
    )  # fmt: skip
    made.add("start", ("Start", "开始"), data["start"], "date", Operation.SCHEDULE, [estimate + "effort_days"])
    finish = made.add(
        "finish", ("Finish", "完成"), data["finish"], "date", Operation.SCHEDULE,
        [made.id("start"), estimate + "effort_days"], formula="critical path of the network on working days",
    )  # fmt: skip
    made.add(
        "p80_finish", ("Finish at 80 % confidence", "80% 置信度完成日"), data.get("p80_finish"), "date",
        Operation.SCHEDULE, [finish, risk + "schedule_p80_days"], formula="finish + delay at 80 % on working days",
    )  # fmt: skip
    _offered(made, data, price_key)
    _economic_case(made, data)
    return made.figures


def _offered(made: Artefact, data: Data, price_key: str) -> None:
    """What the client reads beside the price: its parts by line of work, module, item and phase."""
    currency = data["price_incl_tax"]["currency"]
    net = f"price:{price_key}:price_excl_tax"
    modules: dict[tuple[str, str], list[Data]] = {}
    for work in data.get("work_prices") or ():
        cost = f"estimate:{data['estimate_id']}:line.{work['line_id']}.cost"
        names = (f"Price of a line of {work['module']}", f"{work['module_zh']}工作项价格")
        made.add(f"work.{work['line_id']}", names, work["price"], currency, Operation.SHARE, [net, cost])
        modules.setdefault((work["module"], work["module_zh"]), []).append(work)
    for number, (names, own) in enumerate(modules.items(), 1):
        price = sum(Decimal(work["price"]) for work in own)
        inputs = [made.id(f"work.{work['line_id']}") for work in own]
        made.add(f"module.{number}", names, price, currency, Operation.SUM, inputs)
    for kind, prices in (("item", data.get("item_prices")), ("phase", data.get("phase_prices"))):
        for one in prices or ():
            made.add(
                f"{kind}.{one['code']}", (one["name"], one["name_zh"]), one["price"], currency, Operation.SHARE, [net]
            )


def _economic_case(made: Artefact, data: Data) -> None:
    """What it says of its worth to the client, as the analysis said it first."""
    case = data.get("economics")
    if case is None:
        return
    analysis = f"economics:{case['economic_analysis_id']}@{case['version']}:"
    for name, names in CASE_FIGURES.items():
        unit = case_unit(name, data["price_incl_tax"]["currency"])
        made.add(f"economics.{name}", names, case[name], unit, Operation.COPY, [analysis + name])


READERS: Mapping[str, Callable[..., list[Figure]]] = {
    "baseline": of_baseline,
    "estimate": of_estimate,
    "risk_budget": of_risk_budget,
    "price": of_price,
    "economics": of_economics,
    "proposal": of_proposal,
}
"""Who reads an artefact's event."""
