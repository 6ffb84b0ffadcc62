"""Which words oblige, Chinese and English: one table for whatever looks for demands.

Chinese has no spaces: 应 obliges in 系统应支持, and does not in 供应商, 响应, 对应, 应用, 应急. What stands before and
after tells them apart; a segmenter would be a dictionary of megabytes for a dozen words.
"""

import re
from dataclasses import dataclass

_YING = (
    r"(?<![响相反适效感呼顺])(?<!(?<!提)供)(?<!(?<!核)对)(?<!(?<!返)回)(?<!(?<![应回])答)应"
    # words that begin with 应, unless the second sign begins a verb: 应收集, 应标注, 应变更, 应计算, 应对接, 应答复
    r"(?!急|届|酬|允|验|战|诉|邀|纳|税|景|声|用(?!汉字|中文|简体)|付(?!出)|收(?![集到取录回])|力(?![求争图])|标(?![注明识记示])"
    r"|变(?![更为换化])|激(?![活励光])|聘(?![请用任])|征(?![求得询集])|试(?![运用验点行])|计(?![算划入量时])|答(?![复覆])"
    r"|对(?:措施|方案|策略|能力|机制|办法|预案|之策|各[类种]|突发|风险|挑战|危机|变化|高峰|攻击|[的、，。；]|$))"
)
"""应, where it is a word of its own."""
_MUST = (
    r"\b(?:shall|must(?!-have)|is required to|are required to|has to|have to)\b"
    rf"|(?<![非不])(?<!不是)必须(?!品)|(?<![毋无必胡触])须(?![知臾眉])|(?<![舍记怪恨由])不得(?!不|已|而知)|禁止|严禁|{_YING}当?"
)
_SHOULD = (
    r"\bshould\b|\bneeds? to\b|\b(?:is|are) expected to\b"
    r"|(?<!\bfree )(?<!\bat )(?<!\bthe )(?<!\ba )(?<!\btheir )(?<!\bits )(?<!\bgood )\bwill\b(?! of\b)"
    r"|(?<![适便事时相机权])宜(?![居人兴昌春宾])|建议(?![书稿者人函])"
    r"|(?<![不无所按必急供])(?<!根据)(?<!如有)(?<!视)需(?:要(?![时的求])|(?![要求量用时]))"
    r"|(?<=[统台件品方商人者端块面库])要(?![求点素件么是领闻害塞约义旨人项目挟价])"
)
_OFFERED = (
    r"\b(?:i|we) (?:would like|want|need)\b"
    r"|(?<!技术)支持(?!人员|团队|服务)|(?<!所)提供(?![商者方])|能够|可(?:以|按|通过|对|在|由)|具备|实现(?!方[式法]|原理|难度)"
)
"""What clients write of a system in the indicative: 支持导出."""
_FORBIDDEN = r"\b(?:may not|cannot be)\b"
_COULD = r"\b(?:may|could|can|nice to have|optional(?:ly)?)\b|可选|最好"
_TWO_IN_ONE = r"\b(?:will|shall|must|should) (?:need|have) to\b"

_MENTIONED = re.compile(
    r"[“‘\"'`「](?:shall|must|should|will|may|can|应当?|必须|须|需)[”’\"'`」]|\bmay \d{1,4}\b", re.IGNORECASE
)
"""A word that is spoken of; the month."""
_LEVELS = {
    level: re.compile(words, re.IGNORECASE)
    for level, words in (
        ("must", f"{_MUST}|{_FORBIDDEN}"),
        ("should", f"{_SHOULD}|{_OFFERED}"),
        ("could", _COULD),
    )
}
_DEMAND = re.compile(f"{_TWO_IN_ONE}|{_MUST}|{_SHOULD}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Obligation:
    """The strongest word that obliges, and where in the text it is."""

    level: str
    """must, should or could (MoSCoW)."""
    start: int
    end: int


def obligation(text: str) -> Obligation | None:
    """The strongest obligation that a text says, the first of its kind; None where there is none."""
    said = _said(text)
    for level, words in _LEVELS.items():
        if match := words.search(said):
            return Obligation(level, *match.span())
    return None


def demand(text: str) -> re.Match[str] | None:
    """The first word that demands something outright: shall, should, 应, 须, 需要; not 支持 or 提供, nor may not."""
    return _DEMAND.search(_said(text))


def _said(text: str) -> str:
    return _MENTIONED.sub(lambda match: " " * len(match[0]), text)
