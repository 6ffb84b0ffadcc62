"""What every part of a proposal's content is built of."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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
