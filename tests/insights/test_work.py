"""The work that waits for somebody: folded from events, and read in the order in which it hurts."""

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.insights.domain.work import KINDS, REASONS, Reason, kinds_where, said, scopes_of
from services.insights.domain.work_events import IRRELEVANT, RULES, notes_of
from services.insights.domain.work_item import newest
from services.insights.handlers import on
from services.insights.models import WorkItem
from services.insights.schemas.event_types import EVENT_TYPES
from shared.kernel.auth import Principal
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.events import NO_OPPORTUNITY
from shared.language.events.engagement import CalendarRecorded, ResponseClockBreached, ResponseClockFacts
from shared.language.events.engagement.support import ArticleLapsed, ArticleRecorded
from shared.language.events.proposal import MaterialLapsed
from shared.language.events.proposal.authored import MaterialRecorded, SectionRecorded
from shared.language.events.requirements import ImportRecorded
from shared.language.events.risk.register import ControlPlanLapsed, ControlPlanRecorded
from shared.language.roles import ROLES
from tests.conftest import TENANT, envelope, statements
from tests.support.days import today
from tests.support.insights.work import (
    asked,
    closed,
    drafted,
    hear,
    opened,
    promised,
    rejected,
    reviewed,
    submitted,
    support,
    told,
)


def test_every_event_opens_or_closes_work_or_is_said_to_do_neither():
    assert sorted([*RULES, *IRRELEVANT]) == sorted(EVENT_TYPES)
    assert all(IRRELEVANT.values())


def test_every_kind_is_done_by_a_request_that_there_is():
    document = json.loads(Path("gateway/openapi.json").read_text(encoding="utf-8"))
    there_is = {
        (method.upper(), "/".join("{}" if part.startswith("{") else part for part in path.split("/")))
        for path, operations in document["paths"].items()
        for method in operations
    }
    named = {
        name: (kind.method, kind.path.partition("?")[0].replace("/ops/{}", "/ops/risk/parked-events/{}"))
        for name, kind in KINDS.items()
    }

    assert [(name, request) for name, request in named.items() if request not in there_is] == []
    holders = [Principal.of("", "", (role,)) for role in ROLES if role != "admin"]
    unheld = {scope for scope in scopes_of(KINDS) if not any(one.may(scope) for one in holders)}
    assert unheld <= {"parked-events:write"}  # which is for operators


def test_a_slot_says_only_what_was_told_last_in_whatever_order():
    deal, request, proposal = new_id(), new_id(), new_id()
    events = [
        *(told(support(deal, status, request_id=request, assignee="bob"), version) for version, status in
          enumerate(("requested", "triaged", "assigned", "in_progress", "delivered"), 1)),
        told(drafted(deal, proposal), 1), told(reviewed(deal, proposal, "in_review"), 2),
        told(reviewed(deal, proposal, "draft"), 3), told(submitted(deal), 2), told(rejected(deal), 3),
        told(submitted(deal), 4), told(submitted(deal, number=2, baseline_id=new_id()), 2),
    ]  # fmt: skip

    def folded(schedule):
        rows = [note.as_row() for note in newest(note for one in schedule for note in notes_of(one))]
        return sorted(rows, key=lambda row: row["slot"])

    expected = folded(events)
    for seed in range(100):
        schedule = events + random.Random(seed).choices(events, k=4)
        random.Random(seed).shuffle(schedule)
        assert folded(schedule) == expected

    assert [(row["kind"], row["code"]) for row in expected] == [
        ("baseline_review", None), ("proposal_draft", "PRP-001"), ("support_rating", "SUP-001"),
    ]  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_said_in_both_languages(reason):
    english, chinese = said(reason, timedelta(hours=-30 if reason == Reason.DUE_SOON else 3), timedelta(days=2))

    assert english.endswith(".")
    assert chinese.endswith("。")
    assert not english.isascii() or english != chinese


async def rows(client):
    async with client.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        found = await session.execute(sa.select(*WorkItem.__table__.columns).order_by("slot", "subject_id"))
        return [tuple(row) for row in found]


async def test_any_order_any_repetition_and_a_rebuild_keep_the_same_rows(insights):
    deals, proposal, request, promise, question = new_id(), new_id(), new_id(), new_id(), new_id()
    events = [
        (opened(deals), 1), (submitted(deals), 2), (rejected(deals), 3), (submitted(deals), 4),
        (drafted(deals, proposal), 1), (reviewed(deals, proposal, "in_review"), 2),
        (reviewed(deals, proposal, "approved"), 3), (support(deals, "requested", request_id=request), 1),
        (support(deals, "triaged", request_id=request), 2), (promised(deals, commitment_id=promise), 1),
        (promised(deals, commitment_id=promise, status="done", version=2), 2),
        (asked(deals, clarification_id=question), 1),
    ]  # fmt: skip
    arriving = [envelope(event, sequence=sequence) for event, sequence in events]
    database, seen = insights.app.state.database, []

    for seed in range(12):
        chance = random.Random(seed)
        schedule = arriving + chance.choices(arriving, k=4)
        chance.shuffle(schedule)
        async with database.transaction(Context(tenant=TENANT, actor="test")) as session:
            for table in ("work_item", "logged_event", "inbox", "journey"):
                await session.execute(sa.text(f"DELETE FROM {table}"))
        while schedule:
            batch = [schedule.pop() for _ in range(min(chance.randint(1, 5), len(schedule)))]
            await on.handle(database, batch)
        seen.append(await rows(insights))
    assert (await insights.post("/journeys:rebuild")).status_code == 200
    seen.append(await rows(insights))

    assert all(one == seen[0] for one in seen)
    assert len(seen[0]) == 5
    assert ("proposal_submission", "PRP-001") in [(row[6], row[7]) for row in seen[0]]


async def test_hearing_what_opens_work_sends_no_statement_more(insights):
    deal = new_id()
    await hear(insights, opened(deal))

    with statements(insights.app.state.database) as sent:
        await hear(insights, submitted(deal))

    assert len(sent) == 3  # claimed, appended with its work, folded


async def listed(client, **query):
    answer = await client.get("/work", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_waits_for_a_person_is_theirs_their_opportunitys_and_what_they_may_do(insights):
    deal, other = new_id(), new_id()
    await hear(insights, opened(deal, owner="lin"), opened(other, owner="wu"))
    await hear(insights, submitted(deal, by="lin"), drafted(deal, new_id()), promised(deal, "wu"), asked(other, "lin"))
    await hear(insights, support(other, "requested"))

    async def kinds(subject, *roles):
        return sorted(item["kind"] for item in (await listed(insights.as_(subject, *roles)))["items"])

    assert await kinds("lin", "presales") == ["clarification_answer", "proposal_draft", "support_triage"]
    assert await kinds("wang", "approver") == ["baseline_review"]
    assert await kinds("lin", "presales", "approver") == ["clarification_answer", "proposal_draft", "support_triage"]
    assert await kinds("wu", "viewer") == ["commitment"]
    assert await kinds("zhao", "viewer") == []


async def test_an_item_says_what_why_since_when_and_which_request_does_it(insights):
    deal, baseline = new_id(), new_id()
    await hear(insights, opened(deal), submitted(deal, by="lin", baseline_id=baseline))

    [item] = (await listed(insights.as_("wang", "approver")))["items"]

    assert item["id"] == f"baseline:{deal}"
    assert (item["kind"], item["label_zh"], item["title_zh"]) == ("baseline_review", "待审批的基线", "基线 1")
    assert item["action"] == {"method": "POST", "path": f"/v1/baselines/{baseline}/approve"}
    assert item["opportunity"] == {"id": str(deal), "code": "OPP-2026-0001", "title": "Deal"}
    assert (item["reason"], item["reason_rank"], item["scope"], item["owner"]) == (
        "blocks_others", 3, "baselines:approve", None
    )  # fmt: skip
    assert item["reason_text"].startswith("Others wait for it")


async def test_what_hurts_first_comes_first_and_is_judged_by_the_tenants_day(insights):
    deal = new_id()
    zone = CalendarRecorded(calendar_id=new_id(), code="CAL", time_zone="Asia/Shanghai", hours_per_day=8, version=1)
    await hear(insights, zone, opened(deal, owner="bob"))
    await hear(
        insights,
        promised(deal, due_on=today() + timedelta(days=20)),
        asked(deal, due_at=now() + timedelta(hours=47)),
        asked(deal, requirement_ids=(new_id(),)),
        promised(deal, due_on=today()),
        asked(deal, due_at=now() - timedelta(hours=2)),
        promised(deal, due_on=today() - timedelta(days=9)),
        promised(deal, due_on=today() - timedelta(days=1), side="client"),
    )

    items = (await listed(insights.as_("ann", "presales")))["items"]
    chased = (await listed(insights.as_("bob", "presales")))["items"]

    assert [item["reason"] for item in items] == [
        "breached", "breached", "due_today", "blocks_others", "due_soon", "waits",
    ]  # fmt: skip
    assert [item["kind"] for item in items[:2]] == ["commitment", "clarification_answer"]
    assert [item["kind"] for item in chased] == ["commitment_chase"]


async def test_what_is_over_leaves_the_list_with_its_opportunity_or_with_what_it_is_part_of(insights):
    deal, question = new_id(), new_id()
    clock = ResponseClockFacts(
        clock_id=new_id(), subject_kind="clarification", subject_id=question, subject_label="CLR-001",
        purpose="first", priority="normal", owner="ann", target_minutes=60, elapsed_minutes=61,
        started_at=now() - timedelta(days=1), due_at=now() - timedelta(hours=1),
    )  # fmt: skip
    await hear(insights, opened(deal), asked(deal, clarification_id=question), promised(deal), submitted(deal, by="x"))
    await hear(insights, ResponseClockBreached(opportunity_id=deal, clock=clock), sequence=2)
    ann = insights.as_("ann", "presales", "approver")

    first = await listed(ann)
    await hear(insights, asked(deal, clarification_id=question, status="withdrawn", version=2), sequence=2)
    second = await listed(ann)
    await hear(insights, closed(deal), sequence=2)
    third = await listed(ann)

    assert [item["kind"] for item in first["items"]] == [
        "response_clock", "baseline_review", "clarification_answer", "commitment",
    ]  # fmt: skip
    assert [item["kind"] for item in second["items"]] == ["baseline_review", "commitment"]
    assert [item["kind"] for item in third["items"]] == ["commitment"]
    assert first["items"][0]["action"]["path"] == f"/v1/clarifications/{question}/answer"


async def test_what_is_to_be_looked_at_stays_until_somebody_has(insights):
    article = {"opportunity_id": NO_OPPORTUNITY, "article_id": new_id(), "key": "sizing", "number": 2, "owner": "ann",
               "review_on": today() - timedelta(days=1)}  # fmt: skip
    plan = {"opportunity_id": new_id(), "control_plan_id": new_id(), "code": "CTL-1", "title": "Plan", "title_zh": "计划",
            "owner": "ann", "review_on": today() - timedelta(days=1)}  # fmt: skip
    material = {"opportunity_id": NO_OPPORTUNITY, "material_id": new_id(), "key": "deck", "number": 1, "owner": "ann",
                "review_on": today()}  # fmt: skip
    file = {"opportunity_id": new_id(), "import_id": new_id(), "file_name": "list.xlsx", "created_by": "ann"}
    section = {"opportunity_id": new_id(), "proposal_section_id": new_id(), "code": "solution", "owner": "ann"}
    no_text = dict.fromkeys(("title", "title_zh", "body", "body_zh", "summary"))
    ann = insights.as_("ann", "presales")

    await hear(
        insights,
        ArticleLapsed(title="Sizing", **article),
        MaterialLapsed(**material),
        ControlPlanLapsed(**plan),
        ImportRecorded(status="preview", version=1, **file),
        SectionRecorded(status="drafting", version=1, **section),
    )
    open_ones = [(item["kind"], item["title"]) for item in (await listed(ann))["items"]]
    await hear(
        insights,
        ArticleRecorded(version=2, status="published", **article | no_text),
        MaterialRecorded(version=2, kind="deck", status="retired", **material | no_text),
        ControlPlanRecorded(status="active", version=2, **plan),
        ImportRecorded(status="committed", version=2, **file),
        SectionRecorded(status="finished", version=2, **section),
        sequence=2,
    )

    assert sorted(open_ones) == [
        ("article_review", "Sizing"), ("control_plan_review", "Plan"), ("import", "list.xlsx"),
        ("material_review", "deck"), ("section", "solution"),
    ]  # fmt: skip
    assert (await listed(ann))["total"] == 0


async def test_a_role_has_a_list_and_those_of_others_are_refused_not_empty(insights):
    deal = new_id()
    await hear(insights, opened(deal, owner="lin"), submitted(deal, by="wang"), promised(deal, "lin"))
    wang, lin = insights.as_("wang", "approver"), insights.as_("lin", "presales")

    assert [item["kind"] for item in (await listed(wang, role="approver"))["items"]] == ["baseline_review"]
    assert [item["kind"] for item in (await listed(wang, subject="lin"))["items"]] == ["commitment"]
    assert (await listed(wang))["items"] == []  # four eyes: it is their own
    assert [item["kind"] for item in (await listed(lin, subject="lin"))["items"]] == ["commitment"]
    for query in ({"role": "approver"}, {"subject": "wang"}):
        refused = await lin.get("/work", params=query)
        assert refused.status_code == 403
        assert "work:lead" in refused.json()["detail"]


async def test_the_list_is_filtered_counted_and_paged_as_of_one_moment(insights):
    deal, other = new_id(), new_id()
    await hear(insights, opened(deal), opened(other))
    await hear(insights, *(promised(deal) for _ in range(5)), asked(other), asked(other, due_at=now()))
    ann = insights.as_("ann", "presales")

    seen, cursor, moments = [], None, set()
    while True:
        page = await listed(ann, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [item["id"] for item in page["items"]]
        moments.add(page["as_of"])
        cursor = page["next_cursor"]
        if not cursor:
            break
    of_kind = await listed(ann, kind="commitment,baseline_review")
    breached = await listed(ann, reason="breached")
    of_other = await listed(ann, opportunity_id=str(other))
    due = await listed(ann, due_before=(now() + timedelta(days=2)).isoformat())

    assert (len(seen), len(set(seen)), len(moments)) == (7, 7, 1)
    assert (of_kind["total"], len(of_kind["items"])) == (5, 5)
    assert {one["kind"]: (one["count"], one["breached"]) for one in of_kind["counts"]} == {
        "commitment": (5, 0), "clarification_answer": (2, 1),
    }  # fmt: skip
    assert breached["total"] == len(due["items"]) == 1
    assert of_other["total"] == 2


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"kind": "unicorn"}, "?kind"), ({"role": "unicorn"}, "?role"), ({"reason": "unicorn"}, "?reason"),
        ({"unicorn": "1"}, "?unicorn"), ({"cursor": "x"}, "?cursor"), ({"limit": "0"}, "?limit"),
        ({"role": "sales", "subject": "lin"}, "?"),
    ],
)  # fmt: skip
async def test_what_is_not_known_is_refused_with_what_there_is(insights, query, pointer):
    refused = await insights.get("/work", params=query)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith(pointer)


async def test_tenants_do_not_see_each_others_work(insights):
    deal = new_id()
    await hear(insights, opened(deal), promised(deal))

    assert (await listed(insights.as_("ann", "admin", tenant="other")))["total"] == 0
    assert (await listed(insights.as_("ann", "admin")))["total"] == 1


def test_kinds_that_outlive_an_opportunity_are_owed_after_it():
    assert "commitment" in kinds_where(lambda kind: kind.outlives)
    assert "baseline_review" not in kinds_where(lambda kind: kind.outlives)
