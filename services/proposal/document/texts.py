"""The words of documents in one language: those of the templates, for the formats that typst does not set."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from services.proposal.domain.sections import TITLES
from shared.kernel.words import filled

_HERE = Path(__file__).parent
_FILES = (_HERE / "templates" / "texts.json", _HERE / "texts.json")
"""What the templates say, and what is said in Word and workbooks only."""


@cache
def _all() -> dict[str, dict[str, str]]:
    texts = dict(TITLES)
    for file in _FILES:
        texts |= json.loads(file.read_text(encoding="utf-8"))
    return texts


class Texts:
    """Texts by key in `zh` or `en`; `name` and `either` take the field of a part in that language.

    Of a price that tax is not included in, what is said of prices with tax is said otherwise.
    """

    def __init__(self, language: str, *, is_taxed: bool = True) -> None:
        self.language, self.is_taxed = language, is_taxed

    def __call__(self, key: str) -> str:
        texts = _all()
        untaxed = None if self.is_taxed else texts.get(f"{key}-untaxed")
        return (untaxed or texts[key])[self.language]

    def say(self, key: str, values: Mapping[str, str]) -> str:
        """A text with its figures."""
        return filled(self(key), values)

    def all(self, currency: str) -> dict[str, str]:
        """Every text, with `_` in its key for `.` and `-`, so that a template can name it."""
        return {key.replace(".", "_").replace("-", "_"): self(key).replace("{currency}", currency) for key in _all()}

    def coded(self, prefix: str, code: str) -> str:
        """The name of a code; the code itself where it has none."""
        entry = _all().get(prefix + code)
        return entry[self.language] if entry else code

    def name(self, part: Any) -> str:
        return str(part.name_zh if self.language == "zh" else part.name)

    def either(self, part: Any, field: str) -> Any:
        """In that language, or as it is where there is no Chinese."""
        chinese = getattr(part, f"{field}_zh") if self.language == "zh" else None
        return getattr(part, field) if chinese is None else chinese
