"""Work packages: what an estimate's lines are done as, by phase and module, and how long a team needs for each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from services.proposal.domain.crews import Flow

PHASES = ("requirements", "design", "build", "test", "deployment", "warranty")
LEVEL_OF_EFFORT = frozenset({"management", "quality_assurance"})
"""Standing activities that run beside the others at their pace (PMBOK: level of effort)."""

_HAIR = 1e-6

Days = Mapping[str, float]
"""Person-days by role."""


@dataclass(frozen=True, slots=True)
class Work:
    """A line of the estimate: a requirement's work, or a standing activity when `requirement_id` is None."""

    activity: str
    group: str | None
    """The module that a requirement belongs to."""
    requirement_id: str | None
    depends_on: tuple[str, ...]
    """Ids of requirements that this one needs."""
    days: Mapping[str, Days]
    """Person-days by phase and role."""

    @property
    def is_beside(self) -> bool:
        return self.requirement_id is None and self.activity in LEVEL_OF_EFFORT


@dataclass(frozen=True, slots=True)
class Package:
    """What is done as one task: in build and test one per module, else one per phase; standing activities their own."""

    id: str
    phase: str
    group: str | None
    """The module; "" is what belongs to none."""
    activity: str | None
    days: Days


def added(parts: Iterable[Days]) -> dict[str, float]:
    """Person-days by role, summed; roles without work are left out."""
    total: dict[str, float] = {}
    for part in parts:
        for role, days in part.items():
            if days > 0:
                total[role] = total.get(role, 0.0) + days
    return total


def modules_of(work: Sequence[Work]) -> tuple[str, ...]:
    """The modules in the order of the estimate; what belongs to none comes last, as ""."""
    groups = dict.fromkeys(line.group or "" for line in work if line.requirement_id)
    return tuple(sorted(groups, key=lambda group: group == ""))


def packages(work: Sequence[Work]) -> tuple[Package, ...]:
    """The packages of an estimate, phase by phase; nothing to do is no package.

    A standing activity that has the name of its phase (`deployment`, `warranty`) is done with the phase's own work.
    """
    own = [line for line in work if line.requirement_id]
    standing = [line for line in work if not line.requirement_id and not line.is_beside]
    found: list[Package] = []
    for phase in PHASES:
        members = [line for line in standing if _main_phase(line) == phase]
        if phase in {"build", "test"}:
            for number, group in enumerate(modules_of(work), 1):
                days = added(line.days.get(phase, {}) for line in own if (line.group or "") == group)
                found.append(Package(f"{phase}-{number:02d}", phase, group, None, days))
        parts = [] if phase in {"build", "test"} else [line.days.get(phase, {}) for line in own]
        parts += [part for line in members if line.activity == phase for part in line.days.values()]
        found.append(Package(phase, phase, None, None, added(parts)))
        for activity in dict.fromkeys(line.activity for line in members if line.activity != phase):
            lines = [line for line in members if line.activity == activity]
            days = added(part for line in lines for part in line.days.values())
            found.append(Package(f"{phase}-{activity}", phase, None, activity, days))
    return tuple(package for package in found if package.days)


def package_of(line: Work, phase: str, modules: Sequence[str]) -> str:
    """The id of the package in which a line's work of a phase is done, with the `modules_of` the estimate."""
    if line.requirement_id:
        in_module = phase in {"build", "test"}
        return f"{phase}-{modules.index(line.group or '') + 1:02d}" if in_module else phase
    main = _main_phase(line)
    return main if line.activity == main else f"{main}-{line.activity}"


def _main_phase(line: Work) -> str:
    return max(PHASES, key=lambda phase: sum(line.days.get(phase, {}).values()))


def work_beside(work: Sequence[Work]) -> dict[str, dict[str, float]]:
    """Person-days by phase and role of what runs beside the packages."""
    return {phase: added(line.days.get(phase, {}) for line in work if line.is_beside) for phase in PHASES}


def durations(found: Sequence[Package], beside: Mapping[str, Days], team: Days, modules: Flow) -> dict[str, float]:
    """Working days of each package: the role that needs longest sets the pace.

    People share their time between everything that their role does in the phase. A crew gets the part of the team that
    its modules are of the work, so that all crews have done at the same time. A role that the team lacks counts as one
    person: the resource plan then shows what is missing.
    """
    together = {
        phase: added([*(one.days for one in found if one.phase == phase), beside.get(phase, {})]) for phase in PHASES
    }
    of_queue = {
        (phase, queue): added(one.days for one in found if one.phase == phase and one.group in queue)
        for phase in ("build", "test")
        for queue in {modules.queue_of(one.group) for one in found if one.group is not None}
    }

    def needed(package: Package, role: str) -> float:
        whole = together[package.phase][role] / (team.get(role) or 1.0)
        if package.group is None:
            return whole
        return whole * package.days[role] / of_queue[package.phase, modules.queue_of(package.group)][role]

    lengths = {package.id: max(needed(package, role) for role in package.days) for package in found}
    return lengths | _to_whole_days(found, lengths, modules)


def _to_whole_days(found: Sequence[Package], lengths: Mapping[str, float], modules: Flow) -> dict[str, float]:
    """Packages of a phase, and the last one of each crew, made longer so that phases end with a day."""
    rounded = {}
    for package in found:
        if package.group is None:
            rounded[package.id] = float(max(ceil(lengths[package.id] - _HAIR), 1))
            continue
        queue = modules.queue_of(package.group)
        own = [one for one in found if one.phase == package.phase and one.group in queue]
        if package.group == max((one.group or "" for one in own), key=queue.index):
            whole = sum(lengths[one.id] for one in own)
            rounded[package.id] = lengths[package.id] + max(ceil(whole - _HAIR), 1) - whole
    return rounded
