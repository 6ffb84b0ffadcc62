"""What of our own records a client may read: nothing, until somebody says so and words it for the client."""

from typing import Annotated, Literal

from pydantic import Field

from shared.kernel.validation import Text, rule

NOT_WORDED = rule(
    "not_worded_for_the_client",
    "what the client may read needs a wording for the client; what we wrote for ourselves never stands for it",
    "对客户可见的内容须填写对客表述，内部文字不会代替它",
)

Visibility = Annotated[
    Literal["internal", "client"],
    Field(description="`client`: documents and rooms say it, in its wording for the client; else nowhere"),
]
Wording = Annotated[Text | None, Field(description="what the client reads of it, in the client's words")]


def refuse_unworded(visibility: str, *wordings: str | None) -> None:
    """Raises `ValueError` for something visible that has no wording for the client."""
    if visibility == "client" and not any(wordings):
        raise ValueError(NOT_WORDED)
