"""Healing what `presales verify` finds by having the event that says it delivered again: `presales verify --repair`.

A copy that differs from its source is taken away, and so is the note that the event was heard: the consumer that makes
the copy, or the link that is missing, hears from there on again, and what it has heard has no effect twice. A record
that was lost by whom it is of comes from a backup: it was said that it is there, and nothing is said twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg

from deploy.backup import connect
from deploy.invariants import RULES, Agreement, Breakage, Replay
from deploy.nats_admin import Ask

_SAYS_IT = (
    "SELECT event_id, stream_seq FROM outbox WHERE aggregate_id = $1 AND published_at IS NOT NULL"
    " AND subject LIKE 'presales.%.' || $2 || '.%' ORDER BY aggregate_seq DESC LIMIT 1"
)
_FORGET = "DELETE FROM inbox WHERE consumer = $1 AND event_id = $2"
_REPLAYS = {rule.name: rule for rule in RULES if isinstance(rule, Agreement) and rule.replay}
_MISSING, _OTHER = "is missing", "in the place of"


async def repair(urls: Mapping[str, str], found: Sequence[Breakage], begin_again: Ask) -> list[str]:
    """Have delivered again what heals `found`; a sentence for each, with what cannot be healed so."""
    places: dict[str, list[int]] = defaultdict(list)
    told = []
    async with AsyncExitStack() as stack:
        to = await connect(urls, stack)
        for one in found:
            rule = _REPLAYS.get(one.rule)
            if rule is None or rule.replay is None or not _is_of_a_copy(one, rule.replay):
                told.append(f"not by hearing again: {one}")
            elif (place := await _forget(to, rule, rule.replay, one)) is None:
                told.append(f"not by hearing again, {rule.origin} has not kept {rule.replay.event}: {one}")
            else:
                places[_durable(rule.replay)].append(place)
                told.append(f"{rule.holder} hears {rule.replay.event} again: {one}")
    for durable, at in places.items():
        await begin_again(durable, min(at))
    return told


def _is_of_a_copy(one: Breakage, replay: Replay) -> bool:
    return one.what.endswith(_MISSING) or (replay.copy is not None and _OTHER in one.what)


def _durable(replay: Replay) -> str:
    return f"{replay.consumer}-{replay.event.replace('.', '-')}"


async def _forget(to: Mapping[str, asyncpg.Connection], rule: Agreement, replay: Replay, one: Breakage) -> int | None:
    """Take the copy away and that it was heard; where in the stream it is said. None, with nothing done: nowhere."""
    about = UUID(one.what.split()[1])
    said = await to[rule.origin].fetchrow(_SAYS_IT, about, replay.event)
    if said is None:
        return None
    async with to[rule.holder].transaction():
        if replay.copy:
            table, column = replay.copy
            await to[rule.holder].execute(f'DELETE FROM "{table}" WHERE "{column}" = $1', about)
        await to[rule.holder].execute(_FORGET, replay.consumer, said["event_id"])
    place: int = said["stream_seq"]
    return place
