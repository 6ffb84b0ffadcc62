"""People: who the subjects are that rows carry."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.insights.commands import people as commands
from services.insights.queries import people as queries
from services.insights.schemas.people import NamedPersonIn, PeopleBatch, PeopleOut, PeopleQuery, PersonIn, PersonOut
from shared.kernel import cursor as cursors
from shared.kernel.auth import Principal, current_principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route
from shared.kernel.pages import Page


async def note_caller(session: Session, caller: Annotated[Principal, Depends(current_principal)]) -> None:
    """Keep who the caller is, as the token says."""
    await commands.note_caller(session, caller)


async def _kept_nowhere(response: Response) -> None:
    # Who works where is personal: no cache on the way may show it to the next caller.
    response.headers["Cache-Control"] = "no-store"


_ALWAYS = [Depends(note_caller), Depends(_kept_nowhere)]
router = APIRouter(prefix="/v1/people", tags=["insights"], route_class=Route, dependencies=_ALWAYS)
batch = APIRouter(tags=["insights"], route_class=Route, dependencies=_ALWAYS)

Reader = Annotated[Principal, may("people:read")]
Writer = Annotated[Principal, may("people:write")]
SubjectInPath = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


@router.get("", operation_id="listPeople")
async def list_people(query: Annotated[PeopleQuery, Query()], session: Session, _caller: Reader) -> Page[PersonOut]:
    """Persons by subject. Those asked for by `subject` are all in the answer: whom nobody has named has `named: false`.

    Names come of access tokens, once their owner has asked for work, people or a search, of the roster of colleagues,
    and of what is recorded here, which goes before the others.
    """
    after = None if query.cursor is None else str(cursors.decode(query.cursor, 1)[0])
    found = await queries.people(session, query, after)
    shown = found[: query.limit]
    cursor = cursors.encode([shown[-1].subject]) if len(found) > query.limit else None
    return Page[PersonOut](items=[PersonOut.of(one) for one in shown], next_cursor=cursor)


@router.get("/{subject}", operation_id="getPerson")
async def get_person(subject: SubjectInPath, session: Session, _caller: Reader) -> PersonOut:
    """Who a subject is; `named: false` where nobody has said."""
    return PersonOut.of(await queries.person_of(session, subject))


@router.put("/{subject}", operation_id="putPerson")
async def put_person(subject: SubjectInPath, wish: PersonIn, session: Session, _caller: Writer) -> PersonOut:
    """Record who a subject is, in place of what was recorded before."""
    await commands.record_people(session, [NamedPersonIn(subject=subject, **wish.model_dump())])
    return PersonOut.of(await queries.person_of(session, subject))


@batch.post("/v1/people:batch", operation_id="putPeople")
async def put_people(wish: PeopleBatch, session: Session, _caller: Writer) -> PeopleOut:
    """Record who many subjects are, all or none; each in place of what was recorded of it before."""
    await commands.record_people(session, wish.items)
    return PeopleOut(items=[PersonOut.of(await queries.person_of(session, one.subject)) for one in wish.items])
