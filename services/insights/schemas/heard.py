"""Not heard yet, over HTTP."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

_A_SECOND = 1000
"""Events that the log takes in, told low."""
_LONGEST = 60
_UNKNOWN = 5


class NotHeardYetOut(BaseModel):
    """The log does not know it, but has not read every event: it may be in one of them."""

    waiting: Annotated[int | None, Field(description="events to be read; null when the stream does not answer")]
    retry_after_seconds: int
    note: str
    note_zh: str

    @classmethod
    def of(cls, waiting: int | None) -> Self:
        """`waiting` events are to be read, or nobody knows how many."""
        if waiting is None:
            after, known = _UNKNOWN, ("The stream of events does not answer at the moment", "事件流暂时没有响应")
        else:
            after = min(1 + waiting // _A_SECOND, _LONGEST)
            known = f"{waiting} event(s) wait to be read", f"尚有 {waiting} 个事件待读取"
        return cls(
            waiting=waiting,
            retry_after_seconds=after,
            note=f"{known[0]}, and it may be in one of them: ask again in {after} s.",
            note_zh=f"{known[1]}，所查内容可能在其中，请 {after} 秒后再查。",
        )
