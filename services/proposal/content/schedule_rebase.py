"""Brings a schedule that persons edited to a newer estimate."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.proposal.domain.rebase import Change, bridged, rebased
from services.proposal.schemas.networks import ScheduleNetwork
from shared.kernel.validation import whole

_LISTS = ("tasks", "phases", "calendars")
NETWORK = "network"
"""Id of the changes to what is of the whole network: start, calendar, delivery."""


def rebased_network(
    drafted: Mapping[str, Any], edited: Mapping[str, Any], theirs: ScheduleNetwork
) -> tuple[ScheduleNetwork, list[Change]]:
    """The edited network on the new draft, and what changed; all but the draft are networks as JSON.

    Links to tasks that are gone lead on to what those waited for. Raises `Invalid` when what persons changed cannot be
    with the new tasks.
    """
    new = theirs.model_dump(mode="json")
    parts: dict[str, Any] = {}
    changes: list[Change] = []
    for name in _LISTS:
        parts[name], told = rebased(drafted[name], edited[name], new[name])
        changes += [replace(one, part=name) for one in told]
    whole_of = [{"id": NETWORK, **{k: v for k, v in one.items() if k not in _LISTS}} for one in (drafted, edited, new)]
    [rest], told = rebased(whole_of[:1], whole_of[1:2], whole_of[2:])
    changes += [replace(one, part=NETWORK) for one in told]
    kept = {one["id"] for one in parts["tasks"]}
    before = {one["id"]: one for one in (*drafted["tasks"], *edited["tasks"])}
    parts["tasks"], told = bridged(parts["tasks"], {key: one for key, one in before.items() if key not in kept})
    used = {one["phase"] for one in parts["tasks"]} | {one["phase"] for one in rest["accompanying"]}
    missing = [one for one in edited["phases"] if one["id"] in used - {phase["id"] for phase in parts["phases"]}]
    parts["phases"] += missing
    network = whole(ScheduleNetwork, {**{k: v for k, v in rest.items() if k != "id"}, **parts})
    return network, [*changes, *told]
