"""Small baselines, rate cards and the shipped parameters, and the field's published answers."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from services.estimation.domain.baseline import Baseline, Requirement
from services.estimation.domain.costing import Inputs
from services.estimation.domain.function_points import Size
from services.estimation.domain.parameters import parameters_of
from services.estimation.domain.rates import Rate, RateCard
from services.estimation.shipped import shipped_set

PARAMETERS = parameters_of(shipped_set()["parameters"])
RATES = {
    "project_manager": 2400, "business_analyst": 1900, "architect": 2800, "developer": 1750, "tester": 1300,
    "operations_engineer": 1800, "trainer": 1400,
}  # fmt: skip
CASES = Path(__file__).parents[2] / "estimation" / "cases"


def published(file, prefix=""):
    """Published cases of a file whose id begins with `prefix`."""
    content = json.loads((CASES / f"{file}.json").read_text(encoding="utf-8"))
    cases = content["cases"] if isinstance(content, dict) else content
    return [case for case in cases if case["id"].startswith(prefix)]


def key(*parts):
    return uuid5(NAMESPACE_URL, "/".join(map(str, parts)))


def need(number, kind="functional", **wish):
    defaults = {
        "id": key("need", number), "code": f"REQ-{number:03d}", "title": f"Need {number}", "kind": kind,
        "priority": "must", "group": None, "size": None, "depends_on": (),
    }  # fmt: skip
    return Requirement(**{**defaults, **wish})


def baseline(*needs, **wish):
    defaults = {
        "opportunity_id": key("deal"), "requirements": needs or (need(1),), "industry": None, "currency": "CNY",
        "region": None, "approved_on": date(2026, 11, 20), "planned_start": date(2027, 1, 4), "deadline": None,
    }  # fmt: skip
    return Baseline(**{**defaults, **wish})


def lending(count=60):
    """A bank's lending platform: mostly functional requirements, half of them sized, in eight groups."""
    kinds = ["functional"] * 42 + ["interface"] * 8 + ["data"] * 3 + ["performance"] * 2
    kinds += ["security"] * 2 + ["operational"] + ["compliance"] * 2
    size = Size(internal_files=1, inputs=3, outputs=1, queries=1)
    needs = [
        need(
            number,
            kinds[number % len(kinds)],
            group=f"Area {number % 8}",
            size=size if number % 2 else None,
            depends_on=(key("need", number - 8),) if number >= 8 else (),
        )
        for number in range(count)
    ]
    return baseline(*needs, industry="银行业")


def card(region=None, currency="CNY", first=date(2026, 1, 1), last=None, **costs):
    rates = tuple(Rate(role, None, Decimal(cost)) for role, cost in (costs or RATES).items())
    return RateCard(key("card", region, currency, first), 1, region, currency, first, last, rates)


def inputs(*cards, **wish):
    return Inputs(cards or [card()], **wish)
