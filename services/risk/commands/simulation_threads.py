"""Where simulations run: in a thread, where numpy lets the event loop go on; large ones in another of their own.

More at a time would take memory from each other and the interpreter from the API.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_SOON = ThreadPoolExecutor(1, "simulation")
_LARGE = ThreadPoolExecutor(1, "large-simulation")


def soon(run: Callable[P, T], *args: P.args, **options: P.kwargs) -> asyncio.Future[T]:
    """The result of `run`, to be awaited; it waits for others of a second at most."""
    return asyncio.get_running_loop().run_in_executor(_SOON, partial(run, *args, **options))


def in_turn(run: Callable[P, T], *args: P.args, **options: P.kwargs) -> asyncio.Future[T]:
    """The result of a large `run`, one after the other."""
    return asyncio.get_running_loop().run_in_executor(_LARGE, partial(run, *args, **options))
