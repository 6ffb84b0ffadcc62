"""Where simulations run: in threads, since numpy lets the event loop go on, and never more than two at a time.

More would only take memory and processors from each other and from the API.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = ThreadPoolExecutor(2, "simulation")


def in_thread(run: Callable[P, T], *args: P.args, **options: P.kwargs) -> asyncio.Future[T]:
    """The result of `run`, to be awaited; it waits for its turn."""
    call: Callable[[], Any] = partial(run, *args, **options)
    return asyncio.get_running_loop().run_in_executor(_THREADS, call)
