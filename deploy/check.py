"""Looks at an installation as its deployables will: `presales check`. A sentence for each fault, and 1 if there is one.

Settings, databases (as the role that serves and as the one that migrates), their clocks and schemas, connections, NATS
as each service's user, the bucket of documents where there is one, and the issuer. It changes nothing.
"""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module

import httpx
import nats.errors
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.embedded import SERVICES
from gateway.issuer import IssuerKeys, published_by
from gateway.settings import Settings as GatewaySettings
from presales import VERSION
from services.proposal.document.store import StorageAway, store_of
from services.proposal.settings import DocumentStorage
from shared.kernel.messaging.stream import NAME, NoStream, Stream
from shared.kernel.migrations import head_of, schema_of, url_of
from shared.kernel.outages import reason_of
from shared.kernel.settings import BESIDE_POOL, ServiceSettings, Settings

_SECONDS = 10
_SKEW_SECONDS = 5.0
_SPARE_CONNECTIONS = 10
"""For migrations, dumps and people."""


class Findings:
    """What was looked at, and what is wrong."""

    def __init__(self) -> None:
        self.count, self.wrong = 0, list[str]()

    def note(self, wrong: str | None) -> None:
        self.count += 1
        if wrong and wrong not in self.wrong:
            self.wrong.append(wrong)


def settings_of_all(found: Findings) -> tuple[GatewaySettings | None, dict[str, ServiceSettings]]:
    """The settings of each deployable, where they are right."""
    services: dict[str, ServiceSettings] = {}
    gateway: GatewaySettings | None = None
    for name in ("gateway", *SERVICES):
        kind: type[Settings] = (
            GatewaySettings if name == "gateway" else import_module(f"services.{name}.settings").Settings
        )
        try:
            settings = kind.from_env(deployable=name)
        except SystemExit as wrong:
            text = str(wrong)
            # what nobody knows is said once, not by each
            found.note(text if "is not a setting" in text else f"{name}: {text}")
            continue
        found.note(None)
        if isinstance(settings, ServiceSettings):
            services[name] = settings
        elif isinstance(settings, GatewaySettings):
            gateway = settings
    return gateway, services


async def _databases(services: dict[str, ServiceSettings], found: Findings) -> None:
    """Each as the role that serves, and as the one that migrates."""
    limits: dict[str, tuple[int, int]] = {}
    for name, settings in services.items():
        wanted, most, server = settings.pool_size + BESIDE_POOL, *await _serves(name, settings, found)
        if server:
            limits[server] = (limits.get(server, (0, 0))[0] + wanted, most)
        try:
            owner = url_of(name)
        except SystemExit as wrong:
            found.note(str(wrong))
            continue
        found.note(await _ddl(name, owner))
    for server, (wanted, most) in limits.items():
        is_short = wanted + _SPARE_CONNECTIONS > most
        found.note(
            f"PostgreSQL {server} takes {most} connections; one process of each service here has up to {wanted}, and"
            f" {_SPARE_CONNECTIONS} are for others: raise max_connections or lower PRESALES_POOL_SIZE"
            if is_short
            else None
        )


async def _serves(name: str, settings: ServiceSettings, found: Findings) -> tuple[int, str]:
    """Look at the database of a service; how many connections its server takes, and where that is."""
    url = settings.database_url.get_secret_value()
    engine = create_async_engine(url, poolclass=sa.NullPool)
    try:
        async with asyncio.timeout(_SECONDS), engine.connect() as connection:
            most = int(await connection.scalar(sa.text("SHOW max_connections")) or 0)
            at = await connection.scalar(sa.text("SELECT clock_timestamp()"))
            skew = (at - datetime.now(UTC)).total_seconds() if isinstance(at, datetime) else 0.0
            schema = await schema_of(connection)
    except (OSError, TimeoutError, sa.exc.SQLAlchemyError) as error:
        found.note(f"The database of {name} cannot be worked with: {reason_of(error)}.")
        return 0, ""
    finally:
        await engine.dispose()
    has = f"is at revision {schema}, this version wants {head_of(name)}" if schema.revision else "has no schema yet"
    found.note(None if schema.serves(head_of(name)) else f"The database of {name} {has}: presales migrate.")
    found.note(
        f"The clock of {name}'s database is {skew:+.1f} s off this machine's: mend NTP."
        if abs(skew) > _SKEW_SECONDS
        else None
    )
    return most, f"{engine.url.host}:{engine.url.port or 5432}"


async def _ddl(name: str, url: str) -> str | None:
    """Why migrations could not run, or None."""
    engine = create_async_engine(url, poolclass=sa.NullPool)
    try:
        async with asyncio.timeout(_SECONDS), engine.connect() as connection:
            may = await connection.scalar(sa.text("SELECT has_schema_privilege(current_user, 'public', 'CREATE')"))
    except (OSError, TimeoutError, sa.exc.SQLAlchemyError) as error:
        return f"Migrations cannot reach the database of {name}: {reason_of(error)}."
    finally:
        await engine.dispose()
    return None if may else f"{engine.url.username} may not change the schema of {name}."


async def _nats(name: str, settings: ServiceSettings) -> str | None:
    """Why a service could not publish, or None."""
    seed = settings.nats_user_seed.get_secret_value()
    stream = Stream(settings.nats_url, user=name, seed=seed, ca=settings.nats_ca)
    try:
        async with asyncio.timeout(_SECONDS):
            await stream.connect()
            await stream.last_on(f"presales.check.{name}.>")
    except NoStream:
        return f"NATS has no stream {NAME}: presales setup makes it."
    except (nats.errors.Error, OSError, TimeoutError, ValueError) as error:
        return f"NATS does not let {name} in: {stream.last_error or error or 'no answer'}."
    finally:
        await stream.close()
    return None


def _documents(settings: ServiceSettings) -> str | None:
    """Why documents could not be kept, or None; a folder is looked at by who may write there."""
    if not (isinstance(settings, DocumentStorage) and settings.documents_s3_bucket):
        return None
    try:
        next(store_of(settings).names(), None)
    except StorageAway as away:
        return f"The bucket {settings.documents_s3_bucket} cannot be used: {away.__cause__}"
    return None


async def _issuer(settings: GatewaySettings, found: Findings) -> None:
    """Whether its keys can be read, and how far its clock is off."""
    if settings.development_key:
        return
    keys = IssuerKeys(published_by(settings.issuer, settings.jwks_url))
    await keys.ask()
    found.note(f"The issuer {settings.issuer} cannot be asked for its keys: {keys.failure}." if keys.failure else None)
    if keys.failure:
        return
    try:
        async with httpx.AsyncClient(timeout=_SECONDS) as client:
            told = (await client.get(settings.jwks_url or settings.issuer)).headers.get("Date", "")
        skew = (
            datetime.strptime(told, "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=UTC) - datetime.now(UTC)
        ).total_seconds()
    except (httpx.HTTPError, ValueError):
        return  # it says no time
    found.note(
        f"The clock of the issuer is {skew:+.0f} s off this machine's: mend NTP." if abs(skew) > _SKEW_SECONDS else None
    )


async def look() -> Findings:
    """All of it."""
    found = Findings()
    gateway, services = settings_of_all(found)
    await _databases(services, found)
    for said in await asyncio.gather(*(_nats(name, settings) for name, settings in services.items())):
        found.note(said)
    if "proposal" in services:
        found.note(await asyncio.to_thread(_documents, services["proposal"]))
    if gateway:
        await _issuer(gateway, found)
    return found


def main(arguments: Sequence[str]) -> None:
    """Look, and say what is wrong."""
    argparse.ArgumentParser(prog="presales check", description=__doc__).parse_args(arguments)
    if not any(name.startswith("PRESALES_") for name in os.environ):
        raise SystemExit("Nothing is set here: presales --env FOLDER/presales.env check")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL)
    )  # what is wrong is told below
    found = asyncio.run(look())
    sys.stdout.write("".join(f"{one}\n" for one in found.wrong))
    sys.stdout.write(f"presales {VERSION}: {found.count} looked at, {len(found.wrong)} wrong\n")
    sys.exit(bool(found.wrong))
