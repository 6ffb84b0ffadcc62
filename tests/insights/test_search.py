"""One box over all stages: what is found by words, from events alone."""

import random
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from services.insights.domain.search_entries import COLLECTIONS, RULES, Kind, snippet
from services.insights.handlers import on
from services.insights.models import SearchEntry
from services.insights.schemas.event_types import EVENT_TYPES
from shared.kernel.context import Context, new_id
from shared.kernel.events import NO_OPPORTUNITY
from shared.language.events.engagement import InteractionRecorded
from shared.language.events.engagement.support import ArticleRecorded
from shared.language.events.proposal import ProposalSuperseded
from shared.language.events.requirements import OpportunityChanged, RequirementRecorded
from shared.language.events.requirements.own import CapabilityRecorded, ProductRecorded
from tests.conftest import TENANT, envelope, statements
from tests.support.days import today
from tests.support.insights.work import asked, drafted, hear, opened, promised, support


def required(deal, title, *, key=None, statement=None, status="draft", version=1):
    return RequirementRecorded(
        opportunity_id=deal, requirement_id=key or new_id(), code=f"REQ-{version:03}", title=title, kind="functional",
        priority="must", status=status, version=version, statement=statement,
    )  # fmt: skip


def talked(deal, subject):
    return InteractionRecorded(
        opportunity_id=deal, interaction_id=new_id(), channel="meeting", direction="inbound",
        occurred_at=datetime(2026, 11, 1, tzinfo=UTC), subject=subject, requirement_ids=(), recorded_by="ann",
    )  # fmt: skip


def changed(deal, client_id, client_name, version=2):
    facts = opened(deal).opportunity.model_copy(update={"client_name": client_name, "title": "信贷平台升级"})
    return OpportunityChanged(opportunity_id=deal, opportunity=facts, version=version, client_id=client_id)


def test_what_is_found_is_told_by_events_that_there_are():
    assert set(RULES) <= set(EVENT_TYPES)
    assert set(COLLECTIONS) == set(Kind)


def test_a_snippet_is_around_its_hit_and_says_where_that_is():
    body = "x " * 100 + "the approval workflow of the bank"

    found = snippet({"title": "Deal", "body": body}, "workflow approv")
    chinese = snippet({"title": "信贷审批流程"}, "审批流")

    assert (found.field, [found.text[first:last] for first, last in found.hits]) == ("body", ["approv", "workflow"])
    assert [chinese.text[first:last] for first, last in chinese.hits] == ["审批流"]
    assert snippet({"title": "reapproval"}, "approval") is None


async def listed(client, **query):
    answer = await client.get("/search", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_chinese_and_english_are_found_with_the_place_the_opportunity_and_the_path(insights):
    deal, client_id, key = new_id(), new_id(), new_id()
    await hear(insights, opened(deal), talked(deal, "Kick-off with the risk department"), asked(deal), promised(deal))
    await hear(insights, changed(deal, client_id, "华东银行"), sequence=2)
    await hear(insights, required(deal, "Approval limits", key=key, statement="系统应支持多级审批流程。"))

    [requirement] = await listed(insights, q="审批流程")
    [talk] = await listed(insights, q="kick risk")
    clients = await listed(insights, q="华东", kind="client")

    assert (requirement["kind"], requirement["path"]) == ("requirement", f"/v1/requirements/{key}")
    assert requirement["opportunity"] == {"id": str(deal), "code": "OPP-2026-0001", "title": "信贷平台升级"}
    hit = requirement["snippet"]
    assert (hit["field"], [hit["text"][first:last] for first, last in hit["hits"]]) == ("body", ["审批流程"])
    assert talk["kind"] == "interaction"
    assert [(one["title"], one["path"], one["opportunity"]) for one in clients] == [
        ("华东银行", f"/v1/clients/{client_id}", None)
    ]
    assert await listed(insights, q="华北") == await listed(insights, q="!?") == []


async def test_what_is_withdrawn_or_replaced_is_found_no_more(insights):
    deal, key, proposal = new_id(), new_id(), new_id()
    superseded = ProposalSuperseded(opportunity_id=deal, proposal_id=proposal, revision=1, superseded_by=new_id())
    await hear(insights, opened(deal), drafted(deal, proposal), required(deal, "Unicorn stable", key=key))
    before = [one["kind"] for one in [*await listed(insights, q="unicorn"), *await listed(insights, q="PRP-001")]]

    await hear(insights, superseded, sequence=2)
    await hear(insights, required(deal, "Unicorn stable", key=key, status="withdrawn", version=2), sequence=2)

    assert before == ["requirement", "proposal"]
    assert await listed(insights, q="unicorn") == await listed(insights, q="PRP-001") == []


async def test_articles_are_found_until_they_are_retired(insights):
    article = {"opportunity_id": NO_OPPORTUNITY, "article_id": new_id(), "key": "sizing", "number": 1, "owner": "ann",
               "review_on": today(), "title": None, "title_zh": "容量评估方法", "body": "Use **queues**.", "body_zh": None}  # fmt: skip
    await hear(insights, ArticleRecorded(status="published", version=1, **article))
    [found] = await listed(insights, q="容量 queues")
    await hear(insights, ArticleRecorded(status="retired", version=2, **article), sequence=2)

    assert (found["kind"], found["title"], found["opportunity"]) == ("article", "容量评估方法", None)
    assert found["path"] == f"/v1/articles/{article['article_id']}"
    assert await listed(insights, q="容量 queues") == []


async def test_products_and_what_they_can_do_are_found_until_they_are_retired(insights):
    texts = {
        "name": "Loan Origination",
        "name_zh": "信贷系统",
        "description": "Approvals",
        "description_zh": "多级审批",
    }
    product = {"opportunity_id": NO_OPPORTUNITY, "product_id": new_id(), "code": "LOS", "release": "5.2", **texts}
    can = CapabilityRecorded(
        opportunity_id=NO_OPPORTUNITY, capability_id=new_id(), product_id=product["product_id"], code="WF",
        name="Workflow engine", name_zh="审批流引擎", description=None, description_zh="会签与催办", version=1,
    )  # fmt: skip
    await hear(insights, ProductRecorded(status="active", version=1, **product), can)
    machine = insights.speaking({"sub": "crm", "tenant": TENANT, "scopes": ["search:read", "products:read"]})

    for words in ("loan", "信贷", "approvals", "多级审批", "LOS"):
        [found] = await listed(insights, q=words)
        assert (found["kind"], found["path"]) == ("product", f"/v1/products/{product['product_id']}"), words
    [found] = await listed(machine, q="会签")
    assert (found["title"], found["title_zh"], found["opportunity"]) == ("Workflow engine", "审批流引擎", None)
    assert found["path"] == f"/v1/capabilities/{can.capability_id}"
    await hear(insights, ProductRecorded(status="retired", version=2, **product), sequence=2)
    assert await listed(insights, q="信贷") == []
    await hear(insights, ProductRecorded(status="active", version=3, **product), sequence=3)
    assert [one["kind"] for one in await listed(insights, q="信贷", kind="product")] == ["product"]


async def test_where_persons_at_the_client_are_found_is_told_to_who_may_read_them(insights):
    machine = insights.speaking({"sub": "crm", "tenant": TENANT, "scopes": ["search:read", "risks:read"]})

    answers = [
        (await client.get("/search", params=query)).json()["also"]
        for client, query in (
            (insights, {"q": "周 & wu"}), (insights, {"q": "周", "kind": "risk"}), (machine, {"q": "周"}),
        )
    ]  # fmt: skip

    assert answers == [[{"kind": "contact", "path": "/v1/contacts?q=%E5%91%A8+%26+wu"}], [], []]


async def test_titles_come_first_and_pages_go_on_where_they_were_left(insights):
    deal = new_id()
    await hear(insights, opened(deal), required(deal, "Login limits"))
    await hear(insights, *(required(deal, f"Other {number}", statement="login limits") for number in range(4)))

    found, cursor = [], None
    while True:
        query = {"q": "login limits", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await insights.get("/search", params=query)).json()
        found += [one["title"] for one in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break

    assert found[0] == "Login limits"
    assert sorted(found) == ["Login limits", "Other 0", "Other 1", "Other 2", "Other 3"]


async def test_many_hits_are_shown_newest_first_over_all_pages(insights):
    async with insights.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        rows = """INSERT INTO search_entry (id, kind, opportunity_id, place, at, title)
            SELECT gen_random_uuid(), 'risk', gen_random_uuid(), 1, now() - n * interval '1 minute', 'delay ' || n
            FROM generate_series(1, 1100) AS n"""
        await session.execute(sa.text(rows))

    first = (await insights.get("/search", params={"q": "delay", "limit": 200})).json()
    second = (await insights.get("/search", params={"q": "delay", "cursor": first["next_cursor"]})).json()

    titles = [one["title"] for one in [*first["items"], *second["items"]]]
    assert titles == [f"delay {number}" for number in range(1, 251)]


async def test_only_what_the_caller_may_read_is_found_and_tenants_are_apart(insights):
    deal = new_id()
    await hear(insights, opened(deal), promised(deal))
    machine = insights.speaking({"sub": "crm", "tenant": TENANT, "scopes": ["search:read", "opportunities:read"]})

    assert [one["kind"] for one in await listed(insights, q="send plan")] == ["commitment"]
    assert await listed(machine, q="send plan") == []
    assert [one["kind"] for one in await listed(machine, q="deal")] == ["opportunity"]
    assert await listed(insights.as_("eve", "admin", tenant="other"), q="deal") == []
    assert (await insights.as_link("search", "x", "answer").get("/search", params={"q": "deal"})).status_code == 403


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "a", "kind": "unicorn"}, {"q": "a", "cursor": "x"}, {"q": "a", "sort": "x"}]
)
async def test_what_is_not_known_is_refused(insights, query):
    assert (await insights.get("/search", params=query)).status_code == 422


async def test_any_order_and_a_rebuild_keep_the_same_entries_for_no_statement_more(insights):
    deal, key, proposal, request = new_id(), new_id(), new_id(), new_id()
    told = [
        envelope(event, sequence=sequence)
        for event, sequence in (
            (opened(deal), 1), (changed(deal, new_id(), "Bank"), 2), (required(deal, "One", key=key), 1),
            (required(deal, "Two", key=key, version=2), 2), (drafted(deal, proposal), 1), (support(deal, "requested", request_id=request), 1),
            (ProposalSuperseded(opportunity_id=deal, proposal_id=proposal, revision=1, superseded_by=new_id()), 2),
        )
    ]  # fmt: skip
    database, seen = insights.app.state.database, []

    async def entries():
        async with database.transaction(Context(tenant=TENANT, actor="test")) as session:
            found = await session.execute(sa.select(*SearchEntry.__table__.columns).order_by("id"))
            return [tuple(row) for row in found]

    for seed in range(8):
        schedule = told + random.Random(seed).choices(told, k=3)
        random.Random(seed).shuffle(schedule)
        async with database.transaction(Context(tenant=TENANT, actor="test")) as session:
            for table in ("search_entry", "work_item", "logged_event", "inbox", "journey"):
                await session.execute(sa.text(f"DELETE FROM {table}"))
        for start in range(0, len(schedule), 3):
            await on.handle(database, schedule[start : start + 3])
        seen.append(await entries())
    assert (await insights.post("/journeys:rebuild")).status_code == 200
    seen.append(await entries())
    with statements(database) as sent:
        await hear(insights, required(deal, "Three"))

    assert all(one == seen[0] for one in seen)
    assert len(seen[0]) == 5
    assert len(sent) == 3  # claimed, appended with what is found, folded
