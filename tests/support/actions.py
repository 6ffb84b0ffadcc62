"""What a resource says may be done with it, held against what the calls then answer: for every role, in each state.

A call that is let through is taken back, so that the next one finds the resource as it was.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from shared.kernel.base import Base
from shared.kernel.context import Context
from shared.kernel.db import Database, serve
from shared.kernel.states import StateMachine
from shared.language.roles import ROLES
from tests.contracts.record import openapi

Callers = Sequence[tuple[str, str]]
CALLERS: Callers = (*((f"a {role}", role) for role in ROLES), ("ann", "admin"))
"""Somebody of each role who had no part in it, and whoever made it all."""
FEW: Callers = (("a viewer", "viewer"), ("a admin", "admin"), ("ann", "admin"))
"""For another state: what a role may was compared already."""
WHY = {"reason": "for a test"}


def machine_of(collection: str) -> StateMachine:
    kinds = (mapper.class_ for mapper in Base.registry.mappers)
    [found] = {kind.machine for kind in kinds if hasattr(kind, "machine") and kind.machine.collection == collection}
    return found


def collections_with_actions(service: str) -> set[str]:
    """The collections whose resources say what may be done with them, but for those with which nothing ever may."""
    document = openapi(service)
    schemas = document["components"]["schemas"]

    def shows_actions(operations: Mapping[str, Any]) -> bool:
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        reference = content.get("application/json", {}).get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        return "allowed_actions" in schemas.get(reference, {}).get("properties", {})

    single = {path: re.fullmatch(r"/v1/([a-z-]+)/\{\w+\}", path) for path in document["paths"]}
    shown = {found[1] for path, found in single.items() if found and shows_actions(document["paths"][path])}
    return {name for name in shown if machine_of(name).doors}


@asynccontextmanager
async def taken_back(database: Database) -> AsyncIterator[None]:
    """Whatever is asked of the service meanwhile is answered, and then undone."""

    @asynccontextmanager
    async def transaction(context: Context) -> AsyncIterator[Any]:
        async with database._sessions() as session, session.begin() as begun:
            await serve(session, context)
            yield session
            await session.flush()
            await begun.rollback()

    kept, database.transaction = database.transaction, transaction  # type: ignore[method-assign]
    try:
        yield
    finally:
        database.transaction = kept  # type: ignore[method-assign]


async def differences(client: Any, collection: str, key: Any, bodies: Mapping[str, Any], callers: Callers) -> list[str]:
    """Where an action of a resource says other than its call answers, for everybody; empty when they agree.

    `bodies` are what the calls send, by action: good ones, so that nothing but permission and state decides.
    """
    machine, path, found = machine_of(collection), f"/{collection}/{key}", []
    for subject, role in callers:
        caller = client.as_(subject, role)
        seen = await caller.get(path)
        if seen.status_code == 403 and role != "admin":
            continue  # whoever may not read it is told nothing
        assert seen.status_code == 200, (path, role, seen.text)
        shown = seen.json()["allowed_actions"]
        assert [one["action"] for one in shown] == list(machine.doors)
        async with taken_back(client.app.state.database):
            for one in shown:
                method, door = machine.doors[one["action"]].split(" ")
                body = bodies.get(one["action"], {})
                body = body(seen.json()) if callable(body) else body
                answer = await caller.request(
                    method, door.replace("{}", str(key)), json=body, headers={"If-Match": f'"{seen.json()["version"]}"'}
                )
                said = "allowed" if one["is_allowed"] else one["reason"]["code"]
                got = "allowed" if answer.is_success else answer.json()["code"]
                if said != got:
                    told = answer.json().get("errors") or answer.json().get("detail")
                    state = seen.json().get("status") or seen.json().get("state")
                    found.append(
                        f"{collection} ({state}) {one['action']} by {subject}: says {said}, answers {got} {told}"
                    )
    return found


async def disagreements(
    client: Any,
    resources: Iterable[tuple[str, Any]],
    bodies: Mapping[str, Mapping[str, Any]],
    callers: Callers = CALLERS,
) -> str:
    """`differences` of all these resources, each on a line of its own."""
    found = [
        line for name, key in resources for line in await differences(client, name, key, bodies.get(name, {}), callers)
    ]
    return "\n".join(found)
