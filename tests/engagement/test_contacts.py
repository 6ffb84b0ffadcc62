"""Contacts over HTTP."""

import pytest

from tests.engagement.conftest import actions_of, contact, patched, talk


async def test_a_contact_is_recorded_changed_and_forgotten(engagement, deal):
    made = await contact(engagement, deal, mail="Zhou.Min@Example.com", preferred_channel="mail", language="zh")

    changed = await patched(engagement, f"/contacts/{made['id']}", position="Head of risk", do_not_contact=True)
    tag = {"If-Match": changed.headers["ETag"]}
    gone = await engagement.delete(f"/contacts/{made['id']}", headers=tag)

    assert made["mail"] == "zhou.min@example.com"
    assert (made["do_not_contact"], made["do_not_contact_since"]) == (False, None)
    assert (changed.json()["position"], changed.json()["do_not_contact"]) == ("Head of risk", True)
    assert changed.json()["do_not_contact_since"] is not None
    assert gone.status_code == 204
    assert (await engagement.get(f"/contacts/{made['id']}")).status_code == 404


async def test_the_wish_not_to_be_contacted_keeps_its_time_until_it_is_taken_back(engagement, deal):
    made = await contact(engagement, deal, do_not_contact=True)

    kept = await patched(engagement, f"/contacts/{made['id']}", name="Zhou Min, PhD", do_not_contact=True)
    back = await patched(engagement, f"/contacts/{made['id']}", do_not_contact=False)

    assert kept.json()["do_not_contact_since"] == made["do_not_contact_since"]
    assert (back.json()["do_not_contact"], back.json()["do_not_contact_since"]) == (False, None)


async def test_one_mail_address_is_one_contact_of_an_opportunity(engagement, deal):
    await contact(engagement, deal, mail="zhou@example.com")

    again = await engagement.post(
        "/contacts", json={"opportunity_id": deal, "name": "Zhou", "mail": "ZHOU@example.com"}
    )

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_contacts_are_found_by_opportunity_and_by_chinese_name(engagement, deal):
    zhou = await contact(engagement, deal, name="周敏", organisation="浦汇银行")
    await contact(engagement, deal, name="Li Hua")

    found = (await engagement.get("/contacts", params={"opportunity_id": deal, "q": "浦汇"})).json()["items"]

    assert [item["id"] for item in found] == [zhou["id"]]


WRONG = {
    "an unknown field": ({"age": 40}, "/age", "unknown_field"),
    "no mail address": ({"mail": "zhou at example"}, "/mail", "wrong_format"),
    "no phone number": ({"phone": "call me"}, "/phone", "wrong_format"),
    "another language": ({"language": "fr"}, "/language", "not_allowed"),
    "a channel without its address": ({"preferred_channel": "phone"}, "", "address_missing"),
    "a flag that is none": ({"do_not_contact": "perhaps"}, "/do_not_contact", "wrong_type"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_contact_is_named_with_its_field_in_both_languages(engagement, deal, case):
    wish, pointer, code = WRONG[case]
    body = {"opportunity_id": deal, "name": "Zhou Min", **wish}

    english = await engagement.post("/contacts", json=body)
    chinese = await engagement.post("/contacts", json=body, headers={"Accept-Language": "zh"})

    assert english.status_code == 422, english.text
    [error] = english.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert chinese.json()["errors"][0]["message"] != error["message"]


async def test_a_patch_cannot_take_away_the_address_of_the_preferred_channel(engagement, deal):
    made = await contact(engagement, deal, mail="zhou@example.com", preferred_channel="mail")

    refused = await patched(engagement, f"/contacts/{made['id']}", mail=None)

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "address_missing")


async def test_a_contact_has_addresses_a_role_a_time_zone_and_consent(engagement, deal):
    consent = {"state": "given", "at": "2026-11-01T08:00:00Z", "how": "签署的授权书"}
    made = await contact(engagement, deal, chat="WeChat zhoumin", meeting="腾讯会议 123", role="decision_maker",
                         time_zone="Asia/Shanghai", consent=consent)  # fmt: skip

    assert (made["chat"], made["meeting"], made["role"]) == ("WeChat zhoumin", "腾讯会议 123", "decision_maker")
    assert (made["time_zone"], made["consent"]) == ("Asia/Shanghai", consent)
    assert await actions_of(engagement, f"/contacts/{made['id']}") == {"contact": None, "change": None, "delete": None}


async def test_withdrawn_consent_is_honoured_as_the_wish_not_to_be_contacted_is(engagement, deal):
    made = await contact(engagement, deal)
    consent = {"state": "withdrawn", "at": "2026-11-10T08:00:00Z", "how": "电话"}
    await patched(engagement, f"/contacts/{made['id']}", consent=consent)

    async def attempt(moment):
        body = talk(deal, contact_ids=[made["id"]], direction="outbound", occurred_at=moment)
        return (await engagement.post("/interactions", json=body)).status_code

    assert await attempt("2026-11-10T07:59:00Z") == 201
    assert await attempt("2026-11-10T08:01:00Z") == 409
    assert await actions_of(engagement, f"/contacts/{made['id']}") == {
        "contact": "must_not_be_contacted",
        "change": None,
        "delete": None,
    }


async def test_an_unknown_time_zone_is_refused(engagement, deal):
    refused = await engagement.post("/contacts", json={"opportunity_id": deal, "name": "Li", "time_zone": "Mars"})

    assert [error["code"] for error in refused.json()["errors"]] == ["unknown_time_zone"]
