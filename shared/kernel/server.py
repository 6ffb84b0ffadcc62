"""Serving an application until it is told to stop; open feeds are told first, so that nobody waits for them."""

import asyncio
import gc
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from shared.kernel.protocol import LimitedProtocol, Limits
from shared.kernel.settings import Settings

stopping = asyncio.Event()
"""Set when this process was told to stop: answers without an end of their own have to end."""


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        stopping.set()
        super().handle_exit(sig, frame)


def configured(app: ASGIApp, settings: Settings, **knobs: Any) -> uvicorn.Config:
    """How `app` is served."""
    limits = Limits(settings.header_limit_bytes, settings.largest_body, settings.receive_seconds)
    standard: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": partial(LimitedProtocol, limits=limits),
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "loop": "uvloop",
        "lifespan": "on",
        "timeout_graceful_shutdown": 5,
        "timeout_keep_alive": 75,  # longer than the gateway keeps an idle connection: it must be the one to close
        "server_header": False,
        "proxy_headers": False,  # uvicorn believes anybody on this machine; the gateway believes whom it is told to
    }
    return uvicorn.Config(app, **(standard | knobs))


def serve(app: ASGIApp, settings: Settings) -> None:
    """Serve `app` until SIGTERM or SIGINT; requests under way are finished."""
    # What a process has loaded stays: looking through a quarter of a million objects again and again stops it for 0.1 s
    # each time. An event or an answer makes thousands, most of which are gone before the next.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    _Server(configured(app, settings)).run()
