"""What follows from a schedule's network: dates, floats, critical paths, conflicts, the simulated finish."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from shared.kernel.validation import In


class DelayFacts(In):
    """A risk that moves the delivery when it happens."""

    id: str
    probability: float
    optimistic_days: float
    most_likely_days: float
    pessimistic_days: float


class ScheduleInputs(In):
    """What a schedule takes from its basis and nobody edits."""

    team: dict[str, float]
    crews: int
    seed: int
    risks: list[DelayFacts]


class TaskDatesOut(BaseModel):
    """Dates of a task; a milestone is reached at the end of its day. Floats are working days of its own calendar."""

    id: str
    start: Annotated[date, Field(description="as planned: early, unless it is to be as late as possible")]
    finish: date
    early_start: date
    early_finish: date
    late_start: date
    late_finish: date
    first_day: Annotated[int, Field(description="working days since the start of the project, from 0")]
    last_day: int
    total_float_days: Annotated[float, Field(description="negative when a constraint or deadline cannot be kept")]
    free_float_days: float
    is_critical: bool
    criticality: Annotated[float, Field(description="share of the simulated outcomes in which it has no float")]


class PhaseDatesOut(BaseModel):
    id: str
    start: date
    finish: date


class ScheduleConflictOut(BaseModel):
    """A constraint or deadline that the links do not allow to keep."""

    task_id: str
    kind: str
    wanted: date
    found: date
    days: float
    message: str
    message_zh: str


class FinishOut(BaseModel):
    """When it is delivered with uncertain durations and risks, simulated; working days since the start."""

    seed: int
    samples: int
    risks: Annotated[int, Field(description="how many were simulated")]
    mean_days: float
    standard_deviation_days: float
    p50_days: float
    p80_days: float
    p80_standard_error_days: float
    at_means_days: Annotated[float, Field(description="with every duration at its mean, and no risk")]
    merge_bias_days: Annotated[float, Field(description="mean without risks less that: what merging paths add")]
    probability_of_planned_finish: float


class MoveOut(BaseModel):
    """Start a task later, within its float."""

    task_id: str
    start: date
    days: int
    roles: list[str]


class ExcessOut(BaseModel):
    """Person-days of a role beyond what the team has, now and after all moves."""

    role: str
    people: float
    days: float
    days_after_moves: float


class LevellingOut(BaseModel):
    """A hint: what to move within its float, so that fewer people are wanted at once."""

    excess: list[ExcessOut]
    moves: list[MoveOut]


class PlanOut(BaseModel):
    """What follows from a network."""

    start: date
    finish: Annotated[date, Field(description="of the delivery")]
    last_finish: Annotated[date, Field(description="of everything, a warranty too")]
    p50_finish: date
    p80_finish: date
    duration_days: Annotated[int, Field(description="working days from the start to the delivery")]
    tasks: list[TaskDatesOut]
    phases: list[PhaseDatesOut]
    critical: Annotated[list[str], Field(description="all without float, by early start")]
    critical_paths: list[list[str]]
    has_more_paths: bool
    conflicts: list[ScheduleConflictOut]
    simulation: FinishOut
    levelling: LevellingOut
