"""A repeated POST gets the answer it got before, while its caller may still have it."""

import pytest

KEY = {"Idempotency-Key": "k"}


async def test_an_answer_is_given_again_to_whom_it_was_given(requirements):
    first = await requirements.post("/clients", json={"name": "x"}, headers=KEY)
    again = await requirements.post("/clients", json={"name": "x"}, headers=KEY)

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Location"] == first.headers["Location"] == f"/v1/clients/{first.json()['id']}"
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("who", "sent", "refused"),
    [
        (("ann", "viewer"), ("/clients", "x"), (403, "forbidden")),
        (("ann",), ("/clients", "y"), (422, "idempotency_key_reused")),
        (("ann",), ("/clients?x=1", "x"), (422, "idempotency_key_reused")),
        (("bob",), ("/clients", "x"), (422, "idempotency_key_reused")),
    ],
    ids=["no permission any more", "another body", "another address", "another caller"],
)
async def test_and_to_nobody_else(requirements, who, sent, refused):
    await requirements.post("/clients", json={"name": "secret"}, headers={"Idempotency-Key": "other"})
    await requirements.post("/clients", json={"name": "x"}, headers=KEY)
    path, name = sent

    again = await requirements.as_(*who).post(path, json={"name": name}, headers=KEY)

    assert (again.status_code, again.json()["code"]) == refused


async def test_another_tenant_has_keys_of_its_own(requirements):
    first = await requirements.post("/clients", json={"name": "x"}, headers=KEY)
    theirs = await requirements.as_("ann", tenant="other").post("/clients", json={"name": "x"}, headers=KEY)

    assert theirs.status_code == 201
    assert theirs.json()["id"] != first.json()["id"]


async def test_an_answer_with_costs_is_not_given_again_without_the_permission(requirements):
    """An approver may see costs; a presales person may do the same and does not see them."""
    with_costs = requirements.as_("lin", "presales", "approver")
    first = await with_costs.post("/clients", json={"name": "x"}, headers=KEY)
    again = await with_costs.post("/clients", json={"name": "x"}, headers=KEY)
    now = await requirements.as_("lin", "presales").post("/clients", json={"name": "x"}, headers=KEY)

    assert (first.status_code, again.content) == (201, first.content)
    assert (now.status_code, now.json()["code"]) == (403, "forbidden")
    assert "cost:read" in now.json()["detail"]


async def test_who_gains_a_permission_still_gets_the_answer(requirements):
    first = await requirements.as_("lin", "presales").post("/clients", json={"name": "x"}, headers=KEY)
    again = await requirements.as_("lin", "presales", "approver").post("/clients", json={"name": "x"}, headers=KEY)

    assert again.content == first.content
