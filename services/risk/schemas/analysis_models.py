"""The model of an analysis over HTTP: uncertain work, risks, drivers and a network, as the simulation takes them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from services.risk.domain import monte_carlo
from services.risk.domain.monte_carlo import MAX_ITEMS, MAX_RISKS
from services.risk.schemas.distributions import DistributionIn, Number, RangedIn
from services.risk.schemas.fields import Share
from shared.kernel.problems import FieldError, Invalid
from shared.kernel.validation import In, Line, rule
from shared.language.money import Currency
from shared.quant.correlation import Correlation, Pair
from shared.quant.distributions import PointMass
from shared.quant.network import Activity, Link, LinkKind

Key = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
_Chance = Annotated[float, Field(gt=0, le=1)]
_Phases = Annotated[dict[Key, Share], Field(max_length=20)]

_ISSUE = rule(
    "this_is_an_issue_not_a_risk",
    "has probability 1: what is certain belongs into the items, or has happened (`has_happened`)",
    "概率为 1：确定的事项应计入工作项，或标记为已发生（`has_happened`）",
)
_FACTOR = rule("factor_not_positive", "must be above zero in every sample", "在任何抽样中都须大于零")
_DURATION = rule(
    "no_duration",
    "has no duration: give `duration`, `item_id` with `days_per_unit`, or `planned_days`",
    "缺少工期：请给出 `duration`，或 `item_id` 与 `days_per_unit`，或 `planned_days`",
)
_NOTHING = rule("nothing_to_simulate", "has no items, risks or activities", "没有工作项、风险或活动")


class ItemIn(In):
    """Uncertain work: its size, and what one unit of it costs. The base cost counts with the planned size."""

    id: Key
    name: Line | None = None
    name_zh: Line | None = None
    group: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""
    size: DistributionIn
    unit_cost: Number = 1.0
    planned: Number | None = None
    unit_days: Annotated[float, Field(ge=0, le=10_000, description="delay by one unit more, without a network")] = 0.0
    phases: _Phases = Field(default_factory=dict)

    @model_validator(mode="after")
    def _not_negative(self) -> Self:
        if isinstance(self.size, RangedIn) and self.size.optimistic < 0:
            raise ValueError("negative_amount")
        return self

    @property
    def counted(self) -> float:
        return self.size.middle if self.planned is None else self.planned


class EventIn(In):
    """How likely a risk is and what it does; negative amounts are those of an opportunity."""

    probability: _Chance
    cost: DistributionIn | None = None
    days: DistributionIn | None = None

    def made(self, key: str, activities: tuple[str, ...]) -> monte_carlo.Risk:
        cost, days = (one.made() if one else PointMass(0.0) for one in (self.cost, self.days))
        return monte_carlo.Risk(key, self.probability, cost, days, activities)


class RiskIn(EventIn):
    id: Key
    name: Line | None = None
    name_zh: Line | None = None
    has_happened: bool = False
    activity_ids: Annotated[tuple[Key, ...], Field(max_length=50)] = ()
    inherent: EventIn | None = None
    """Before any response, to compare with."""
    probability_stated: _Chance | None = None
    """As it was said, where `probability` is corrected by its record; no figure depends on it."""
    phases: _Phases = Field(default_factory=dict)

    @model_validator(mode="after")
    def _uncertain(self) -> Self:
        if self.probability == 1 and not self.has_happened:
            raise ValueError(_ISSUE)
        return self


class DriverIn(In):
    """A risk that multiplies the work it is mapped to when it happens; without `item_ids` all work."""

    id: Key
    name: Line | None = None
    name_zh: Line | None = None
    probability: _Chance
    factor: DistributionIn
    item_ids: tuple[Key, ...] | None = None
    activity_ids: tuple[Key, ...] = ()
    days: DistributionIn | None = None
    """By which the whole project waits then, beside what the factor does."""

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.factor.lowest <= 0:
            raise ValueError(_FACTOR)
        return self


class LinkIn(In):
    id: Key
    kind: LinkKind = LinkKind.FINISH_START
    lag_days: Annotated[float, Field(ge=-10_000, le=10_000)] = 0.0


class ActivityIn(In):
    """A step of the schedule: its duration varies by itself, or with the size of an item."""

    id: Key
    name: Line | None = None
    group: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""
    duration: DistributionIn | None = None
    item_id: Key | None = None
    days_per_unit: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    planned_days: Annotated[float, Field(ge=0, le=10_000)] | None = None
    predecessors: Annotated[tuple[LinkIn, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.duration is None and self.item_id is None and self.planned_days is None:
            raise ValueError(_DURATION)
        if isinstance(self.duration, RangedIn) and self.duration.optimistic < 0:
            raise ValueError("negative_amount")
        return self

    def made(self, items: Mapping[str, ItemIn]) -> monte_carlo.Activity:
        planned = self.planned_days
        if planned is None:
            item = items.get(self.item_id or "")
            planned = self.duration.middle if self.duration else (item.counted * self.days_per_unit if item else 0.0)
        links = tuple(Link(one.id, one.kind, one.lag_days) for one in self.predecessors)
        own = self.duration.made() if self.duration else None
        step = Activity(self.id, max(planned, 0.0), links)
        return monte_carlo.Activity(step, own, self.group, None if own else self.item_id, self.days_per_unit)


class PairIn(In):
    one: Key
    other: Key
    value: Annotated[float, Field(ge=-1, le=1)]


class CorrelationIn(In):
    """Of any two amounts of one group and of different groups, but for `pairs`."""

    within: Annotated[float, Field(ge=-1, le=1)] = 0.3
    across: Annotated[float, Field(ge=-1, le=1)] = 0.1
    pairs: Annotated[tuple[PairIn, ...], Field(max_length=5_000)] = ()

    def made(self) -> Correlation:
        """Raises `CorrelationOutOfRange`."""
        return Correlation(self.within, self.across, tuple(Pair(one.one, one.other, one.value) for one in self.pairs))


class ModelIn(In):
    """A project: without `base_cost` it is planned to cost what its items do."""

    currency: Currency
    base_cost: Number | None = None
    daily_burn: Annotated[float, Field(ge=0, le=10**9)] = 0.0
    planned_days: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    items: Annotated[tuple[ItemIn, ...], Field(max_length=MAX_ITEMS)] = ()
    risks: Annotated[tuple[RiskIn, ...], Field(max_length=MAX_RISKS)] = ()
    drivers: Annotated[tuple[DriverIn, ...], Field(max_length=100)] = ()
    activities: Annotated[tuple[ActivityIn, ...], Field(max_length=MAX_ITEMS)] = ()
    phases: Annotated[tuple[Key, ...], Field(max_length=20)] = ()
    """In their order: the contingency is then drawn down by phase."""
    correlation: CorrelationIn = Field(default_factory=CorrelationIn)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.items or self.risks or self.activities):
            raise ValueError(_NOTHING)
        return self

    @property
    def base(self) -> float:
        planned = sum(item.counted * item.unit_cost for item in self.items)
        return planned if self.base_cost is None else self.base_cost

    def made(self) -> monte_carlo.Model:
        """As the simulation takes it. Raises `Invalid` for what refers to nothing, `CorrelationOutOfRange`."""
        unknown = list(self._unknown())
        if unknown:
            raise Invalid(unknown)
        items = {item.id: item for item in self.items}
        everything = frozenset(items)
        return monte_carlo.Model(
            self.base,
            tuple(
                monte_carlo.Item(one.id, one.group, one.size.made(), one.counted, one.unit_cost, one.unit_days)
                for one in self.items
            ),
            tuple(one.made(one.id, one.activity_ids) for one in self.risks),
            tuple(
                monte_carlo.Driver(
                    one.id,
                    one.probability,
                    one.factor.made(),
                    everything if one.item_ids is None else frozenset(one.item_ids),
                    frozenset(one.activity_ids),
                    one.days.made() if one.days else None,
                )
                for one in self.drivers
            ),
            tuple(one.made(items) for one in self.activities),
            self.daily_burn,
            self.correlation.made(),
        )

    def _unknown(self) -> Iterator[FieldError]:
        """References to items, activities and phases that the model does not have."""
        items, steps = {one.id for one in self.items}, {one.id for one in self.activities}
        named: list[tuple[str, Any, set[str]]] = []
        for n, driver in enumerate(self.drivers):
            named.append((f"/model/drivers/{n}/item_ids", driver.item_ids or (), items))
            named.append((f"/model/drivers/{n}/activity_ids", driver.activity_ids, steps))
        for n, step in enumerate(self.activities):
            named.append((f"/model/activities/{n}/item_id", [step.item_id] if step.item_id else [], items))
        for n, risk in enumerate(self.risks):
            named.append((f"/model/risks/{n}/activity_ids", risk.activity_ids, steps))
            named.append((f"/model/risks/{n}/phases", risk.phases, set(self.phases)))
        for n, item in enumerate(self.items):
            named.append((f"/model/items/{n}/phases", item.phases, set(self.phases)))
        for pointer, keys, known in named:
            missing = sorted(set(keys) - known)
            if missing:
                yield FieldError(pointer, "unknown_id", f"there is no {missing[0]}", f"不存在 {missing[0]}")
