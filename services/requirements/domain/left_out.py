"""What demands something, but nothing of the solution: contents, placeholders, quoted laws, how to submit, data sheets.

Each is shown as a row that is left out, with its kind, and can be taken in again; why, remarks.json says.
"""

import re

_LEADERS = re.compile(r"(?:\.{4,}|(?:\. ){3,}|…{2,}|·{4,}|\t)\s*\d{1,4}$")
_PLACEHOLDER = re.compile(
    r"[\W_]*(?:(?:请|此处|由\S{1,6})?待?(?:填写|填入|补充|确定|定)|无|empty|tbd|tbc|n/?a|x{3,}"
    r"|to be (?:determined|defined|completed)|insert (?:text )?here)?[\W_]*",
    re.IGNORECASE,
)
_LAW = r"(?:法|条例|办法|规定|细则|通知)》?(?:》)?第[一二三四五六七八九十百零\d]+条"
_QUOTATION = re.compile(
    r"\W*(?:(?:法律|政策|法规|相关法律)依据|相关法条|legal basis)\s*[:：]"
    rf"|[^，。]{{0,30}}{_LAW}[^，。]{{0,8}}[，,:：]\s*[“\"]?(?:供应商|投标人|采购人|招标人|当事人|采购代理机构)",
    re.IGNORECASE,
)
_SUBJECT_PAPER = (
    r"(?:(?:all|the|each|any|your|complete|electronic|late|final|their)\s+)*"
    r"(?:proposals?|offers?|quotes?|quotations?|bids?|tenders?|submissions?|costs? of preparing)\b"
)
_SUBJECT_PERSON = (
    r"(?:(?:all|the|each|any|interested|prospective|successful)\s+)*"
    r"(?:bidders?|tenderers?|offerors?|quoters?|respondents?|vendors?|suppliers?)\b"
)
_HANDLED = (
    r"\b(?:submit(?:ted)?|sent|delivered|received|e-?mailed|reimbursed?|sealed|signed|opened|rejected|considered"
    r"|evaluated|valid|deadline|due|closing date|pages?|copies|envelopes?|priced|accepted|disqualified)\b"
)
_PAPER = r"\b(?:proposals?|quotes?|quotations?|bids?|tenders?|(?:their|an|its) offers?|solicitation|rf[pq])\b"
_ZH_PAPER = r"(?:投标|响应|应答|报价|磋商|谈判|资格证明|报名)(?:文件|资料|材料|函|表)?"
_INSTRUCTION = re.compile(
    rf"^{_SUBJECT_PAPER}.*{_HANDLED}|^{_SUBJECT_PERSON}.{{0,60}}?\b(?:submit|send|deliver|sign|include)\b.{{0,60}}{_PAPER}"
    r"|^\W*(?:[（(]?[一二三四五六七八九十\d]+[)）、.]\s*)?(?:(?:所有|全部|各|凡|本次)\s*)*"
    rf"(?:(?:{_ZH_PAPER}|(?:投标|履约)?保证金)(?:的|应|须|必须|需|不得|以|在|于).*?"
    r"(?:递交|提交|密封|盖章|签字|装订|正本|副本|一式|截止|有效期|光盘|信封|缴纳|退还|到账|格式)"
    rf"|(?:供应商|投标人|响应人|应答人|报名人).{{0,20}}?(?:{_ZH_PAPER}|保证金|营业执照|法人授权|投标报价))",
    re.IGNORECASE,
)
_HOW_TO_OFFER = re.compile(
    r"^[\W\d]*submission(?: of (?:proposals?|bids?|tenders?|offers?|quot\w+)| (?:instructions?|deadline))?\W*$"
    r"|\b(?:proposal|bid|tender|offer|quotation|quote) submission\b|\bhow to (?:submit|apply|respond|bid)\b"
    r"|\binstructions? (?:to|for) (?:bidders|tenderers|offerors|quoters|vendors|suppliers|respondents)\b"
    r"|(?:投标|采购|供应商|投标人|报名|磋商|谈判)须知|^\W*(?:[一二三四五六七八九十\d.]+、?\s*)?(?:报名|投标|开标|评标)(?:要求|方式|办法)?$"
    r"|(?:投标|响应|应答|报价)文件的?(?:递交|编制|提交|组成)|应答要求",
    re.IGNORECASE,
)
_OF_THE_SOLUTION = re.compile(
    r"系统|平台|软件|设备|产品|功能|模块|接口|质保|培训|\b(?:system|software|solution|platform|application|product|users?)\b",
    re.IGNORECASE,
)
_SHEET = re.compile(r"前附表|投标资料表|\b(?:bid|tender|procurement) data\b|\bkey dates\b", re.IGNORECASE)
_FACT = re.compile(
    r"(?:采购|项目)?预算(?:金额)?|最高限价|招标控制价|采购编号|招标编号|(?:投标|递交|响应|报名)\S{0,8}截止(?:时间|日期)?"
    r"|开标(?:时间|地点)"
    r"|报名(?:时间|地点)|采购人|采购单位|招标人|(?:采购|招标)?代理机构|投标有效期|(?:投标|履约)保证金|资金来源|采购方式"
    r"|评[标审](?:办法|方法)"
    r"|(?:tender|rf[pq]|solicitation) (?:number|no\.?|reference)|(?:submission|closing|tender) (?:deadline|date)"
    r"|deadline|procuring entity|contracting authority|bid (?:validity|security)|estimated (?:value|budget)",
    re.IGNORECASE,
)
_MAY_BE_FACT = re.compile(
    r"项目(?:名称|编号|概况|地点)|联系(?:人|电话|方式|地址)|地址|电话"
    r"|project (?:name|title)|contact(?: person)?|currency|budget",
    re.IGNORECASE,
)
_FEWEST = 2
_LONGEST = 200
"""Signs of a placeholder, and of the end of a line of contents: whatever a file holds is looked at only once."""


def kind_of(text: str, heading: str) -> str | None:
    """Why a sentence or point is none of the solution, by its words and the heading above it; None where it may be."""
    if _LEADERS.search(text[-_LONGEST:]):
        return "contents"
    if len(text) <= _LONGEST and _PLACEHOLDER.fullmatch(text):
        return "placeholder"
    if _QUOTATION.match(text):
        return "quotation"
    if _INSTRUCTION.match(text) or (_HOW_TO_OFFER.search(heading) and not _OF_THE_SOLUTION.search(text)):
        return "instruction"
    return None


def is_fact(name: str) -> bool:
    """Whether this is what data sheets of tenders tell: budget, deadline, who buys."""
    plain = name.strip(" :：*\t")
    return bool(_FACT.fullmatch(plain) or _MAY_BE_FACT.fullmatch(plain))


def is_data_sheet(heading: str, names: list[str]) -> bool:
    """Whether a table under this heading, with these names in its rows, is the data sheet of a tender.

    By its heading; or half of the names are such facts, two of them of tenders only (contacts have addresses too).
    """
    certain = sum(bool(_FACT.fullmatch(name.strip(" :：*\t"))) for name in names)
    return bool(_SHEET.search(heading)) or (certain >= _FEWEST and 2 * sum(map(is_fact, names)) >= len(names))
