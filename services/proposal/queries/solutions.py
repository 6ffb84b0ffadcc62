"""The solution of an opportunity beside its newest baseline."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.solution import gaps, ranking
from services.proposal.domain.tracing import Trace, trace
from services.proposal.models.projections import Ingredient
from services.proposal.models.solutions import Solution
from services.proposal.schemas.solutions import ChapterOut, CompletenessOut, ScoresOut, TraceOut, TraceRow
from services.proposal.schemas.wording import Wording

NOT_DELIVERED = "wont"


async def newest_baseline(session: AsyncSession, opportunity_id: UUID) -> dict[str, Any] | None:
    """The newest approved baseline that was heard of an opportunity."""
    heard = sa.select(Ingredient.data).where(Ingredient.opportunity_id == opportunity_id, Ingredient.kind == "baseline")
    data: dict[str, Any] | None = await session.scalar(heard.order_by(Ingredient.epoch.desc()).limit(1))
    return data


async def trace_of(session: AsyncSession, solution: Solution) -> TraceOut:
    """Which component meets which requirement, and the orphans of both sides."""
    baseline = await newest_baseline(session, solution.opportunity_id)
    found = _traced(solution, baseline)
    titles = {need["code"]: need["title"] for need in (baseline or {}).get("requirements", ())}
    return TraceOut(
        baseline_number=baseline and baseline["baseline_number"],
        coverage=found.coverage,
        items=[
            TraceRow(requirement_code=code, title=titles[code], component_codes=list(by))
            for code, by in found.met.items()
        ],
        unmet=list(found.unmet),
        idle=list(found.idle),
        unknown=list(found.unknown),
    )


async def completeness_of(session: AsyncSession, solution: Solution) -> CompletenessOut:
    """What each chapter lacks."""
    found = gaps(solution.design, _traced(solution, await newest_baseline(session, solution.opportunity_id)).unmet)
    chapters = [
        ChapterOut(
            chapter=chapter,
            is_complete=not lacks,
            missing=[en for en, _ in lacks],
            missing_zh=[zh for _, zh in lacks],
        )
        for chapter, lacks in found.items()
    ]
    return CompletenessOut(share=round(sum(one.is_complete for one in chapters) / len(chapters), 4), chapters=chapters)


def scores_of(solution: Solution) -> list[ScoresOut]:
    """The options of each decision by score."""
    found = []
    for one in solution.design["decisions"]:
        result = ranking(one)
        found.append(
            ScoresOut(
                question=Wording(**one["question"]),
                scores=dict(result.scores),
                best=result.best,
                chosen=one["chosen"],
                is_firm=result.is_firm,
            )
        )
    return found


def _traced(solution: Solution, baseline: dict[str, Any] | None) -> Trace:
    wanted = [need["code"] for need in (baseline or {}).get("requirements", ()) if need["priority"] != NOT_DELIVERED]
    return trace(wanted, {one["code"]: one["requirement_codes"] for one in solution.design["components"]})
