"""Needs that the client voiced: told at once, and linked to the requirement that they became."""

from uuid import UUID

from shared.language.events.requirements import OriginFacts
from tests.conftest import said
from tests.engagement.conftest import heard, recorded, requirement

HEARD, RECORDED = "engagement.need.heard.v1", "engagement.interaction.recorded.v1"
NEED = {"statement": "一级预警须在十分钟内推送", "client_words": "出了事我十分钟内就要知道", "speaker": "周敏"}


async def test_each_need_heard_is_told_with_the_clients_own_words(engagement, deal):
    made = await recorded(engagement, deal, needs=[NEED, {"statement": "改限额", "wants": "change_request"}])

    first, second = await said(engagement.app.state.database, HEARD)

    assert [need["statement"] for need in made["needs"]] == ["一级预警须在十分钟内推送", "改限额"]
    assert first.data["need_id"] == made["needs"][0]["id"]
    assert (first.data["client_words"], first.data["speaker"]) == ("出了事我十分钟内就要知道", "周敏")
    assert (first.data["wants"], second.data["wants"]) == ("requirement", "change_request")
    assert first.data["source"] == "meeting on 2026-11-18: Approval limits"
    assert first.data["interaction_id"] == made["id"]


async def test_a_need_shows_the_requirement_that_it_became_and_its_talk_tells_it(engagement, deal):
    made = await recorded(engagement, deal, needs=[NEED])
    [need] = made["needs"]
    answer = requirement(UUID(deal), origin=OriginFacts(kind="need", id=need["id"]))

    await heard(engagement, answer)
    await heard(engagement, answer.model_copy(update={"version": 2}))

    shown = (await engagement.get(f"/interactions/{made['id']}")).json()
    assert shown["needs"][0]["requirement_id"] == str(answer.requirement_id)
    assert shown["requirement_ids"] == [str(answer.requirement_id)]
    assert [event.data["requirement_ids"] for event in await said(engagement.app.state.database, RECORDED)] == [
        [],
        [str(answer.requirement_id)],
    ]


async def test_the_requirement_of_something_else_is_linked_to_nothing(engagement, deal):
    made = await recorded(engagement, deal, needs=[NEED])

    await heard(engagement, requirement(UUID(deal), origin=OriginFacts(kind="import", id=made["needs"][0]["id"])))

    assert (await engagement.get(f"/interactions/{made['id']}")).json()["needs"][0]["requirement_id"] is None


async def test_needs_are_added_to_a_talk_later(engagement, deal):
    made = await recorded(engagement, deal)

    added = await engagement.act(f"/interactions/{made['id']}/needs", [NEED])

    assert added.status_code == 200, added.text
    assert [need["speaker"] for need in added.json()["needs"]] == ["周敏"]
    assert len(await said(engagement.app.state.database, HEARD)) == 1


async def test_the_history_of_a_talk_has_its_needs_in_it(engagement, deal):
    made = await recorded(engagement, deal, needs=[NEED])
    await engagement.patch(f"/interactions/{made['id']}", json={"notes": "x"}, headers={"If-Match": '"1"'})

    history = (await engagement.as_("vic", "viewer").get(f"/interactions/{made['id']}/history")).json()

    assert [(change["kind"], change["action"]) for change in history] == [
        ("interaction", "create"),
        ("need", "create"),
        ("interaction", "update"),
    ]
    assert (history[2]["actor"], history[2]["before"], history[2]["after"]) == ("ann", {"notes": None}, {"notes": "x"})
