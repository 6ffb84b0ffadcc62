"""Opportunities with what sells them: themes, stories, solutions."""

from hypothesis import strategies as st

from services.proposal.commands.shipped import SHIPPED
from services.proposal.handlers import on_opportunities
from shared.kernel.context import new_id
from shared.language.events.requirements import OpportunityClosed, OpportunityFacts, OpportunityOpened
from tests.conftest import envelope


async def heard(client, *events, by=on_opportunities):
    return await by.handle(client.app.state.database, [envelope(event) for event in events])


def opened(opportunity_id, facts=None):
    """That an opportunity was opened; `facts` are those of its baseline, where there is to be one."""
    facts = facts or OpportunityFacts(
        code="OPP-2026-0001", title="Lending platform", client_name="Bank of Pudong", client_industry=None,
        client_background=None, language="zh", currency="CNY", region=None, owner="lin", stage="draft",
    )  # fmt: skip
    return OpportunityOpened(opportunity_id=opportunity_id, opportunity=facts, version=1)


async def deal(client, outcome=None):
    """An opportunity; closed if it has an outcome."""
    opportunity_id = new_id()
    await heard(client, opened(opportunity_id))
    if outcome:
        await close(client, opportunity_id, outcome)
    return str(opportunity_id)


async def close(client, opportunity_id, outcome):
    await heard(client, OpportunityClosed(opportunity_id=opportunity_id, outcome=outcome, reason=None, epoch=3))


async def made(client, collection, **wish):
    answer = await client.post(f"/{collection}", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def acted(client, path, json=None):
    answer = await client.act(path, json)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client, path, json=None):
    answer = await client.act(path, json)
    return answer.status_code, answer.json()["code"]


STORY = {
    "pain": {"zh": "审批慢"},
    "capability": {"zh": "规则引擎"},
    "benefit": {"zh": "当日放款"},
    "evidence": {"zh": "某城商行案例"},
}


THEME = {"title": {"zh": "最快上线"}, "evidence": {"zh": "三个同类项目"}}


def answers(points=1.0, **own):
    return {"answers": {one.code: {"points": own.get(one.code, points)} for one in SHIPPED.questions}}


async def asked(client, points=1.0, **own):
    """A bid decision with all questions answered by ann; its path."""
    decision = await made(client, "bid-decisions", opportunity_id=await deal(client))
    await acted(client, f"/bid-decisions/{decision['id']}/answer", answers(points, **own))
    return f"/bid-decisions/{decision['id']}"


def component(code, *codes, **more):
    return {"code": code, "name": {"zh": f"{code} 组件"}, "kind": "service", "requirement_codes": list(codes), **more}


codes = st.sampled_from("abcdef")
