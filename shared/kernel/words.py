"""Texts, Chinese and English: as words, for search and comparison, and with their figures filled in."""

import re
import unicodedata
from collections.abc import Mapping

_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_RUNS = re.compile(rf"[{_CJK}]+|[0-9a-z\u00df-\u00f6\u00f8-\u024f\u0370-\u052f]+")

_FIGURE = re.compile(r"(?<!\{)\{([a-z_]+)(?::([^}]*))?\}(?!\})")
_FORMS = {"0": 0, "1": 1}
_MANY = 2


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with its figures: `{name}`, and `{name:none|one|many}` with the words that go with it, where # is it.

    >>> filled("{tasks:no task|# task|# tasks} until {day}", {"tasks": 1, "day": "May"})
    '1 task until May'
    """

    def fill(hit: re.Match[str]) -> str:
        value, forms = str(values[hit[1]]), hit[2]
        return value if forms is None else forms.split("|")[_FORMS.get(value, _MANY)].replace("#", value)

    return _FIGURE.sub(fill, text)


def tokens(text: str) -> list[str]:
    """Words in lower case, and for each run of Chinese characters its pairs (a single one stands alone).

    >>> tokens("审批流程 Workflow 2.0 快")
    ['审批', '批流', '流程', 'workflow', '2', '0', '快']
    """
    found: list[str] = []
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).lower()):
        is_chinese = run[0] >= "\u3400"
        found += [run[i : i + 2] for i in range(max(1, len(run) - 1))] if is_chinese else [run]
    return found
