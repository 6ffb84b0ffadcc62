"""The doors of NATS: a user for each service, what each may do, and the stream, which only administration makes.

`python -m deploy.bus keys FOLDER` makes the keys that are not there, and `users.conf` for nats.conf;
`python -m deploy.bus stream FOLDER URL [REPLICAS]` makes the stream;
`python -m deploy.bus subscriber FOLDER NAME SUBJECTS` lets an outside system hear these, by a durable of its name.
"""

import asyncio
import json
import re
import secrets
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nats
import nkeys
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from shared.messaging.envelope import PREFIX, SUBJECTS
from shared.messaging.stream import NAME, inbox_prefix

ADMINISTRATOR = "administrator"
"""The user that makes the stream and may do everything; no service has its key."""
RECORD = Path(__file__).parent / "nats" / "durables.json"
_SUBSCRIBERS = "subscribers.json"
_TIMEOUT = 10

Durables = Mapping[str, Mapping[str, str]]
"""By user: its durable consumers and the subjects that each filters by."""


def declared() -> Durables:
    """What the handlers of the services declare, as `make contracts` recorded it: nobody keeps a list by hand."""
    durables: Durables = json.loads(RECORD.read_text(encoding="utf-8"))
    return durables


def permissions(service: str, durables: Mapping[str, str]) -> dict[str, Any]:
    """What the NATS user of a service may do: say what is its own to say, and hear by its own durables.

    It may make those, with just their filter, and pull and acknowledge by them; it may look up the newest event on
    its own subjects (`shared/messaging/reconcile.py`) and read its own inbox. All else is refused.
    """
    own = [f"{PREFIX}.*.{service}.>", f"{PREFIX}.*.platform.>"]
    return _hearing(service, durables, [*own, *(f"$JS.API.DIRECT.GET.{NAME}.{subjects}" for subjects in own)])


def _hearing(user: str, durables: Mapping[str, str], says: Sequence[str] = ()) -> dict[str, Any]:
    publish = list(says)
    for durable, subjects in durables.items():
        publish += [
            f"$JS.API.CONSUMER.CREATE.{NAME}.{durable}.{subjects}",
            f"$JS.API.CONSUMER.INFO.{NAME}.{durable}",
            f"$JS.API.CONSUMER.MSG.NEXT.{NAME}.{durable}",
            f"$JS.ACK.{NAME}.{durable}.>",
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


async def make_stream(url: str, seed: str, *, replicas: int = 1) -> bool:
    """Make the stream, as the administrator; whether it was not there. One that is there stays as it is."""
    client = await nats.connect(
        url.split(","),
        nkeys_seed_str=seed,
        inbox_prefix=inbox_prefix(ADMINISTRATOR),
        allow_reconnect=False,
        connect_timeout=_TIMEOUT,
    )
    try:
        stream = client.jetstream(timeout=_TIMEOUT)
        try:
            await stream.stream_info(NAME)
        except NotFoundError:
            await stream.add_stream(
                StreamConfig(
                    name=NAME,
                    subjects=[SUBJECTS],
                    storage=StorageType.FILE,
                    num_replicas=replicas,
                    max_age=400 * 86_400,
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
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(make_stream(url, seed))
        except BaseException as error:  # noqa: BLE001 (raised in the caller's thread)
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def main(arguments: list[str]) -> int:
    """What administration does before the services start, and again when a service hears what it did not."""
    match arguments:
        case ["keys", folder]:
            print(f"{make_keys(Path(folder), declared())}: include it in nats.conf; each service gets its own .nk file")
        case ["subscriber", folder, name, subjects]:
            add_subscriber(Path(folder), name, subjects)
            make_keys(Path(folder), declared())
            print(f"{seed_file(Path(folder), name)}: the key of {name}; nats-server must read users.conf again")
        case ["stream", folder, url, *replicas] if len(replicas) <= 1:
            seed = seed_file(Path(folder), ADMINISTRATOR).read_text(encoding="utf-8").strip()
            is_new = asyncio.run(make_stream(url, seed, replicas=int(replicas[0]) if replicas else 1))
            print(f"stream {NAME}: {'made' if is_new else 'is there'}")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
