"""Clients, opportunities, and the concerns that belong to them."""

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.discovery import Pain, Stakeholder
from services.requirements.models.guards import InOpportunity, NotSuspect
from services.requirements.models.opportunities import (
    Client,
    Concern,
    Constraint,
    Counter,
    Opportunity,
    Outcome,
    SameExternalReference,
)
from services.requirements.models.requirements import UnknownRequirement
from services.requirements.queries.opportunities import constraints_of, open_opportunities_of, pains_of
from services.requirements.queries.requirements import greatest_requirement_number, ids_of_client_codes, ids_of_codes
from services.requirements.schemas.opportunities import (
    ClientIn,
    ClientPatch,
    Closing,
    ConcernIn,
    ConcernPatch,
    Holding,
    OpportunityIn,
    OpportunityPatch,
)
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import apart, context_of, find, load, one_at_a_time
from shared.kernel.messaging import publish, publish_of
from shared.kernel.problems import FieldError, Invalid, NotFound
from shared.kernel.validation import whole
from shared.language.events.proposal import OutcomeRecorded, ProposalAnswered, ProposalSubmitted
from shared.language.events.requirements import (
    ConstraintFacts,
    OpportunityChanged,
    OpportunityClosed,
    OpportunityFacts,
    OpportunityOpened,
    Prospect,
)
from shared.language.money import Money
from shared.language.roster import assignable, with_assignee

Detail = TypeVar("Detail", Concern, Stakeholder)
Part = TypeVar("Part", bound=InOpportunity)
_OURS = re.compile(r"REQ-\d{1,9}")
"""Codes as we give them."""
PLAIN = ("name", "is_hard", "earliest", "latest", "statement", "firmness", "funding_source", "client_visibility")
"""Fields of a constraint that are kept as they come."""


async def create_client(session: AsyncSession, wish: ClientIn) -> Client:
    client = Client(**wish.model_dump())
    session.add(client)
    await session.flush()
    return client


async def change_client(session: AsyncSession, client_id: UUID, patch: ClientPatch, *, version: int) -> Client:
    """Change what is known of a client; what events tell of it is told anew for its open opportunities."""
    client = await load(session, Client, client_id, version=version)
    before = _of_client(client)
    set_fields(client, patch.model_dump(exclude_unset=True))
    await session.flush()
    if _of_client(client) != before:
        for key in await open_opportunities_of(session, client.id):
            opportunity = await load(session, Opportunity, key)
            await publish_moved(session, opportunity)
    return client


async def open_opportunity(session: AsyncSession, wish: OpportunityIn) -> Opportunity:
    """Record a new opportunity; its code counts up within the year, with a gap where recording fails after that."""
    client = await find(session, Client, wish.client_id)
    await _refuse_known_reference(session, wish.external_ref)
    opportunity = Opportunity(
        **wish.model_dump(exclude={"client_id", "expected_value", "owner", "team"}),
        client_id=client.id,
        expected_value=wish.expected_value and wish.expected_value.amount,
        owner=await assignable(session, wish.owner or context_of(session).actor),
        team=[await with_assignee(session, one.model_dump(), "subject") for one in wish.team],
    )
    year = now().year
    # The one number that a whole tenant waits for: it is not held until this transaction ends.
    async with apart(session) as moment:
        opportunity.code = f"OPP-{year}-{await next_number(moment, f'opportunity-{year}'):04d}"
    session.add(opportunity)
    await session.flush()
    told = _told(opportunity, facts_told(opportunity, client, ()), ())
    await publish(session, OpportunityOpened(**told), about=opportunity)
    return opportunity


async def _refuse_known_reference(session: AsyncSession, reference: str | None, own: UUID | None = None) -> None:
    """Raises `SameExternalReference` for that of another open opportunity; who else takes it at this moment waits."""
    if reference is None:
        return
    await one_at_a_time(session, "external-reference", reference)
    known = sa.select(Opportunity).where(Opportunity.external_ref == reference, Opportunity.stage != "closed")
    twin = await session.scalar(known.where(Opportunity.id != own).limit(1) if own else known.limit(1))
    if twin:
        raise SameExternalReference(reference=reference, code=twin.code)


async def change_opportunity(
    session: AsyncSession, opportunity_id: UUID, patch: OpportunityPatch, *, version: int
) -> Opportunity:
    opportunity = await load(session, Opportunity, opportunity_id, version=version)
    opportunity.refuse_if_closed()
    current = opportunity.expected_value
    before = {
        "client_id": opportunity.client_id,
        "currency": opportunity.currency,
        "title": opportunity.title,
        "expected_value": None if current is None else {"amount": current, "currency": opportunity.currency},
    }
    whole(OpportunityIn, {**before, **patch.model_dump(exclude_unset=True)})
    await _refuse_known_reference(session, patch.external_ref, opportunity.id)
    changes = await with_assignee(session, patch.model_dump(exclude_unset=True, exclude={"expected_value"}))
    if "expected_value" in patch.model_fields_set:
        changes["expected_value"] = patch.expected_value and patch.expected_value.amount
    if "team" in changes:
        changes["team"] = [await with_assignee(session, one, "subject") for one in changes["team"]]
    set_fields(opportunity, changes)
    await _publish_changed(session, opportunity)
    return opportunity


async def move_opportunity(
    session: AsyncSession, opportunity_id: UUID, action: str, holding: Holding | None = None, *, version: int
) -> Opportunity:
    """Qualify, activate, hold, resume or negotiate."""
    opportunity = await load(session, Opportunity, opportunity_id, version=version)
    opportunity.move(action)
    if holding:
        opportunity.hold_reason, opportunity.hold_until = holding.reason, holding.until
    await _publish_changed(session, opportunity)
    return opportunity


async def close_opportunity(
    session: AsyncSession, opportunity_id: UUID, closing: Closing, *, version: int
) -> Opportunity:
    """Close for good; what was computed downstream no longer counts."""
    opportunity = await load(session, Opportunity, opportunity_id, version=version)
    await _close(session, opportunity, closing.outcome, closing.reason)
    return opportunity


async def note_outcome(session: AsyncSession, event: OutcomeRecorded) -> None:
    """How it ended was recorded with its proposals: it is closed so, unless it is closed already."""
    opportunity = await load(session, Opportunity, event.opportunity_id)
    if opportunity.stage != "closed":
        await _close(session, opportunity, Outcome(event.result), event.reason)


async def _close(session: AsyncSession, opportunity: Opportunity, outcome: Outcome, reason: str | None) -> None:
    opportunity.close(outcome, reason)
    opportunity.epoch += 1
    await publish_of(session, OpportunityClosed, opportunity, outcome=outcome, reason=reason)


async def note_submission(session: AsyncSession, event: ProposalSubmitted) -> None:
    """A proposal went to the client: the opportunity is submitted, unless it is further already."""
    opportunity = await load(session, Opportunity, event.opportunity_id)
    if opportunity.advance("submitted", among={"draft", "qualifying", "active"}):
        await _publish_changed(session, opportunity)


async def note_answer(session: AsyncSession, event: ProposalAnswered) -> None:
    """The client accepted our proposal: what is left is the contract. Any other answer moves nothing by itself."""
    opportunity = await load(session, Opportunity, event.opportunity_id)
    if event.status == "accepted" and opportunity.advance("negotiating", among={"active", "submitted"}):
        await _publish_changed(session, opportunity)


async def publish_moved(session: AsyncSession, opportunity: Opportunity) -> None:
    """Something that belongs to the opportunity, which is locked, has moved: told as a new version of it."""
    opportunity.updated_at = now()
    await _publish_changed(session, opportunity)


async def _publish_changed(session: AsyncSession, opportunity: Opportunity) -> None:
    await session.flush()
    facts, limits = await facts_of(session, opportunity), await limits_of(session, opportunity)
    await publish(session, OpportunityChanged(**_told(opportunity, facts, limits)), about=opportunity)


def _told(opportunity: Opportunity, facts: OpportunityFacts, limits: tuple[ConstraintFacts, ...]) -> dict[str, Any]:
    value = opportunity.expected_value
    prospect = Prospect(
        kind=opportunity.type,
        expected_value=None if value is None else Money.of(value, opportunity.currency),
        close_date=opportunity.close_date,
        win_probability=opportunity.win_probability,
    )
    return {
        "opportunity_id": opportunity.id,
        "opportunity": facts,
        "version": opportunity.version,
        "prospect": prospect,
        "constraints": limits,
        "client_id": opportunity.client_id,
    }


async def limits_of(session: AsyncSession, opportunity: Opportunity) -> tuple[ConstraintFacts, ...]:
    """What events tell of the limits that the client sets, oldest first."""
    return limits_told(opportunity, await constraints_of(session, opportunity.id))


def limits_told(opportunity: Opportunity, constraints: Iterable[Constraint]) -> tuple[ConstraintFacts, ...]:
    """As `limits_of`, of limits that were read."""
    return tuple(
        ConstraintFacts.of(
            row,
            budget_min=row.budget_min and Money.of(row.budget_min, opportunity.currency),
            budget_max=row.budget_max and Money.of(row.budget_max, opportunity.currency),
        )
        for row in constraints
    )


async def facts_of(session: AsyncSession, opportunity: Opportunity) -> OpportunityFacts:
    """What events tell of an opportunity; its pains are those listed with it and those recorded one by one."""
    client = await find(session, Client, opportunity.client_id)
    return facts_told(opportunity, client, await pains_of(session, opportunity.id))


def facts_told(opportunity: Opportunity, client: Client, pains: Iterable[Pain]) -> OpportunityFacts:
    """As `facts_of`, of a client and pains that were read."""
    told_pains = tuple(dict.fromkeys([*opportunity.pains, *(pain.statement for pain in pains)]))
    return OpportunityFacts.of(opportunity, **_of_client(client), pains=told_pains)


def _of_client(client: Client) -> dict[str, Any]:
    """What events tell of a client."""
    names = ("name", "industry", "background")
    return {f"client_{name}": getattr(client, name) for name in names}


def own_currency(name: str, money: Money, opportunity: Opportunity) -> Decimal:
    """The amount of `money`. Raises `Invalid` for another currency than the opportunity's."""
    if money.currency != opportunity.currency:
        en = f"must be the opportunity's currency, {opportunity.currency}"
        zh = f"必须是商机的货币 {opportunity.currency}"
        raise Invalid([FieldError(f"/{name}/currency", "currency_mismatch", en, zh)])
    return money.amount


async def load_in_open(
    session: AsyncSession, model: type[Part], key: UUID, *, version: int | None
) -> tuple[Part, Opportunity]:
    """What belongs to an open opportunity, and that, both locked, the opportunity first: as whoever approves does.

    Raises `NotFound`, `OpportunityIsClosed`, `PreconditionFailed`.
    """
    own = sa.select(model.opportunity_id).where(model.id == key).scalar_subquery()
    locked = sa.select(Opportunity).where(Opportunity.id == own).with_for_update()
    opportunity = await session.scalar(locked.execution_options(populate_existing=True))
    if opportunity is None:
        raise NotFound(kind=model.__tablename__, id=key)
    opportunity.refuse_if_closed()
    return await load(session, model, key, version=version), opportunity


async def remove(session: AsyncSession, model: type[Detail], key: UUID, *, version: int) -> None:
    """Delete a detail of an opportunity; baselines made from it keep their copy."""
    row = await load(session, model, key, version=version)
    (await find(session, Opportunity, row.opportunity_id)).refuse_if_closed()
    await session.delete(row)
    await session.flush()


async def create_concern(session: AsyncSession, wish: ConcernIn) -> Concern:
    opportunity = await find(session, Opportunity, wish.opportunity_id)
    opportunity.refuse_if_closed()
    number = await next_number(session, f"concern-{opportunity.id}")
    concern = Concern(
        **wish.model_dump(exclude={"requirement_codes"}),
        code=f"CON-{number:03d}",
        requirement_ids=await ids_of(session, opportunity, wish.requirement_codes),
    )
    session.add(concern)
    await session.flush()
    return concern


async def change_concern(session: AsyncSession, concern_id: UUID, patch: ConcernPatch, *, version: int) -> Concern:
    concern = await load(session, Concern, concern_id, version=version)
    opportunity = await find(session, Opportunity, concern.opportunity_id)
    opportunity.refuse_if_closed()
    changes = patch.model_dump(exclude_unset=True, exclude={"requirement_codes"})
    own = ConcernIn.model_fields.keys() - {"requirement_codes"}
    whole(ConcernIn, {**{name: getattr(concern, name) for name in own}, **changes})
    set_fields(concern, changes)
    if "requirement_codes" in patch.model_fields_set:
        concern.requirement_ids = await ids_of(session, opportunity, patch.requirement_codes)
    await session.flush()
    return concern


async def clear_concern(session: AsyncSession, concern_id: UUID, *, version: int) -> Concern:
    """Somebody looked: the concern is right as it is, whatever changed in its requirements."""
    concern = await load(session, Concern, concern_id, version=version)
    (await find(session, Opportunity, concern.opportunity_id)).refuse_if_closed()
    if not concern.suspects:
        raise NotSuspect
    concern.suspects = []
    await session.flush()
    return concern


async def ids_of(session: AsyncSession, opportunity: Opportunity, codes: Sequence[str]) -> list[UUID]:
    known = await ids_of_codes(session, opportunity.id, codes)
    unknown = sorted(set(codes) - known.keys())
    if unknown:
        raise UnknownRequirement(code=opportunity.code, codes=", ".join(unknown))
    return [known[code] for code in dict.fromkeys(codes)]


async def ids_named(session: AsyncSession, opportunity: Opportunity, names: Sequence[str]) -> list[UUID]:
    """The ids of requirements by our codes, or those of the client's. Raises `UnknownRequirement`."""
    known = {
        **await ids_of_client_codes(session, opportunity.id, names),
        **await ids_of_codes(session, opportunity.id, names),
    }
    unknown = sorted(set(names) - known.keys())
    if unknown:
        raise UnknownRequirement(code=opportunity.code, codes=", ".join(unknown))
    return list(dict.fromkeys(known[name] for name in names))


async def next_requirement_codes(
    session: AsyncSession, opportunity_id: UUID, count: int, beside: Collection[str] = ()
) -> list[str]:
    """The next codes for requirements of a locked opportunity: none that is taken, and none of `beside`."""
    codes = await _numbered(session, opportunity_id, count)
    if set(codes) & set(beside) or await ids_of_codes(session, opportunity_id, codes):
        # The client numbers as we do: go on after the greatest number that there is.
        numbers = [int(code.removeprefix("REQ-")) for code in beside if _OURS.fullmatch(code)]
        greatest = max([await greatest_requirement_number(session, opportunity_id), *numbers])
        counter = sa.update(Counter).where(Counter.name == _counter(opportunity_id))
        await session.execute(counter.values(value=sa.func.greatest(greatest, Counter.value - count)))
        codes = await _numbered(session, opportunity_id, count)
    return codes


def _counter(opportunity_id: UUID) -> str:
    return f"requirement-{opportunity_id}"


async def _numbered(session: AsyncSession, opportunity_id: UUID, count: int) -> list[str]:
    last = await next_number(session, _counter(opportunity_id), count) if count else 0
    return [f"REQ-{number:03d}" for number in range(last - count + 1, last + 1)]


async def next_numbers(session: AsyncSession, names: Sequence[str]) -> dict[str, int]:
    """The next number of each of several sequences, which start with 1."""
    counted = insert(Counter).values([{"name": name, "value": 1} for name in sorted(names)])
    counted = counted.on_conflict_do_update(index_elements=["tenant_id", "name"], set_={"value": Counter.value + 1})
    numbers = await session.execute(counted.returning(Counter.name, Counter.value))
    return {row.name: row.value for row in numbers}


async def next_number(session: AsyncSession, name: str, count: int = 1) -> int:
    """The last of the next `count` numbers of a sequence, which starts with 1."""
    counted = insert(Counter).values(name=name, value=count)
    counted = counted.on_conflict_do_update(index_elements=["tenant_id", "name"], set_={"value": Counter.value + count})
    number: int | None = await session.scalar(counted.returning(Counter.value))
    return number or count
