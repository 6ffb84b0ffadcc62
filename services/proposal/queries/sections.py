"""Sections of proposals, read: with what the newest proposal lacks in them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.client import ClientContent
from services.proposal.content.figures import known
from services.proposal.domain.loose_figures import loose_figures
from services.proposal.domain.sections import BY_CODE, SECTIONS
from services.proposal.models.sections import ProposalSection
from services.proposal.queries.proposals import newest_content, newest_proposal
from services.proposal.schemas.fields import WordsOut
from services.proposal.schemas.sections import GapOut, ProposalSectionItem, ProposalSectionOut, ProposalSectionQuery
from shared.kernel.pages import Page, paged, paginate

_LINKED = {"name", "name_zh", "title", "is_settled", "allowed_actions"}
_OWN = [name for name in ProposalSectionItem.model_fields if name not in _LINKED]
_POSITIONS = {section.code: 100 * number for number, section in enumerate(SECTIONS, 1)}


def usual(code: str) -> dict[str, Any]:
    """What a section says while nobody has written it; one of somebody's own is not shown then."""
    return {
        "position": _POSITIONS.get(code, 10_000),
        "is_shown": code in BY_CODE,
        "title": {},
        "text": {},
    }


async def sections_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[ProposalSection]:
    """All sections of an opportunity."""
    own = sa.select(ProposalSection).where(ProposalSection.opportunity_id == opportunity_id)
    return (await session.scalars(own)).all()


def texts_of(section: ProposalSection) -> list[str]:
    """Everything that was written, in either language."""
    return [text for words in (section.title, section.text) for text in words.values() if text]


def loose_in(section: ProposalSection, content: ClientContent) -> list[str]:
    """Figures in the text of a section that a proposal does not say, as they are typed."""
    said = known(content)
    return list(dict.fromkeys(figure for text in texts_of(section) for figure in loose_figures(text, said)))


async def sections(
    session: AsyncSession, query: ProposalSectionQuery
) -> Page[ProposalSectionItem] | Page[ProposalSectionOut]:
    """One page of sections, as `view` asks."""
    found = await paginate(session, ProposalSection, query)
    if query.view == "list":
        items = [ProposalSectionItem.model_validate(_head(row)) for row in found.items]
        return paged(ProposalSectionItem, items, found.next_cursor)
    return paged(ProposalSectionOut, await shown(session, found.items), found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[ProposalSection]) -> list[ProposalSectionOut]:
    """Sections with what the newest proposal lacks in them, and what can be done."""
    about: dict[UUID, tuple[ClientContent | None, list[Any]]] = {}
    for opportunity_id in {row.opportunity_id for row in rows}:
        proposal = await newest_proposal(session, opportunity_id)
        content = await newest_content(session, opportunity_id)
        about[opportunity_id] = content, proposal.gaps if proposal else []
    return [_shown(row, *about[row.opportunity_id]) for row in rows]


def _shown(row: ProposalSection, content: ClientContent | None, gaps: Sequence[Any]) -> ProposalSectionOut:
    return ProposalSectionOut(
        **_head(row),
        text=WordsOut.of(row.text),
        gaps=[GapOut.model_validate(gap) for gap in gaps if gap["section"] == row.code],
        loose_figures=loose_in(row, content) if content else [],
    )


def _head(row: ProposalSection) -> dict[str, Any]:
    section = BY_CODE.get(row.code)
    return {
        **{name: getattr(row, name) for name in _OWN},
        "name": section.name if section else row.title.get("en") or row.title.get("zh") or row.code,
        "name_zh": section.name_zh if section else row.title.get("zh") or row.title.get("en") or row.code,
        "title": WordsOut.of(row.title),
        "is_settled": row.settled is not None,
        "allowed_actions": row.allowed_actions,
    }
