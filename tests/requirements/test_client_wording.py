"""What a client may read of concerns, gaps and assumptions: nothing, until somebody words it for the client."""

import pytest

from tests.conftest import said
from tests.requirements.conftest import baselined, made, patched, requirement

WORDING = "The interface of your core system is agreed in the first month."


async def concern(client, deal, **wish):
    usual = {"opportunity_id": deal["id"], "category": "technical", "statement": "Their interface is a mess"}
    return await client.post("/concerns", json={**usual, **wish})


async def approved(client):
    return (await said(client.app.state.database, "requirements.baseline.approved.v1"))[-1].data


async def test_a_concern_is_internal_until_it_is_worded_for_the_client(requirements, deal):
    await requirement(requirements, deal)
    quiet = (await concern(requirements, deal)).json()
    told = (await concern(requirements, deal, client_visibility="client", client_wording=WORDING)).json()

    await baselined(requirements, deal)

    assert (quiet["client_visibility"], quiet["client_wording"]) == ("internal", None)
    facts = {one["code"]: one for one in (await approved(requirements))["concerns"]}
    assert (facts[quiet["code"]]["client_visibility"], facts[quiet["code"]]["client_wording"]) == ("internal", None)
    assert (facts[told["code"]]["client_visibility"], facts[told["code"]]["client_wording"]) == ("client", WORDING)


async def test_what_is_visible_without_a_wording_is_refused(requirements, deal):
    need = await requirement(requirements, deal)
    quiet = (await concern(requirements, deal)).json()
    verdict = {"requirement_id": need["id"], "verdict": "partial", "gap": "Never finished"}

    refused = [
        await concern(requirements, deal, client_visibility="client"),
        await requirements.patch(
            f"/concerns/{quiet['id']}", json={"client_visibility": "client"}, headers={"If-Match": '"1"'}
        ),
        await requirements.post("/fit-assessments", json={**verdict, "client_visibility": "client"}),
    ]

    assert [one.status_code for one in refused] == [422] * 3
    assert {one.json()["errors"][0]["code"] for one in refused} == {"not_worded_for_the_client"}


async def test_a_wording_may_wait_and_be_shown_later(requirements, deal):
    quiet = (await concern(requirements, deal, client_wording=WORDING)).json()

    shown = await patched(requirements, f"/concerns/{quiet['id']}", client_visibility="client")
    withdrawn = await requirements.patch(
        f"/concerns/{quiet['id']}", json={"client_wording": None}, headers={"If-Match": '"2"'}
    )

    assert (quiet["client_visibility"], shown["client_visibility"]) == ("internal", "client")
    assert withdrawn.status_code == 422


@pytest.mark.parametrize(("visibility", "remark"), [("internal", ""), ("client", WORDING)])
async def test_the_deviation_table_says_of_a_gap_what_was_worded_for_the_client(requirements, deal, visibility, remark):
    need = await requirement(requirements, deal)
    verdict = {
        "verdict": "partial", "reason": "Our estimate is low", "gap": "Never finished",
        "client_visibility": visibility, "client_wording": WORDING,
    }  # fmt: skip
    judged = await made(requirements, "/fit-assessments", requirement_id=need["id"], **verdict)
    await requirements.act(f"/fit-assessments/{judged['id']}/confirm")

    path = f"/opportunities/{deal['id']}/deviation-table"
    [row] = (await requirements.get(path, params={"language": "en"})).json()["rows"]

    assert row["remark"] == remark


async def test_assumptions_for_the_client_are_a_list_of_their_own(requirements, deal):
    await requirement(requirements, deal)
    changed = await patched(
        requirements, f"/opportunities/{deal['id']}",
        assumptions=["Chen is free in May"], client_assumptions=["The test system is there in May"],
    )  # fmt: skip

    await baselined(requirements, deal)

    opportunity = (await approved(requirements))["opportunity"]
    assert opportunity["assumptions"] == changed["assumptions"] == ["Chen is free in May"]
    assert opportunity["client_assumptions"] == changed["client_assumptions"] == ["The test system is there in May"]


async def test_a_limit_that_we_only_assume_is_told_to_be_internal(requirements, deal):
    await requirement(requirements, deal)
    limit = {"opportunity_id": deal["id"], "kind": "other", "is_hard": False}
    theirs = await made(requirements, "/constraints", **limit, name="On site")
    ours = await made(requirements, "/constraints", **limit, name="They may pay more", client_visibility="internal")

    await baselined(requirements, deal)

    told = {one["id"]: one["client_visibility"] for one in (await approved(requirements))["constraints"]}
    assert (theirs["client_visibility"], ours["client_visibility"]) == ("client", "internal")
    assert told == {theirs["id"]: "client", ours["id"]: "internal"}


async def test_the_page_of_a_confirmation_says_nothing_of_ours(requirements, deal):
    need = await requirement(requirements, deal, rationale="Their rival has it")
    await concern(requirements, deal, requirement_codes=[need["code"]], effect="We lose money")
    await made(requirements, "/fit-assessments", requirement_id=need["id"], verdict="partial", gap="Never finished")
    body = {"recipient_name": "王女士", "requirement_codes": [need["code"]]}
    confirmation = await made(requirements, "/confirmations", opportunity_id=deal["id"], **body)

    page = await requirements.as_link("confirmations", confirmation["id"]).get(
        f"/confirmations/{confirmation['id']}/form"
    )

    assert need["statement"] in page.text
    assert not [one for one in ("rival", "mess", "lose money", "Never finished") if one in page.text]
