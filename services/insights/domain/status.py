"""Where a journey stands at a moment: its status, what it waits for, and the reason when it does not go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.insights.domain.journey import STEPS, Journey, Step

STALLED_AFTER = timedelta(minutes=2)
"""A step whose trigger was seen this long ago and that said nothing has stalled."""

_AUTOMATIC = ("estimate", "risk_budget", "price", "proposal", "documents")
"""Steps that follow an approval by themselves."""

_PERSON = {
    # state of the proposal: what a person has to do next
    "draft": "review of the proposal",
    "in_review": "approval of the proposal",
    "approved": "submission of the proposal",
    "returned": "rework of the proposal",
    "submitted": "the client's answer",
    "accepted": "closing of the opportunity",
    "declined": "closing of the opportunity",
    "expired": "a new proposal",
    "withdrawn": "a new proposal",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an opportunity does not go on."""

    code: str
    message: str
    message_zh: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it stands at a moment."""

    step: str
    state: str
    epoch: int | None
    revision: int | None
    since: datetime | None
    seconds_after_approval: float | None
    by: str | None
    resource_id: str | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class View:
    """Where an opportunity is, and what it waits for."""

    status: str
    """open, running, waiting_person, blocked, stalled, done, cancelled."""
    waits_for: str | None
    reason: Reason | None
    steps: tuple[StepView, ...]
    stalls_at: datetime | None
    """When it stalls, or stalled, unless something is heard; None where it waits for no step."""


def view(journey: Journey, now: datetime) -> View:
    """The journey seen at `now`; only `stalled` depends on the time."""
    steps = tuple(_step_view(journey, name) for name in STEPS)
    status, waits_for, reason, stalls_at = _status(journey, steps, now)
    return View(status, waits_for, reason, steps, stalls_at)


def _step_view(journey: Journey, name: str) -> StepView:
    step = journey.steps.get(name)
    if step is None:
        return StepView(name, "waiting", None, None, None, None, None, None, None)
    epoch = _epoch_of(journey, name, step)
    started = journey.started.get(epoch or 0)
    return StepView(
        step=name,
        state=_state_now(journey, name, step),
        epoch=epoch,
        revision=step.revision,
        since=step.since,
        seconds_after_approval=(step.since - started).total_seconds() if started else None,
        by=step.by,
        resource_id=step.resource_id,
        reason=_reason(step.reason),
    )


def _epoch_of(journey: Journey, name: str, step: Step) -> int | None:
    """The epoch that a step was made from; what belongs to a proposal is of its draft's."""
    if name in {"proposal", "documents"}:
        return journey.proposals.get(step.proposal_id or "", step.epoch)
    return step.epoch


def _state_now(journey: Journey, name: str, step: Step) -> str:
    """Stale when a newer baseline was approved, or none counts, and this was not made anew."""
    newest = max(max(journey.started, default=0), journey.withdrawn_epoch)
    is_of_before = (_epoch_of(journey, name, step) or 0) < newest
    if is_of_before and name != "baseline" and step.state in {"done", "draft", "in_review", "approved"}:
        return "stale"
    return step.state


def _reason(told: Mapping[str, Any] | None) -> Reason | None:
    if not told:
        return None
    message = str(told.get("message", ""))
    actions = tuple(str(action) for action in told.get("actions", ()))
    return Reason(str(told.get("code", "told")), message, str(told.get("message_zh", message)), actions)


class _Standing(NamedTuple):
    status: str
    waits_for: str | None = None
    reason: Reason | None = None
    stalls_at: datetime | None = None


def _status(journey: Journey, steps: tuple[StepView, ...], now: datetime) -> _Standing:
    if journey.outcome:
        return _Standing("done" if journey.outcome == "won" else "cancelled")
    parked = sorted((p for p in journey.parked.values() if p.is_open), key=lambda p: p.since)
    if parked:
        first = parked[0]
        detail = f"{first.consumer} could not take in {first.event_type}: {first.detail}"
        detail_zh = f"{first.consumer} 无法处理事件 {first.event_type}：{first.detail}"
        return _Standing("blocked", first.consumer, Reason(first.code, detail, detail_zh, ("retry", "discard")))
    baseline = steps[0]
    epoch = max(journey.started, default=0)
    if epoch == 0 or journey.withdrawn_epoch > epoch:
        return _before_approval(baseline)
    return _after_approval(journey, steps, epoch, now)


def _before_approval(baseline: StepView) -> _Standing:
    if baseline.state == "in_review":
        return _Standing("waiting_person", "approval of the baseline")
    if baseline.state in {"rejected", "withdrawn"}:
        return _Standing("waiting_person", "a new baseline", baseline.reason)
    return _Standing("open", "a baseline")


def _after_approval(journey: Journey, steps: tuple[StepView, ...], epoch: int, now: datetime) -> _Standing:
    since = journey.started[epoch]
    for step in steps:
        if step.step not in _AUTOMATIC:
            continue
        if step.epoch != epoch or step.state == "waiting":
            return _waiting(step.step, since, now)
        if step.state == "failed":
            return _Standing("blocked", step.step, step.reason)
        since = step.since or since
    state = next(step.state for step in steps if step.step == "proposal")
    return _Standing("done" if state == "accepted" else "waiting_person", _PERSON.get(state))


def _waiting(step: str, since: datetime, now: datetime) -> _Standing:
    stalls_at = since + STALLED_AFTER
    if now <= stalls_at:
        return _Standing("running", step, None, stalls_at)
    minutes = int((now - since).total_seconds() // 60)
    message = f"Nothing was heard of the step {step} for {minutes} min; its service may be down or behind."
    message_zh = f"步骤 {step} 已 {minutes} 分钟没有消息，对应服务可能停止或积压。"
    reason = Reason("stalled", message, message_zh, ("look at /readyz", "look at parked events"))
    return _Standing("stalled", step, reason, stalls_at)
