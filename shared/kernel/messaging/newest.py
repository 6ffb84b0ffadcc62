"""What others told last is kept: events come in any order, and some again and again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession


async def keep_newest(session: AsyncSession, model: Any, key: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Keep in `model`, a table with a `version`, what `values` say of what `key` names in the session's tenant.

    `key` is the primary key without the tenant. Only a greater `version` takes the place of what is there; True when
    it was kept.
    """
    told = insert(model).values(**key, **values)
    newer = told.on_conflict_do_update(
        index_elements=["tenant_id", *key], set_=dict(values), where=model.version < values["version"]
    )
    return await session.scalar(newer.returning(model.version)) is not None
