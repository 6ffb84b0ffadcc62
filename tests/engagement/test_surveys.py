"""Surveys by link: CSAT, NPS and free feedback, answered once, with figures that say what they stand on."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.language.events.proposal import BrandingRecorded
from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, closed, contact, heard, ids, made, opened, patched, recorded
from tests.support.engagement.surveys import invited, shipped

SCORE = {"type": "rating", "name": "score", "isRequired": True, "rateMin": 1, "rateMax": 5}
FORM = {"elements": [SCORE, {"type": "comment", "name": "why", "visibleIf": "{score} < 4"}]}


async def answered(client, invitation, **answers):
    holder = client.as_link("survey-invitations", invitation["id"])
    return await holder.post(f"/survey-invitations/{invitation['id']}/answers", json={"answers": answers})


async def results(client, key, **query):
    survey = await shipped(client, key)
    answer = await client.get(f"/surveys/{survey['id']}/results", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_tenant_starts_with_published_surveys_in_both_languages(engagement):
    surveys = (await engagement.get("/surveys", params={"view": "full", "sort": "key"})).json()["items"]

    assert [(one["key"], one["kind"], one["status"], one["is_shipped"]) for one in surveys] == [
        ("csat", "csat", "published", True),
        ("feedback", "feedback", "published", True),
        ("nps", "nps", "published", True),
        ("win-loss", "win_loss", "published", True),
    ]
    for survey in surveys:
        for question in survey["form"]["elements"]:
            assert set(question["title"]) == {"default", "zh-cn"}, survey["key"]


async def test_the_client_answers_by_link_once_and_it_is_told(engagement, deal):
    talk = await recorded(engagement, deal)
    invitation = await invited(engagement, deal, interaction_id=talk["id"])
    holder = engagement.as_link("survey-invitations", invitation["id"])

    form = (await holder.get(f"/survey-invitations/{invitation['id']}/form")).json()
    first = await answered(engagement, invitation, score=4, reason="响应快")
    second = await answered(engagement, invitation, score=1)
    after = (await holder.get(f"/survey-invitations/{invitation['id']}/form")).json()

    assert invitation["link"].startswith("http://127.0.0.1:8080/client#")
    assert (form["title"], form["language"], form["answered_at"]) == ("满意度调查", "zh", None)
    assert form["introduction"] == "两个问题，约一分钟。"
    assert (first.status_code, after["answered_at"]) == (200, first.json()["answered_at"])
    assert (second.status_code, second.json()["code"]) == (409, "already_answered")
    [sent] = await said(engagement.app.state.database, "engagement.survey.sent.v1")
    [event] = await said(engagement.app.state.database, "engagement.survey.answered.v1")
    assert sent.data["interaction_id"] == event.data["interaction_id"] == talk["id"]
    assert (event.data["score"], event.data["verbatims"], event.data["kind"]) == (4, ["响应快"], "csat")
    assert "周敏" not in str(event.data)


async def test_csat_is_shown_with_its_parts_response_rate_and_interval(engagement, deal):
    sent = [await invited(engagement, deal) for _ in range(6)]
    for invitation, score in zip(sent, (5, 4, 2, 5), strict=False):
        await answered(engagement, invitation, score=score, **({"reason": "太慢"} if score == 2 else {}))
    await acted(engagement, f"/survey-invitations/{sent[5]['id']}/withdraw")

    found = await results(engagement, "csat")

    assert found["csat"] == {
        "numerator": 3,
        "denominator": 4,
        "value": 0.75,
        "interval": {"low": 0.3006, "high": 0.9544},
        "is_small": True,
    }
    assert (found["response_rate"]["numerator"], found["response_rate"]["denominator"], found["withdrawn"]) == (4, 5, 1)
    assert (found["distribution"], found["nps"]) == ({"2": 1, "4": 1, "5": 2}, None)
    assert [(one["text"], one["score"]) for one in found["verbatims"]] == [("太慢", 2)]
    assert found["opportunity_ids"] == [deal]


async def test_nps_is_shown_by_stage(engagement, deal):
    for score, stage in ((10, "submitted"), (9, "submitted"), (3, "submitted"), (0, "active")):
        await answered(engagement, await invited(engagement, deal, "nps", stage=stage), score=score)

    found = await results(engagement, "nps", stage="submitted")
    everything = await results(engagement, "nps")

    assert (found["nps"]["promoters"], found["nps"]["detractors"], found["nps"]["denominator"]) == (2, 1, 3)
    assert found["nps"]["value"] == pytest.approx(100 / 3)
    assert found["nps"]["interval"]["low"] < found["nps"]["value"] < found["nps"]["interval"]["high"]
    assert everything["nps"]["value"] == 0


async def test_figures_can_be_of_one_talk_or_one_support_request(engagement, deal):
    talk = await recorded(engagement, deal)
    request = await made(
        engagement, "support-requests", opportunity_id=deal, title="x", description="x", domain="technical",
        kind="guidance",
    )  # fmt: skip
    for about, score in (({"interaction_id": talk["id"]}, 5), ({"support_request_id": request["id"]}, 2), ({}, 4)):
        await answered(engagement, await invited(engagement, deal, **about), score=score)

    assert (await results(engagement, "csat", interaction_id=talk["id"]))["distribution"] == {"5": 1}
    assert (await results(engagement, "csat", support_request_id=request["id"]))["distribution"] == {"2": 1}
    assert (await results(engagement, "csat"))["distribution"] == {"2": 1, "4": 1, "5": 1}


async def test_figures_can_be_of_one_opportunity_and_one_time(engagement, deal):
    other = new_id()
    await heard(engagement, opened(other))
    await answered(engagement, await invited(engagement, deal), score=5)
    await answered(engagement, await invited(engagement, str(other)), score=1)

    one = await results(engagement, "csat", opportunity_id=deal)
    later = await results(engagement, "csat", since=(now() + timedelta(hours=1)).isoformat())
    until_now = await results(engagement, "csat", until=(now() + timedelta(hours=1)).isoformat())

    assert (one["csat"]["value"], later["csat"]["value"], until_now["csat"]["value"]) == (1, None, 0.5)
    assert later["response_rate"]["value"] is None


async def test_feedback_that_came_otherwise_is_written_down_and_not_in_the_response_rate(engagement, deal):
    person, survey = await contact(engagement, deal), await shipped(engagement, "feedback")
    body = {"opportunity_id": deal, "contact_id": person["id"], "answers": {"feedback": "演示很清楚"}}

    kept = await engagement.post(f"/surveys/{survey['id']}/feedback", json=body)

    assert (kept.status_code, kept.json()["origin"], kept.json()["recipient_name"]) == (201, "recorded", "Zhou Min")
    found = await results(engagement, "feedback")
    assert (found["answered"], found["recorded"], found["response_rate"]["denominator"]) == (1, 1, 0)
    assert found["verbatims"][0]["text"] == "演示很清楚"
    [event] = await said(engagement.app.state.database, "engagement.survey.answered.v1")
    assert (event.data["origin"], event.data["score"]) == ("recorded", None)


async def test_somebody_who_wants_to_be_left_alone_gets_no_survey(engagement, deal):
    person, survey = await contact(engagement, deal, do_not_contact=True), await shipped(engagement, "csat")
    body = {"opportunity_id": deal, "survey_id": survey["id"], "contact_id": person["id"]}

    refused = await engagement.post("/survey-invitations", json=body)

    assert (refused.status_code, refused.json()["code"]) == (409, "must_not_be_contacted")
    assert await ids(engagement, "survey-invitations") == []


async def test_a_mail_address_is_that_of_the_contact_who_has_it(engagement, deal):
    await contact(engagement, deal, mail="wang@bank.example", do_not_contact=True)
    known = await contact(engagement, deal, mail="zhou@bank.example", language="en")
    survey = await shipped(engagement, "csat")
    body = {"opportunity_id": deal, "survey_id": survey["id"], "recipient_name": "王"}

    refused = await engagement.post("/survey-invitations", json={**body, "recipient_mail": "Wang@bank.example"})
    sent = await invited(engagement, deal, recipient_name="周", recipient_mail="zhou@bank.example")

    assert (refused.status_code, refused.json()["code"]) == (409, "must_not_be_contacted")
    assert (sent["contact_id"], sent["recipient_name"], sent["language"]) == (known["id"], "周", "en")


async def test_the_contact_says_name_mail_and_language(engagement, deal):
    person = await contact(engagement, deal, mail="zhou@bank.example", language="en")

    invitation = await invited(engagement, deal, contact_id=person["id"], recipient_name=None)

    assert (invitation["recipient_name"], invitation["recipient_mail"], invitation["language"]) == (
        "Zhou Min",
        "zhou@bank.example",
        "en",
    )


async def test_why_we_lost_is_asked_after_the_opportunity_is_closed(engagement, deal):
    await heard(engagement, closed(UUID(deal)))

    invitation = await invited(engagement, deal, "win-loss", stage="closed")

    assert (await answered(engagement, invitation, factors=["price", "risk"], reason="预算")).status_code == 200
    assert (await results(engagement, "win-loss"))["verbatims"][0]["text"] == "预算"


async def test_a_wrong_answer_names_its_field_and_leaves_the_link_open(engagement, deal):
    invitation = await invited(engagement, deal)

    refused = await answered(engagement, invitation, score=6)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/answers/score")
    assert (await engagement.get(f"/survey-invitations/{invitation['id']}")).json()["status"] == "sent"


async def test_a_link_is_good_for_its_own_survey_only(engagement, deal):
    one, other = await invited(engagement, deal), await invited(engagement, deal)
    holder = engagement.as_link("survey-invitations", one["id"])

    refused = [
        await holder.get(f"/survey-invitations/{other['id']}/form"),
        await holder.get("/survey-invitations"),
        await holder.get("/surveys"),
        await engagement.get(f"/survey-invitations/{one['id']}/form"),
    ]

    assert [answer.status_code for answer in refused] == [403] * 4


async def test_a_withdrawn_link_opens_nothing(engagement, deal):
    invitation = await invited(engagement, deal)
    path = f"/survey-invitations/{invitation['id']}"
    await acted(engagement, f"{path}/withdraw")

    seen = await engagement.as_link("survey-invitations", invitation["id"]).get(f"{path}/form")
    sent = await answered(engagement, invitation, score=5)

    assert [(one.status_code, one.json()["code"]) for one in (seen, sent)] == [(409, "link_not_open")] * 2
    assert await actions_of(engagement, path) == {"withdraw": "illegal_transition"}


async def test_a_survey_is_drafted_published_and_retired(engagement, deal):
    draft = await made(engagement, "surveys", key="csat", kind="csat", title="Short", title_zh="简短", form=FORM)
    path = f"/surveys/{draft['id']}"
    early = await engagement.post(
        "/survey-invitations", json={"opportunity_id": deal, "survey_id": draft["id"], "recipient_name": "x"}
    )
    await patched(engagement, path, title_zh="简短调查")
    published = await acted(engagement, f"{path}/publish")
    late = await patched(engagement, path, title="x")
    invitation = await made(
        engagement, "survey-invitations", opportunity_id=deal, survey_id=draft["id"], recipient_name="x"
    )
    retired = await acted(engagement, f"{path}/retire")

    assert (draft["number"], published["title_zh"], retired["status"]) == (2, "简短调查", "retired")
    assert (early.status_code, early.json()["code"]) == (409, "survey_not_published")
    assert (late.status_code, late.json()["code"]) == (409, "survey_is_not_draft")
    assert (await answered(engagement, invitation, score=2, why="慢")).status_code == 200
    assert (await actions_of(engagement, path))["send"] == "survey_not_published"
    assert await ids(engagement, "surveys", q="简短") == [draft["id"]]


@pytest.mark.parametrize(
    ("kind", "form", "pointer"),
    [
        ("csat", {"elements": [{"type": "comment", "name": "x"}]}, "/form"),
        ("csat", {"elements": [{**SCORE, "rateMax": 10}]}, "/form"),
        ("nps", {"elements": [SCORE]}, "/form"),
        ("nps", {"elements": [{**SCORE, "rateMin": 0, "rateMax": 10, "isRequired": False}]}, "/form"),
        ("custom", {"elements": []}, "/form"),
        ("custom", {"elements": [{"type": "dance", "name": "x"}]}, "/form/elements/0/type"),
    ],
)
async def test_a_form_that_cannot_be_counted_is_refused(engagement, kind, form, pointer):
    body = {"key": "x", "kind": kind, "title": "x", "title_zh": "x", "form": form}

    refused = await engagement.post("/surveys", json=body)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize("strange", [{"type": {}, "name": "x"}, {"type": ["rating"], "name": "x"}, None, "rating"])
async def test_a_strange_form_is_refused_by_its_fields(engagement, strange):
    body = {"key": "x", "kind": "custom", "title": "x", "title_zh": "x", "form": {"elements": [strange]}}

    assert (await engagement.post("/surveys", json=body)).status_code == 422


async def test_a_form_with_a_character_that_cannot_be_kept_is_refused(engagement):
    form = {"elements": [SCORE], "description": "a\x00b"}
    body = {"key": "x", "kind": "csat", "title": "x", "title_zh": "x", "form": form}

    refused = await engagement.post("/surveys", json=body)

    assert refused.status_code == 422
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [("/form", "null_character")]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"recipient_name": None}, "recipient_missing"),
        ({"stage": "active", "interaction_id": str(new_id())}, "two_subjects"),
        ({"interaction_id": str(new_id())}, "not_of_opportunity"),
        ({"contact_id": str(new_id())}, "not_of_opportunity"),
        ({"support_request_id": str(new_id())}, "not_of_opportunity"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "not_in_time"),
    ],
)
async def test_a_wrong_invitation_is_refused(engagement, deal, wish, code):
    survey = await shipped(engagement, "csat")
    body = {"opportunity_id": deal, "survey_id": survey["id"], "recipient_name": "x", **wish}

    refused = await engagement.post("/survey-invitations", json=body)

    assert (refused.status_code, [error["code"] for error in refused.json()["errors"]]) == (422, [code])


async def test_an_unknown_opportunity_is_said(engagement):
    survey = await shipped(engagement, "csat")
    body = {"opportunity_id": str(new_id()), "survey_id": survey["id"], "recipient_name": "x"}

    refused = await engagement.post("/survey-invitations", json=body)

    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_opportunity")


async def delivered_request(client, deal):
    li = await made(client, "colleagues", subject="li", name="李雷", role="architect")
    asked = {"title": "架构咨询", "description": "x", "domain": "technical", "kind": "consulting"}
    request = await made(client, "support-requests", opportunity_id=deal, **asked)
    path = f"/support-requests/{request['id']}"
    await acted(client, f"{path}/triage", {})
    await acted(client, f"{path}/assign", {"to": li["id"]})
    await acted(client.as_("li", "presales"), f"{path}/start")
    await acted(client.as_("li", "presales"), f"{path}/deliver", {"delivery": "架构方案"})
    return request, path


async def test_a_clients_bad_mark_on_a_support_request_rates_it_and_is_somebodys_to_look_into(engagement, deal):
    request, path = await delivered_request(engagement, deal)
    invitation = await invited(engagement, deal, support_request_id=request["id"])

    taken = await answered(engagement, invitation, score=1, reason="方案不可行")

    shown = (await engagement.get(path)).json()
    [promise] = (await engagement.get("/commitments", params={"owner": "li"})).json()["items"]
    assert taken.status_code == 200
    assert (shown["status"], shown["rating"], shown["rating_comment"], shown["rated_by"]) == (
        "rated", 1, "方案不可行", "client",
    )  # fmt: skip
    assert promise["statement"] == f"{request['code']} 客户不满意：周敏评分 1（满分 5）。方案不可行"
    assert (promise["side"], promise["survey_invitation_id"]) == ("us", invitation["id"])
    told = await said(engagement.app.state.database)
    rated = [one.data for one in told if one.type == "engagement.support_request.recorded.v1"][-1]
    assert (rated["status"], rated["rating"], rated["rated_by"]) == ("rated", 1, "client")
    [heard_of] = [one.data for one in told if one.type == "engagement.survey.answered.v1"]
    assert heard_of["is_bad"] is True


async def test_a_clients_mark_takes_the_place_of_the_requesters_and_a_good_one_asks_nothing_of_anybody(
    engagement, deal
):
    request, path = await delivered_request(engagement, deal)
    await acted(engagement, f"{path}/rate", {"rating": 5})
    invitation = await invited(engagement, deal, support_request_id=request["id"])

    await answered(engagement, invitation, score=4)

    shown = (await engagement.get(path)).json()
    assert (shown["status"], shown["rating"], shown["rated_by"]) == ("rated", 4, "client")
    assert await ids(engagement, "commitments") == []


async def test_a_mark_on_what_is_not_delivered_rates_nothing_but_a_bad_one_is_looked_into(engagement, deal):
    asked = {"title": "架构咨询", "description": "x", "domain": "technical", "kind": "consulting"}
    request = await made(engagement, "support-requests", opportunity_id=deal, **asked)
    invitation = await invited(engagement, deal, support_request_id=request["id"])

    await answered(engagement, invitation, score=2)

    shown = (await engagement.get(f"/support-requests/{request['id']}")).json()
    assert (shown["status"], shown["rating"]) == ("requested", None)
    assert len(await ids(engagement, "commitments", owner="ann", survey_invitation_id=invitation["id"])) == 1


@pytest.mark.parametrize(("key", "score", "is_bad"), [("nps", 6, True), ("nps", 7, False), ("csat", 3, False)])
async def test_a_detractor_is_followed_up_by_the_owner_of_the_opportunity(engagement, deal, key, score, is_bad):
    await answered(engagement, await invited(engagement, deal, key), score=score)

    assert len(await ids(engagement, "commitments", owner="lin")) == is_bad


async def test_whoever_has_left_follows_nothing_up(engagement, deal):
    await made(engagement, "colleagues", subject="lin", name="Lin", role="sales", is_active=False)

    await answered(engagement, await invited(engagement, deal), score=1)

    assert len(await ids(engagement, "commitments", owner="ann")) == 1


async def test_a_bad_mark_after_the_closing_is_followed_up_and_that_can_be_done(engagement, deal):
    invitation = await invited(engagement, deal)
    await heard(engagement, closed(UUID(deal)))

    await answered(engagement, invitation, score=1)

    [key] = await ids(engagement, "commitments", owner="lin")
    assert (await actions_of(engagement, f"/commitments/{key}"))["complete"] is None
    assert (await acted(engagement, f"/commitments/{key}/complete", {"note": "已致电致歉"}))["status"] == "done"


async def test_the_page_of_a_survey_says_who_asks_about_what_and_whom_to_ask(engagement, deal):
    invitation = await invited(engagement, deal, language="zh")
    told = BrandingRecorded(
        opportunity_id=UUID(int=0),
        branding_id=new_id(),
        company={"zh": "海港软件"},
        contact={"name": "林悦"},
        version=1,
    )
    await heard(engagement, told)

    holder = engagement.as_link("survey-invitations", invitation["id"])
    form = (await holder.get(f"/survey-invitations/{invitation['id']}/form")).json()

    assert (form["supplier"], form["project"]) == ("海港软件", "Lending platform")
    assert form["ask"] == {"name": "林悦", "mail": None, "phone": None}


async def test_without_a_contact_of_the_branding_the_owner_is_asked_or_who_sent_it_when_they_have_left(
    engagement, deal
):
    invitation = await invited(engagement, deal)
    holder = engagement.as_link("survey-invitations", invitation["id"])
    path = f"/survey-invitations/{invitation['id']}/form"

    unknown = (await holder.get(path)).json()["ask"]
    reach = {"mail": "lin@vendor.example", "phone": "+86 21 5888 0000"}
    lin = await made(engagement, "colleagues", subject="lin", name="林悦", role="sales", **reach)
    owner = (await holder.get(path)).json()["ask"]
    await made(engagement, "colleagues", subject="ann", name="Ann Wu", role="presales")
    await patched(engagement, f"/colleagues/{lin['id']}", is_active=False)
    sender = (await holder.get(path)).json()["ask"]

    assert (unknown, sender["name"]) == (None, "Ann Wu")
    assert owner == {"name": "林悦", **reach}
