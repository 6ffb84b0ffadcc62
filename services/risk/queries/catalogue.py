"""Which rules of the catalogue count."""

import hashlib

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.domain.rule import Rule
from services.risk.models.catalogue import CatalogueRule, catalogue_of


async def rules_in_force(session: AsyncSession) -> tuple[Rule, ...]:
    """The shipped rules, as the tenant changed them or not, and its own."""
    return catalogue_of(await _rows(session))


async def digest_of_rules(session: AsyncSession) -> str | None:
    """Tells one catalogue from another; None while the tenant has not changed what is shipped."""
    rows = await _rows(session)
    told = [(row.key, row.number if row.content else 0) for row in rows if row.status == "enabled"]
    missing = sorted({row.key for row in rows} - {key for key, _ in told})
    changed = [one for one in told if one[1]]
    if not changed and not missing:
        return None
    return hashlib.sha256(orjson.dumps([sorted(changed), missing])).hexdigest()[:16]


async def _rows(session: AsyncSession) -> list[CatalogueRule]:
    statement = sa.select(CatalogueRule).order_by(CatalogueRule.key, CatalogueRule.number)
    return list(await session.scalars(statement.execution_options(populate_existing=True)))
