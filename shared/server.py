"""Serving an application until it is told to stop; open feeds are told first, so that nobody waits for them."""

import asyncio
import gc
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from shared.settings import Settings

stopping = asyncio.Event()
"""Set when this process was told to stop: answers without an end of their own have to end."""


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        stopping.set()
        super().handle_exit(sig, frame)


def serve(app: ASGIApp, settings: Settings) -> None:
    """Serve `app` until SIGTERM or SIGINT; requests under way are finished."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        lifespan="on",
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,  # longer than the gateway keeps an idle connection: it must be the one to close
        server_header=False,
    )
    # What a process has loaded stays: looking through a quarter of a million objects again and again stops it for 0.1 s
    # each time. An event or an answer makes thousands, most of which are gone before the next.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    _Server(config).run()
