"""What changes the selling strategy of an opportunity."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import load_authored, settle_part
from services.proposal.content.authored import StrategyPart, ValuePart
from services.proposal.content.base import Words
from services.proposal.models.strategies import Strategy
from services.proposal.queries.opportunities import open_opportunity
from services.proposal.queries.selling import refuse_unknown
from services.proposal.schemas.strategies import StrategyIn, StrategyPatch
from shared.kernel.base import set_fields
from shared.kernel.db import context_of


async def draft_strategy(session: AsyncSession, wish: StrategyIn) -> Strategy:
    """One for each opportunity."""
    await open_opportunity(session, wish.opportunity_id)
    await refuse_unknown(session, [key for theme in wish.win_themes for key in theme.competitor_ids])
    strategy = Strategy(**{**wish.model_dump(mode="json"), "opportunity_id": wish.opportunity_id}, status="draft")
    session.add(strategy)
    await session.flush()
    return strategy


async def change_strategy(session: AsyncSession, strategy_id: UUID, patch: StrategyPatch, *, version: int) -> Strategy:
    """Raises `StrategyIsAgreed`."""
    strategy = await load_authored(session, Strategy, strategy_id, version=version)
    strategy.refuse_if_agreed()
    if "win_themes" in patch.model_fields_set:
        await refuse_unknown(session, [key for theme in patch.win_themes for key in theme.competitor_ids])
    set_fields(strategy, patch.changes(mode="json"))
    await session.flush()
    return strategy


async def agree_strategy(session: AsyncSession, strategy_id: UUID, *, version: int) -> Strategy:
    """It counts: the newest draft says its themes and value story. Raises `StrategyIsIncomplete`."""
    strategy = await load_authored(session, Strategy, strategy_id, version=version)
    strategy.act("agree")
    strategy.agreed_by = context_of(session).actor
    await settle_part(session, strategy.opportunity_id, "strategy", part_of(strategy))
    await session.flush()
    return strategy


async def reopen_strategy(session: AsyncSession, strategy_id: UUID, *, version: int) -> Strategy:
    """It can be changed again; proposals keep what was agreed until it is agreed anew."""
    strategy = await load_authored(session, Strategy, strategy_id, version=version)
    strategy.act("reopen")
    strategy.agreed_by = None
    await session.flush()
    return strategy


def part_of(strategy: Strategy) -> StrategyPart:
    """What of it the client may read: no competitor, no objection."""
    return StrategyPart(
        win_themes=tuple(_words(theme["title"]) for theme in strategy.win_themes),
        value_story=tuple(
            ValuePart(
                pain=_words(step["pain"]),
                capability=_words(step["capability"]),
                benefit=_words(step["benefit"]),
                evidence=_words(step["evidence"]),
            )
            for step in strategy.value_story
        ),
    )


def _words(text: dict[str, Any] | None) -> Words:
    return Words(**text) if text else Words()
