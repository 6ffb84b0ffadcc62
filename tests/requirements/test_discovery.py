"""What is found out about an opportunity: people, pains, completeness, possible duplicates."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requirements.domain.completeness import Item, Policy, completeness
from services.requirements.domain.duplicates import Named, likeness, plain
from services.requirements.domain.stakeholders import ROLES, Person, coverage
from services.requirements.handlers import heard, on
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.language.events.engagement import InteractionRecorded, NeedHeard
from shared.language.events.proposal import ProposalAnswered
from tests.conftest import envelope, said

people = st.lists(
    st.builds(
        Person,
        st.sampled_from(ROLES),
        st.integers(1, 5),
        st.sampled_from(["champion", "unknown", "opponent"]),
        st.booleans(),
    ),
    max_size=8,
)


@pytest.fixture
async def deal(service):
    client = (await service.post("/clients", json={"name": "浦东银行股份有限公司"})).json()
    wish = {"client_id": client["id"], "title": "信贷平台", "currency": "CNY"}
    return (await service.post("/opportunities", json=wish)).json()


def test_coverage_of_nobody_is_nothing_and_of_everybody_met_is_whole():
    assert coverage([]).score == 0
    assert coverage([Person(role, 3, "opponent", is_met=True) for role in ROLES]).score == 1
    assert coverage([Person("economic_buyer", 5, "champion", is_met=False)]).missing_roles == ROLES[1:]


@given(people, st.sampled_from(ROLES))
def test_one_more_role_known_and_met_never_lowers_coverage(known, role):
    more = [*known, Person(role, 5, "champion", is_met=True)]

    assert 0 <= coverage(known).score <= coverage(more).score <= 1
    assert -1 <= coverage(more).weighted_stance <= 1


def test_names_are_compared_as_people_would():
    assert plain("上海ＡＢＣ科技有限公司") == plain("上海abc科技")
    assert likeness(Named("Bank of Pudong Co., Ltd.", "CRM"), Named("BANK OF PUDONG", "ERP")).client == 1
    assert likeness(Named("浦东银行", "信贷平台"), Named("浦东银行", "信贷平台二期")).score > 0.9
    assert likeness(Named("浦东银行", "信贷平台"), Named("港口物流", "仓储系统")).score < 0.2
    assert likeness(Named("有限公司", "x"), Named("有限公司", "y")).client == 0


def test_completeness_weighs_what_is_known():
    policy = Policy(1, 0.5, (Item("a", 3, 2, True, "a", "甲"), Item("b", 1, 1, False, "b", "乙")))

    nothing, half, enough = (completeness(policy, found) for found in ({}, {"a": 1, "b": 9}, {"a": 2}))

    assert (nothing.score, half.score, enough.score) == (0, 0.625, 0.75)
    assert [one.is_enough for one in (nothing, half, enough)] == [False, False, True]
    assert [one.item.code for one in nothing.missing] == ["a", "b"]


async def test_stakeholders_are_kept_and_their_coverage_names_who_is_missing(service, deal):
    wish = {"opportunity_id": deal["id"], "name": "王敏", "position": "行长", "role": "economic_buyer", "influence": 5}
    made = (await service.post("/stakeholders", json={**wish, "stance": "supporter"})).json()
    changed = await service.patch(
        f"/stakeholders/{made['id']}", json={"last_met_on": "2026-11-01"}, headers={"If-Match": '"1"'}
    )

    found = (await service.get("/stakeholders", params={"q": "行长", "opportunity_id": deal["id"]})).json()["items"]
    covered = (await service.get(f"/opportunities/{deal['id']}/stakeholder-coverage")).json()

    assert changed.json()["last_met_on"] == "2026-11-01"
    assert [one["name"] for one in found] == ["王敏"]
    assert covered["score"] == 0.6
    assert covered["missing_roles"] == ["decision_maker", "user_buyer", "technical_buyer", "coach"]
    assert [one["code"] for one in covered["missing"]][-1] == "no_champion"


async def test_a_talk_with_a_contact_is_a_meeting_with_the_stakeholder(service, deal):
    contact = new_id()
    wish = {"opportunity_id": deal["id"], "name": "王敏", "role": "coach", "contact_id": str(contact)}
    person = (await service.post("/stakeholders", json=wish)).json()

    def talk(channel, day):
        return InteractionRecorded(
            opportunity_id=deal["id"], interaction_id=new_id(), channel=channel, direction="outbound", subject="x",
            occurred_at=datetime(2026, 11, day, 9, tzinfo=UTC), requirement_ids=(), recorded_by="lin",
            contact_ids=(contact,),
        )  # fmt: skip

    talks = [talk("mail", 9), talk("meeting", 5), talk("phone", 3)]
    await heard.handle(service.app.state.database, [envelope(one) for one in talks])

    assert (await service.get(f"/stakeholders/{person['id']}")).json()["last_met_on"] == "2026-11-05"


async def test_an_influence_out_of_range_and_an_unknown_stance_are_named(service, deal):
    wish = {"opportunity_id": deal["id"], "name": "x", "role": "coach", "influence": 6, "stance": "fan"}

    refused = await service.post("/stakeholders", json=wish)

    assert refused.status_code == 422
    assert {one["pointer"] for one in refused.json()["errors"]} == {"/influence", "/stance"}


async def test_pains_have_their_cost_and_reach_the_baseline(service, deal):
    pain = {"opportunity_id": deal["id"], "statement": "审批平均 9 天", "severity": "high"}
    cost = {"amount": "1200000", "currency": "CNY"}
    made = (await service.post("/pains", json={**pain, "cost_of_inaction": cost})).json()
    foreign = await service.post("/pains", json={**pain, "cost_of_inaction": {"amount": "1", "currency": "USD"}})
    negative = await service.post("/pains", json={**pain, "cost_of_inaction": {"amount": "-1", "currency": "CNY"}})
    await need(service, deal)

    baseline = (await service.post("/baselines", json={"opportunity_id": deal["id"], "title": "B"})).json()

    content = (await service.get(f"/baselines/{baseline['id']}/content")).json()
    assert made["cost_of_inaction"] == {"amount": "1200000.00", "currency": "CNY"}
    assert content["opportunity"]["pains"] == ["审批平均 9 天"]
    assert [answer.json()["errors"][0]["code"] for answer in (foreign, negative)] == [
        "currency_mismatch",
        "negative_amount",
    ]


async def need(service, deal, **wish):
    body = {
        "opportunity_id": deal["id"],
        "title": "Login",
        "statement": "The system shall log in users.",
        "kind": "functional",
    }
    return (await service.post("/requirements", json={**body, **wish})).json()


async def test_completeness_names_what_is_missing_and_what_to_do(service, deal):
    before = (await service.get(f"/opportunities/{deal['id']}/completeness")).json()
    await need(service, deal, acceptance_criteria=["It works."], sources=[{"document": "RFQ", "location": "1"}])
    await service.post("/pains", json={"opportunity_id": deal["id"], "statement": "slow"})

    after = (await service.get(f"/opportunities/{deal['id']}/completeness")).json()

    items = {item["code"]: item for item in after["items"]}
    assert before["score"] == 0
    assert before["items"][0]["is_required"] is True
    assert 0 < after["score"] < 1
    assert items["requirements"]["is_known"]
    assert items["acceptance_criteria"]["is_known"]
    assert items["pains"]["figure"] == "1 / 2"
    assert items["budget"]["message_zh"].startswith("了解预算")


async def test_possible_duplicates_are_named_at_creation_and_never_block(service, deal):
    twin = (await service.post("/clients", json={"name": "浦东银行"})).json()
    wish = {"client_id": twin["id"], "title": "信贷平台二期", "currency": "CNY", "external_ref": "CRM-7"}

    made = await service.post("/opportunities", json=wish)
    again = await service.post("/opportunities", json=wish)

    [alike] = made.json()["possible_duplicates"]
    assert (made.status_code, alike["code"]) == (201, deal["code"])
    assert alike["score"] > 0.9
    assert "相似度" in alike["reason_zh"]
    assert (again.status_code, again.json()["code"]) == (409, "same_external_reference")
    listed = (await service.get(f"/opportunities/{made.json()['id']}/possible-duplicates")).json()
    assert [one["code"] for one in listed] == [deal["code"]]


async def test_what_was_on_hold_goes_back_to_where_it_was(service, deal):
    path = f"/opportunities/{deal['id']}"
    await service.act(f"{path}/qualify")
    await service.act(f"{path}/hold")

    resumed = (await service.act(f"{path}/resume")).json()

    assert resumed["stage"] == "qualifying"


async def test_a_lost_opportunity_says_why(service, deal):
    path = f"/opportunities/{deal['id']}/close"

    silent = await service.act(path, {"outcome": "lost"})
    told = await service.act(path, {"outcome": "lost", "reason": "价格"})

    assert silent.json()["errors"][0]["code"] == "reason_missing"
    assert told.json()["stage"] == "closed"


async def test_an_accepted_proposal_leads_to_negotiation(service, deal):
    answered = ProposalAnswered(
        opportunity_id=deal["id"], proposal_id=new_id(), revision=1, status="accepted", reason=None
    )
    database, path = service.app.state.database, f"/opportunities/{deal['id']}"
    await on.handle(database, [envelope(answered)])
    early = (await service.get(path)).json()["stage"]
    await need(service, deal)
    baseline = (await service.post("/baselines", json={"opportunity_id": deal["id"], "title": "B"})).json()
    await service.act(f"/baselines/{baseline['id']}/submit")
    await service.as_("bob", "approver").act(f"/baselines/{baseline['id']}/approve")

    await on.handle(database, [envelope(answered)])

    assert early == "draft"
    assert (await service.get(path)).json()["stage"] == "negotiating"


async def test_a_need_that_was_heard_becomes_a_requirement_with_its_source(service, deal):
    event = NeedHeard(
        opportunity_id=deal["id"], need_id=new_id(), interaction_id=new_id(), statement="系统应支持批量导入客户资料。",
        client_words="我们每天有几千个客户要录，手都断了", speaker="李科长", wants="requirement", kind="functional",
        priority="must", source="meeting on 2026-11-20: 启动会", heard_at=now(), recorded_by="lin",
    )  # fmt: skip
    heard_event = envelope(event)
    database = service.app.state.database

    await heard.handle(database, [heard_event])
    again = await heard.handle(database, [heard_event])

    [made] = (await service.get("/requirements", params={"opportunity_id": deal["id"]})).json()["items"]
    [told] = await said(database, "requirements.requirement.recorded.v1")
    assert again == 0
    assert (made["statement"], made["client_words"]) == (event.statement, event.client_words)
    assert made["sources"] == [{"document": event.source, "location": "李科长", "quote": event.client_words}]
    assert told.data["origin"] == {"kind": "need", "id": str(event.need_id)}


async def test_what_changes_of_a_client_is_told_of_its_open_opportunities(service, deal):
    other = {"client_id": deal["client_id"], "title": "Closed", "currency": "CNY"}
    closed = (await service.post("/opportunities", json=other)).json()
    await service.act(f"/opportunities/{closed['id']}/close", {"outcome": "not_bid", "reason": "不再需要"})
    path = f"/clients/{deal['client_id']}"

    await service.patch(path, json={"size": "500 people"}, headers={"If-Match": '"1"'})
    await service.patch(path, json={"name": "浦东发展银行"}, headers={"If-Match": '"2"'})

    [told] = await said(service.app.state.database, "requirements.opportunity.changed.v1")
    assert (told.data["opportunity_id"], told.data["opportunity"]["client_name"]) == (deal["id"], "浦东发展银行")


async def test_what_the_team_expects_is_told_and_is_no_part_of_a_baseline(service, deal):
    await need(service, deal)
    before = (await service.post("/baselines", json={"opportunity_id": deal["id"], "title": "B"})).json()
    value = {"amount": "1200000", "currency": "CNY"}
    tag = {"If-Match": (await service.get(f"/opportunities/{deal['id']}")).headers["ETag"]}
    wish = {"expected_value": value, "win_probability": 0.4, "close_date": "2027-03-31", "type": "tender"}

    await service.patch(f"/opportunities/{deal['id']}", json=wish, headers=tag)

    [told] = await said(service.app.state.database, "requirements.opportunity.changed.v1")
    after = (await service.post("/baselines", json={"opportunity_id": deal["id"], "title": "B"})).json()
    assert told.data["prospect"] == {
        "kind": "tender", "expected_value": {"amount": "1200000.00", "currency": "CNY"}, "close_date": "2027-03-31",
        "win_probability": 0.4,
    }  # fmt: skip
    assert after["content_hash"] == before["content_hash"]


async def test_a_client_is_known_by_statements_with_their_sources(service):
    statement = {"topic": "systems", "statement": "核心系统 2012 年上线", "source": "访谈，王敏，2026-11-02"}
    wish = {"name": "Bank", "industry_scheme": "GB/T 4754", "industry_code": "J6621", "existing_systems": ["核心系统"]}

    made = (await service.post("/clients", json={**wish, "statements": [statement]})).json()
    bare = await service.post("/clients", json={"name": "x", "statements": [{"topic": "systems", "statement": "y"}]})

    assert made["statements"] == [{**statement, "on": None}]
    assert bare.json()["errors"][0]["pointer"] == "/statements/0/source"
