"""Questionnaires: versions, links, answers taken once and made into drafts."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from services.requirements.domain.answers import BECOMES, drafts, unmapped
from services.requirements.handlers import on_lessons, on_roster
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.events import NO_OPPORTUNITY
from shared.language.events.engagement import ColleagueRecorded
from shared.language.events.insights import LessonProposed
from shared.language.forms import check_form, questions, with_question
from tests.conftest import envelope, said
from tests.support.requirements.questionnaires import drafted


@pytest.fixture
async def deal(service):
    client = (await service.post("/clients", json={"name": "银行"})).json()
    wish = {"client_id": client["id"], "title": "信贷平台", "currency": "CNY"}
    return (await service.post("/opportunities", json=wish)).json()


async def invited(service, deal, **wish):
    questionnaire = (await drafted(service)).json()
    await service.act(f"/questionnaires/{questionnaire['id']}/publish")
    body = {"opportunity_id": deal["id"], "questionnaire_id": questionnaire["id"], "recipient_name": "王敏"}
    return (await service.post("/invitations", json={**body, **wish})).json()


async def test_a_published_version_never_changes_and_the_next_one_has_the_next_number(service):
    first = (await drafted(service)).json()
    tag = {"If-Match": '"1"'}
    changed = await service.patch(f"/questionnaires/{first['id']}", json={"title": "Better"}, headers=tag)
    await service.act(f"/questionnaires/{first['id']}/publish")

    late = await service.patch(f"/questionnaires/{first['id']}", json={"title": "x"}, headers={"If-Match": '"3"'})
    second = (await drafted(service)).json()

    assert changed.json()["title"] == "Better"
    assert (late.status_code, late.json()["code"]) == (409, "questionnaire_is_not_draft")
    assert (first["number"], second["number"]) == (1, 2)
    shown = (await service.get(f"/questionnaires/{first['id']}")).json()["allowed_actions"]
    [change] = [one for one in shown if one["action"] == "change"]
    assert not change["is_allowed"]
    assert change["reason"]["message_zh"]


async def test_a_form_that_cannot_be_asked_is_refused_with_its_place(service):
    wrong = {
        "elements": [{"type": "hologram", "name": "a"}, {"type": "text", "name": "b", "presales": {"becomes": "gold"}}]
    }
    unread = {"elements": [{"type": "text", "name": "b", "presales": {"becomes": "gold"}}]}

    answers = [await drafted(service, form=form) for form in (wrong, unread)]

    assert [answer.json()["errors"][0]["pointer"] for answer in answers] == [
        "/form/elements/0/type",
        "/form/elements/0/presales/becomes",
    ]


@pytest.mark.parametrize(
    "ours", [{"kind": "magic"}, {"priority": 1}, {"severity": ["high"]}, {"group": "g" * 301}, {"group": " "}]
)
async def test_what_is_to_be_made_of_an_answer_is_checked_when_it_is_drafted(service, ours):
    form = {"pages": [{"elements": [{"type": "text", "name": "a", "presales": {"becomes": "requirement", **ours}}]}]}

    refused = await drafted(service, form=form)

    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == f"/form/pages/0/elements/0/presales/{next(iter(ours))}"


NO_JSON = {
    "NaN": ("NaN", "not_storable"),
    "more than 64 bits": ("123456789012345678901234567890", "not_storable"),
    "half a character": ('"\\ud800"', "not_storable"),
    "a NUL character": ('"\\u0000"', "null_character"),
    "a tower of lists": ("[" * 300 + "]" * 300, "not_storable"),
}


@pytest.mark.parametrize("what", NO_JSON)
async def test_what_no_database_keeps_is_refused_in_forms_and_answers(service, deal, what):
    value, code = NO_JSON[what]
    invitation = await invited(service, deal)
    holder = service.as_link("invitations", invitation["id"])
    headers = {"Content-Type": "application/json"}
    form = f'{{"key": "a", "title": "A", "title_zh": "A", "form": {{"elements": [], "x": {value}}}}}'
    path = f"/invitations/{invitation['id']}/answers"

    answers = [
        await service.post("/questionnaires", content=form, headers=headers),
        await holder.post(path, content=f'{{"answers": {{"needs": {value}}}}}', headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [422, 422], answers[0].text
    assert [answer.json()["errors"][0]["code"] for answer in answers] == [code, code]


ABOUT = {"default": "What do you need?", "zh-cn": "需要什么？"}
KINDS = {
    "prose": ({"type": "text"}, "单点登录", [("单点登录", "单点登录")]),
    "blank prose": ({"type": "text"}, "  \n ", []),
    "prose after empty lines": ({"type": "text"}, "\n\n单点登录", [("单点登录", "单点登录")]),
    "a list in a comment": ({"type": "comment"}, "- a\n\n• b", [("a", "a"), ("b", "b")]),
    "a number": ({"type": "text", "inputType": "number"}, 200, [("200", "需要什么？ 200")]),
    "a choice": ({"type": "radiogroup", "choices": [{"value": 1, "text": "SAP"}]}, 1, [("SAP", "需要什么？ SAP")]),
    "a blank choice": ({"type": "radiogroup", "choices": [{"value": 1, "text": " "}]}, 1, []),
    "several": ({"type": "checkbox", "choices": ["x", "y"]}, ["x", "y"], [("x", "需要什么？ x"), ("y", "需要什么？ y")]),
    "yes": ({"type": "boolean"}, True, [("需要什么？", "需要什么？")]),
    "no": ({"type": "boolean"}, False, []),
    "a matrix": (
        {"type": "matrix", "rows": [{"value": "r", "text": "报表"}], "columns": ["daily"]}, {"r": "daily"},
        [("报表: daily", "需要什么？ 报表: daily")]),
    "named texts": (
        {"type": "multipletext", "items": [{"name": "o", "title": "办公室"}, {"name": "w"}]}, {"o": "3", "w": "4"},
        [("办公室: 3", "需要什么？ 办公室: 3"), ("w: 4", "需要什么？ w: 4")]),
    "rows that were added": (
        {"type": "matrixdynamic", "columns": [{"name": "m", "cellType": "text"}, {"name": "b", "cellType": "boolean"}]},
        [{"m": "HP", "b": True}], [("m: HP; b: 是", "需要什么？ m: HP; b: 是")]),
    "panels that were added": (
        {"type": "paneldynamic", "templateElements": [{"type": "text", "name": "town", "title": "城市"}]},
        [{"town": "上海"}], [("城市: 上海", "需要什么？ 城市: 上海")]),
    "a table of choices": (
        {"type": "matrixdropdown", "rows": ["r"], "columns": [{"name": "c", "choices": [{"value": 1, "text": "每天"}]}]},
        {"r": {"c": 1}}, [("r: c: 每天", "需要什么？ r: c: 每天")]),
    "an order": ({"type": "ranking", "choices": ["x", "y"]}, ["y", "x"], [("y", "需要什么？ y"), ("x", "需要什么？ x")]),
    "a file": ({"type": "file"}, [{"name": "a", "content": "data:"}], []),
}  # fmt: skip


@pytest.mark.parametrize("what", KINDS)
def test_an_answer_becomes_a_statement_that_reads_without_its_question(what):
    question, answer, expected = KINDS[what]
    form = {"elements": [{"name": "a", "title": ABOUT, "presales": {"becomes": "requirement"}, **question}]}

    found = list(drafts(form, {"a": answer}, "zh"))

    assert [(one.words, one.statement) for one in found] == expected


async def test_answers_of_every_kind_become_drafts_without_fault(service, deal):
    elements = [
        {"name": f"q{n}", "title": ABOUT, "presales": {"becomes": becomes}, **question}
        for becomes in BECOMES
        for n, (question, _, _) in enumerate(KINDS.values(), start=100 * BECOMES.index(becomes))
    ]
    answers = {
        f"q{n}": answer
        for becomes in BECOMES
        for n, (_, answer, _) in enumerate(KINDS.values(), start=100 * BECOMES.index(becomes))
    }
    questionnaire = (await drafted(service, key="all", form={"elements": elements})).json()
    await service.act(f"/questionnaires/{questionnaire['id']}/publish")
    body = {"opportunity_id": deal["id"], "questionnaire_id": questionnaire["id"], "recipient_name": "王敏"}
    invitation = (await service.post("/invitations", json=body)).json()

    answer = await service.as_link("invitations", invitation["id"]).post(
        f"/invitations/{invitation['id']}/answers", json={"answers": answers}
    )

    kept = (await service.get(f"/invitations/{invitation['id']}")).json()
    wanted = sum(len(expected) for _, _, expected in KINDS.values())
    assert answer.status_code == 200, answer.text
    assert (len(kept["made_requirement_ids"]), len(kept["made_pain_ids"])) == (wanted, wanted)
    assert (await service.get(f"/opportunities/{deal['id']}")).json()["in_scope"][0] == "单点登录"


async def test_the_schema_of_the_answers_is_what_they_are_checked_by(service):
    questionnaire = (await drafted(service)).json()

    schema = (await service.get(f"/questionnaires/{questionnaire['id']}/answers-schema")).json()

    validator = Draft202012Validator(schema)
    assert schema["required"] == ["needs"]
    assert validator.is_valid({"needs": "x", "pains": ["slow"], "satisfaction": 5})
    assert not validator.is_valid({"needs": "x", "satisfaction": 9})


async def test_a_draft_cannot_be_sent(service, deal):
    draft = (await drafted(service)).json()

    refused = await service.post(
        "/invitations", json={"opportunity_id": deal["id"], "questionnaire_id": draft["id"], "recipient_name": "x"}
    )

    assert refused.json()["code"] == "questionnaire_not_published"


async def test_the_client_answers_once_by_link_and_each_answer_becomes_a_draft_with_its_words(service, deal):
    invitation = await invited(service, deal)
    holder = service.as_link("invitations", invitation["id"])
    shown = (await holder.get(f"/invitations/{invitation['id']}/form")).json()
    answers = {
        "needs": "- 支持在线审批\n- 3 秒内打开页面",
        "pains": ["slow", "errors"],
        "goal": "一天放款",
        "satisfaction": 2,
    }

    first = await holder.post(f"/invitations/{invitation['id']}/answers", json={"answers": answers})
    second = await holder.post(f"/invitations/{invitation['id']}/answers", json={"answers": answers})

    assert invitation["link"].startswith("http://127.0.0.1:8080/client#")
    assert (shown["title"], shown["introduction"], shown["language"]) == ("需求调研", "约十分钟。", "zh")
    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 409, "already_answered")
    needs = (await service.get("/requirements", params={"opportunity_id": deal["id"], "sort": "created_at"})).json()[
        "items"
    ]
    pains = (await service.get("/pains", params={"opportunity_id": deal["id"], "sort": "created_at"})).json()["items"]
    told = await said(service.app.state.database, "requirements.requirement.recorded.v1")
    assert [one["client_words"] for one in needs] == ["支持在线审批", "3 秒内打开页面"]
    assert {one["sources"][0]["document"] for one in needs} == {"discovery v1: 王敏"}
    assert [(one["kind"], one["priority"], one["status"]) for one in needs] == [("functional", "must", "draft")] * 2
    assert [(one["statement"], one["severity"]) for one in pains] == [("太慢", "high"), ("errors", "high")]
    assert (await service.get(f"/opportunities/{deal['id']}")).json()["objectives"] == ["一天放款"]
    assert [one.data["origin"] for one in told] == [{"kind": "answer", "id": invitation["id"]}] * 2
    [kept] = (await service.get(f"/questionnaires/{invitation['questionnaire_id']}/answers")).json()["items"]
    assert kept["answers"] == answers
    assert kept["made_requirement_ids"] == [one["id"] for one in needs]


async def test_answers_that_become_nothing_are_listed_to_be_read(service, deal):
    told, mapped, unread = [await invited(service, deal) for _ in range(3)]
    for one, more in ((told, {"satisfaction": 2}), (mapped, {})):
        answers = {"needs": "支持在线审批", **more}
        await service.as_link("invitations", one["id"]).post(
            f"/invitations/{one['id']}/answers", json={"answers": answers}
        )

    async def ids(has):
        query = {"opportunity_id": deal["id"], "has_unmapped_answers": has}
        return {one["id"] for one in (await service.get("/invitations", params=query)).json()["items"]}

    kept = (await service.get(f"/invitations/{told['id']}")).json()
    of_version = f"/questionnaires/{told['questionnaire_id']}/answers?has_unmapped_answers=true"
    assert kept["unmapped_answers"] == [{"question": "satisfaction", "about": "", "words": ["2"]}]
    assert (await ids(True), await ids(False)) == ({told["id"]}, {mapped["id"], unread["id"]})
    assert [one["id"] for one in (await service.get(of_version)).json()["items"]] == [told["id"]]


def test_a_no_to_what_would_become_something_and_rows_without_words_are_unmapped():
    form = {
        "elements": [
            {"type": "boolean", "name": "sso", "title": ABOUT, "presales": {"becomes": "requirement"}},
            {"type": "boolean", "name": "yes", "title": ABOUT, "presales": {"becomes": "requirement"}},
            {"type": "checkbox", "name": "systems", "title": ABOUT, "choices": [{"value": "a", "text": "核心"}, "b"]},
            {"type": "comment", "name": "unsaid", "title": ABOUT},
        ]
    }

    found = list(unmapped(form, {"sso": False, "yes": True, "systems": ["a", "b"]}, "zh"))

    assert [(one["question"], one["words"]) for one in found] == [("sso", ["false"]), ("systems", ["核心", "b"])]


async def test_wrong_answers_are_named_and_nothing_is_taken(service, deal):
    invitation = await invited(service, deal)
    holder = service.as_link("invitations", invitation["id"])

    refused = await holder.post(f"/invitations/{invitation['id']}/answers", json={"answers": {"satisfaction": 9}})

    assert {one["pointer"] for one in refused.json()["errors"]} == {"/answers/needs", "/answers/satisfaction"}
    assert (await service.get(f"/invitations/{invitation['id']}")).json()["status"] == "sent"


async def test_a_link_is_good_for_its_own_invitation_only(service, deal):
    one = await invited(service, deal)
    body = {name: one[name] for name in ("opportunity_id", "questionnaire_id", "recipient_name")}
    other = (await service.post("/invitations", json=body)).json()
    holder = service.as_link("invitations", one["id"])

    answers = [
        await holder.get(f"/invitations/{other['id']}/form"),
        await holder.get("/invitations"),
        await service.get(f"/invitations/{one['id']}/form"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_a_form_names_the_owner_of_the_opportunity_where_no_branding_says_whom_to_ask(service, deal):
    invitation = await invited(service, deal)
    holder = service.as_link("invitations", invitation["id"])
    owner = ColleagueRecorded(
        colleague_id=new_id(), subject=deal["owner"], name="林悦", mail=None, phone="+86 21 5888 0000", is_active=True,
        inactive_since=None, version=1,
    )  # fmt: skip
    await on_roster.handle(service.app.state.database, [envelope(owner)])

    form = (await holder.get(f"/invitations/{invitation['id']}/form")).json()

    assert form["ask"] == {"name": "林悦", "mail": None, "phone": "+86 21 5888 0000"}


async def test_a_withdrawn_link_is_closed(service, deal):
    invitation = await invited(service, deal)
    await service.act(f"/invitations/{invitation['id']}/withdraw")
    holder = service.as_link("invitations", invitation["id"])

    seen = await holder.get(f"/invitations/{invitation['id']}/form")
    answered = await holder.post(f"/invitations/{invitation['id']}/answers", json={"answers": {"needs": "x"}})

    assert [answer.json()["code"] for answer in (seen, answered)] == ["link_not_open"] * 2


async def test_a_link_that_would_be_over_before_it_began_is_refused(service, deal):
    questionnaire = (await drafted(service)).json()
    body = {"opportunity_id": deal["id"], "questionnaire_id": questionnaire["id"], "recipient_name": "x"}

    refused = await service.post("/invitations", json={**body, "expires_at": (now() - timedelta(hours=1)).isoformat()})

    assert refused.json()["errors"][0]["code"] == "not_in_time"


def test_what_is_written_beside_the_choices_stands_in_the_place_of_other():
    form = {"elements": [{"name": "a", "title": ABOUT, "type": "checkbox", "choices": ["x"], "showOtherItem": True,
                          "presales": {"becomes": "requirement"}}]}  # fmt: skip

    found = list(drafts(form, {"a": ["x", "other"], "a-Comment": "SAP"}, "zh"))

    assert [one.words for one in found] == ["x", "SAP"]


async def test_what_a_form_designer_makes_is_asked_answered_and_kept(service, deal):
    form = json.loads((Path(__file__).parent / "trials" / "questionnaire.json").read_text())
    made = await drafted(service, key="designed", form=form)
    assert made.status_code == 201, made.text
    await service.act(f"/questionnaires/{made.json()['id']}/publish")
    body = {"opportunity_id": deal["id"], "questionnaire_id": made.json()["id"], "recipient_name": "王敏"}
    invitation = (await service.post("/invitations", json=body)).json()
    answers = {
        "Staff": {"Office": 12, "Workshop": 30}, "systems": ["Mail", "other"], "systems-Comment": "SAP",
        "printers": [{"model": "HP", "count": 2}], "sites": [{"town": "Graz"}], "问题1": "none",
    }  # fmt: skip

    holder = service.as_link("invitations", invitation["id"])
    answered = await holder.post(f"/invitations/{invitation['id']}/answers", json={"answers": answers})

    assert answered.status_code == 200, answered.text
    kept = (await service.get(f"/invitations/{invitation['id']}")).json()
    assert kept["answers"] == answers
    words = {one["question"]: one["words"] for one in kept["unmapped_answers"]}
    assert words["Staff"] == ["Office: 12", "Workshop: 30"]
    assert words["systems"] == ["Mail", "SAP"]
    assert words["printers"] == ["model: HP; count: 2"]
    assert words["sites"] == ["Town: Graz"]


def lesson(**wish):
    return LessonProposed(**{
        "opportunity_id": NO_OPPORTUNITY, "lesson_id": uuid4(), "retrospective_id": new_id(), "finding": 1,
        "kind": "question", "title": None, "title_zh": "何时确定接口？", "text": None, "text_zh": "伙伴的接口要早定。",
        "version": 1, **wish,
    })  # fmt: skip


async def learnt(client, *events):
    return await on_lessons.handle(client.app.state.database, [envelope(one) for one in events])


async def version(client, event):
    return (await client.get(f"/questionnaires/{event.lesson_id}")).json()


async def test_a_lesson_becomes_the_last_question_of_a_drafted_version_once(service):
    first = (await drafted(service)).json()
    await service.act(f"/questionnaires/{first['id']}/publish")
    within = {"questionnaire_key": first["key"]}
    one, two = lesson(**within), lesson(**within, title="When?", text="Soon")

    await learnt(service, one)
    await learnt(service, one, lesson(kind="article"))
    await learnt(service, two)

    shown, later = await version(service, one), await version(service, two)
    question = {
        "type": "comment", "name": f"lesson-{one.lesson_id.hex[:12]}",
        "title": {"default": "何时确定接口？", "zh-cn": "何时确定接口？"},
        "description": {"default": "伙伴的接口要早定。", "zh-cn": "伙伴的接口要早定。"},
    }  # fmt: skip
    assert [shown[name] for name in ("key", "number", "status", "title")] == [first["key"], 2, "draft", first["title"]]
    assert [*questions(shown["form"])] == [*questions(first["form"]), question]
    assert (later["number"], len([*questions(later["form"])])) == (3, len([*questions(shown["form"])]) + 1)
    assert (await service.act(f"/questionnaires/{shown['id']}/publish")).status_code == 200
    told = await said(service.app.state.database, "requirements.questionnaire.recorded.v1")
    assert [(event.data["number"], event.data["status"]) for event in told] == [
        (1, "published"), (2, "draft"), (3, "draft"), (2, "published"),
    ]  # fmt: skip


@pytest.mark.parametrize("key", [None, "unheard-of", "full"])
async def test_a_lesson_that_no_questionnaire_has_room_for_is_a_question_of_its_own(service, key):
    elements = [{"type": "text", "name": f"q{place}"} for place in range(500)]
    assert (await drafted(service, key="full", form={"elements": elements})).status_code == 201
    event = lesson(questionnaire_key=key, title="x" * 300, text="y" * 8000)

    await learnt(service, event)

    shown = await version(service, event)
    own = f"lesson-{event.lesson_id.hex[:12]}"
    assert (shown["key"], shown["number"]) == ("unheard-of" if key == "unheard-of" else own, 1)
    assert [one["name"] for one in shown["form"]["elements"]] == [own]
    assert (await service.act(f"/questionnaires/{shown['id']}/publish")).status_code == 200


def test_a_question_at_the_end_of_pages_has_a_page_of_its_own():
    question = {"type": "text", "name": "last"}
    paged = with_question({"pages": [{"name": "p1", "elements": [{"type": "text", "name": "first"}]}]}, question)

    assert [one["name"] for one in questions(paged)] == ["first", "last"]
    assert (len(paged["pages"]), check_form(paged)) == (2, [])
