"""Actions on a resource that were refused are in its audit trail: who, what, when, by which rule."""

from shared.kernel.context import new_id


async def refusals(client, key):
    entries = (await client.get("/audit-entries", params={"resource_id": str(key), "limit": 200})).json()["items"]
    return [entry for entry in entries if entry["action"] == "refuse"]


async def test_a_refused_action_says_who_what_and_which_rule(requirements, deal):
    path = f"/opportunities/{deal['id']}"
    await requirements.as_("guest", "viewer").act(f"{path}/qualify")
    await requirements.post(f"{path}/qualify", headers={"If-Match": '"99"'})
    await requirements.as_("bob", "sales").act(f"{path}/qualify")
    await requirements.as_("bob", "sales").act(f"{path}/qualify", **{"X-Request-ID": "again"})

    found = await refusals(requirements, deal["id"])

    assert [(one["actor"], one["after"]["status"], one["after"]["code"]) for one in found] == [
        ("bob", 409, "illegal_transition"),
        ("ann", 412, "precondition_failed"),
        ("guest", 403, "forbidden"),
    ]
    assert {(one["kind"], one["after"]["action"]) for one in found} == {("opportunity", "qualify")}
    assert found[0]["request_id"] == "again"
    assert "opportunities:write" in found[2]["after"]["detail"]
    assert (await requirements.get(path)).json()["stage"] == "qualifying"


async def test_what_is_not_an_action_or_no_refusal_by_rule_is_not_noted(requirements, deal):
    path = f"/opportunities/{deal['id']}"
    await requirements.as_("guest", "viewer").patch(path, json={}, headers={"If-Match": '"1"'})
    await requirements.post(f"{path}/qualify")
    await requirements.post(f"{path}/nothing")
    await requirements.post("/opportunities/not-an-id/qualify", headers={"If-Match": '"1"'})

    assert await refusals(requirements, deal["id"]) == []


async def test_whoever_is_refused_all_the_time_does_not_fill_the_table(requirements, deal, monkeypatch):
    monkeypatch.setattr("shared.kernel.refusals.time", lambda: 60_000.0)
    guest, path = requirements.as_("mallory", "viewer"), f"/opportunities/{deal['id']}/qualify"
    answers = [await guest.post(path, headers={"If-Match": '"1"'}) for _ in range(30)]
    await requirements.as_("eve", "viewer").post(path, headers={"If-Match": '"1"'})

    found = await refusals(requirements, deal["id"])

    assert {answer.status_code for answer in answers} == {403}
    assert [one["actor"] for one in found] == ["eve"] + ["mallory"] * 20
    assert [one["after"].get("more_are_not_noted", False) for one in found] == [False, True, *[False] * 19]

    monkeypatch.setattr("shared.kernel.refusals.time", lambda: 60_060.0)
    await guest.post(path, headers={"If-Match": '"1"'})
    assert len(await refusals(requirements, deal["id"])) == 22


async def test_a_refusal_about_something_unknown_is_noted_by_its_collection(requirements):
    key = new_id()
    await requirements.as_("guest", "viewer").post(f"/baselines/{key}/approve", headers={"If-Match": '"1"'})

    [found] = await refusals(requirements, key)
    assert (found["kind"], found["after"]["code"]) == ("baselines", "forbidden")
