"""NATS as its administrator: for commands that have a durable begin again at a place in the stream."""

import argparse
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
import nats.errors

from deploy import bus
from shared.kernel.messaging.stream import NAME, inbox_prefix
from shared.kernel.settings import read_file, tls_of

Ask = Callable[[str, int], Awaitable[object]]
"""Have a durable begin again at a place in the stream."""


def add_options(parser: argparse.ArgumentParser, *, is_needed: bool) -> None:
    """What a command line says of where NATS is and whose key is used."""
    option: Callable[..., Any] = parser.add_argument
    option(
        "--keys", type=Path, required=is_needed,
        help="folder of administrator.nk: FOLDER/administration/nats of setup",
    )  # fmt: skip
    option("--nats", default=os.environ.get("PRESALES_NATS_URL"), help="default: PRESALES_NATS_URL")
    option("--nats-ca", type=Path, help="certificate of the authority, where NATS speaks TLS")


@asynccontextmanager
async def beginning_again(parser: argparse.ArgumentParser, wanted: argparse.Namespace) -> AsyncIterator[Ask]:
    """While the body runs it may have durables begin again. Raises `SystemExit` where NATS cannot be asked."""
    if not wanted.keys or not wanted.nats:
        parser.error("say where NATS is and whose key to use: --nats (or PRESALES_NATS_URL) and --keys")
    seed = read_file(bus.ADMINISTRATOR, str(bus.seed_file(wanted.keys, bus.ADMINISTRATOR)))
    authority = read_file("--nats-ca", str(wanted.nats_ca)) if wanted.nats_ca else None
    try:
        client = await nats.connect(
            wanted.nats.split(","), nkeys_seed_str=seed, inbox_prefix=inbox_prefix(bus.ADMINISTRATOR),
            allow_reconnect=False, connect_timeout=10, tls=tls_of(authority),
        )  # fmt: skip

        async def begin_again(durable: str, place: int) -> None:
            subject = f"$JS.API.CONSUMER.RESET.{NAME}.{durable}"
            await client.request(subject, json.dumps({"seq": place}).encode(), timeout=10)

        try:
            yield begin_again
        finally:
            await client.close()
    except (nats.errors.Error, TimeoutError, OSError) as error:
        raise SystemExit(f"NATS at {wanted.nats} cannot be asked: {error or type(error).__name__}") from None
