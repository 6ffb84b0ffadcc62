"""What cannot be computed, as a fact that services put in their words."""

from typing import Any, ClassVar


class Impossible(ValueError):
    """`code` says what it is, `facts` are what a sentence about it needs; `text` is one, filled with them."""

    code: ClassVar[str]
    text: ClassVar[str]

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.text.format(**facts))
