"""What every part of a proposal's content is built of."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from shared.kernel.from_row import from_row


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def of(cls, row: object, **others: Any) -> Self:
        """What `row` has under the same names, and `others`, as `from_row` says."""
        return from_row(cls, row, **others)


class Named(Part):
    name: str
    name_zh: str


class CodedTitle(Part):
    code: str
    title: str


class Words(Part):
    """What somebody wrote for the client. A language that nobody wrote is None, and counts as missing."""

    en: str | None = None
    zh: str | None = None

    def said(self, language: str) -> str:
        """In `zh` or `en`; what was written in one language only is said in that."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first or second or ""
