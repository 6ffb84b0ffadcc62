"""Work that takes a while: begun by a timer, so that it survives a restart; its progress is seen while it runs."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.imports import Operation
from shared.kernel.clock import now
from shared.kernel.db import context_of, load
from shared.kernel.problems import Problem
from shared.kernel.timers import Due, set_timer


async def begin(session: AsyncSession, kind: str, subject: UUID, **options: Any) -> Operation:
    """Have the work `kind` done for `subject` as soon as may be."""
    operation = Operation(kind=kind, subject=subject, options=options)
    session.add(operation)
    await session.flush()
    await set_timer(session, kind, operation.id, now())
    return operation


async def show_progress(session: AsyncSession, due: Due, share: float) -> None:
    """Let callers see how far the work is: in a transaction of its own, since the work's is not over."""
    async with due.database.transaction(context_of(session)) as other:
        seen = {"progress": round(share, 3), "status": "running"}
        await other.execute(sa.update(Operation).where(Operation.id == due.subject).values(**seen))


async def end(session: AsyncSession, key: UUID, result: str | None, refused: Problem | None = None) -> None:
    """The work is done, or was refused for good."""
    operation = await load(session, Operation, key)
    operation.finished_at = now()
    if refused is None:
        operation.status, operation.progress, operation.result = "done", 1.0, result
    else:
        operation.status, operation.result = "failed", result
        operation.problem = {
            "code": refused.code,
            "message": refused.detail("en"),
            "message_zh": refused.detail("zh"),
            "errors": [
                {"pointer": one.pointer, "code": one.code, "message": one.en, "message_zh": one.zh}
                for one in refused.errors
            ],
        }
    await session.flush()
