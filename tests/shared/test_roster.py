"""Nothing is given to a colleague who has left, by any service."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.engagement.models.colleagues import Colleague
from services.proposal.handlers import on_roster as on_proposal
from services.requirements.handlers import on_roster as on_requirements
from services.risk.handlers import on_roster as on_risk
from shared.kernel.clock import now
from shared.kernel.context import Context
from shared.kernel.timers import set_timer
from shared.language.roster import KnownColleague
from tests.conftest import TENANT, said
from tests.engagement.conftest import made, patched, run_until
from tests.support.proposal.makers import hear as hear_offer
from tests.support.proposal.samples import events
from tests.support.proposal.selling import asked
from tests.support.risk.example import DEAL, estimate, opened
from tests.support.risk.register import FIRST, RESPONSE, hear, wish

TOLD = "engagement.colleague.recorded.v1"


@pytest.fixture
async def risk(start):
    async with start("risk") as client:
        await hear(client, opened(), FIRST, estimate(FIRST))
        yield client


@pytest.fixture
async def proposal(start, tmp_path):
    async with start("proposal", documents_folder=tmp_path) as client:
        yield client


@pytest.fixture
async def gone(engagement):
    """Chen is there, Li has left."""
    await made(engagement, "colleagues", subject="chen", name="陈晨", role="architect")
    await made(engagement, "colleagues", subject="gone", name="李离", role="architect", is_active=False)
    return engagement


async def pass_on(engagement, handlers, client, *, newest_first=False):
    told = await said(engagement.app.state.database, TOLD)
    for event in reversed(told) if newest_first else told:
        await handlers.handle(client.app.state.database, [event])


async def posted(client, path, who, **body):
    return await client.post(path, json={**body, "owner": who})


async def changed(client, path, who):
    return await patched(client, path, owner=who)


async def refuses(given, field="owner"):
    """That `given`, a call that names somebody, takes who is there and refuses who has left, saying since when."""
    left = [await given(who) for who in ("gone", "李离")]
    there = await given("陈晨")
    stranger = await given("vendor-42")

    for answer in left:
        assert (answer.status_code, answer.json()["code"]) == (409, "colleague_is_inactive"), answer.text
        assert "李离 (gone) is not active since 20" in answer.json()["detail"]
    assert there.status_code in {200, 201}, there.text
    assert stranger.status_code in {200, 201}, stranger.text
    assert field is None or (there.json()[field], stranger.json()[field]) == ("chen", "vendor-42")


async def test_an_opportunity_and_its_team_are_of_people_who_are_there(gone, requirements):
    await pass_on(gone, on_requirements, requirements)
    client = await made(requirements, "clients", name="银行")
    own = {"client_id": client["id"], "title": "信贷平台", "currency": "CNY"}
    path = f"/opportunities/{(await made(requirements, 'opportunities', **own))['id']}"

    async def team(who):
        return await patched(requirements, path, team=[{"subject": who, "part": "architect"}])

    await refuses(lambda who: posted(requirements, "/opportunities", who, **own))
    await refuses(lambda who: changed(requirements, path, who))
    await refuses(team, None)
    by_themselves = await requirements.as_("gone", "presales").post("/opportunities", json=own)
    assert by_themselves.json()["code"] == "colleague_is_inactive"


async def test_risks_their_measures_and_control_are_of_people_who_are_there(gone, risk):
    row = await made(risk, "risks", **wish())
    measure = await made(risk, "responses", **RESPONSE, risk_id=row["id"])
    plan = await made(risk, "control-plans", opportunity_id=str(DEAL), title="Watch")
    task = await made(risk, "control-tasks", control_plan_id=plan["id"], title="Load test")
    await pass_on(gone, on_risk, risk)

    async def with_measure(who):
        return await risk.post("/risks", json=wish(responses=[{**RESPONSE, "owner": who}]))

    async def escalated(who):
        other = await made(risk, "risks", **wish())
        return await risk.act(f"/risks/{other['id']}/escalate", {"to": who, "reason": "beyond us"})

    await refuses(lambda who: posted(risk, "/risks", who, **wish()))
    await refuses(with_measure, None)
    await refuses(lambda who: changed(risk, f"/risks/{row['id']}", who))
    await refuses(escalated, "escalated_to")
    await refuses(lambda who: posted(risk, "/responses", who, **RESPONSE, risk_id=row["id"]))
    await refuses(lambda who: changed(risk, f"/responses/{measure['id']}", who))
    await refuses(lambda who: posted(risk, "/control-plans", who, opportunity_id=str(DEAL), title="Watch"))
    await refuses(lambda who: changed(risk, f"/control-plans/{plan['id']}", who))
    await refuses(lambda who: posted(risk, "/control-tasks", who, control_plan_id=plan["id"], title="Load test"))
    await refuses(lambda who: changed(risk, f"/control-tasks/{task['id']}", who))


async def test_a_plan_that_is_filled_leaves_a_task_open_whose_owner_has_left(gone, risk):
    row = await made(risk, "risks", **wish(owner="gone"))
    await made(risk, "responses", **RESPONSE, risk_id=row["id"])
    await pass_on(gone, on_risk, risk)

    plan = await made(risk, "control-plans", opportunity_id=str(DEAL), title="Watch", is_filled=True)

    tasks = (await risk.get("/control-tasks", params={"control_plan_id": plan["id"]})).json()["items"]
    assert [one["owner"] for one in tasks if one["risk_id"] == row["id"]] == [None]


async def test_sections_material_and_conditions_of_a_bid_are_of_people_who_are_there(gone, proposal):
    found = events("permits", 3)
    await hear_offer(proposal, found)
    own = {"opportunity_id": str(found.baseline.opportunity_id)}
    section = await made(proposal, "proposal-sections", **own, code="own", title={"en": "Own"})
    sheet = {"kind": "case_study", "title": "Case", "link": "https://example.com/a", "review_on": "2126-12-01"}
    material = await made(proposal, "materials", **sheet, key="case")
    await pass_on(gone, on_proposal, proposal)
    codes, keys = iter(("aa", "bb", "cc", "dd")), iter(("k1", "k2", "k3", "k4"))

    async def decided(who):
        path = await asked(proposal)
        condition = {"text": "专家到位", "owner": who, "due": "2126-12-01"}
        wanted = {"decision": "conditional", "reason": "须有专家参与", "conditions": [condition]}
        return await proposal.as_("bob", "approver").act(f"{path}/decide", wanted)

    await refuses(lambda who: posted(proposal, "/proposal-sections", who, **own, code=next(codes), title={"en": "x"}))
    await refuses(lambda who: changed(proposal, f"/proposal-sections/{section['id']}", who))
    await refuses(lambda who: posted(proposal, "/materials", who, **sheet, key=next(keys)))
    await refuses(lambda who: changed(proposal, f"/materials/{material['id']}", who))
    await refuses(decided, None)


async def test_who_comes_back_or_is_told_late_is_assigned_again(gone, requirements):
    [person] = (await gone.get("/colleagues", params={"subject": "gone"})).json()["items"]
    back = (await patched(gone, f"/colleagues/{person['id']}", is_active=True)).json()
    await patched(gone, f"/colleagues/{person['id']}", skills=[{"name": "Java"}])
    await pass_on(gone, on_requirements, requirements, newest_first=True)
    client = await made(requirements, "clients", name="银行")

    taken = await posted(requirements, "/opportunities", "李离", client_id=client["id"], title="信贷", currency="CNY")

    told = [one.data for one in await said(gone.app.state.database, TOLD) if one.data["subject"] == "gone"]
    assert [(one["is_active"], one["inactive_since"] is None) for one in told] == [(False, False), (True, True)]
    assert (person["inactive_since"] is None, back["inactive_since"]) == (False, None)
    assert (taken.status_code, taken.json()["owner"]) == (201, "gone")


async def test_a_tenant_without_a_roster_names_whom_it_wants(requirements):
    client = await made(requirements, "clients", name="银行")

    taken = await posted(requirements, "/opportunities", "李离", client_id=client["id"], title="信贷", currency="CNY")

    assert (taken.status_code, taken.json()["owner"]) == (201, "李离")


async def test_who_was_there_before_it_was_told_is_told_of_once_when_the_service_runs(engagement):
    chen, li = [
        await made(engagement, "colleagues", subject=subject, name=subject, role="architect")
        for subject in ("chen", "li")
    ]
    context = Context(tenant=TENANT, actor="ann")
    async with engagement.app.state.database.transaction(context) as session:
        await session.execute(sa.update(KnownColleague).values(version=0))
        await session.execute(sa.update(Colleague).values(version=2))
        for one in (chen, li):
            await set_timer(session, "colleague-untold", UUID(one["id"]), now())
    await patched(engagement, f"/colleagues/{li['id']}", phone="+8613800000000")

    await run_until(engagement, now() + timedelta(seconds=1))

    told = [one.data for one in await said(engagement.app.state.database, TOLD)]
    async with engagement.app.state.database.transaction(context) as session:
        known = (await session.scalars(sa.select(KnownColleague.version).order_by(KnownColleague.version))).all()
    assert sorted((one["subject"], one["version"]) for one in told) == [("chen", 1), ("chen", 2), ("li", 1), ("li", 3)]
    assert known == [2, 3]


async def test_a_hand_over_is_not_offered_again_to_who_has_left(engagement):
    from shared.kernel.context import new_id
    from tests.engagement.conftest import acted, heard, opened
    from tests.support.engagement.handovers import handover, told, won

    deal = str(new_id())
    await heard(engagement, opened(UUID(deal)))
    await told(engagement, won(deal))
    dan = await made(engagement, "colleagues", subject="dan", name="丹", role="delivery lead")
    _, path = await handover(engagement, deal)
    await acted(engagement, f"{path}/offer", {"to": "dan"})
    await patched(engagement, f"/colleagues/{dan['id']}", is_active=False)
    await engagement.as_("dan", "viewer").act(f"{path}/return", {"reason": "我已调离本项目组"})

    again = await engagement.act(f"{path}/offer", {})

    assert (again.status_code, again.json()["code"]) == (409, "colleague_is_inactive")
