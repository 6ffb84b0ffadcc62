"""What changes the technical solution of an opportunity."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import load_authored, settle_part
from services.proposal.content.solution import part_of
from services.proposal.domain.basis import Basis
from services.proposal.models.solutions import Solution
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.queries.solutions import newest_baseline
from services.proposal.schemas.solutions import SolutionIn, SolutionParts, SolutionPatch
from shared.kernel.db import context_of
from shared.kernel.validation import whole


async def draft_solution(session: AsyncSession, wish: SolutionIn) -> Solution:
    """One for each opportunity; without components of its own it begins with one for each group of the baseline."""
    await open_opportunity(session, wish.opportunity_id)
    design = wish.model_dump(mode="json", exclude={"opportunity_id"})
    baseline = await newest_baseline(session, wish.opportunity_id)
    if baseline and not design["components"]:
        design["components"] = _modules(baseline)
    solution = Solution(opportunity_id=wish.opportunity_id, design=design, status="draft", epoch=0)
    session.add(solution)
    await session.flush()
    return solution


def _modules(baseline: dict[str, Any]) -> list[dict[str, Any]]:
    """A component for each group of requirements, with the requirements that it meets."""
    groups: dict[str, list[str]] = {}
    for need in baseline["requirements"]:
        if need["priority"] != "wont" and need["group"]:
            groups.setdefault(need["group"], []).append(need["code"])
    language = baseline["opportunity"]["language"]
    return [
        {
            "code": f"module-{number}",
            "name": {"en": None, "zh": None, language: group},
            "kind": "application",
            "layer": None,
            "description": None,
            "technology": None,
            "requirement_codes": codes,
        }
        for number, (group, codes) in enumerate(groups.items(), 1)
    ]


async def change_solution(session: AsyncSession, solution_id: UUID, patch: SolutionPatch, *, version: int) -> Solution:
    """Raises `SolutionIsDecided`, and `Invalid` when its parts do not fit together any more."""
    solution = await load_authored(session, Solution, solution_id, version=version)
    solution.refuse_if_decided()
    design = {**solution.design, **patch.changes(mode="json")}
    solution.design = whole(SolutionParts, design).model_dump(mode="json")
    await session.flush()
    return solution


async def decide_solution(session: AsyncSession, solution_id: UUID, *, version: int) -> Solution:
    """It counts: the newest proposal draft says it. Raises what it still lacks."""
    solution = await load_authored(session, Solution, solution_id, version=version)
    solution.act("decide")
    solution.decided_by = context_of(session).actor
    baseline = await newest_baseline(session, solution.opportunity_id)
    solution.epoch = baseline["epoch"] if baseline else 0
    made_from = Basis(solution.epoch)
    await settle_part(session, solution.opportunity_id, "solution", part_of(solution.design), made_from=made_from)
    await session.flush()
    return solution


async def reopen_solution(session: AsyncSession, solution_id: UUID, *, version: int) -> Solution:
    """It can be changed again; proposals keep what was decided until it is decided anew."""
    solution = await load_authored(session, Solution, solution_id, version=version)
    solution.act("reopen")
    solution.decided_by = None
    await session.flush()
    return solution
