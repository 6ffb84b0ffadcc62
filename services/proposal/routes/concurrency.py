"""Whose turn it is: requests for documents wait in a row, before they have a connection that others could use."""

import asyncio
from asyncio import Semaphore
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from fastapi import Request, Response

from shared.documents.limited import PROCESSORS
from shared.kernel.http import Route
from shared.kernel.problems import Problem

AT_ONCE = PROCESSORS + 1
"""Requests that are worked on: the next is read while the others are made."""
MOST_SECONDS = 30
"""How long a request waits."""
SECONDS_LATER = 10
_row = Semaphore(AT_ONCE)


class DocumentsQueued(Problem):
    status = 503
    title = ("Too many documents at once", "文档请求过多")
    en = "Other documents are being made, and no turn came within {seconds} s; ask again in {retry_after} s."
    zh = "正在生成其他文档，{seconds} 秒内未能排到；请 {retry_after} 秒后重试。"

    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.facts["retry_after"])}


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def in_turn(endpoint: Endpoint) -> Endpoint:
    """An endpoint that makes documents: its requests wait for their turn, on routes of `Turns`."""
    endpoint.is_in_turn = True  # type: ignore[attr-defined]
    return endpoint


class Turns(Route):
    """Lets requests of the endpoints `in_turn` wait, first come, first served, before anything of them is looked at."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_in_turn(request: Request) -> Response:
            try:
                async with asyncio.timeout(MOST_SECONDS):
                    await _row.acquire()
            except TimeoutError:
                raise DocumentsQueued(seconds=MOST_SECONDS, retry_after=SECONDS_LATER) from None
            try:
                return await handle(request)
            finally:
                _row.release()

        return handle_in_turn if getattr(self.endpoint, "is_in_turn", False) else handle
