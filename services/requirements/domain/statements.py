"""Which sentences of a document are requirements, and of which kind and priority they seem to be."""

import re

from services.requirements.domain.obligations import obligation

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"(\u3400-\u9fff])|(?<=[。！？；])\s*|\n+")
_SHORTEST_WORDS, _SHORTEST_CHARACTERS = 4, 5
_LONGEST_TITLE = 60
_LONGEST_HEADING = 80
_CJK = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[，,。；;：:]|(?<=\w)\. ")
_STORY = re.compile(r"^\s*(?:as an? |作为)", re.IGNORECASE)
_KINDS = (
    ("user", _STORY),
    ("performance", re.compile(
        r"response time|latency|throughput|concurren|uptime|availability of|per second|within \d+ ?(?:ms|seconds?)"
        r"|响应时间|并发|吞吐|时延|可用性|可用率|\bTPS\b|\bQPS\b|秒内|毫秒", re.IGNORECASE)),
    ("security", re.compile(
        r"encrypt|authenticat|authori[sz]|password|security|access control|audit trail|personal(?:ly)? identi|\bPII\b"
        r"|加密|密码|口令|明文|鉴权|认证|授权|权限|安全|脱敏|等保|审计", re.IGNORECASE)),
    ("compliance", re.compile(
        r"section 508|regulation|complian|comply|\bGDPR\b|\bISO\b|standards?\b|accordance with"
        r"|法规|合规|监管|国家标准|行业标准|规范|符合", re.IGNORECASE)),
    ("interface", re.compile(
        r"\bAPIs?\b|interface|integrat|\bREST\b|web ?service|\bXML\b|\bJSON\b|接口|对接|集成|互联", re.IGNORECASE)),
    ("data", re.compile(
        r"\bdatabase|\bdata\b|migrat|records?\b|archiv|backup|retention|数据|迁移|备份|归档|存储", re.IGNORECASE)),
    ("operational", re.compile(
        r"deploy|monitor|maintain|operat(?:e|ion)|training|support hours|warranty|run on|logging"
        r"|部署|运维|监控|维护|培训|质保|日志|运行环境", re.IGNORECASE)),
)  # fmt: skip


def sentences(text: str) -> list[str]:
    """The sentences of a passage, Chinese or English."""
    return [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]


def is_requirement(sentence: str) -> bool:
    """Whether a sentence demands something (shall, must, should, will; 应, 须, 必须, 不得, 支持, 提供, 能够).

    A question does not.
    """
    is_chinese = bool(_CJK.search(sentence))
    long_enough = len(sentence) >= _SHORTEST_CHARACTERS if is_chinese else len(sentence.split()) >= _SHORTEST_WORDS
    return long_enough and not sentence.rstrip().endswith(("?", "？")) and obliges(sentence)


def obliges(text: str) -> bool:
    """Whether a text demands something, however short it is: `The system shall:`."""
    said = obligation(text)
    return said is not None and said.level != "could"


def title_of(statement: str) -> str:
    """The first clause, cut at a word where it is long."""
    first = statement.strip().splitlines()[0].strip()
    clause = _CLAUSE.split(first, maxsplit=1)[0].strip()
    short = clause if is_requirement(clause) and not _STORY.match(first) else first
    if len(short) <= _LONGEST_TITLE:
        return short.rstrip(".。；;") or short
    cut = short[:_LONGEST_TITLE]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut[20:] else cut}…"


def heading(statement: str) -> str:
    """The first line as a title, cut where it is long: of what somebody said as a whole."""
    first = statement.strip().splitlines()[0].strip()
    return first if len(first) <= _LONGEST_HEADING else f"{first[: _LONGEST_HEADING - 1]}…"


def kind_of(statement: str) -> str:
    """The first kind whose words are in the statement; functional otherwise."""
    return next((kind for kind, words in _KINDS if words.search(statement)), "functional")


def priority_of(statement: str) -> str:
    """Must for shall and must (应, 须, 必须, 不得), should for weaker words, could for may and can (可选)."""
    said = obligation(statement)
    return said.level if said else "should"
