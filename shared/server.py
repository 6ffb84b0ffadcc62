"""Serving an application until it is told to stop; open feeds are told first, so that nobody waits for them."""

import asyncio
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
    _Server(config).run()
