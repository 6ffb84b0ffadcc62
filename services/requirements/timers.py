"""What the requirements service does when a moment has come: work that takes a while."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import imports, operations, previews
from shared.kernel.problems import Problem
from shared.kernel.timers import Due, Timers

timers = Timers()


def _progress(session: AsyncSession, due: Due) -> Callable[[float], Awaitable[None]]:
    async def show(share: float) -> None:
        await operations.show_progress(session, due, share)

    return show


@timers(imports.READ)
async def read_import(session: AsyncSession, due: Due) -> None:
    operation, taken = await imports.work_of(session, due.subject)
    if taken.status == "reading":
        await imports.read(session, taken, _progress(session, due))
    refused = imports.refusal(taken) if taken.refused else None
    await operations.end(session, operation.id, f"/v1/imports/{taken.id}", refused)


@timers(previews.MAP)
async def map_import(session: AsyncSession, due: Due) -> None:
    operation, taken = await imports.work_of(session, due.subject)
    await previews.map_again(session, taken, operation, _progress(session, due))
    await operations.end(session, operation.id, f"/v1/imports/{taken.id}")


@timers(imports.COMMIT)
async def commit_import(session: AsyncSession, due: Due) -> None:
    operation, taken = await imports.commit_of(session, due.subject)
    refused: Problem | None = None
    try:
        async with session.begin_nested():
            await imports.make(session, taken, _progress(session, due))
    except Problem as wrong:
        refused = wrong
        await session.refresh(taken)
        taken.status = "preview"
    await operations.end(session, operation.id, f"/v1/imports/{taken.id}", refused)
