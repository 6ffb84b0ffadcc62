"""The doors of NATS: a user for each service, what each may do, and the stream, which only administration makes."""

import argparse
import asyncio
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nats
import nats.errors
import nkeys
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from shared.kernel.messaging.envelope import PREFIX, SUBJECTS
from shared.kernel.messaging.large import DATA_SUBJECTS, parts_of
from shared.kernel.messaging.stream import NAME, STREAM_KEEPS, inbox_prefix
from shared.kernel.settings import read_file, tls_of

ADMINISTRATOR = "administrator"
"""The user that makes the stream and may do everything; no service has its key."""
RECORD = Path(__file__).parent / "nats" / "durables.json"
_SUBJECTS = [SUBJECTS, DATA_SUBJECTS]
_SUBSCRIBERS = "subscribers.json"
_TIMEOUT = 10
_ATTEMPTS = 5

Durables = Mapping[str, Mapping[str, str]]
"""By user: its durable consumers and the subjects that each filters by."""


def declared() -> Durables:
    """What the handlers of the services declare, as `make contracts` recorded it: nobody keeps a list by hand."""
    durables: Durables = json.loads(RECORD.read_text(encoding="utf-8"))
    return durables


def permissions(service: str, durables: Mapping[str, str]) -> dict[str, Any]:
    """What the NATS user of a service may do: say what is its own to say, and hear by its own durables.

    The data of a large event lie beside its subject (`shared/kernel/messaging/large.py`): who says it puts them there,
    who hears it may read them.

    It may make those, with just their filter, have them begin again, and pull and acknowledge by them; it may look up
    the newest event on its own subjects (`shared/kernel/messaging/reconcile.py`) and read its own inbox. All else is
    refused.
    """
    own = [f"{PREFIX}.*.{service}.>", f"{PREFIX}.*.platform.>"]
    newest = [f"$JS.API.DIRECT.GET.{NAME}.{subjects}" for subjects in own]
    return _hearing(service, durables, [*own, parts_of(own[0]), *newest])


def _hearing(user: str, durables: Mapping[str, str], says: Sequence[str] = ()) -> dict[str, Any]:
    publish = list(says)
    for durable, subjects in durables.items():
        publish += [
            f"$JS.API.CONSUMER.CREATE.{NAME}.{durable}.{subjects}",
            f"$JS.API.CONSUMER.INFO.{NAME}.{durable}",
            f"$JS.API.CONSUMER.RESET.{NAME}.{durable}",
            f"$JS.API.CONSUMER.MSG.NEXT.{NAME}.{durable}",
            f"$JS.ACK.{NAME}.{durable}.>",
            f"$JS.API.DIRECT.GET.{NAME}.{parts_of(subjects)}",
        ]
    return {"publish": publish, "subscribe": [f"{inbox_prefix(user)}.>"]}


def seed_file(folder: Path, user: str) -> Path:
    """Where the key of a user is kept."""
    return folder / f"{user}.nk"


def make_keys(folder: Path, durables: Durables) -> Path:
    """Make the keys that are not there, each readable by its owner alone, and the users' part of nats.conf."""
    folder.mkdir(parents=True, exist_ok=True)
    everybody: dict[str, dict[str, Any]] = {ADMINISTRATOR: {"publish": [">"], "subscribe": [">"]}}
    everybody |= {service: permissions(service, hears) for service, hears in durables.items()}
    everybody |= {name: _hearing(name, {name: subjects}) for name, subjects in _subscribers(folder).items()}
    users = [{"nkey": _public_key(folder, user), "permissions": may} for user, may in everybody.items()]
    users_file = folder / "users.conf"
    # JSON is a form that nats-server reads.
    users_file.write_text(f"authorization: {json.dumps({'users': users}, indent=1)}\n", encoding="utf-8")
    return users_file


def add_subscriber(folder: Path, name: str, subjects: str) -> None:
    """Let an outside system hear `subjects` from now on. Its name is that of no service."""
    if name in {ADMINISTRATOR, *declared()} or not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise SystemExit(f"{name!r} cannot be a subscriber's name: small letters, digits and -, and not a service's.")
    known = {**_subscribers(folder), name: subjects}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _SUBSCRIBERS).write_text(json.dumps(known, indent=1), encoding="utf-8")


def _subscribers(folder: Path) -> dict[str, str]:
    path = folder / _SUBSCRIBERS
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return known


def _public_key(folder: Path, user: str) -> str:
    path = seed_file(folder, user)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER))
    key: bytes = nkeys.from_seed(bytearray(path.read_bytes().strip())).public_key
    return key.decode()


async def make_stream(url: str, seed: str, *, replicas: int = 1, ca: str | None = None, anew: bool = False) -> bool:
    """Make the stream, as the administrator; whether it was not there.

    One that is there keeps what it has, and takes the data of large events from then on, unless it is to be made
    `anew`: with it go its events and every durable.
    """

    async def quietly(_error: Exception) -> None:
        """The last one is raised; nats-py would print a traceback of each beside it."""

    client = await nats.connect(
        url.split(","),
        nkeys_seed_str=seed,
        inbox_prefix=inbox_prefix(ADMINISTRATOR),
        allow_reconnect=False,
        error_cb=quietly,
        max_reconnect_attempts=_ATTEMPTS,  # of a server that is not there yet, two seconds apart
        connect_timeout=_TIMEOUT,
        tls=tls_of(ca),
    )
    try:
        stream = client.jetstream(timeout=_TIMEOUT)
        try:
            there = await stream.stream_info(NAME)
            if anew:
                await stream.delete_stream(NAME)
                raise NotFoundError
            if set(there.config.subjects or ()) != set(_SUBJECTS):
                there.config.subjects = _SUBJECTS
                await stream.update_stream(there.config)
        except NotFoundError:
            await stream.add_stream(
                StreamConfig(
                    name=NAME,
                    subjects=_SUBJECTS,
                    storage=StorageType.FILE,
                    num_replicas=replicas,
                    max_age=STREAM_KEEPS.total_seconds(),
                    max_bytes=20 * 1024**3,
                    # A full stream refuses, so that the outbox waits: dropping the oldest would lose events silently.
                    discard=DiscardPolicy.NEW,
                    max_msg_size=4 * 1024**2,
                    duplicate_window=600,
                    allow_direct=True,
                    allow_atomic=True,
                    deny_delete=True,
                )
            )
            return True
        return False
    finally:
        await client.close()


def make_stream_now(url: str, seed: str) -> None:
    """As `make_stream`, for callers that have a loop of their own running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, make_stream(url, seed)).result()


def main(arguments: Sequence[str]) -> None:
    """What administration does before the services start, and again when a service hears what it did not."""
    parser = argparse.ArgumentParser(prog="presales bus", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument("folder", type=Path, help="where the keys are kept")
    commands.add_parser("keys", parents=[folder], help="make the keys that are not there, and users.conf for nats.conf")
    making = commands.add_parser("stream", parents=[folder], help="make the stream, when it is not there")
    making.add_argument("url", help="of one server, or of several with commas between")
    making.add_argument("replicas", nargs="?", type=int, default=1, help="3 in a cluster (default: 1)")
    letting = commands.add_parser("subscriber", parents=[folder], help="let an outside system hear by a durable")
    letting.add_argument("name", help="small letters, digits and -")
    letting.add_argument("subjects", help="such as presales.demo.>")
    wanted = parser.parse_args(arguments)
    match wanted.command:
        case "keys":
            users = make_keys(wanted.folder, declared())
            print(f"{users}: include it in nats.conf; each service gets its own .nk file")
        case "subscriber":
            add_subscriber(wanted.folder, wanted.name, wanted.subjects)
            make_keys(wanted.folder, declared())
            key = seed_file(wanted.folder, wanted.name)
            print(f"{key}: the key of {wanted.name}; nats-server must read users.conf again")
        case "stream":
            seed = read_file(ADMINISTRATOR, str(seed_file(wanted.folder, ADMINISTRATOR)))
            try:
                is_new = asyncio.run(make_stream(wanted.url, seed, replicas=wanted.replicas))
            except (nats.errors.Error, OSError) as error:
                raise SystemExit(f"NATS at {wanted.url} cannot be asked: {error}") from None
            print(f"stream {NAME}: {'made' if is_new else 'is there'}")
