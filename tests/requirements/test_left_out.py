"""What is none of the solution, and beside each kind what only looks like it."""

import time

import pytest

from services.requirements.domain import intake, priorities
from services.requirements.domain.columns import Columns, Synonyms
from services.requirements.domain.left_out import is_data_sheet, kind_of

LEFT_OUT = {
    ("Proposals should be sent in PDF by the end of the month.", ""): "instruction",
    ("Costs of preparing the proposal will not be reimbursed.", ""): "instruction",
    ("Late quotations will not be considered for award.", ""): "instruction",
    ("Bidders must submit three copies of their bid.", ""): "instruction",
    ("The envelope must be closed.", "8. Submission"): "instruction",
    ("投标文件应密封并加盖公章。", ""): "instruction",
    ("供应商应提供营业执照复印件。", ""): "instruction",
    ("响应文件须于截止时间前递交。", ""): "instruction",
    ("须携带身份证原件。", "一、报名"): "instruction",
    ("法律依据：政府采购法第二十二条规定，供应商应当具备的条件。", ""): "quotation",
    ("根据《政府采购法》第二十二条规定，供应商应当具有独立承担民事责任的能力。", ""): "quotation",
    ("系统应具备的功能 ........ 12", ""): "contents",
    ("第二章 系统应具备的功能\t5", ""): "contents",
    ("【待填写】", ""): "placeholder",
    ("（由采购人填写）", ""): "placeholder",
    ("TBD", ""): "placeholder",
    ("________", ""): "placeholder",
}  # fmt: skip
KEPT = [
    ("供应商必须提供一年质保。", ""), ("供应商应提供现场培训。", ""), ("供应商应提交验收报告。", ""),
    ("系统应支持投标文件的在线递交。", ""), ("系统应对投标文件加密。", ""), ("系统应记录报名时间。", "一、报名"),
    ("平台应支持供应商报名。", ""), ("根据《网络安全法》第二十一条规定，系统应留存日志不少于六个月。", ""),
    ("系统应符合《数据安全法》第三十条的规定。", ""), ("请填写的字段应标注星号。", ""), ("未确定的项目应可保存为草稿。", ""),
    ("Vendors shall provide one year of warranty.", ""), ("Offerors shall provide training for 20 users.", ""),
    ("The system shall allow bidders to submit bids by e-mail.", ""), ("Bids shall be encrypted until the hour.", ""),
    ("The system should confirm each entry.", "8. Submission"), ("All invoicing shall be done on line.", "5.2 Invoice Submission"),
    ("Forms must be checked.", "3.1 Submission form"), ("The page shall load within 3", ""),
    ("The response time shall be 2... 3 s at most, on page 12", ""), ("TBD: the system shall log for how long?", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "heading"), LEFT_OUT)
def test_what_is_none_of_the_solution_is_known_by_its_words(text, heading):
    assert kind_of(text, heading) == LEFT_OUT[text, heading]


@pytest.mark.parametrize(("text", "heading"), KEPT)
def test_what_only_looks_like_it_is_kept(text, heading):
    assert kind_of(text, heading) is None


def test_a_data_sheet_is_known_by_its_heading_or_by_facts_of_tenders_only():
    assert is_data_sheet("投标人须知前附表", ["质保期"])
    assert is_data_sheet("", ["项目名称", "项目编号", "预算金额", "投标截止时间"])
    assert not is_data_sheet("字段说明", ["项目名称", "项目编号", "负责人", "预算金额"])
    assert not is_data_sheet("客户信息", ["联系人", "电话", "地址"])
    assert not is_data_sheet("Product data sheet", ["Weight", "Power"])


def rows(table, columns, passages=()):
    document = {"tables": [table] if table else [], "passages": list(passages)}
    return intake.rows(document, [columns] if table else [], "a").rows


def test_what_a_data_sheet_demands_of_the_solution_is_kept():
    cells = [["条款名称", "内容"], ["预算金额", "80 万元"], ["质保期", "供应商应提供三年质保"], ["采购人", "某医院"]]
    table = {
        "name": "t",
        "heading": "前附表",
        "rows": [{"place": f"r{n}", "cells": row} for n, row in enumerate(cells)],
    }

    found = rows(table, Columns("t", 0, tuple(cells[0]), {"title": 0, "statement": 1}))

    assert [row.left_out for row in found] == ["data_sheet", None, "data_sheet"]


def points(*texts):
    return [{"place": f"{n}", "heading": "H", "text": text.strip("- "), "role": "item" if text[0] == "-" else ""}
            for n, text in enumerate(texts)]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "statements"),
    [
        (("It should cover the following:", "- Bed plan;"), ["Bed plan"]),
        (("系统应包括以下功能：", "- 病床管理；"), ["病床管理"]),
        # a sentence that goes on in its points, or forbids them, is said whole
        (("The system shall:", "- print a roster"), ["The system shall print a roster"]),
        (("系统应：", "- 打印排班表；"), ["系统应打印排班表"]),
        (("It shall not do the following:", "- delete logs"), ["It shall not do the following delete logs"]),
        (("系统不得有以下行为：", "- 删除日志"), ["系统不得有以下行为删除日志"]),
        # points that demand by themselves, and lists under nothing that demands
        (("It shall do as follows:", "- The page shall load fast."), ["It shall do as follows:", "The page shall load fast."]),
        (("Colours that we have:", "- Red", "- Green"), []),
        (("It shall run well:", "And this is no point"), ["It shall run well:"]),
    ],
)  # fmt: skip
def test_points_are_requirements_under_a_sentence_that_demands(texts, statements):
    found = rows(None, None, points(*texts))

    assert [row.wish["statement"] for row in found if not row.left_out] == statements


def test_points_of_how_to_submit_are_left_out_with_it():
    found = rows(None, None, points("Bidders shall submit the following with their bid:", "- Letter", "- Price sheet"))

    assert {row.left_out for row in found} == {"instruction"}


@pytest.mark.parametrize(
    "text", ["." * 8000 + "a", "\t" * 8000 + "a", "_" * 8000 + "a", "(" * 8000, "所有 " * 4000, "all " * 2000]
)
def test_no_text_takes_long_to_judge(text):
    began = time.process_time()

    kind_of(text, text[:300])
    priorities.named(text)
    list(priorities.stated([text]) or [])
    Synonyms({"code": ["id"]}).fields([text])

    assert time.process_time() - began < 0.1
