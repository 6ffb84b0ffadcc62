"""Charts: one look for documents and endpoints.

`shapes` are their data, `picture` draws them, `vega` describes them to frontends that draw themselves, `answer` lets a
caller choose.

The drawing is in `drawing/*.typ`; documents use the same files with their own data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Label:
    """A text in both languages."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    @classmethod
    def same(cls, text: str) -> "Label":
        """A proper name, a code, a number: the same in both."""
        return cls(text, text)


EMPTY = Label("", "")


def localised(value: Any, language: str) -> Any:
    """`value` as JSON, each `Label` in one language."""
    match value:
        case Label():
            return value.of(language)
        case date():
            return value.isoformat()
        case tuple():
            return [localised(item, language) for item in value]
        case Mapping():
            return {key: localised(item, language) for key, item in value.items()}
        case _ if is_dataclass(value):
            return {field.name: localised(getattr(value, field.name), language) for field in fields(value)}
        case _:
            return value
