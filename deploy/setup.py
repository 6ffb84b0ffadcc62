"""Makes what an installation needs and is not there yet, as often as wanted: `presales setup FOLDER`.

In FOLDER each deployable gets a folder with its secrets, a file each that only its owner reads; `presales.env` names
them all. Then, unless --keys-only, the roles (with passwords), the databases and the stream of events; with
--servers-only these alone, from a folder that has every key already and may be read-only (`presales secrets`).
"""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import nats.errors

from deploy import bus
from deploy.databases import make_database
from deploy.embedded import SERVICES
from gateway.development import private_key, public_pem
from gateway.links import ISSUERS
from shared.kernel.settings import PREFIX, read_file

ADMINISTRATION = "administration"
DEVELOPMENT_KEY = "development_key"
_NATS = """\
port: 4222
http_port: 8222
max_payload: 4MB
jetstream {
  store_dir: "/data"
  sync_interval: always
  max_file_store: 20GB
}
include users.conf
"""
"""Acknowledged is on the disk: what a power cut takes would else be lost until the reconcilers look."""


class Folder:
    """The secrets of an installation: `<deployable>/<setting>`."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, deployable: str, setting: str) -> Path:
        folder = self.root / deployable
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / setting

    def write(self, deployable: str, setting: str, text: str) -> str:
        """Keep this, for its owner alone to read; what is there already is not touched: somebody may read it now."""
        path = self.path(deployable, setting)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
        return text

    def kept(self, deployable: str, setting: str, make: Callable[[], str]) -> str:
        """What is there, or else is made now."""
        path = self.path(deployable, setting)
        if path.exists():
            return path.read_text(encoding="utf-8")
        return self.write(deployable, setting, make())

    def publish(self, deployable: str, name: str, text: str) -> None:
        """Keep this for a server that runs under an account of its own; the folder above lets nobody else in."""
        path = self.path(deployable, name)
        path.parent.chmod(0o755)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)


def make_secrets(folder: Folder, database: str, wanted: argparse.Namespace) -> dict[str, str]:
    """Every secret of every deployable, and `presales.env`; returns the passwords by role."""
    internal = public_pem(private_key(folder.path("gateway", "internal_private_key")))
    digest = folder.kept(ADMINISTRATION, "digest_secret", lambda: secrets.token_urlsafe(48))
    passwords: dict[str, str] = {}
    users = bus.make_keys(folder.path(ADMINISTRATION, "nats"), bus.declared())
    folder.publish("nats", "users.conf", users.read_text(encoding="utf-8"))
    folder.publish("nats", "nats.conf", _NATS)
    folder.kept("nats", "cluster_password", lambda: secrets.token_hex(24))
    for service in SERVICES:
        for role, deployable, setting in (
            (f"{service}_app", service, "database_url"),
            (f"{service}_owner", ADMINISTRATION, f"migration_url_{service}"),
        ):
            passwords[role] = _password(folder.path(deployable, setting))
            folder.write(deployable, setting, _as(database, role, passwords[role], service))
        folder.write(service, "nats_user_seed", bus.seed_file(users.parent, service).read_text(encoding="utf-8"))
        folder.write(service, "internal_public_key", internal)
        private_key(folder.path(service, "audit_key"))
        if service in ISSUERS:
            links = public_pem(private_key(folder.path(service, "link_private_key")))
            folder.write("gateway", f"{service}_link_key", links)
            folder.write(service, "digest_secret", digest)
    if not wanted.issuer:
        private_key(folder.path("gateway", DEVELOPMENT_KEY))
    folder.write("", "presales.env", _environment(folder, wanted))
    return passwords


def _development(folder: Folder) -> list[str]:
    key = folder.path("gateway", DEVELOPMENT_KEY)
    return [f"{PREFIX}ENVIRONMENT=development", f"{PREFIX}DEVELOPMENT_KEY={key}"]


def _environment(folder: Folder, wanted: argparse.Namespace) -> str:
    """Of all deployables together: what is for one alone bears its name (`shared/kernel/settings.py`)."""
    lines = [
        "# Made by `presales setup`, for every deployable. Add what else you set (docs/settings.md) elsewhere.",
        f"{PREFIX}NATS_URL={wanted.nats}",
        *([f"{PREFIX}NATS_CA_FILE={wanted.nats_ca.absolute()}"] if wanted.nats_ca else []),
        f"{PREFIX}PUBLIC_URL={wanted.public_url}",
        *([f"{PREFIX}ISSUER={wanted.issuer}"] if wanted.issuer else _development(folder)),
        *(f"{PREFIX}{one.upper()}_URL={wanted.service_url.replace('SERVICE', one)}" for one in SERVICES),
    ]
    for deployable in ("gateway", *SERVICES, ADMINISTRATION):
        own = "" if deployable in {"gateway", ADMINISTRATION} else f"{deployable.upper()}_"
        lines += [
            f"{PREFIX}{own}{path.name.upper()}_FILE={path}"
            for path in sorted((folder.root / deployable).iterdir())
            if path.is_file() and path.name not in {DEVELOPMENT_KEY, "digest_secret" if not own else ""}
        ]
    return "\n".join(lines) + "\n"


def _password(url: Path) -> str:
    """The one that is in use, or a new one."""
    known = urlsplit(url.read_text(encoding="utf-8").strip()).password if url.exists() else None
    return known or secrets.token_hex(24)


def _as(url: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{role}:{password}@{place}", f"/{database}", parts.query, ""))


def known_passwords(folder: Folder) -> dict[str, str]:
    """The passwords by role, of a folder that is there. Raises `SystemExit` with the file that is not."""
    passwords: dict[str, str] = {}
    for service in SERVICES:
        for role, path in (
            (f"{service}_app", folder.root / service / "database_url"),
            (f"{service}_owner", folder.root / ADMINISTRATION / f"migration_url_{service}"),
        ):
            if not path.exists():
                raise SystemExit(f"{path} is not there: make the keys first, without --servers-only")
            passwords[role] = _password(path)
    return passwords


async def make_servers(folder: Folder, database: str, passwords: Mapping[str, str], wanted: argparse.Namespace) -> None:
    """Roles, databases and the stream. Raises `SystemExit` with a plain sentence."""
    place = urlsplit(database).netloc.rpartition("@")[2]
    try:
        for service in SERVICES:
            await make_database(database, service, service, passwords)
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise SystemExit(f"PostgreSQL at {place} cannot be set up: {error or type(error).__name__}") from None
    seed = bus.seed_file(folder.root / ADMINISTRATION / "nats", bus.ADMINISTRATOR).read_text(encoding="utf-8")
    try:
        authority = read_file("--nats-ca", str(wanted.nats_ca)) if wanted.nats_ca else None
        await bus.make_stream(wanted.nats, seed, replicas=wanted.replicas, ca=authority)
    except (nats.errors.Error, OSError, TimeoutError) as error:
        raise SystemExit(f"NATS at {wanted.nats} cannot be asked: {error or type(error).__name__}") from None


def _with_password(url: str, folder: Folder) -> str:
    """The URL of the superuser; where it has no password, that of FOLDER/postgres/password."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname:
        raise SystemExit("--database is postgresql://superuser[:password]@host:port/postgres")
    if parts.password:
        return url
    path = folder.path("postgres", "password")
    if not path.exists():
        folder.publish("postgres", "password", secrets.token_hex(24))
    return _as(url, parts.username or "postgres", path.read_text(encoding="utf-8").strip(), parts.path.strip("/"))


def main(arguments: Sequence[str]) -> None:
    """Make what is missing. What is there stays, so that a second run changes nothing."""
    parser = argparse.ArgumentParser(
        prog="presales setup", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    option: Callable[..., Any] = parser.add_argument
    option("folder", type=Path, help="where the secrets are kept")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--keys-only", action="store_true", help="make files alone: before PostgreSQL and NATS start")
    part.add_argument("--servers-only", action="store_true", help="make no file: what PostgreSQL and NATS have alone")
    option(
        "--database",
        default="postgresql://postgres@db:5432/postgres",
        help="as superuser; without a password that of FOLDER/postgres/password, for a PostgreSQL of your own",
    )
    option("--nats", default="nats://nats:4222", help="as services reach it; several with commas between")
    option("--replicas", type=int, default=1, help="of the stream; 3 in a cluster")
    option("--nats-ca", type=Path, help="certificate of the authority, where NATS speaks TLS")
    option("--service-url", default="http://SERVICE:8080", help="as the gateway reaches a service")
    option("--public-url", default="http://127.0.0.1:8080", help="where clients reach the gateway")
    option(
        "--issuer",
        default="",
        help="URL of the issuer whose tokens are believed; without one, a development issuer: for trials alone",
    )
    wanted = parser.parse_args(arguments)
    try:
        folder = Folder(wanted.folder)
        database = _with_password(wanted.database, folder)
        passwords = known_passwords(folder) if wanted.servers_only else make_secrets(folder, database, wanted)
    except OSError as error:
        raise SystemExit(f"{error.filename or wanted.folder}: {error.strerror}") from None
    if not wanted.keys_only:
        asyncio.run(make_servers(folder, database, passwords, wanted))
    if wanted.servers_only:
        sys.stdout.write("roles, databases and the stream are there\n")
        return
    done = "keys are there" if wanted.keys_only else "keys, roles, databases and the stream are there"
    sys.stdout.write(f"{done}; settings of all: {folder.root / 'presales.env'}\n")
