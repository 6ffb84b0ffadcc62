"""What the figures of an economic analysis for the client were computed from, down to its assumptions and the price."""

from decimal import Decimal

from services.insights.domain.artefact import Artefact, Data
from services.insights.domain.figures import Figure, Operation

CASE_FIGURES = {
    "net_present_value": ("Net present value", "净现值"),
    "irr": ("Internal rate of return", "内部收益率"),
    "payback_years": ("Payback period", "静态投资回收期"),
    "discounted_payback_years": ("Payback at present value", "动态投资回收期"),
    "return_on_investment": ("Return on investment", "投资回报率"),
    "discount_rate": ("Discount rate", "折现率"),
}
"""Those that a proposal says too."""


def case_unit(name: str, currency: str) -> str:
    """The unit of one of them."""
    return {"net_present_value": currency}.get(name, "years" if name.endswith("_years") else "fraction")


def of_economics(key: str, data: Data, price_key: str) -> list[Figure]:
    """Present value, rates and payback from flows, these from what was assumed. `price_key` is the price counted on."""
    made = Artefact("economics", key, data["currency"])
    rate = made.add("discount_rate", CASE_FIGURES["discount_rate"], data["discount_rate"], "fraction",
                    details={"assumptions": data["assumptions"]})  # fmt: skip
    tax = "price_incl_tax" if data["price_includes_tax"] else "price_excl_tax"
    names = ("Price counted on", "计入的报价")
    price = made.money("price", names, data["price"]["amount"], Operation.COPY, [f"price:{price_key}:{tax}"])
    streams: dict[bool, list[str]] = {True: [], False: []}
    for stream in data["streams"]:
        if stream["code"] != "price":
            names = (stream["name"], stream["name_zh"])
            said = made.money(f"stream.{stream['code']}", names, stream["total"])
            streams[stream["is_benefit"]].append(said)
    pairs = [_flow(made, at, flow, price, rate, streams) for at, flow in enumerate(data["flows"])]
    nets, discounted = [net for net, _ in pairs], [worth for _, worth in pairs]
    names = CASE_FIGURES["net_present_value"]
    made.money("net_present_value", names, data["net_present_value"], Operation.SUM, discounted)
    formulas = {
        "irr": ("rate at which Σ net ÷ (1 + rate)^time is zero", data["internal_rate"], nets),
        "payback_years": ("time at which the net flows add up to zero for the last time", data["payback_years"], nets),
        "discounted_payback_years": (
            "time at which the discounted flows add up to zero for the last time", data["discounted_payback_years"],
            discounted,
        ),
        "return_on_investment": (
            "(benefits − price − own costs) ÷ (price + own costs)", data["return_on_investment"],
            [*streams[True], price, *streams[False]],
        ),
    }  # fmt: skip
    for name, (formula, value, inputs) in formulas.items():
        unit = case_unit(name, data["currency"])
        made.add(name, CASE_FIGURES[name], value, unit, Operation.FORMULA, inputs, formula=formula)
    return made.figures


def _flow(
    made: Artefact, at: int, flow: Data, price: str, rate: str, streams: dict[bool, list[str]]
) -> tuple[str, str]:
    """The ids of the net flow of one time, and of what it is worth at the start."""
    details = {"time_years": flow["time_years"]}
    when = f"{flow['time_years']:.2f}"

    def amount(
        name: str, en: str, zh: str, value: object, operation: Operation, inputs: list[str], formula: str = ""
    ) -> str:
        names = (f"{en} after {when} years", f"{zh}（第 {when} 年）")
        return made.money(f"flow.{at}.{name}", names, value, operation, inputs, formula=formula, details=details)

    net = Decimal(flow["benefits"]) - Decimal(flow["price"]) - Decimal(flow["own_costs"])
    parts = [
        amount("benefits", "Benefits", "收益", flow["benefits"], Operation.FORMULA, streams[True]),
        amount("price", "Price", "报价", flow["price"], Operation.SHARE, [price]),
        amount("own_costs", "Own costs", "自有支出", flow["own_costs"], Operation.FORMULA, streams[False]),
    ]
    moved = amount("net", "Net", "净现金流", net, Operation.DIFFERENCE, parts)
    formula = "net ÷ (1 + discount rate)^time"
    worth = amount(
        "discounted", "At present value", "折现净现金流", flow["discounted"], Operation.FORMULA, [moved, rate], formula
    )
    return moved, worth
