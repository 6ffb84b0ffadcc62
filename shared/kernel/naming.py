"""What states, actions, roles … are called in Chinese sentences: tables by the name of the fact that they translate.

English sentences name things as the API does. A word that no table knows is shown as it is.
"""

import re
from collections.abc import Mapping
from typing import Any

_TABLES: dict[str, Mapping[str, str]] = {}


def name_in_chinese(tables: Mapping[str, Mapping[str, str]]) -> None:
    """Have the words of these facts, by the fact's name, named by these tables from here on."""
    _TABLES.update(tables)


def in_chinese(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a sentence for its Chinese form: what names a kind, state, action or role is named in Chinese.

    >>> name_in_chinese({"colour": {"red": "红", "dark_blue": "深蓝"}})
    >>> in_chinese({"colour": "red, dark blue", "code": "B-1"})
    {'colour': '红、深蓝', 'code': 'B-1'}
    """
    return {name: _named(_TABLES[name], said) if name in _TABLES else said for name, said in facts.items()}


def _named(table: Mapping[str, str], said: Any) -> str:
    """Words that the table knows, by themselves, in a list, or counted as in `2 × approver`."""
    return "、".join(
        table.get(word.replace(" ", "_")) or _WORD.sub(lambda found: table.get(found[0], found[0]), word)
        for word in str(said).split(", ")
    )


_WORD = re.compile(r"[a-z][a-z_-]*")
