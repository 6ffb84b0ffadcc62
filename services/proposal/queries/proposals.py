"""Proposals, what they are made of, and their documents."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload, raiseload

from services.proposal.content.client import ClientContent, for_client
from services.proposal.content.difference import InternalFigures
from services.proposal.content.model import ProposalContent
from services.proposal.domain.basis import Basis
from services.proposal.models.documents import Content, WantedDocument
from services.proposal.models.projections import Head, Ingredient
from services.proposal.models.proposals import Proposal
from services.proposal.schemas.proposals import ProposalItem, ProposalOut, ProposalQuery
from shared.kernel.auth import Principal
from shared.kernel.db import find, load, locked_or_made
from shared.kernel.pages import Page, paged, paginate
from shared.kernel.problems import FieldError, Invalid
from shared.language.events.estimation import EstimateCompleted
from shared.language.events.requirements import BaselineApproved


async def head_of(session: AsyncSession, opportunity_id: UUID) -> Head:
    """The head of an opportunity, made if need be, locked: whoever handles one of its events waits for whoever does."""
    new = insert(Head).values(opportunity_id=opportunity_id)
    return await locked_or_made(session, sa.select(Head).where(Head.opportunity_id == opportunity_id), new)


async def complete_bases(session: AsyncSession, opportunity_id: UUID, epoch: int) -> list[Basis]:
    """The computed bases of an epoch of which all four ingredients are there, oldest first."""
    return complete_of(epoch, (await session.execute(keys_of(opportunity_id, epoch))).all())


def keys_of(opportunity_id: UUID, epoch: int) -> sa.Select[str, int, int]:
    """The ingredients of an epoch that are there: kind, estimate revision, risk revision."""
    return sa.select(Ingredient.kind, Ingredient.estimate_revision, Ingredient.risk_revision).where(
        Ingredient.opportunity_id == opportunity_id, Ingredient.epoch == epoch
    )


def complete_of(epoch: int, keys: Iterable[tuple[str, int, int]]) -> list[Basis]:
    """The bases that these ingredients complete, oldest first."""
    known = {(kind, estimate, risk) for kind, estimate, risk in keys}
    return [
        Basis(epoch, estimate, risk)
        for kind, estimate, risk in sorted(known)
        if kind == "price" and {("baseline", 0, 0), ("estimate", estimate, 0), ("risk", estimate, risk)} <= known
    ]


async def ingredients(session: AsyncSession, opportunity_id: UUID, basis: Basis) -> dict[str, dict[str, Any]]:
    """The data of the ingredients of a computed basis, by kind."""
    estimate, risk = basis.estimate_revision, basis.risk_revision
    wanted = [("baseline", 0, 0), ("estimate", estimate, 0), ("risk", estimate, risk), ("price", estimate, risk)]
    key = sa.tuple_(Ingredient.kind, Ingredient.estimate_revision, Ingredient.risk_revision)
    statement = sa.select(Ingredient.kind, Ingredient.data).where(
        Ingredient.opportunity_id == opportunity_id, Ingredient.epoch == basis.epoch, key.in_(wanted)
    )
    return {row.kind: row.data for row in await session.execute(statement)}


async def baseline_of(session: AsyncSession, head: Head) -> BaselineApproved | None:
    """The baseline of the head's epoch; None while there is none, or where it was withdrawn."""
    found = sa.select(Ingredient.data).where(
        Ingredient.opportunity_id == head.opportunity_id, Ingredient.kind == "baseline", Ingredient.epoch == head.epoch
    )
    data = await session.scalar(found) if head.is_live else None
    return BaselineApproved.model_validate(data) if data else None


async def estimate_of(session: AsyncSession, head: Head) -> EstimateCompleted | None:
    """The newest estimate of the head's epoch; None while there is none, or where its baseline was withdrawn."""
    found = sa.select(Ingredient.data).where(
        Ingredient.opportunity_id == head.opportunity_id,
        Ingredient.kind == "estimate",
        Ingredient.epoch == head.epoch,
        Ingredient.estimate_revision == head.estimate_revision,
    )
    data = await session.scalar(found) if head.is_live else None
    return EstimateCompleted.model_validate(data) if data else None


async def proposals_of(session: AsyncSession, opportunity_id: UUID) -> list[Proposal]:
    """All proposals of an opportunity in the order of their basis, without what they are judged by."""
    own = sa.select(Proposal).where(Proposal.opportunity_id == opportunity_id).options(lazyload("*"))
    return list(await session.scalars(own.order_by(Proposal.revision)))


async def load_proposal(session: AsyncSession, proposal_id: UUID, *, version: int | None) -> Proposal:
    """The proposal, locked behind its opportunity's head, so that no event can make it stale meanwhile."""
    await head_of(session, (await find(session, Proposal, proposal_id)).opportunity_id)
    return await load(session, Proposal, proposal_id, version=version)


async def newest_proposal(session: AsyncSession, opportunity_id: UUID) -> Proposal | None:
    """The proposal of the newest basis; None while there is none."""
    own = sa.select(Proposal).where(Proposal.opportunity_id == opportunity_id)
    return await session.scalar(own.order_by(Proposal.revision.desc()).limit(1))


async def newest_content(session: AsyncSession, opportunity_id: UUID) -> ClientContent | None:
    """What the proposal of the newest basis says to the client; None while there is none."""
    newest = await newest_proposal(session, opportunity_id)
    return await client_content(session, newest.id) if newest else None


async def client_content(session: AsyncSession, proposal_id: UUID) -> ClientContent:
    """What a proposal that there is says to the client."""
    return for_client((await content_of(session, proposal_id))[0])


async def content_bytes(session: AsyncSession, proposal_id: UUID) -> bytes:
    """The canonical content of a proposal that there is."""
    return (await session.scalars(sa.select(Content.content).where(Content.proposal_id == proposal_id))).one()


async def with_content_bytes(session: AsyncSession, proposal_id: UUID) -> tuple[Proposal, bytes]:
    """A proposal that there is, without what it is judged by, and its canonical content."""
    found = sa.select(Proposal, Content.content).join(Content, Content.proposal_id == Proposal.id)
    proposal, content = (await session.execute(found.where(Proposal.id == proposal_id).options(lazyload("*")))).one()
    return proposal, content


async def content_of(session: AsyncSession, proposal_id: UUID) -> tuple[ProposalContent, InternalFigures]:
    """The content of a proposal that there is, and its internal figures."""
    row = (await session.scalars(sa.select(Content).where(Content.proposal_id == proposal_id))).one()
    return (
        ProposalContent.model_validate_json(row.content),
        InternalFigures.model_validate(row.internal_figures),
    )


async def proposal_to_compare(session: AsyncSession, proposal: Proposal, against: UUID | None) -> Proposal:
    """The proposal `against`, or the revision before; raises `Invalid` when there is none of this opportunity."""
    statement = sa.select(Proposal).where(Proposal.opportunity_id == proposal.opportunity_id)
    if against:
        statement = statement.where(Proposal.id == against)
    else:
        earlier = Proposal.revision < proposal.revision
        statement = statement.where(earlier).order_by(Proposal.revision.desc()).limit(1)
    found = await session.scalar(statement)
    if found is None:
        raise Invalid(
            [
                FieldError(
                    "?against",
                    "nothing_to_compare",
                    "must be another proposal of the same opportunity; there is no earlier one",
                    "必须是同一商机的另一份方案；不存在更早的方案",
                )
            ]
        )
    return found


async def wanted_documents(session: AsyncSession, proposal_id: UUID) -> Sequence[WantedDocument]:
    """What documents of a proposal that there is are wanted, and how far each is."""
    own = sa.select(WantedDocument).where(WantedDocument.proposal_id == proposal_id)
    return (await session.scalars(own.order_by(WantedDocument.media_type, WantedDocument.language))).all()


async def proposals(
    session: AsyncSession, query: ProposalQuery, caller: Principal
) -> Page[ProposalItem] | Page[ProposalOut]:
    """One page of proposals, as `view` asks."""
    if query.view == "list":
        # Reviews, texts and what they are judged by are not shown here, so they are not read.
        found = await paginate(session, Proposal, query, sa.select(Proposal).options(raiseload("*")))
        return paged(ProposalItem, [ProposalItem.of(row) for row in found.items], found.next_cursor)
    found = await paginate(session, Proposal, query)
    return paged(ProposalOut, [shown(row, caller) for row in found.items], found.next_cursor)


def shown(row: Proposal, caller: Principal) -> ProposalOut:
    """A proposal with what the caller can do with it, and every reason why not the rest."""
    return ProposalOut.of(row, row.actions(caller.subject, caller.roles))
