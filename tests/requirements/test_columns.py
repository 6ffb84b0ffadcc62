"""Which column is what, and what a priority is, however tools and people write them."""

import pytest

from services.requirements.domain import priorities
from services.requirements.domain.columns import is_running, mappings
from services.requirements.exchange import headings
from services.requirements.exchange.child import read
from services.requirements.shipped import synonyms
from tests.support.requirements import makers

SYNONYMS = synonyms()


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        (["req_id", "req_description", "section_name", "level"], {"code": 0, "statement": 1, "group": 2}),
        (["chapter_id", "chapter_name", "section_id", "section_name", "req_id", "req_text"],
         {"group": 3, "code": 4, "statement": 5}),
        (["reqId", "reqDescription", "acceptanceCriteria"], {"code": 0, "statement": 1, "acceptance_criteria": 2}),
        (["RequirementID", "RequirementText", "MoSCoW"], {"code": 0, "statement": 1, "priority": 2}),
        (["Issue key", "Summary", "Issue Type", "Priority", "Description", "Component/s", "Epic Link"],
         {"code": 0, "title": 1, "kind": 2, "priority": 3, "statement": 4, "group": 5}),
        (["Object Identifier", "Object Heading", "Object Text"], {"code": 0, "title": 1, "statement": 2}),
        (["ID", "Work Item Type", "Title", "State", "Area Path", "Acceptance Criteria"],
         {"code": 0, "kind": 1, "title": 2, "group": 4, "acceptance_criteria": 5}),
        (["ReqIF.ForeignID", "ReqIF.ChapterName", "ReqIF.Text"], {"code": 0, "group": 1, "statement": 2}),
        (["序号", "编号", "需求描述", "章节", "优先级（高/中/低）"],
         {"code": 1, "statement": 2, "group": 3, "priority": 4}),
        (["序号", "条款名称", "内容"], {"code": 0, "title": 1, "statement": 2}),
        (["Requirement (text) *", "Priority [1-5]"], {"statement": 0, "priority": 1}),
        # what only looks like one
        (["Identity provider", "Requirements engineer", "Idle time", "Sectional view", "描述符"], {}),
    ],
)  # fmt: skip
def test_a_heading_is_known_however_it_is_written(written, fields):
    assert SYNONYMS.fields(written) == fields


def guessed(rows, name="a.csv"):
    text = "\n".join(";".join(row) for row in rows)
    [mapping] = mappings(read(name, text.encode()), SYNONYMS)
    return mapping


def test_of_unknown_headings_the_column_of_texts_is_the_statement():
    mapping = guessed(
        [
            ["Nr", "Wortlaut", "Wer"],
            ["1", "Der Vorgang wird am Ende gedruckt", "A"],
            ["2", "Er wird gesendet, und zwar sofort", "B"],
        ]
    )

    assert (mapping.columns, mapping.heading_row, mapping.is_guessed) == ({"statement": 1}, 0, True)


@pytest.mark.parametrize(
    "rows",
    [
        [["Project", "Size", "Effort"], ["Portal", "120,5", "1240"], ["Archive", "80", "902"]],
        [["Ort", "Tag"], ["Berlin", "Montag"], ["Bonn", "Freitag"]],
    ],
)
def test_a_table_of_names_and_figures_has_no_statement(rows):
    assert guessed(rows).columns == {}


@pytest.mark.parametrize(
    ("heading", "cells", "is_counted"),
    [
        ("序号", ["1", "2", "3"], True),
        ("No.", ["1", "2", "1", "2"], True),
        ("No.", ["1.1", "1.2"], False),
        ("No.", ["7", "12", "31"], False),
        ("ID", ["1", "2", "3"], False),
        ("编号", ["1", "2"], False),
        ("序号", [], False),
    ],
)
def test_numbers_that_only_count_rows_are_no_codes(heading, cells, is_counted):
    assert is_running(heading, cells) is is_counted


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Must have", "must"), ("must-have", "must"), ("M - Must", "must"), ("Must (M)", "must"), ("SHOULD_HAVE", "should"),
        ("Could Have", "could"), ("Won't have (this time)", "wont"), ("Won’t", "wont"), ("Will not have", "wont"),
        ("Nice-to-have", "could"), ("Highest", "must"), ("高（High）", "must"), ("必须有", "must"), ("应该有", "should"),
        ("可以有", "could"), ("本期不做", "wont"), ("这次不会有", "wont"), ("P1", "must"), ("P4", "could"), ("★", "must"),
        # nothing that we know, or two things at once
        ("4", None), ("1", None), ("mustard", None), ("High / Low", None), ("soon", None), ("必须由甲方确认后再定", None),
    ],
)  # fmt: skip
def test_a_priority_is_known_by_its_words_and_never_by_a_bare_number(text, value):
    assert priorities.named(text) == value


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("优先级从 1（低）到 9（高）。", "1-9"), ("Priority (1-5, 5 = highest)", "1-5"),
        ("Priority 1 is the highest, 4 the lowest.", "4-1"), ("优先级：1为最高，5为最低", "5-1"),
        ("1=high, 2=medium, 3=low priority", "3-1"), ("重要性 1-10，10最高", "1-10"),
        # figures that are no scale
        ("The priority is high. See 3 and 4.", "None"), ("Priority 2 items are low in number 7", "None"),
        ("Version 2 has high priority, 14 days", "None"), ("水位从 1（低）到 9（高）。", "None"),
    ],
)  # fmt: skip
def test_a_scale_is_read_where_a_document_states_it(text, scale):
    assert str(priorities.stated([text])) == scale


def test_two_scales_are_none():
    assert (
        priorities.stated(["Priority 1 is the highest, 5 the lowest", "Priority 1 is the lowest, 5 the highest"])
        is None
    )


@pytest.mark.parametrize("number", range(-1, 12))
def test_a_number_never_leaves_anything_out_of_the_offer(number):
    agreed, stated = priorities.agreed("9-1"), priorities.stated(["优先级从 1（低）到 9（高）"])

    assert agreed.priority(number) in {"must", "should", "could", None}
    assert stated.priority(number) in {"should", "could", None}


def test_typed_numbers_make_headings_and_count_points():
    document = makers.word(
        "4. Scope of work", "The system should cover the following:", "1. Beds", "2. Bills", "8. Warranty",
        "It shall last a year.", "一、范围", "系统应支持导出。", "3 接口", "3.1 通讯", "接口应加密。",
    )  # fmt: skip

    passages = read("a.docx", document)["passages"]

    assert [(one["heading"], one["text"]) for one in passages] == [
        ("4. Scope of work", "The system should cover the following:"),
        ("4. Scope of work", "1. Beds"), ("4. Scope of work", "2. Bills"),
        ("8. Warranty", "It shall last a year."), ("一、范围", "系统应支持导出。"), ("3.1 通讯", "接口应加密。"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "following", "is_point"),
    [("1. a", "2. b", True), ("一、甲", "二、乙", True), ("十、甲", "十一、乙", True), ("3 a", "3.1 b", False),
     ("1. a", "3. b", False), ("9. a", "10. b", True), ("1.1 a", "1.2 b", True)],
)  # fmt: skip
def test_the_next_number_makes_a_list(text, following, is_point):
    assert headings.is_next(text, following) is is_point
