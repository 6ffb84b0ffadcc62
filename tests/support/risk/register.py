"""Registers of risks and the budgets computed from them."""

from services.risk.handlers import on_baselines, on_estimates
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import envelope, said
from tests.support.risk.example import DEAL, baseline, concern, requirement, requirements
from tests.support.risk.waiting import wait


async def made(client, path, **wish):
    answer = await client.post(path, json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def plan(client, **wish):
    return await made(client, "/control-plans", opportunity_id=str(DEAL), title="Watch", title_zh="监控", **wish)


async def happened(client, code="RSK-R04"):
    row = await by_code(client, code)
    await client.act(f"/risks/{row['id']}/identify")
    return (await client.act(f"/risks/{row['id']}/materialise", {"reason": "The bureau is late"})).json()


def money(amount, currency):
    return {"amount": str(amount), "currency": currency}


async def draw(client, amount, risk=None, currency="CNY", **wish):
    body = {"opportunity_id": str(DEAL), "amount": money(amount, currency), "reason": "Overtime", **wish}
    return await client.post("/reserve-draws", json={**body, "risk_id": risk and risk["id"]})


def needs(*more):
    return [*requirements(3), *(requirement(code, kind="interface") for code in more)]


SECOND = baseline(2, needs("REQ-010", "REQ-011"), assumptions=("a", "b", "c"))


def closed(epoch):
    return OpportunityClosed(opportunity_id=DEAL, outcome="lost", reason=None, epoch=epoch)


async def hear(client, *events):
    """Deliver events as the stream would; an envelope is delivered as it is."""
    fresh = 0
    for event in events:
        letter = event if hasattr(event, "correlation_id") else envelope(event)
        on = on_estimates if letter.type.startswith("estimation.") else on_baselines
        fresh += await on.handle(client.app.state.database, [letter])
    return fresh


async def budgets(client, **query):
    return (await client.get("/risk-budgets", params={"view": "full", "opportunity_id": str(DEAL), **query})).json()[
        "items"
    ]


def pert(a, m, b):
    return {"kind": "pert", "optimistic": a, "most_likely": m, "pessimistic": b}


def model(**parts):
    items = [
        {"id": f"line {n}", "group": "build", "size": pert(n + 1, n + 3, 2 * n + 8), "unit_cost": 100} for n in range(4)
    ]
    return {"currency": "CNY", "items": items, **parts}


async def newest(client):
    return (await budgets(client))[0]


FIRST = baseline(1, [*requirements(3), requirement("REQ-010", kind="interface")], concerns=[concern()])


def cost(*points, currency="CNY"):
    names = ("optimistic", "most_likely", "pessimistic")
    return {**{name: str(point) for name, point in zip(names, points, strict=True)}, "currency": currency}


def wish(**facts):
    return {"opportunity_id": str(DEAL), "title": "The regulator changes its report", "category": "external",
            "cause": "A revision is announced", "effect": "Reports are built twice", "probability": 0.4,
            "impact_cost": cost("10000", "20000", "60000.50"), **facts}  # fmt: skip


RESPONSE = {"strategy": "transfer", "kind": "preventive", "statement": "Agree who pays", "owner_role": "account_manager",
            "cost": {"amount": "500", "currency": "CNY"}}  # fmt: skip


async def by_code(client, code):
    rows = (await client.get("/risks", params={"view": "full", "opportunity_id": str(DEAL), "limit": 100})).json()[
        "items"
    ]
    return next(row for row in rows if row["code"] == code)


async def change(client, code, body):
    row = await by_code(client, code)
    return await client.patch(f"/risks/{row['id']}", json=body, headers={"If-Match": f'"{row["version"]}"'})


async def recomputed(client, **body):
    """The newest budget, computed anew, as its event tells it."""
    [newest, *_] = await budgets(client)
    answer = await client.act(f"/risk-budgets/{newest['id']}/recompute", body)
    assert answer.status_code == 201, answer.text
    return (await said(client.app.state.database, "risk.budget.calculated.v1"))[-1].data


def counted(budget, code):
    return next(risk for risk in budget["risks"] if risk["code"] == code)


async def revise(client, wish, collection="risk-matrices"):
    made = await client.post(f"/{collection}", json=wish)
    assert made.status_code == 201, made.text
    await wait(client, seconds=1)
    return made.json()
