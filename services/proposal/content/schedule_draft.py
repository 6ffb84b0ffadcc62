"""A schedule that persons can edit, drafted from an estimate: the same tasks, links and dates as in a computed one."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from services.proposal.content import names
from services.proposal.content.assembly import Ingredients
from services.proposal.content.planning import schedule_of, work_of
from services.proposal.content.quality_gates import GATES
from services.proposal.domain.schedule import END_OF, Milestone, Schedule, Task
from services.proposal.domain.spread import Share, spread
from services.proposal.domain.work import PHASES, Package, Work, modules_of, package_of, work_beside
from services.proposal.schemas.fields import CalendarIn
from services.proposal.schemas.networks import (
    LONGEST_DAYS,
    AccompanyingIn,
    CriterionIn,
    LinkIn,
    PhaseIn,
    RangeIn,
    ScheduleNetwork,
    TaskIn,
)
from services.proposal.schemas.plans import DelayFacts, ScheduleInputs
from shared.kernel.validation import whole
from shared.language.events.estimation import EstimateCompleted
from shared.language.events.requirements import BaselineApproved
from shared.quant.calendars import calendar_of
from shared.quant.network import Link

DELIVERY = "live"
_PHASE_OF = {key: phase for phase, key in END_OF.items()}
_NAMED = 60
_DIGITS = 6
_NO_WORK = 1e-3


def drafted(made_of: Ingredients) -> tuple[ScheduleNetwork, ScheduleInputs]:
    """The network of an estimate, and what else its schedule is computed from. Raises `ScheduleTooLong`.

    Ids say what a task is, so that they stay from one estimate to the next.
    """
    work = work_of(made_of.estimate)
    schedule = schedule_of(work, made_of.estimate, made_of.risk, made_of.price)
    return _network(made_of, schedule, work), _inputs(made_of, schedule.crews)


def _network(made_of: Ingredients, schedule: Schedule, work: Sequence[Work]) -> ScheduleNetwork:
    estimate = made_of.estimate
    key_of = _keys([task.package for task in schedule.tasks])
    ranges = _ranges(estimate, work)
    tasks = [_task(task, key_of, ranges[task.package.id]) for task in schedule.tasks]
    points = [_milestone(point, key_of, _latest(made_of.baseline)) for point in schedule.milestones]
    beside = [
        AccompanyingIn(phase=phase, role=role, days=round(days, _DIGITS))
        for phase, roles in work_beside(work).items()
        for role, days in roles.items()
        if days > _NO_WORK
    ]
    used = {task.phase for task in tasks} | {one.phase for one in beside} | {point.phase for point in points}
    return ScheduleNetwork(
        start=estimate.planned_start,
        calendar=whole(CalendarIn, {"base": calendar_of(estimate.currency).code}),
        phases=[PhaseIn(id=phase, **names.phase(phase).model_dump()) for phase in PHASES if phase in used],
        tasks=[
            *(point for point in points if point.phase is None),
            *(one for phase in PHASES for one in (*tasks, *points) if one.phase == phase),
        ],
        accompanying=beside,
        delivery=DELIVERY,
    )


def _inputs(made_of: Ingredients, crews: int) -> ScheduleInputs:
    """The team and the risks that delay the delivery; what each risk is expected to save is not counted on."""
    risk = made_of.risk
    return ScheduleInputs(
        team=made_of.estimate.team,
        crews=crews,
        seed=risk.seed,
        risks=[
            DelayFacts(
                id=one.code,
                probability=one.probability,
                optimistic_days=one.impact_days.optimistic,
                most_likely_days=one.impact_days.most_likely,
                pessimistic_days=one.impact_days.pessimistic,
            )
            for one in risk.risks
            if one.kind == "threat" and one.impact_days.pessimistic > 0 <= one.impact_days.optimistic
        ],
    )


def _keys(packages: Sequence[Package]) -> dict[str, str]:
    """The id of each package's task: `build-授信审批`, `deployment-training`, `design`."""
    found: dict[str, str] = {}
    for package in packages:
        part = package.activity if package.group is None else package.group or "general"
        plain = re.sub(r"[\x00-\x1f\x7f/\s]+", " ", part or "").strip()[:_NAMED]
        key = f"{package.phase}-{plain}" if plain else package.phase
        taken = sum(key == other or other.startswith(f"{key} (") for other in found.values())
        found[package.id] = f"{key} ({taken + 1})" if taken else key
    return found


def _task(task: Task, key_of: Mapping[str, str], ends: tuple[float, float]) -> TaskIn:
    package = task.package
    duration = min(round(task.duration, _DIGITS), LONGEST_DAYS)
    return TaskIn(
        id=key_of[package.id],
        **names.task(package.phase, package.group, package.activity).model_dump(),
        phase=package.phase,
        module=names.module(package.group).name if package.group else None,
        duration_days=duration,
        range=_range(duration, *ends) if package.phase != "warranty" else None,
        links=_links(task.links, key_of),
        # What fitting leaves of a role that has no part in it is no work.
        role_days={role: round(days, _DIGITS) for role, days in package.days.items() if days > _NO_WORK},
    )


def _links(links: Sequence[Link], key_of: Mapping[str, str]) -> list[LinkIn]:
    return [
        LinkIn(predecessor=key_of.get(link.predecessor, link.predecessor), kind=link.kind, lag_days=link.lag)
        for link in links
    ]


def _range(duration: float, low: float, high: float) -> RangeIn | None:
    """Three points whose mean is the duration, as far as its ends allow."""
    a, b = round(duration * min(low, 1.0), _DIGITS), round(duration * max(high, 1.0), _DIGITS)
    if a == b:
        return None
    most_likely = min(max((6 * duration - a - b) / 4, a), b)
    return RangeIn(optimistic=a, most_likely=round(most_likely, _DIGITS), pessimistic=min(b, LONGEST_DAYS))


def _ranges(estimate: EstimateCompleted, work: Sequence[Work]) -> dict[str, tuple[float, float]]:
    modules = modules_of(work)
    shares: dict[str, list[Share]] = defaultdict(list)
    for line, one in zip(estimate.lines, work, strict=True):
        if one.is_beside or line.expected_days <= 0:
            continue
        low, high = line.effort_days.optimistic, line.effort_days.pessimistic
        for phase, days in one.days.items():
            share = Share(sum(days.values()), low / line.expected_days, high / line.expected_days)
            shares[package_of(one, phase, modules)].append(share)
    return defaultdict(lambda: (1.0, 1.0), {key: spread(parts) for key, parts in shares.items()})


def _milestone(point: Milestone, key_of: Mapping[str, str], latest: date | None) -> TaskIn:
    criteria = [CriterionIn(text=en, text_zh=zh) for en, zh in GATES.get(point.id, ())]
    return TaskIn(
        id=point.id,
        **names.milestone(point.id).model_dump(),
        kind="gate" if criteria else "milestone",
        phase=_PHASE_OF.get(point.id),
        links=_links(point.links, key_of),
        deadline=latest if point.id == DELIVERY else None,
        criteria=criteria,
    )


def _latest(baseline: BaselineApproved) -> date | None:
    """The date that the client wants the delivery by."""
    return min((limit.latest for limit in baseline.constraints if limit.latest), default=None)
