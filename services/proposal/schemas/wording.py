"""What people write for others to read, in Chinese, English or both."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.validation import Line, Text, rule

NO_LANGUAGE = rule("no_language", "needs a text in `en` or `zh`", "须填写 en 或 zh 文本")


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def changes(self) -> dict[str, Any]:
        """What was sent, as JSON keeps it."""
        return self.model_dump(mode="json", include=self.model_fields_set)


class Wording(In):
    """A text by language: at least one of them."""

    en: Text | None = None
    zh: Text | None = None

    @model_validator(mode="after")
    def _in_a_language(self) -> Self:
        if self.en is None and self.zh is None:
            raise ValueError(NO_LANGUAGE)
        return self


Lines = Annotated[list[Line], Field(max_length=50)]
