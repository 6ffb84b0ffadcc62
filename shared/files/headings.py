"""Headings and words of tables that people send: compared without marks and case, and by those that mean the same."""

import re
from collections.abc import Iterable, Mapping

import orjson

from shared.kernel.problems import FieldError, Invalid

_MARKS = re.compile(r"[\s_()（）\[\]【】：:./-]+")


def plain(word: str) -> str:
    """A heading or a word without brackets, marks and case.

    >>> plain("Effort [PM]")
    'effortpm'
    """
    return _MARKS.sub("", word).casefold()


def by_word(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What each of the words, made `plain`, stands for."""
    return {plain(word): key for key, many in words.items() for word in many}


def chosen_headings(said: str | None, fields: Iterable[str]) -> dict[str, str]:
    """Headings by field, as a caller says them in the parameter `columns`. Raises `Invalid`."""
    if said is None:
        return {}
    try:
        chosen = orjson.loads(said)
        if not isinstance(chosen, dict) or not all(isinstance(one, str) for one in chosen.values()):
            raise TypeError
    except (orjson.JSONDecodeError, TypeError):
        text = "must be a JSON object of headings by field", "须为以字段名为键、列标题为值的 JSON 对象"
        raise Invalid([FieldError("?columns", "wrong_format", *text)]) from None
    if unknown := sorted(chosen.keys() - set(fields)):
        text = f"has no field {', '.join(unknown)}", f"不存在字段 {', '.join(unknown)}"
        raise Invalid([FieldError("?columns", "not_allowed", *text)])
    return chosen
