"""Resource plans over HTTP. What material and people cost is shown to callers with `cost:read` only, else null."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.proposal.models.resource_plans import ResourcePlan
from services.proposal.schemas.fields import Day, Key, distinct_ids
from services.proposal.schemas.schedules import ChangeOut, PlanHead
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery
from shared.kernel.validation import In, Line, Text, rule
from shared.language.money import Amount, Money

ENDS_FIRST = "end_before_start"
LASTS_LONG = rule("too_long_period", "lasts more than twenty years", "时长超过二十年")
_LONGEST_DAYS = 7_400
MaterialKind = Literal["hardware", "software", "licence", "cloud", "travel", "subcontract", "other"]
Positive = Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)]


class PeopleIn(In):
    """So many people of a role for a time, named or not."""

    id: Key
    role: Key
    number: Annotated[Positive, Field(description="people")] = 1
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, description="of their time")] = 1
    name: Annotated[Line | None, Field(description="who, once it is known")] = None
    seniority: Line | None = None
    first_day: Day
    last_day: Day
    note: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(ENDS_FIRST)
        if (self.last_day - self.first_day).days > _LONGEST_DAYS:
            raise ValueError(LASTS_LONG)
        return self


class MaterialIn(In):
    """Something that is bought: hardware, licences, cloud, travel, subcontracts."""

    id: Key
    name: Line
    name_zh: Annotated[Line | None, Field(description="the name where none is given")] = None
    kind: MaterialKind = "other"
    quantity: Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=4, allow_inf_nan=False)] = Decimal(1)
    unit: Annotated[Line | None, Field(description="of the quantity; pieces when left out")] = None
    needed_on: Day
    unit_cost: Annotated[
        Annotated[Amount, Field(ge=0, le=10**9)] | None,
        Field(description="what one costs us; left out by callers without `cost:read`, it stays as it is"),
    ] = None
    note: Text | None = None


class ResourceContent(In):
    """All that persons decide of a resource plan."""

    people: Annotated[list[PeopleIn], Field(max_length=1_000), distinct_ids()] = []
    material: Annotated[list[MaterialIn], Field(max_length=1_000), distinct_ids()] = []


class NeedFacts(In):
    """Person-days of a role in a phase, spread over working days of the project from `begin` to `end`."""

    phase: str
    role: str
    days: float
    begin: float
    end: float


class ResourceInputs(In):
    """What a resource plan takes from its schedule and estimate, and nobody edits."""

    working_days: list[date]
    needs: list[NeedFacts]
    team: dict[str, float]
    phase_starts: dict[str, date]
    day_costs: dict[str, Amount]
    """What a person-day of a phase costs us; "" is that of any other phase."""
    financial: list[tuple[str, Amount]]
    """Phase and amount of interest and guarantees."""
    material: list[dict[str, Any]]
    """What the estimate buys: id, name, name_zh, kind, phase, amount."""


class RoleMonthsOut(BaseModel):
    """A role by month, in person-days, in the order of `months`."""

    role: str
    name: str
    name_zh: str
    team: Annotated[float, Field(description="people that the team has")]
    needed_days: list[float]
    planned_days: list[float]
    missing_days: Annotated[list[float], Field(description="needed on days on which nobody is planned")]
    peak_needed: Annotated[float, Field(description="most people needed on a day")]
    peak_planned: float
    missing_from: date | None
    over_team_from: Annotated[date | None, Field(description="first day with more than the team has")]


class MonthMoneyOut(BaseModel):
    """What a month costs us."""

    month: str
    labour: Money
    material: Money
    financial: Money
    total: Money


class ResourcePlanOut(BaseModel):
    """What follows from the people planned and the work that needs them."""

    months: list[str]
    working_days: list[int]
    roles: list[RoleMonthsOut]
    needed_days: float
    planned_days: float
    missing_days: float
    peak_people: Annotated[float, Field(description="most people planned on a day")]
    money: Annotated[list[MonthMoneyOut] | None, Field(description="null without `cost:read`")]
    total_cost: Money | None


class ResourcePlanHeadOut(PlanHead):
    schedule_id: UUID
    schedule_revision: int
    start: date
    finish: date
    needed_days: float
    planned_days: float
    missing_days: float
    peak_people: float
    over_allocated_roles: Annotated[list[str], Field(description="of which more are needed than the team has")]


class ResourcePlanDetailOut(ResourcePlanHeadOut):
    """A resource plan: `content` is what persons edit, `plan` what follows from it."""

    content: ResourceContent
    plan: ResourcePlanOut

    @classmethod
    def of(cls, row: ResourcePlan, caller: Principal) -> "ResourcePlanDetailOut":
        """As the caller may see it: money only with `cost:read`."""
        shown = cls.model_validate(row)
        if caller.may("cost:read"):
            return shown
        material = [one.model_copy(update={"unit_cost": None}) for one in shown.content.material]
        return shown.model_copy(
            update={
                "content": shown.content.model_copy(update={"material": material}),
                "plan": shown.plan.model_copy(update={"money": None, "total_cost": None}),
            }
        )


class RebasedResourcePlanOut(BaseModel):
    resource_plan: ResourcePlanDetailOut
    changes: list[ChangeOut]


class ResourcePlanQuery(PageQuery):
    sortable = ("created_at", "updated_at", "revision")

    opportunity_id: Several[UUID] = None
    status: Several[Literal["draft", "agreed", "superseded"]] = None
    freshness: Several[Literal["fresh", "stale"]] = None
    code: str | None = None
