"""The audit trail proven: `presales audit verify` finds what was changed, left out or put in once sealed.

Reads the databases as migrations do (`PRESALES_MIGRATION_URL_<SERVICE>`, or `_FILE`) and changes nothing.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.embedded import SERVICES
from shared.kernel.audit import AuditEntry
from shared.kernel.clock import now
from shared.kernel.db import Database
from shared.kernel.migrations import url_of
from shared.kernel.seals import NO_SEAL, AuditSeal, digest_of_entry, digest_of_seal, is_signed_by, leaves_of

_LATE = timedelta(minutes=10)
"""How long an entry may wait for its seal before that is told: seals are made twice a minute."""

Heads = dict[str, tuple[int, str]]
"""Of each `service/tenant` the number and digest of its last seal."""


@dataclass(slots=True)
class Trail:
    """What was found in one service."""

    entries: int = 0
    seals: int = 0
    wrong: list[str] = field(default_factory=list)
    heads: Heads = field(default_factory=dict)


async def verify(service: str, url: str, key: Ed25519PublicKey | None, known: Heads) -> Trail:
    """Compare every entry with its seal, every seal with the one before, its signature, and the heads known before."""
    database = Database(url, name="audit")
    trail = Trail()
    try:
        async with database.machinery.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            sealed = await _seals(connection, service, key, known, trail)
            await _entries(connection, service, sealed, trail)
    finally:
        await database.close()
    return trail


async def _seals(
    connection: AsyncConnection, service: str, key: Ed25519PublicKey | None, known: Heads, trail: Trail
) -> dict[UUID, tuple[str, int, bytes]]:
    """Of each sealed entry its tenant, the number of its seal and its digest."""
    sealed: dict[UUID, tuple[str, int, bytes]] = {}
    signed: dict[str, bool] = {}
    seal = AuditSeal.__table__
    async for row in _streamed(connection, sa.select(seal).order_by(seal.c.tenant_id, seal.c.number)):
        name = f"{service}/{row['tenant_id']}"
        signed[name] = key is None or is_signed_by(key, row)
        if why := _why_wrong(row, trail.heads.get(name, (0, NO_SEAL.hex())), known.get(name), is_signed=signed[name]):
            trail.wrong.append(f"{service}: seal {row['number']} of {row['tenant_id']} {why}")
        trail.heads[name] = (row["number"], row["digest"].hex())
        trail.seals += 1
        leaves = leaves_of(row["leaves"])
        sealed |= {entry: (row["tenant_id"], row["number"], leaf) for entry, leaf in leaves.items()}
    for name, (number, _) in trail.heads.items():
        if not signed[name]:
            trail.wrong.append(
                f"{service}: seal {number} of {name.partition('/')[2]}, the last, is not signed by its key"
            )
    for name, (at_least, _) in known.items():
        if name.startswith(f"{service}/") and trail.heads.get(name, (0, ""))[0] < at_least:
            trail.wrong.append(f"{service}: the last seals of {name.partition('/')[2]} are gone, up to {at_least}")
    return sealed


def _why_wrong(
    seal: Mapping[str, Any], before: tuple[int, str], known: tuple[int, str] | None, *, is_signed: bool
) -> str | None:
    number, leaves = seal["number"], seal["leaves"]
    if number != before[0] + 1:
        return f"comes after {before[0]}: those between are gone"
    last = bytes.fromhex(before[1])
    if seal["digest"] != digest_of_seal(last, seal["tenant_id"], number, seal["recorded_before"], leaves):
        return "does not follow from the one before it: one of the two was changed"
    if seal["signature"] and not is_signed:
        return "is not signed by the service's key"
    if known and number == known[0] and seal["digest"].hex() != known[1]:
        return "is another than it was when the trail was verified before"
    return None


async def _entries(
    connection: AsyncConnection, service: str, sealed: Mapping[UUID, tuple[str, int, bytes]], trail: Trail
) -> None:
    entry = AuditEntry.__table__
    until: datetime | None = await connection.scalar(sa.select(sa.func.max(AuditSeal.recorded_before)))
    missing, late = dict(sealed), now() - _LATE
    unsealed: list[datetime] = []
    async for row in _streamed(connection, sa.select(entry)):
        trail.entries += 1
        tenant, number, leaf = missing.pop(row["id"], ("", 0, b""))
        what = f"{service}: entry {row['id']} of {row['tenant_id']} ({row['kind']} {row['resource_id']})"
        if number and (leaf != digest_of_entry(row) or tenant != row["tenant_id"]):
            trail.wrong.append(f"{what} was changed after it was sealed")
        elif not number and until is not None and row["recorded_at"] < until:
            trail.wrong.append(f"{what} was put in after its time was sealed, or its seal was taken away")
        elif not number and row["recorded_at"] < late:
            unsealed.append(row["recorded_at"])
    for key, (tenant, number, _) in missing.items():
        trail.wrong.append(f"{service}: entry {key} of {tenant}, which seal {number} holds, is not there any more")
    if unsealed:
        trail.wrong.append(f"{service}: {len(unsealed)} entries have no seal, since {min(unsealed)}: does it run?")


async def _streamed(connection: AsyncConnection, statement: sa.Select[Any]) -> AsyncIterator[Mapping[str, Any]]:
    async with connection.stream(statement.execution_options(yield_per=1000)) as rows:
        async for row in rows.mappings():
            yield {str(name): value for name, value in row.items()}


def _key_file(folder: Path, service: str) -> Path:
    """Where the key is: as `presales setup` keeps it, or beside others under the name of its service."""
    kept = folder / service / "audit_key"
    return kept if kept.exists() else folder / f"audit-{service}.pem"


def public_key(path: Path) -> Ed25519PublicKey:
    """The key in this file, which holds either half. Raises `SystemExit` with a plain sentence."""
    try:
        pem = path.read_bytes()
        key = load_pem_private_key(pem, None) if b"PRIVATE" in pem else load_pem_public_key(pem)
    except OSError as error:
        raise SystemExit(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError):
        raise SystemExit(f"{path} holds no key in PEM.") from None
    key = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    if not isinstance(key, Ed25519PublicKey):
        raise SystemExit(f"{path} holds no Ed25519 key.")
    return key


async def _verify_all(urls: Mapping[str, str], keys: Mapping[str, Ed25519PublicKey], known: Heads) -> Sequence[Trail]:
    return [await verify(service, url, keys.get(service), known) for service, url in urls.items()]


def main(arguments: Sequence[str]) -> None:
    """Verify what the command line names; 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="presales audit", description=__doc__)
    verifying = parser.add_subparsers(required=True).add_parser("verify", help="compare the trail with its seals")
    verifying.add_argument("services", nargs="*", default=SERVICES, help="of which services (default: all)")
    verifying.add_argument(
        "--keys", type=Path, help="folder of audit-<service>.pem, or of <service>/audit_key, either half"
    )
    verifying.add_argument(
        "--heads", type=Path, help="file with the last seals, kept elsewhere: compared, and written when all is right"
    )
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.services) - set(SERVICES):
        parser.error(f"there is no service {', '.join(sorted(unknown))}")
    known: Heads = {}
    if wanted.heads and wanted.heads.exists():
        known = {name: (number, digest) for name, (number, digest) in json.loads(wanted.heads.read_text()).items()}
    keys = {one: public_key(_key_file(wanted.keys, one)) for one in wanted.services} if wanted.keys else {}
    trails = asyncio.run(_verify_all({service: url_of(service) for service in wanted.services}, keys, known))
    wrong = [one for trail in trails for one in trail.wrong]
    for one in wrong:
        print(one)
    if wanted.heads and not wrong:
        heads = {**known, **{name: head for trail in trails for name, head in trail.heads.items()}}
        wanted.heads.write_text(json.dumps(heads, indent=1))
    signed = "" if keys else "; signatures were not looked at (--keys)"
    print(
        f"{sum(trail.entries for trail in trails)} entries, {sum(trail.seals for trail in trails)} seals,"
        f" {len(wrong)} wrong{signed}"
    )
    sys.exit(bool(wrong))
