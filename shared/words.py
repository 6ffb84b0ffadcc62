"""A text as words, Chinese and English: what search and comparison of texts stand on."""

import re
import unicodedata

_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_RUNS = re.compile(rf"[{_CJK}]+|[0-9a-z\u00df-\u00f6\u00f8-\u024f\u0370-\u052f]+")


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
