"""Advice: drafted with its alternatives, given, and accepted or declined with the client's reason."""

from uuid import UUID

from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, contact, heard, ids, made, patched, requirement


async def drafted(client, deal, **wish):
    return await made(
        client,
        "advice",
        **{
            "opportunity_id": deal,
            "kind": "risk_control",
            "occasion": "上线窗口与年终结算重叠",
            "recommendation": "分两批上线，先分行后总行",
            "because": "年终结算期间不得变更核心系统",
            "alternatives": [{"option": "一次上线", "pros": ["周期短"], "cons": ["无法回退"]}],
            **wish,
        },
    )


DECISION = {"reason": "与行内窗口一致", "by": "周敏"}


async def test_advice_is_given_and_accepted_and_each_step_is_told(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    advice = await drafted(engagement, deal, requirement_ids=[str(need.requirement_id)])
    path = f"/advice/{advice['id']}"

    given = await acted(engagement, f"{path}/give")
    accepted = await acted(engagement, f"{path}/accept", DECISION)

    assert (advice["code"], advice["alternatives"][0]["cons"]) == ("ADV-001", ["无法回退"])
    assert [one["code"] for one in advice["requirements"]] == ["REQ-001"]
    assert (given["status"], given["given_by"]) == ("given", "ann")
    assert (accepted["decided_by"], accepted["reason"]) == ("周敏", "与行内窗口一致")
    told = [event.data for event in await said(engagement.app.state.database, "engagement.advice.recorded.v1")]
    assert [(one["status"], one["version"]) for one in told] == [("draft", 1), ("given", 2), ("accepted", 3)]


async def test_what_was_said_to_the_client_stays(engagement, deal):
    advice = await drafted(engagement, deal)
    changed = await patched(engagement, f"/advice/{advice['id']}", because="两个月内有两次结算")
    await acted(engagement, f"/advice/{advice['id']}/give")

    refused = await patched(engagement, f"/advice/{advice['id']}", because="有必要")

    assert changed.json()["because"] == "两个月内有两次结算"
    assert (refused.status_code, refused.json()["code"]) == (409, "advice_is_given")


async def test_an_alternative_may_be_changed_without_its_pros_and_cons(engagement, deal):
    advice = await drafted(engagement, deal)

    changed = await patched(engagement, f"/advice/{advice['id']}", alternatives=[{"option": "不上线"}])

    assert changed.json()["alternatives"] == [{"option": "不上线", "pros": [], "cons": []}]


async def test_advice_is_declined_with_a_reason(engagement, deal):
    advice = await drafted(engagement, deal)
    early = await engagement.act(f"/advice/{advice['id']}/decline", DECISION)
    await acted(engagement, f"/advice/{advice['id']}/give")

    declined = await acted(engagement, f"/advice/{advice['id']}/decline", {"reason": "预算不足", "by": "周敏"})

    assert early.json()["code"] == "illegal_transition"
    assert (declined["status"], declined["reason"]) == ("declined", "预算不足")
    assert await actions_of(engagement, f"/advice/{advice['id']}") == {
        "change": "advice_is_given", **dict.fromkeys(("give", "accept", "decline"), "illegal_transition")
    }  # fmt: skip


async def test_advice_is_not_given_to_somebody_who_wants_none(engagement, deal):
    consent = {"state": "withdrawn", "at": "2026-11-01T00:00:00Z", "how": "邮件"}
    person = await contact(engagement, deal, consent=consent)
    advice = await drafted(engagement, deal, contact_ids=[person["id"]])

    refused = await engagement.act(f"/advice/{advice['id']}/give")

    assert refused.json()["code"] == "must_not_be_contacted"
    assert (await actions_of(engagement, f"/advice/{advice['id']}"))["give"] == "must_not_be_contacted"


async def test_advice_is_found_by_kind_and_by_the_words_of_its_alternatives(engagement, deal):
    one = await drafted(engagement, deal)
    two = await drafted(engagement, deal, kind="technical", occasion="Message queue", alternatives=[])

    assert await ids(engagement, "advice", kind="technical") == [two["id"]]
    assert await ids(engagement, "advice", q="一次上线") == [one["id"]]
    assert await ids(engagement, "advice", q="queue") == [two["id"]]
    assert await ids(engagement, "advice", status="given") == []
