"""Branding of an opportunity over that of the tenant: what counts, when drafts have it, and who may set it."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.contrast import READABLE, WHITE, contrast, darkened
from shared.kernel.clock import now
from shared.kernel.context import Context
from shared.kernel.messaging.tables import Outbox
from shared.kernel.timers import set_timer
from tests.conftest import TENANT, said
from tests.support.proposal.brandings import COMPANY, branded, branding_in_newest, drafted, time_passes
from tests.support.proposal.makers import change, content, newest, proposals, submitted
from tests.support.proposal.selling import close

# -- colours


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # https://www.w3.org/WAI/WCAG22/Techniques/general/G18 gives the formula; #777777 is its well-known near miss
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_that_of_the_guidelines(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_white_text_can_be_read_on_a_darkened_colour(colour):
    shade = darkened(colour)

    assert contrast(shade, WHITE) >= READABLE
    assert (shade == colour) == (contrast(colour, WHITE) >= READABLE)


@pytest.mark.parametrize(("language", "says"), [("en", "2.6:1"), ("zh", "对比度为 2.6:1")])
async def test_a_colour_that_white_text_cannot_be_read_on_is_refused_with_one_that_would_do(client, language, says):
    found = await drafted(client)
    wish = {"opportunity_id": str(found.baseline.opportunity_id), "primary_colour": "#ff7a1a"}

    answer = await client.post("/brandings", json=wish, headers={"Accept-Language": language})

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/primary_colour", "too_pale")
    assert says in error["message"]
    better = {"primary_colour": error["message"][-7:]} if language == "zh" else {"primary_colour": "#7a1f3d"}
    assert (await client.post("/brandings", json=wish | better)).status_code == 201


# -- the tenant's default


async def test_an_opportunitys_branding_goes_over_the_tenants_field_by_field(client):
    found = await drafted(client)
    await branded(client, company=COMPANY, footer={"en": "Harbour Ltd."}, primary_colour="#7a1f3d")

    await branded(client, found, company={"en": "Harbour Banking"}, accent_colour="#112233")

    assert await branding_in_newest(client, found) == {
        "company": {"en": "Harbour Banking", "zh": None},
        "footer": {"en": "Harbour Ltd.", "zh": None},
        "primary_colour": "#7a1f3d",
        "accent_colour": "#112233",
        "logo_sha256": None,
        "logo_media_type": None,
    }


async def test_what_an_opportunity_takes_back_is_the_tenants_again(client):
    found = await drafted(client)
    await branded(client, primary_colour="#7a1f3d")
    own = await branded(client, found, primary_colour="#112233")

    await change(client, own, "/brandings", primary_colour=None)

    assert (await branding_in_newest(client, found))["primary_colour"] == "#7a1f3d"


async def test_a_new_draft_has_the_tenants_branding(client):
    await branded(client, company=COMPANY)

    found = await drafted(client)

    [draft] = await proposals(client, found)
    assert draft["version_label"].endswith(".1")
    assert (await content(client, draft))["branding"]["company"] == COMPANY


async def test_a_change_of_the_tenants_branding_reaches_every_draft_that_is_there(client):
    first, second, third = [await drafted(client) for _ in range(3)]
    own = await branded(client, third, company=COMPANY)
    default = await branded(client, company={"en": "Harbour"})

    before = await branding_in_newest(client, first)
    await time_passes(client)
    await change(client, default, "/brandings", accent_colour="#112233")
    await time_passes(client)

    assert before is None
    for found in (first, second):
        old, between, draft = await proposals(client, found)
        assert [old["status"], between["status"], draft["status"]] == ["superseded", "superseded", "draft"]
        assert old["stale_reason"]["code"] == "branding_settled"
        said = (await content(client, draft))["branding"]
        assert (said["company"]["en"], said["accent_colour"]) == ("Harbour", "#112233")
    assert own["company"] == COMPANY
    said = await branding_in_newest(client, third)
    assert (said["company"], said["accent_colour"]) == (COMPANY, "#112233")


async def test_a_change_that_a_draft_does_not_show_makes_no_draft(client):
    found = await drafted(client)
    await branded(client, found, company=COMPANY)
    before = await proposals(client, found)

    await branded(client, company={"en": "Harbour"})
    await time_passes(client)

    assert await proposals(client, found) == before


async def test_what_is_in_review_or_with_the_client_keeps_the_branding_that_was_read_there(client):
    asked, sent, over = [await drafted(client) for _ in range(3)]
    await client.act(f"/proposals/{(await newest(client, asked))['id']}/submit-for-review")
    await submitted(client, await newest(client, sent))
    await close(client, over.baseline.opportunity_id, "lost")

    await branded(client, company=COMPANY)
    await time_passes(client)

    for found in (asked, sent, over):
        [one] = await proposals(client, found)
        assert (await content(client, one))["branding"] is None


async def test_the_revision_after_an_offer_has_the_branding_of_now(client):
    found = await drafted(client)
    offer = await submitted(client, await newest(client, found))
    await branded(client, company=COMPANY)
    await time_passes(client)

    await client.act(f"/proposals/{offer['id']}/revise", {"reason": "a new year"})

    again, revised = await proposals(client, found)
    assert (again["status"], again["stale_reason"]["code"]) == ("submitted", "reissue_settled")
    assert (await content(client, revised))["branding"]["company"] == COMPANY


async def test_there_is_one_default_and_it_can_be_found(client):
    found = await drafted(client)
    default, own = await branded(client, company=COMPANY), await branded(client, found, company=COMPANY)

    twice = await client.post("/brandings", json={"company": COMPANY})
    pages = [(await client.get("/brandings", params={"is_default": one})).json()["items"] for one in ("true", "false")]

    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert [[one["id"] for one in page] for page in pages] == [[default["id"]], [own["id"]]]
    assert (default["opportunity_id"], own["opportunity_id"]) == (None, str(found.baseline.opportunity_id))


async def test_who_writes_proposals_brands_an_opportunity_but_not_the_tenant(client):
    found = await drafted(client)
    default = await branded(client, company=COMPANY)
    seller, approver = client.as_("sue", "sales"), client.as_("max", "approver")

    own = await seller.post("/brandings", json={"opportunity_id": str(found.baseline.opportunity_id)})
    refused = [
        await seller.post("/brandings", json={"company": COMPANY}),
        await change(seller, default, "/brandings", accent_colour="#112233"),
    ]
    allowed = await change(approver, default, "/brandings", accent_colour="#112233")

    assert own.status_code == 201
    assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "forbidden")] * 2
    assert "brandings:default" in refused[0].json()["detail"]
    assert allowed.json()["accent_colour"] == "#112233"


async def test_a_tenant_does_not_see_anothers_branding(client):
    default = await branded(client, company=COMPANY)
    other = client.as_("eve", "admin", tenant="other")

    theirs = await other.post("/brandings", json={"company": {"en": "Other"}})
    found = await other.get(f"/brandings/{default['id']}")

    assert (theirs.status_code, found.status_code) == (201, 404)


async def test_who_makes_offers_and_whom_to_ask_is_told_to_those_with_pages_for_clients(client):
    ask = {"name": "林悦", "mail": "lin@harbour.example", "phone": None}
    made = await client.post("/brandings", json={"company": {"zh": "海港软件"}, "contact": ask})
    path = f"/brandings/{made.json()['id']}"
    await client.patch(path, json={"footer": {"zh": "机密"}}, headers={"If-Match": made.headers["ETag"]})

    told = list(await said(client.app.state.database, "proposal.branding.recorded.v1"))

    assert made.json()["contact"] == ask
    assert [one.opportunity_id for one in told] == [UUID(int=0)] * 2
    assert told[0].data["company"] == {"zh": "海港软件"}
    assert told[1].data["contact"] == {"name": "林悦", "mail": "lin@harbour.example"}
    assert [one.data["version"] for one in told] == [1, 2]


async def test_a_branding_that_was_there_before_is_told_when_the_client_runs(client):
    made = await client.post("/brandings", json={"company": {"en": "Harbour"}})
    async with client.app.state.database.transaction(Context(tenant=TENANT, actor="ann")) as session:
        await session.execute(sa.delete(Outbox))
        await set_timer(session, "branding-untold", UUID(made.json()["id"]), now())

    await client.app.state.timers.run_due(client.app.state.database, now() + timedelta(seconds=1))

    [told] = await said(client.app.state.database, "proposal.branding.recorded.v1")
    assert told.data["company"] == {"en": "Harbour"}
