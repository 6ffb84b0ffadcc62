"""The sealed chain of the audit trail: what was recorded is found to be changed, left out or put in, whoever did it.

Seals are made in batches by a background task, so that no writer waits for another: a seal holds the digest of each
entry that was recorded since the one before it, and the digest of that one; the service's key signs it. The rows can be
changed by who owns the database, the signatures only by who has the key.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.audit import AuditEntry
from shared.kernel.base import TENANT, AppendOnly, Base
from shared.kernel.db import NOBODY
from shared.kernel.tasks import Beat, regularly

_SEALED_EVERY = 30.0
_LOCK = 0x5345414C
_MOST_ENTRIES = 1000
"""Of one seal."""
_FIELDS = (
    "id", "tenant_id", "at", "recorded_at", "actor", "action", "kind", "resource_id", "request_id", "trace_id",
    "causation_id", "before", "after",
)  # fmt: skip
"""What a seal vouches for. A column that comes later is not among them, or old seals would not hold."""
_LEAF_BYTES = 16 + 32
NO_SEAL = b""
"""The digest before the first seal."""


class AuditSeal(AppendOnly, Base):
    """The digests of some entries of a tenant, chained to the seal before."""

    __tablename__ = "audit_seal"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, without gaps."""
    recorded_before: Mapped[datetime] = mapped_column(index=True)
    """All entries recorded before this moment are sealed by this one and those before it."""
    leaves: Mapped[bytes]
    """Of each entry its id and the SHA-256 of its content."""
    digest: Mapped[bytes]
    """SHA-256 of the digest before, of what this seal is, and of its leaves."""
    signature: Mapped[bytes | None]
    """Of the digest, with Ed25519; None where the service has no key."""


def digest_of_entry(entry: Mapping[str, Any]) -> bytes:
    """SHA-256 of an entry's content, whatever order and time zone it is read in."""
    content = {name: value.astimezone(UTC) if isinstance(value := entry[name], datetime) else value for name in _FIELDS}
    return hashlib.sha256(orjson.dumps(content, default=str, option=orjson.OPT_SORT_KEYS)).digest()


def digest_of_seal(before: bytes, tenant: str, number: int, recorded_before: datetime, leaves: bytes) -> bytes:
    """The link of the chain: it changes with every seal before it."""
    what = orjson.dumps([tenant, number, recorded_before.astimezone(UTC)])
    return hashlib.sha256(b"\0".join((before, what, leaves))).digest()


def leaves_of(seal: bytes) -> dict[UUID, bytes]:
    """The digest of each entry, by its id. What is no whole leaf is left out: the digest of the seal tells."""
    parts = (seal[at : at + _LEAF_BYTES] for at in range(0, len(seal) - _LEAF_BYTES + 1, _LEAF_BYTES))
    return {UUID(bytes=part[:16]): part[16:] for part in parts}


def is_signed_by(key: Ed25519PublicKey, seal: Mapping[str, Any]) -> bool:
    """Whether the seal's signature is this key's."""
    try:
        key.verify(seal["signature"] or b"", seal["digest"])
    except InvalidSignature:
        return False
    return True


class Sealer:
    """Seals what was recorded, every half minute, for all tenants; one replica at a time."""

    def __init__(self, machinery: AsyncEngine, key_pem: str | None) -> None:
        self._engine = machinery
        self._key = load_pem_private_key(key_pem.encode(), None) if key_pem else None

    async def run(self, beat: Beat) -> None:
        """Seal until cancelled."""
        await regularly(self.seal, _SEALED_EVERY, beat)

    async def seal(self) -> int:
        """Seal all that no transaction can add to any more; returns how many entries."""
        count = 0
        async with self._engine.begin() as connection:
            if not await connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))):
                return 0
            since, until = (await connection.execute(sa.text(_SPAN))).one()
            tenants = (await connection.scalars(sa.text(_TENANTS), {"since": since, "until": until})).all()
            for tenant in sorted(tenants):
                count += await self._seal_tenant(connection, tenant, since, until)
        return count

    async def _seal_tenant(self, connection: AsyncConnection, tenant: str, since: datetime, until: datetime) -> int:
        await connection.execute(_SERVE, {"tenant": tenant})
        last = sa.select(AuditSeal.number, AuditSeal.digest).where(AuditSeal.tenant_id == tenant)
        found = (await connection.execute(last.order_by(AuditSeal.number.desc()).limit(1))).one_or_none()
        number, digest = found or (0, NO_SEAL)
        count = 0
        async for some in _recorded(connection, since, until):
            leaves = b"".join(entry["id"].bytes + digest_of_entry(entry) for entry in some)
            number, count = number + 1, count + len(some)
            digest = digest_of_seal(digest, tenant, number, until, leaves)
            signature = self._key.sign(digest) if isinstance(self._key, Ed25519PrivateKey) else None
            row = {"number": number, "recorded_before": until, "leaves": leaves, "digest": digest}
            await connection.execute(sa.insert(AuditSeal), [{**row, "tenant_id": tenant, "signature": signature}])
        await connection.execute(_SERVE, {"tenant": NOBODY})
        return count


_SERVE = sa.text("SELECT set_config('app.tenant', :tenant, true)")
# An entry is recorded at the moment its transaction began: what began before every transaction that is still open has
# ended, so that nothing comes to it later. The second is for what has begun and does not show yet.
_SPAN = """
SELECT (SELECT coalesce(max(recorded_before), to_timestamp(0)) FROM audit_seal),
       least(now(), (SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()))
       - interval '1 second'
"""
_TENANTS = "SELECT * FROM audited_tenants(:since, :until)"


async def _recorded(connection: AsyncConnection, since: datetime, until: datetime) -> AsyncIterator[Sequence[Any]]:
    """The tenant's entries of this time, in the order of their ids, some at a time."""
    entry = AuditEntry.__table__
    of_time = sa.select(entry).where(entry.c.recorded_at >= since, entry.c.recorded_at < until).order_by(entry.c.id)
    async with connection.stream(of_time.execution_options(yield_per=_MOST_ENTRIES)) as rows:
        async for some in rows.mappings().partitions():
            yield some
