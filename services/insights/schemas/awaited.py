"""What is awaited: not heard yet, over HTTP."""

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
        """`waiting` events are to be read, or nobody knows how many; 0 where only its own is yet to come."""
        after = _UNKNOWN if waiting is None else min(1 + waiting // _A_SECOND, _LONGEST)
        if waiting == 0:
            en, zh = "It was made a moment ago, and its event is on its way", "所查内容刚刚生成，相关事件正在传送"
        elif waiting is None:
            en = "The stream of events does not answer at the moment, and it may be in one of them"
            zh = "事件流暂时没有响应，所查内容可能在其中"
        else:
            en = f"{waiting} event(s) wait to be read, and it may be in one of them"
            zh = f"尚有 {waiting} 个事件待读取，所查内容可能在其中"
        return cls(
            waiting=waiting,
            retry_after_seconds=after,
            note=f"{en}: ask again in {after} s.",
            note_zh=f"{zh}，请 {after} 秒后再查。",
        )
