"""The catalogue of rules as a tenant has it."""

import hashlib
from collections.abc import Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.catalogue import CatalogueRule


async def catalogue_in_force(session: AsyncSession) -> Sequence[CatalogueRule]:
    """What the tenant changed of the shipped rules, and its own; `catalogue_of` makes the rules that count of it."""
    counted = sa.select(CatalogueRule).where(CatalogueRule.status != "draft")
    statement = counted.order_by(CatalogueRule.key, CatalogueRule.number)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


def digest_of(rows: Sequence[CatalogueRule]) -> str | None:
    """Tells one catalogue from another; None while the tenant has not changed what is shipped."""
    told = [(row.key, row.number if row.content else 0) for row in rows if row.status == "enabled"]
    missing = sorted({row.key for row in rows} - {key for key, _ in told})
    changed = [one for one in told if one[1]]
    if not changed and not missing:
        return None
    return hashlib.sha256(orjson.dumps([sorted(changed), missing])).hexdigest()[:16]
