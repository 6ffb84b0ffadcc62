"""Forms in the SurveyJS format: what may be asked, and which answers are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.language.form_answers import answers_schema, check_answers
from shared.language.forms import check_form, questions, title_of, visible

FORM = {
    "pages": [
        {
            "elements": [
                {"type": "text", "name": "company", "title": {"default": "Company", "zh-cn": "公司"}, "isRequired": True},
                {"type": "boolean", "name": "has_system", "isRequired": True},
                {"type": "comment", "name": "system", "visibleIf": "{has_system} = true", "isRequired": True},
                {"type": "panel", "elements": [{"type": "rating", "name": "pain", "rateMin": 0, "rateMax": 10}]},
                {"type": "checkbox", "name": "channels", "choices": ["web", {"value": "app", "text": "App"}]},
                {"type": "text", "name": "users", "inputType": "number", "min": 1, "visibleIf": "{channels} contains 'web' and {pain} >= 5"},
                {"type": "text", "name": "go_live", "inputType": "date"},
                {"type": "text", "name": "mail", "inputType": "email"},
                {"type": "dropdown", "name": "budget", "choices": [{"value": 1, "text": "< 1 M"}, {"value": 2, "text": "> 1 M"}]},
                {"type": "matrix", "name": "care", "rows": ["speed", "price"], "columns": ["low", "high"], "isAllRowRequired": True},
                {"type": "html", "name": "note", "html": "Thank you"},
                {"type": "file", "name": "plan"},
            ]
        }
    ]
}  # fmt: skip
LEAST = {"company": "Bank", "has_system": False}


def codes(answers, form=FORM):
    return {(error.pointer, error.code) for error in check_answers(form, answers)}


def test_a_form_with_every_type_of_question_can_be_asked():
    assert check_form(FORM) == []
    assert [one["name"] for one in questions(FORM)][:4] == ["company", "has_system", "system", "pain"]
    Draft202012Validator.check_schema(answers_schema(FORM))


@pytest.mark.parametrize(
    ("element", "pointer", "code"),
    [
        ({"type": "signaturepad", "name": "a"}, "/elements/0/type", "not_allowed"),
        ({"type": "expression", "name": "a"}, "/elements/0/type", "not_allowed"),
        ({"type": "multipletext", "name": "a"}, "/elements/0/items", "too_few"),
        (
            {"type": "multipletext", "name": "a", "items": [{"name": "x"}, {"name": "x"}]},
            "/elements/0/items/1/name",
            "named_twice",
        ),
        (
            {"type": "matrixdynamic", "name": "a", "columns": [{"name": "x"}]},
            "/elements/0/columns/0/choices",
            "too_few",
        ),
        (
            {"type": "matrixdynamic", "name": "a", "columns": [{"name": "x", "cellType": "file"}]},
            "/elements/0/columns/0/type",
            "not_allowed",
        ),
        (
            {"type": "paneldynamic", "name": "a", "templateElements": [{"type": "paneldynamic", "name": "b"}]},
            "/elements/0/templateElements/0/type",
            "not_allowed",
        ),
        (
            {
                "type": "paneldynamic",
                "name": "a",
                "templateElements": [{"type": "text", "name": "b", "visibleIf": "{a} = 1"}],
            },
            "/elements/0/templateElements/0/visibleIf",
            "unknown_field",
        ),
        (
            {"type": "matrixdropdown", "name": "a", "columns": [{"name": "x", "cellType": "text"}]},
            "/elements/0/rows",
            "too_few",
        ),
        ({"type": "text"}, "/elements/0/name", "wrong_format"),
        ({"type": "text", "name": "a/b"}, "/elements/0/name", "wrong_format"),
        ({"type": "radiogroup", "name": "a"}, "/elements/0/choices", "too_few"),
        ({"type": "radiogroup", "name": "a", "choices": ["x", "x"]}, "/elements/0/choices", "named_twice"),
        ({"type": "matrix", "name": "a", "rows": ["x"]}, "/elements/0/columns", "too_few"),
        ({"type": "rating", "name": "a", "rateMin": 5, "rateMax": 1}, "/elements/0/rateMax", "range_order"),
        ({"type": "text", "name": "a", "requiredIf": "{b} = 1"}, "/elements/0/requiredIf", "unknown_field"),
        ({"type": "text", "name": "a", "visibleIf": "{b} = 1"}, "/elements/0/visibleIf", "wrong_condition"),
        ({"type": "text", "name": "a", "visibleIf": "iif(1)"}, "/elements/0/visibleIf", "wrong_condition"),
        ("text", "/elements/0/type", "not_allowed"),
        ({"type": "text", "name": "a", "inputType": ["number"]}, "/elements/0/inputType", "wrong_type"),
        ({"type": "text", "name": "a", "inputType": "number", "min": 5, "max": 1}, "/elements/0/max", "range_order"),
        ({"type": "text", "name": "a", "isRequired": "false"}, "/elements/0/isRequired", "wrong_type"),
        ({"type": "radiogroup", "name": "a", "choices": [1, {"text": "x"}]}, "/elements/0/choices", "wrong_type"),
        ({"type": "matrix", "name": "a", "rows": [None], "columns": ["x"]}, "/elements/0/rows", "wrong_type"),
        ({"type": "rating", "name": "a", "rateValues": "abc"}, "/elements/0/rateMax", "range_order"),
    ],
)
def test_what_cannot_be_asked_is_named(element, pointer, code):
    assert (pointer, code) in {(error.pointer, error.code) for error in check_form({"elements": [element]})}


def test_an_empty_form_and_a_name_used_twice_are_refused():
    twice = {"elements": [{"type": "text", "name": "a"}, {"type": "text", "name": "a"}]}

    assert [error.code for error in check_form({})] == ["no_question"]
    assert [(error.pointer, error.code) for error in check_form(twice)] == [("/elements/1/name", "named_twice")]


def test_right_answers_are_taken():
    whole = LEAST | {
        "has_system": True, "system": "核心系统", "pain": 7, "channels": ["web", "app"], "users": 200,
        "go_live": "2027-03-01", "mail": "a@b.cn", "budget": 2, "care": {"speed": "high", "price": "low"},
        "plan": [{"name": "plan.pdf", "type": "application/pdf", "content": "data:application/pdf;base64,AA=="}],
    }  # fmt: skip

    assert check_answers(FORM, LEAST) == []
    assert check_answers(FORM, whole) == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"company": ""}, "/answers/company", "too_short"),
        ({"company": 5}, "/answers/company", "wrong_type"),
        ({"company": "a\x00b"}, "/answers/company", "wrong_format"),
        ({"has_system": True}, "/answers/system", "missing"),
        ({"system": "x"}, "/answers/system", "not_asked"),
        ({"unheard": 1}, "/answers/unheard", "not_asked"),
        ({"pain": 11}, "/answers/pain", "not_allowed"),
        ({"channels": ["fax"]}, "/answers/channels/0", "not_allowed"),
        ({"channels": ["web", "web"]}, "/answers/channels", "named_twice"),
        ({"channels": ["web"], "pain": 9, "users": 0}, "/answers/users", "too_small"),
        ({"channels": ["web"], "pain": 4, "users": 5}, "/answers/users", "not_asked"),
        ({"go_live": "soon"}, "/answers/go_live", "wrong_format"),
        ({"go_live": "2027-02-30"}, "/answers/go_live", "wrong_format"),
        ({"mail": "nobody"}, "/answers/mail", "wrong_format"),
        ({"budget": 3}, "/answers/budget", "not_allowed"),
        ({"care": {"speed": "high"}}, "/answers/care/price", "missing"),
        ({"plan": [{"name": "x", "content": "http://inside"}]}, "/answers/plan/0/content", "wrong_format"),
    ],
)
def test_wrong_answers_are_named(change, pointer, code):
    assert (pointer, code) in codes(LEAST | change)


@pytest.mark.parametrize(
    ("condition", "answers", "is_shown"),
    [
        ("{a} = 'x'", {"a": "x"}, True),
        ("{a} = 'x'", {}, False),
        ("{a} <> 'x'", {}, True),
        ("{a} notempty", {"a": "x"}, True),
        ("{a} empty", {"a": []}, True),
        ("{a} anyof ['x', 'y']", {"a": ["y"]}, True),
        ("{a} notcontains 'x'", {"a": ["y"]}, True),
        ("{b} < 5", {"b": 4}, True),
        ("{b} < 5", {"b": "four"}, False),
        ("{b} > 1 and {a} = 'x' or {b} = 0", {"b": 0}, True),
        ("{b} > 1 and {a} = 'x' or {b} = 0", {"b": 2, "a": "y"}, False),
        ("{c} = true", {"c": True}, True),
    ],
)
def test_a_question_is_asked_when_its_condition_holds(condition, answers, is_shown):
    form = {
        "elements": [{"type": "comment", "name": name} for name in "abc"]
        + [{"type": "text", "name": "z", "visibleIf": condition}]
    }

    assert check_form(form) == []
    assert ("z" in [one["name"] for one in visible(form, answers)]) == is_shown


def test_what_is_not_asked_makes_no_other_question_asked():
    form = {"elements": [
        {"type": "boolean", "name": "a"}, {"type": "boolean", "name": "b", "visibleIf": "{a} = true"},
        {"type": "text", "name": "c", "visibleIf": "{b} = true"},
    ]}  # fmt: skip

    assert [one["name"] for one in visible(form, {"a": False, "b": True})] == ["a"]


def test_texts_are_in_the_language_asked_for():
    title = {"default": "Company", "zh-cn": "公司"}

    assert [title_of(title, language) for language in ("zh", "en")] == ["公司", "Company"]
    assert [title_of(text, "zh") for text in ("plain", None, {"fr": "Société"})] == ["plain", "", "Société"]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "elements", "pages", "choices", "rows", "visibleIf"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["pages", "elements"]), json))
def test_no_form_is_so_strange_that_checking_it_fails(form):
    errors = check_form(form)

    assert errors or answers_schema(form)


@given(st.dictionaries(st.sampled_from([one["name"] for one in questions(FORM)]), json))
def test_no_answers_are_so_strange_that_checking_them_fails(answers):
    assert isinstance(check_answers(FORM, answers), list)


@pytest.mark.parametrize(
    "element",
    [
        {"type": "text", "name": "b", "visibleIf": "{a} = 1" + " " * 200_000 + "x"},
        {"type": "checkbox", "name": "b", "choices": list(range(200_000))},
        {"type": "matrix", "name": "b", "rows": ["x"], "columns": list(range(200_000))},
    ],
)
def test_what_would_take_for_ever_to_check_is_refused_at_once(element):
    [error] = check_form({"elements": [{"type": "text", "name": "a"}, element]})

    assert error.code in {"wrong_condition", "too_many"}


def test_a_form_of_very_many_questions_is_refused_at_once():
    [error] = check_form({"elements": [{"type": "text", "name": f"q{number}"} for number in range(200_000)]})

    assert error.code == "too_many"


@pytest.mark.parametrize("answer", [[{"a": number} for number in range(100_000)], [[number] for number in range(400)]])
def test_answers_that_would_take_for_ever_to_compare_are_refused_at_once(answer):
    form = {"elements": [{"type": "checkbox", "name": "c", "choices": ["x", "y"]}]}

    [error] = check_answers(form, {"c": answer})

    assert (error.pointer, error.code) in {("/answers/c", "too_many"), ("/answers/c", "wrong_type")}


def test_an_address_of_dots_is_refused_at_once():
    form = {"elements": [{"type": "text", "name": "mail", "inputType": "email"}]}

    errors = check_answers(form, {"mail": "a@" + "." * 200_000 + "@"})

    assert {error.code for error in errors} == {"too_long", "wrong_format"}


def test_a_text_without_words_in_a_language_is_shown_in_another_or_not_at_all():
    assert title_of({"zh-cn": None, "default": "Needs"}, "zh") == "Needs"
    assert title_of({"zh-cn": None}, "zh") == ""


DESIGNED = {"elements": [
    {"type": "multipletext", "name": "staff", "items": [{"name": "Office", "inputType": "number", "isRequired": True}, {"name": "Workshop"}]},
    {"type": "checkbox", "name": "systems", "choices": ["Mail"], "showOtherItem": True, "showNoneItem": True},
    {"type": "dropdown", "name": "bank", "choices": ["A"], "hasOther": True},
    {"type": "matrixdynamic", "name": "printers", "minRowCount": 1, "maxRowCount": 2, "choices": ["x", "y"], "columns": [
        {"name": "model", "cellType": "text"}, {"name": "count", "cellType": "text", "inputType": "number"}, {"name": "kind"}]},
    {"type": "matrixdropdown", "name": "use", "rows": ["Mail"], "columns": [{"name": "often", "choices": ["daily"]}]},
    {"type": "paneldynamic", "name": "sites", "templateElements": [
        {"type": "html", "name": "h", "html": "x"}, {"type": "text", "name": "town", "isRequired": True}]},
    {"type": "ranking", "name": "order", "choices": ["a", "b"]},
    {"type": "imagepicker", "name": "look", "choices": [{"value": "dark", "imageLink": "https://x/y.png"}], "multiSelect": True},
    {"type": "tagbox", "name": "tags", "choices": [1, 2]},
    {"type": "rating", "name": "stars", "rateCount": 3, "rateType": "stars"},
    {"type": "text", "name": "问题1"},
    {"type": "text", "name": "Question 2 (new)", "visibleIf": "{问题1} notempty"},
]}  # fmt: skip


def test_what_a_form_designer_makes_can_be_asked():
    assert check_form(DESIGNED) == []
    Draft202012Validator.check_schema(answers_schema(DESIGNED))


def test_what_is_not_shown_says_what_to_use_instead():
    [wrong] = check_form({"elements": [{"type": "signaturepad", "name": "a"}, {"type": "text", "name": "b"}]})

    assert (wrong.en, wrong.zh) == ("signaturepad is not shown here; use file", "不支持 signaturepad，请改用 file")


def test_answers_to_what_a_form_designer_makes_are_taken():
    answers = {
        "staff": {"Office": 3, "Workshop": "two"}, "systems": ["Mail", "other"], "systems-Comment": "SAP", "bank": "A",
        "printers": [{"model": "HP", "count": 2, "kind": "x"}], "use": {"Mail": {"often": "daily"}},
        "sites": [{"town": "Graz"}, {"town": "Linz"}], "order": ["b", "a"], "look": ["dark"], "tags": [2], "stars": 3,
        "问题1": "x", "Question 2 (new)": "y",
    }  # fmt: skip

    assert check_answers(DESIGNED, answers) == []
    assert check_answers(DESIGNED, {"systems": ["none"], "bank": "other", "bank-Comment": "B"}) == []


@pytest.mark.parametrize(
    ("answers", "pointer", "code"),
    [
        ({"staff": {"Office": "many"}}, "/answers/staff/Office", "wrong_type"),
        ({"staff": {"Workshop": "x"}}, "/answers/staff/Office", "missing"),
        ({"systems": ["other"]}, "/answers/systems-Comment", "missing"),
        ({"order": ["c"]}, "/answers/order/0", "not_allowed"),
        ({"printers": [{"kind": "z"}]}, "/answers/printers/0/kind", "not_allowed"),
        ({"printers": [{"model": "x"}] * 3}, "/answers/printers", "too_many"),
        ({"printers": [{"model": "x"}] * 501}, "/answers/printers", "too_many"),
        ({"printers": [{"colour": "x"}]}, "/answers/printers/0/colour", "not_asked"),
        ({"sites": [{}]}, "/answers/sites/0/town", "missing"),
        ({"use": {"Fax": {"often": "daily"}}}, "/answers/use/Fax", "not_asked"),
        ({"order-Comment": "x"}, "/answers/order-Comment", "not_asked"),
        ({"stars": 4}, "/answers/stars", "not_allowed"),
    ],
)
def test_wrong_answers_to_what_a_form_designer_makes_are_named(answers, pointer, code):
    assert (pointer, code) in codes(answers, DESIGNED)
