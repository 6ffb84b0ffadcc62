"""What people write for others to read, in Chinese, English or both."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.kernel.validation import In, Line, Text, rule

NO_LANGUAGE = rule("no_language", "needs a text in `en` or `zh`", "须填写 en 或 zh 文本")


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
