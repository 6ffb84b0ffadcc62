"""Rooms of offered proposals."""

from tests.support.proposal.makers import hear, newest, submitted
from tests.support.proposal.samples import events

ROOMS = "/rooms"


async def offered(client, *args, **knobs):
    found = events(*args or ("permits", 6), **knobs)
    await hear(client, found)
    return found, await submitted(client, await newest(client, found))


async def make(client, proposal, **wish):
    made = await client.post(ROOMS, json={"proposal_id": proposal["id"], "recipient_name": "Li Hua", **wish})
    return made.json()
