"""What changes the sections of an opportunity's proposals. What is finished is settled, and in the next draft."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import settle_part
from services.proposal.content.authored import SectionsPart, SectionText
from services.proposal.content.base import Words
from services.proposal.content.figures import figures
from services.proposal.domain.loose_figures import placeholders
from services.proposal.domain.sections import SECTIONS
from services.proposal.models.sections import LooseFigures, ProposalSection, UnknownFigures
from services.proposal.queries.opportunities import open_head, open_opportunity
from services.proposal.queries.proposals import newest_content
from services.proposal.queries.sections import loose_in, sections_of, texts_of, usual
from services.proposal.schemas.sections import ProposalSectionIn, ProposalSectionPatch
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import context_of, find, load
from shared.kernel.messaging import publish_of
from shared.language.events.proposal.authored import SectionRecorded
from shared.language.roster import assignable, with_assignee


async def prepare_sections(session: AsyncSession, opportunity_id: UUID, owner: str) -> None:
    """Give an opportunity the sections that every proposal has; those that are there stay as they are."""
    common = {"opportunity_id": opportunity_id, "owner": owner, "status": "open", "version": 1}
    common |= {"created_by": context_of(session).actor, "created_at": now(), "updated_at": now()}
    rows = [{"id": new_id(), "code": section.code, **usual(section.code), **common} for section in SECTIONS]
    await session.execute(insert(ProposalSection).values(rows).on_conflict_do_nothing())


async def add_section(session: AsyncSession, wish: ProposalSectionIn) -> ProposalSection:
    """A section of one's own. Raises `UnknownOpportunity`, `OpportunityIsClosed`; a code can be there only once."""
    known = await open_opportunity(session, wish.opportunity_id)
    section = ProposalSection(
        **wish.model_dump(mode="json", exclude={"owner", "opportunity_id"}, exclude_none=True),
        opportunity_id=wish.opportunity_id,
        owner=await assignable(session, wish.owner or known.facts.get("owner") or context_of(session).actor),
        status="drafting",
        is_shown=True,
    )
    session.add(section)
    await session.flush()
    return section


async def change_section(
    session: AsyncSession, section_id: UUID, patch: ProposalSectionPatch, *, version: int
) -> ProposalSection:
    """Write on; proposals keep what was finished last."""
    section = await _open(session, section_id, version=version)
    changes = await with_assignee(session, patch.model_dump(mode="json", exclude_unset=True))
    for name, value in changes.items():
        setattr(section, name, _merged(getattr(section, name), value))
    if changes.keys() & set(section.TOLD):
        section.status = section.machine.next(section.status, "change")
    await session.flush()
    if section.version > version:
        await publish_of(session, SectionRecorded, section)
    return section


async def finish_section(session: AsyncSession, section_id: UUID, *, version: int) -> ProposalSection:
    """What is written counts from now on: a new draft has it.

    Raises `IllegalTransition`, and `UnknownFigures` or `LooseFigures` where the newest proposal does not say what the
    text does.
    """
    section = await _open(session, section_id, version=version)
    await _refuse_loose_figures(session, section)
    section.finish()
    await publish_of(session, SectionRecorded, section)
    await _settle(session, section.opportunity_id)
    return section


async def revert_section(session: AsyncSession, section_id: UUID, *, version: int) -> ProposalSection:
    """Drop what was written since it was finished last."""
    section = await _open(session, section_id, version=version)
    section.revert(usual(section.code))
    await publish_of(session, SectionRecorded, section)
    return section


def _merged(before: object, value: object) -> object:
    """A text after a merge patch: what is null is gone, what was not sent stays."""
    if not isinstance(before, dict) or not isinstance(value, dict):
        return value
    return {language: text for language, text in {**before, **value}.items() if text is not None}


async def _open(session: AsyncSession, section_id: UUID, *, version: int) -> ProposalSection:
    """The section, locked behind its opportunity's head, as drafting does."""
    opportunity_id = (await find(session, ProposalSection, section_id)).opportunity_id
    await open_head(session, opportunity_id)
    return await load(session, ProposalSection, section_id, version=version)


async def _refuse_loose_figures(session: AsyncSession, section: ProposalSection) -> None:
    content = await newest_content(session, section.opportunity_id)
    if content is None:
        return
    named = figures(content)
    unknown = [name for text in texts_of(section) for name in placeholders(text) if name not in named]
    if unknown:
        raise UnknownFigures(code=section.code, names=", ".join(dict.fromkeys(unknown)))
    loose = loose_in(section, content)
    if loose:
        names = ", ".join(f"{{{{{name}}}}}" for name in ("price_incl_tax", "effort_days", "finish"))
        raise LooseFigures(code=section.code, figures=", ".join(loose), names=names)


async def _settle(session: AsyncSession, opportunity_id: UUID) -> None:
    await session.flush()
    written = [
        (section.settled or usual(section.code), section.code)
        for section in await sections_of(session, opportunity_id)
        if section.settled or section.status == "open"
    ]
    written.sort(key=lambda one: (one[0]["position"], one[1]))
    items = tuple(
        SectionText(code=code, is_shown=told["is_shown"], title=Words(**told["title"]), text=Words(**told["text"]))
        for told, code in written
    )
    await settle_part(session, opportunity_id, "sections", SectionsPart(items=items))
