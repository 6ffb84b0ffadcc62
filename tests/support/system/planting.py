"""Records of every kind around an opportunity, with a canary in each text of our own that a person may leave out."""

import json
from itertools import count
from pathlib import Path
from typing import Any

from examples import demo

_OPENAPI = Path(__file__).parents[3] / "gateway" / "openapi.json"
_NOT_PLANTED = ("client_", "recipient_", "language", "mail", "replaces", "title", "name", "tax_category", "time_zone")
"""Beginnings of names of what the client reads, or of what is checked against something."""


class Planter:
    """Records as people of `team` do, and puts a canary into each text that is left out and may be any text."""

    def __init__(self, team: demo.Team) -> None:
        self.team = team
        self.planted: dict[str, str] = {}
        """Canaries, with the field that each is in."""
        self._numbers = count(1)
        self._api = json.loads(_OPENAPI.read_text(encoding="utf-8"))

    def post(self, who: str, collection: str, body: dict[str, Any]) -> dict[str, Any]:
        api = self._api
        content = api["paths"][f"/v1/{collection}"]["post"]["requestBody"]["content"]
        schema = _resolved(api, content["application/json"]["schema"])
        canaries = {
            name: self.canary(f"{collection}.{name}", is_list=kind == "array")
            for name, found in schema["properties"].items()
            if name not in body and not name.startswith(_NOT_PLANTED) and (kind := _kind(api, found))
        }
        return self.team.post(who, f"/{collection}", {**canaries, **body})

    def canary(self, where: str, *, is_list: bool = False) -> Any:
        text = f"canary{next(self._numbers):04d}of{where.partition('.')[0]}"
        self.planted[text] = where
        return [text] if is_list else text


def _kind(api: dict[str, Any], schema: dict[str, Any]) -> str | None:
    """`string`, or `array` of strings, where any text will do; else None."""
    for one in schema.get("anyOf", [schema]):
        found = _resolved(api, one)
        if found.get("type") == "string" and not {"format", "enum", "pattern", "const"} & found.keys():
            return "string"
        if found.get("type") == "array" and _kind(api, found["items"]) == "string":
            return "array"
    return None


def _resolved(api: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def surround(planter: Planter, deal: str, requirement: dict[str, Any], currency: str) -> None:
    """What we think, fear, know and spend around an opportunity."""
    post, of = planter.post, {"opportunity_id": deal}

    def money(amount: str) -> dict[str, str]:
        return {"amount": amount, "currency": currency}

    costs = {"currency": currency, "optimistic": "61234.51", "most_likely": "92345.62", "pessimistic": "153456.73"}
    post(
        "lin",
        "concerns",
        {**of, "category": "resource", "statement": planter.canary("concerns.statement"), "requirement_codes": []},
    )
    fit = post("lin", "fit-assessments", {
        "requirement_id": requirement["id"], "verdict": "partial", "response": "由上线版本满足 / met at go-live",
        "alternative": "人工处理 / by hand", "deviation": "negative",
    })  # fmt: skip
    planter.team.act("lin", f"/fit-assessments/{fit['id']}/confirm")
    post("lin", "stakeholders", {**of, "name": "周敏", "role": "user_buyer", "stance": "opponent"})
    post("lin", "interviews", {**of, "title": planter.canary("interviews.title"), "held_at": "2026-11-18T06:30:00Z"})
    post("lin", "interactions", {
        **of, "channel": "meeting", "direction": "inbound", "occurred_at": "2026-11-18T06:30:00Z",
        "subject": planter.canary("interactions.subject"), "participants": [],
    })  # fmt: skip
    post("lin", "advice", {
        **of, "kind": "technical", "occasion": planter.canary("advice.occasion"),
        "recommendation": planter.canary("advice.recommendation"), "because": planter.canary("advice.because"),
    })  # fmt: skip
    post("lin", "commitments", {
        **of, "side": "us", "statement": planter.canary("commitments.statement"), "owner": "lin", "due_on": "2126-12-01",
    })  # fmt: skip
    helped = post("lin", "support-requests", {
        **of, "title": planter.canary("support_requests.title"), "domain": "technical", "kind": "consulting",
        "description": planter.canary("support_requests.description"),
    })  # fmt: skip
    thread = f"/support-requests/{helped['id']}/messages"
    planter.team.post("lin", thread, {"text": planter.canary("support_requests.messages"), "is_internal": True})
    rival = post("lin", "competitors", {"name": planter.canary("competitors.name")})
    post("lin", "rivalries", {**of, "competitor_id": rival["id"], "expected_price": money("7654321.98")})
    danger = post("zhao", "risks", {
        **of, "title": planter.canary("risks.title"), "category": "technical", "cause": planter.canary("risks.cause"),
        "effect": planter.canary("risks.effect"), "probability": 0.4317, "impact_cost": costs, "requirement_codes": [],
    })  # fmt: skip
    post("zhao", "responses", {
        "risk_id": danger["id"], "strategy": "mitigate", "kind": "preventive", "cost": money("12345.67"),
        "statement": planter.canary("responses.statement"), "owner_role": planter.canary("responses.owner_role"),
    })  # fmt: skip
