"""Which words oblige: beside each that does, those that only look like it."""

import pytest

from services.requirements.domain.obligations import demand, obligation
from services.requirements.domain.quality import Statement
from services.requirements.domain.statements import is_requirement
from services.requirements.shipped import rules

DEMANDS = {
    "系统应在三秒内返回查询结果。": "must",
    "三秒内应返回结果。": "must",
    "接口返回应包含错误码。": "must",
    "系统应收集日志。": "must",
    "图纸应标注尺寸。": "must",
    "应对传输数据加密。": "must",
    "系统应与核心系统对接。": "must",
    "应答复用户的投诉。": "must",
    "供应商应提供培训。": "must",
    "响应应在一秒内返回。": "must",
    "用户须登录后操作。": "must",
    "供应商必须提供一年质保。": "must",
    "密码不得明文存储。": "must",
    "系统要记录操作日志。": "should",
    "平台需要记录日志。": "should",
    "接口宜采用标准协议。": "should",
    "系统支持导出报表。": "should",
    "The system shall run on Linux.": "must",
    "Records may not be deleted.": "must",
    "The system will send a report.": "should",
    "As a clerk, I would like to see tasks.": "should",
    'The word "shall" is used, and the system shall run.': "must",
}
NONE = [
    "供应商名称", "响应文件的组成", "本条适用于全部供应商的相应人员。", "首页显示响应时间与对应的部门名称。", "应用服务器为两台。",
    "应急预案见附件。", "化学反应、适应性与温室效应。", "应收账款与应付账款的明细。", "应届毕业生名单", "应答文件一式两份。",
    "突发事件的应对措施见下表。", "采购须知", "无须登录即可浏览。", "触须传感器的型号", "主要功能见附件。", "重要数据与需求说明。",
    "招标文件的要求见附件。", "事宜由双方商定。", "技术支持人员名单", "提供商的名称", "建议书的格式见附件。", "感应器的数量为十个。",
    "Mustard is yellow, and so on.", 'The word "shall" marks a demand.', "He acted at will last year.",
    "The free will of the parties is respected.", "The list of must-have features follows.", "Delivery is on May 2027 at last.",
]  # fmt: skip


@pytest.mark.parametrize("text", DEMANDS)
def test_a_word_that_obliges_is_found(text):
    assert is_requirement(text)
    assert obligation(text).level == DEMANDS[text]


@pytest.mark.parametrize("text", NONE)
def test_what_only_looks_like_it_does_not_oblige(text):
    found = obligation(text)

    assert found is None or found.level == "could", text[found.start : found.end]
    assert not is_requirement(text)
    assert demand(text) is None


@pytest.mark.parametrize("text", ["Must the bidder have an office in town?", "系统是否必须支持离线？"])
def test_a_question_demands_nothing(text):
    assert not is_requirement(text)


def test_a_quality_finding_counts_demands_by_the_same_words():
    once = Statement("A", "供应商的响应时间应不超过一秒，对应的应用须部署在本地。", is_acceptable=True, is_sourced=True)
    none = Statement("B", "供应商、响应时间、对应关系，应用系统。", is_acceptable=True, is_sourced=True)

    assert "compound" in {one.rule for one in rules().findings(once)}
    assert "compound" not in {one.rule for one in rules().findings(none)}
