"""Trainings: planned with sessions, attended, and evaluated by those who came."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.kernel.clock import now
from shared.kernel.context import new_id
from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, closed, contact, heard, ids, made, patched

RECORDED = "engagement.training.recorded.v1"
SLIDES = {"name": "审批引擎.pdf", "sha256": "a" * 64, "size_bytes": 1000, "url": "https://files.example/1"}


def session(hours_from_now=-24, **wish):
    start = now() + timedelta(hours=hours_from_now)
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=2)).isoformat(), **wish}


async def planned(client, deal, **wish):
    body = {
        "opportunity_id": deal,
        "topic": "审批引擎入门",
        "audience": "分行业务人员",
        "sessions": [session()],
        **wish,
    }
    training = await made(client, "trainings", **body)
    return training, f"/trainings/{training['id']}"


async def registered(client, path, *people):
    wishes = [{"name": one} if isinstance(one, str) else one for one in people]
    return await acted(client, f"{path}/register", {"participants": wishes})


def came(*numbers, but=()):
    return {
        "participants": [
            *({"number": one, "attended": True} for one in numbers),
            *({"number": one, "attended": False} for one in but),
        ]
    }


async def test_a_training_is_planned_held_and_evaluated_and_each_step_is_told(engagement, deal):
    training, path = await planned(engagement, deal, materials=[SLIDES], goal="能独立配置流程")
    await registered(engagement, path, "周敏", "王磊", "陈静")
    await acted(engagement, f"{path}/attendance", came(1, 2, but=[3]))
    held = await acted(engagement, f"{path}/hold")

    invited = await acted(engagement, f"{path}/invite", {})
    for link, score in zip(invited["links"], (5, 2), strict=True):
        key = link["survey_invitation_id"]
        holder = engagement.as_link("survey-invitations", key)
        await holder.post(f"/survey-invitations/{key}/answers", json={"answers": {"score": score}})
    evaluated = await acted(engagement, f"{path}/evaluate", {"conclusion": "内容合适，节奏偏快"})

    assert (training["code"], training["status"], held["registered"], held["attended"]) == ("TRN-001", "planned", 3, 2)
    assert [link["name"] for link in invited["links"]] == ["周敏", "王磊"]
    assert (evaluated["status"], evaluated["conclusion"]) == ("evaluated", "内容合适，节奏偏快")
    assert (evaluated["evaluation"]["invited"], evaluated["evaluation"]["answered"]) == (2, 2)
    assert (evaluated["evaluation"]["csat"]["value"], evaluated["evaluation"]["csat"]["is_small"]) == (0.5, True)
    told = [event.data for event in await said(engagement.app.state.database, RECORDED)]
    assert [(one["status"], one["registered"], one["attended"]) for one in told] == [
        ("planned", 0, 0),
        ("planned", 3, 0),
        ("planned", 3, 2),
        ("held", 3, 2),
        ("held", 3, 2),
        ("evaluated", 3, 2),
    ]


async def test_sessions_are_numbered_by_time(engagement, deal):
    training, _ = await planned(engagement, deal, sessions=[session(48, place="B"), session(24, place="A")])

    assert [(one["number"], one["place"]) for one in training["sessions"]] == [(1, "A"), (2, "B")]


async def test_a_session_takes_no_more_people_than_it_has_places(engagement, deal):
    _, path = await planned(engagement, deal, sessions=[session(capacity=2), session(24)])
    await registered(engagement, path, "周敏")

    full = await engagement.act(f"{path}/register", {"participants": [{"name": "王磊"}, {"name": "陈静"}]})
    await registered(engagement, path, "王磊", {"name": "陈静", "session": 2})
    smaller = await patched(engagement, path, sessions=[session(capacity=1), session(24)])
    fewer = await patched(engagement, path, sessions=[session(capacity=2)])

    assert (full.status_code, full.json()["code"]) == (409, "session_is_full")
    assert (smaller.status_code, smaller.json()["code"]) == (409, "session_is_full")
    assert (fewer.status_code, fewer.json()["code"]) == (422, "no_such_session")


async def test_nobody_attends_what_has_not_begun(engagement, deal):
    _, path = await planned(engagement, deal, sessions=[session(-24), session(24)])
    await registered(engagement, path, "周敏", {"name": "王磊", "session": 2})

    first = await engagement.act(f"{path}/attendance", came(1))
    second = await engagement.act(f"{path}/attendance", came(2))
    held = await engagement.act(f"{path}/hold")

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (409, "not_begun_yet")
    assert (held.status_code, held.json()["code"]) == (409, "not_begun_yet")
    assert (await actions_of(engagement, path))["hold"] == "not_begun_yet"


async def test_what_cannot_be_done_yet_says_why(engagement, deal):
    _, path = await planned(engagement, deal, sessions=[])
    bare = await actions_of(engagement, path)
    await patched(engagement, path, sessions=[session()])
    await registered(engagement, path, "周敏")
    await acted(engagement, f"{path}/hold")
    nobody = await actions_of(engagement, path)
    await acted(engagement, f"{path}/attendance", came(1))
    nothing = await engagement.act(f"{path}/evaluate", {"conclusion": "x"})

    assert (bare["register"], bare["hold"], bare["evaluate"]) == (
        "nothing_planned",
        "nothing_planned",
        "illegal_transition",
    )
    assert (nobody["invite"], nobody["evaluate"], nobody["attend"]) == ("nobody_came", "no_evaluation_yet", None)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "no_evaluation_yet")


async def test_each_is_invited_once_and_who_wants_to_be_left_alone_is_named(engagement, deal):
    person = await contact(engagement, deal, do_not_contact=True)
    _, path = await planned(engagement, deal)
    await registered(engagement, path, "周敏", {"name": "Zhou Min", "contact_id": person["id"]})
    await acted(engagement, f"{path}/attendance", came(1, 2))
    await acted(engagement, f"{path}/hold")

    first = await acted(engagement, f"{path}/invite", {})
    again = await acted(engagement, f"{path}/invite", {})

    assert [one["name"] for one in first["links"]] == ["周敏"]
    assert [(one["name"], one["reason"]["code"]) for one in first["not_invited"]] == [
        ("Zhou Min", "must_not_be_contacted")
    ]
    assert (again["links"], len(again["not_invited"])) == ([], 1)
    assert again["training"]["evaluation"]["invited"] == 1


async def test_an_answer_on_paper_evaluates_too(engagement, deal):
    training, path = await planned(engagement, deal)
    await acted(engagement, f"{path}/hold")
    [survey] = (await engagement.get("/surveys", params={"key": "csat"})).json()["items"]

    await engagement.post(
        f"/surveys/{survey['id']}/feedback",
        json={"opportunity_id": deal, "training_id": training["id"], "recipient_name": "x", "answers": {"score": 4}},
    )

    shown = (await engagement.get(path)).json()
    assert (shown["evaluation"]["invited"], shown["evaluation"]["answered"]) == (0, 1)
    assert (await actions_of(engagement, path))["evaluate"] is None


async def test_a_training_that_does_not_take_place_is_cancelled_with_the_reason(engagement, deal):
    _, path = await planned(engagement, deal)

    cancelled = await acted(engagement, f"{path}/cancel", {"reason": "客户改期"})
    late = await patched(engagement, path, topic="x")

    assert (cancelled["status"], cancelled["note"]) == ("cancelled", "客户改期")
    assert (late.status_code, late.json()["code"]) == (409, "illegal_transition")


async def test_trainings_are_found_and_closed_with_their_opportunity(engagement, deal):
    one, path = await planned(engagement, deal)
    two, _ = await planned(engagement, deal, topic="Administration")
    await acted(engagement, f"{path}/hold")

    assert await ids(engagement, "trainings", q="审批引擎") == [one["id"]]
    assert await ids(engagement, "trainings", status="planned", opportunity_id=deal) == [two["id"]]
    await heard(engagement, closed(UUID(deal)))
    assert set((await actions_of(engagement, path)).values()) == {"opportunity_is_closed"}
    assert (await engagement.act(f"{path}/attendance", came(1))).json()["code"] == "opportunity_is_closed"


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"sessions": [{**session(), "ends_at": "2026-01-01T00:00:00Z"}]}, "/sessions/0"),
        ({"sessions": [session(capacity=0)]}, "/sessions/0/capacity"),
        ({"sessions": [session(link="ftp://x")]}, "/sessions/0/link"),
        ({"materials": [{**SLIDES, "sha256": "x"}]}, "/materials/0/sha256"),
        ({"support_request_id": str(new_id())}, "/support_request_id"),
    ],
)
async def test_a_wrong_training_is_refused(engagement, deal, wish, pointer):
    refused = await engagement.post("/trainings", json={"opportunity_id": deal, "topic": "x", "audience": "x", **wish})

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])


async def test_a_participant_is_of_the_same_opportunity_and_known_by_number(engagement, deal):
    _, path = await planned(engagement, deal)

    foreign = await engagement.act(
        f"{path}/register", {"participants": [{"name": "x"}, {"name": "y", "contact_id": str(new_id())}]}
    )
    unknown = await engagement.act(f"{path}/attendance", came(7))
    twice = await engagement.act(f"{path}/attendance", came(1, 1))

    assert foreign.json()["errors"][0]["pointer"] == "/participants/1/contact_id"
    assert (unknown.status_code, unknown.json()["code"]) == (422, "no_such_participant")
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "named_twice")
