"""The journey of one opportunity, folded from its events: where it is, what it waits for, what failed and why.

Pure and monotonic: each event is folded in by what it is about (epoch, revision, version), not by when it arrives, so
any order and any repetition end in the same journey.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

STEPS = ("baseline", "estimate", "risk_budget", "price", "proposal", "documents")
"""The steps of the main job, in order; each waits for the one before."""

Position = tuple[int, int, int, int]
"""What orders the states of one step: epoch, revision, rank of the state, version of the aggregate."""


@dataclass(frozen=True, slots=True)
class Step:
    """The newest state of one step."""

    state: str
    """in_review, rejected, done, failed, draft, submitted, accepted, … as the owning service says it."""
    position: Position
    epoch: int | None
    revision: int
    since: datetime
    by: str
    event_id: str
    resource_id: str | None
    proposal_id: str | None = None
    reason: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that a consumer of this opportunity could not take in."""

    parked_event_id: str
    consumer: str
    event_type: str
    code: str
    detail: str
    since: datetime
    version: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """One opportunity's journey."""

    opportunity: Mapping[str, Any] = field(default_factory=dict)
    opportunity_version: int = 0
    outcome: str | None = None
    withdrawn_epoch: int = 0
    """The newest epoch that says nothing counts: a withdrawal or the closing."""
    steps: Mapping[str, Step] = field(default_factory=dict)
    proposals: Mapping[str, int] = field(default_factory=dict)
    """The epoch that each proposal was drafted from."""
    parked: Mapping[str, Parked] = field(default_factory=dict)
    started: Mapping[int, datetime] = field(default_factory=dict)
    """When the baseline of an epoch was approved."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An event, as the journey needs it."""

    event_id: str
    type: str
    time: datetime
    version: int
    actor: str
    data: Mapping[str, Any]


_STATES: Mapping[str, tuple[str, str | None, int]] = {
    # event type: step, state (None: from the event), rank among states of the same epoch and revision
    "requirements.baseline.submitted.v1": ("baseline", "in_review", 0),
    "requirements.baseline.rejected.v1": ("baseline", "rejected", 1),
    "requirements.baseline.approved.v1": ("baseline", "done", 2),
    "requirements.baseline.withdrawn.v1": ("baseline", "withdrawn", 3),
    "estimation.estimate.failed.v1": ("estimate", "failed", 0),
    "estimation.estimate.completed.v1": ("estimate", "done", 1),
    "risk.budget.failed.v1": ("risk_budget", "failed", 0),
    "risk.budget.calculated.v1": ("risk_budget", "done", 1),
    "estimation.estimate.priced.v1": ("price", "done", 1),
    "proposal.proposal.drafted.v1": ("proposal", "draft", 0),
    "proposal.proposal.reviewed.v1": ("proposal", None, 1),
    "proposal.proposal.submitted.v1": ("proposal", "submitted", 2),
    "proposal.proposal.answered.v1": ("proposal", None, 3),
    "proposal.document.rendered.v1": ("documents", "done", 0),
    "proposal.document.failed.v1": ("documents", "failed", 0),
}


def fold(journey: Journey, fact: Fact) -> Journey:
    """The journey with one more event."""
    kind = fact.type
    if kind.startswith("requirements.opportunity."):
        return _fold_opportunity(journey, fact)
    if kind.startswith("platform.event."):
        return _fold_parked(journey, fact)
    if kind not in _STATES:
        return journey
    if kind == "requirements.baseline.approved.v1":
        journey = replace(journey, started={**journey.started, int(fact.data["epoch"]): fact.time})
    if kind == "requirements.baseline.withdrawn.v1":
        journey = replace(journey, withdrawn_epoch=max(journey.withdrawn_epoch, int(fact.data["epoch"])))
    if kind == "proposal.proposal.drafted.v1":
        epoch = int(fact.data["basis"]["epoch"])
        journey = replace(journey, proposals={**journey.proposals, str(fact.data["proposal_id"]): epoch})
    return _fold_step(journey, fact)


def _fold_opportunity(journey: Journey, fact: Fact) -> Journey:
    if fact.type.endswith("closed.v1"):
        epoch = max(journey.withdrawn_epoch, int(fact.data["epoch"]))
        return replace(journey, outcome=str(fact.data["outcome"]), withdrawn_epoch=epoch)
    if fact.version <= journey.opportunity_version:
        return journey
    return replace(journey, opportunity=dict(fact.data["opportunity"]), opportunity_version=fact.version)


def _fold_parked(journey: Journey, fact: Fact) -> Journey:
    key = str(fact.data["parked_event_id"])
    known = journey.parked.get(key)
    if known and known.version >= fact.version:
        return journey
    parked = Parked(
        parked_event_id=key,
        consumer=str(fact.data["consumer"]),
        event_type=str(fact.data["event_type"]),
        code=str(fact.data.get("code") or (known.code if known else "")),
        detail=str(fact.data.get("detail") or (known.detail if known else "")),
        since=fact.time,
        version=fact.version,
        is_open=fact.type == "platform.event.parked.v1",
    )
    return replace(journey, parked={**journey.parked, key: parked})


def _fold_step(journey: Journey, fact: Fact) -> Journey:
    name, state, rank = _STATES[fact.type]
    position = (*_order(fact.data), rank, fact.version)
    known = journey.steps.get(name)
    # Two documents of one proposal have equal positions: the later id stands for both, whichever comes first.
    if known and (known.position, known.event_id) >= (position, fact.event_id):
        return journey
    reason = fact.data.get("reason")
    step = Step(
        state=state or str(fact.data["status"]),
        position=position,
        epoch=_epoch(fact.data),
        revision=int(fact.data.get("revision", 1)),
        since=fact.time,
        by=fact.actor,
        event_id=fact.event_id,
        resource_id=_resource(fact.data),
        proposal_id=str(fact.data["proposal_id"]) if "proposal_id" in fact.data else None,
        reason=reason if isinstance(reason, Mapping) else {"message": reason} if reason else None,
    )
    return replace(journey, steps={**journey.steps, name: step})


def _order(data: Mapping[str, Any]) -> tuple[int, int]:
    """What orders the events of a step: a baseline's number, a proposal's revision, else epoch and revision."""
    if "baseline_number" in data:
        return int(data["baseline_number"]), 0
    if "proposal_id" in data:
        return int(data["revision"]), 0
    return int(data["basis"]["epoch"]), int(data.get("revision") or data.get("estimate_revision") or 0)


def _epoch(data: Mapping[str, Any]) -> int | None:
    epoch = data.get("epoch") or (data.get("basis") or {}).get("epoch")
    return None if epoch is None else int(epoch)


def _resource(data: Mapping[str, Any]) -> str | None:
    for name in ("document_id", "proposal_id", "risk_budget_id", "estimate_id", "baseline_id"):
        if data.get(name):
            return str(data[name])
    return None
