"""The model of an analysis over HTTP: uncertain work, risks, drivers and a network, as the simulation takes them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, StringConstraints, model_validator

from services.risk.domain import distributions, monte_carlo
from services.risk.domain.correlation import Correlation, Pair
from services.risk.domain.distributions import Distribution
from services.risk.domain.monte_carlo import MAX_ITEMS, MAX_RISKS
from services.risk.domain.network import Kind, Link, Step
from services.risk.domain.three_point import NOTHING, ThreePoint
from services.risk.schemas.fields import In, Share
from shared.money import Currency
from shared.problems import FieldError, Invalid
from shared.validation import Line, rule

Key = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
_Number = Annotated[float, Field(ge=-(10**12), le=10**12)]
_Chance = Annotated[float, Field(gt=0, le=1)]
_Phases = Annotated[dict[Key, Share], Field(max_length=20)]

_ISSUE = rule(
    "this_is_an_issue_not_a_risk",
    "has probability 1: what is certain belongs into the items, or has happened (`has_happened`)",
    "概率为 1：确定的事项应计入工作项，或标记为已发生（`has_happened`）",
)
_PARAMETERS = rule(
    "distribution_out_of_range",
    "are no parameters of this distribution: sd and sigma at least 0, probabilities from 0 to 1 that add up to 1",
    "不是该分布的有效参数：标准差须 ≥ 0，各概率在 0 至 1 之间且合计为 1",
)
_FACTOR = rule("factor_not_positive", "must be above zero in every sample", "在任何抽样中都须大于零")
_DURATION = rule(
    "no_duration",
    "has no duration: give `duration`, `item_id` with `days_per_unit`, or `planned_days`",
    "缺少工期：请给出 `duration`，或 `item_id` 与 `days_per_unit`，或 `planned_days`",
)
_NOTHING = rule("nothing_to_simulate", "has no items, risks or activities", "没有工作项、风险或活动")
_LOWEST = np.array([5e-6])
"""The first of 100,000 strata."""


class _Drawn(In):
    """A distribution. `middle` is what a plan counts with when nobody says otherwise."""

    @property
    def middle(self) -> float:
        raise NotImplementedError

    def made(self) -> Distribution:
        raise NotImplementedError

    @model_validator(mode="after")
    def _possible(self) -> Self:
        try:
            self.made()
        except distributions.ParameterOutOfRange:
            raise ValueError(_PARAMETERS) from None
        except ValueError:
            raise ValueError("range_order") from None
        return self

    @property
    def lowest(self) -> float:
        return float(self.made().quantile(_LOWEST)[0])


class PointIn(_Drawn):
    kind: Literal["point"]
    value: _Number

    @property
    def middle(self) -> float:
        return self.value

    def made(self) -> Distribution:
        return distributions.Point(self.value)


class UniformIn(_Drawn):
    kind: Literal["uniform"]
    low: _Number
    high: _Number

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    def made(self) -> Distribution:
        return distributions.Uniform(self.low, self.high)


class RangedIn(_Drawn):
    """Any distribution of three points."""

    optimistic: _Number
    most_likely: _Number
    pessimistic: _Number

    @property
    def middle(self) -> float:
        return self.most_likely

    @property
    def points(self) -> ThreePoint:
        return ThreePoint(self.optimistic, self.most_likely, self.pessimistic)


class TriangularIn(RangedIn):
    kind: Literal["triangular"]

    def made(self) -> Distribution:
        return distributions.Triangular(self.points)


class PertIn(RangedIn):
    """Beta-PERT; `shape` is its lambda."""

    kind: Literal["pert"]
    shape: Annotated[float, Field(ge=2, le=6)] = 4.0

    def made(self) -> Distribution:
        return distributions.BetaPert(self.points, self.shape)


class TrigenIn(RangedIn):
    """Triangular; the bounds are percentiles: `below` of it lies under the optimistic value, `above` over the other."""

    kind: Literal["trigen"]
    below: Annotated[float, Field(ge=0, le=0.45)] = 0.1
    above: Annotated[float, Field(ge=0, le=0.45)] = 0.1

    def made(self) -> Distribution:
        return distributions.trigen(self.points, self.below, self.above)


class NormalIn(_Drawn):
    kind: Literal["normal"]
    mean: _Number
    sd: _Number

    @property
    def middle(self) -> float:
        return self.mean

    def made(self) -> Distribution:
        return distributions.Normal(self.mean, self.sd)


class LogNormalIn(_Drawn):
    """exp of a normal distribution with `mu` and `sigma`."""

    kind: Literal["lognormal"]
    mu: Annotated[float, Field(ge=-20, le=20)]
    sigma: Annotated[float, Field(ge=0, le=3)]

    @property
    def middle(self) -> float:
        return float(np.exp(self.mu))

    def made(self) -> Distribution:
        return distributions.LogNormal(self.mu, self.sigma)


class DiscreteIn(_Drawn):
    kind: Literal["discrete"]
    values: Annotated[tuple[_Number, ...], Field(min_length=1, max_length=distributions.MOST_VALUES)]
    probabilities: Annotated[tuple[Share, ...], Field(min_length=1, max_length=distributions.MOST_VALUES)]

    @property
    def middle(self) -> float:
        return sum(value * share for value, share in zip(self.values, self.probabilities, strict=True))

    def made(self) -> Distribution:
        return distributions.Discrete(self.values, self.probabilities)


DistributionIn = Annotated[
    PointIn | UniformIn | TriangularIn | PertIn | TrigenIn | NormalIn | LogNormalIn | DiscreteIn,
    Field(discriminator="kind"),
]


class ItemIn(In):
    """Uncertain work: its size, and what one unit of it costs. The base cost counts with the planned size."""

    id: Key
    name: Line | None = None
    name_zh: Line | None = None
    group: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""
    size: DistributionIn
    unit_cost: _Number = 1.0
    planned: _Number | None = None
    unit_days: Annotated[float, Field(ge=0, le=10_000, description="delay by one unit more, without a network")] = 0.0
    phases: _Phases = Field(default_factory=dict)

    @model_validator(mode="after")
    def _some(self) -> Self:
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
        cost, days = (one.made() if one else NOTHING for one in (self.cost, self.days))
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
    kind: Kind = Kind.FS
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
        return monte_carlo.Activity(
            Step(self.id, links), max(planned, 0.0), own, self.group, None if own else self.item_id, self.days_per_unit
        )


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
    base_cost: _Number | None = None
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
