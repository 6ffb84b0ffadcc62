"""Monte Carlo of cost and schedule: uncertain work that is correlated, risks that happen or not, and delay.

total = base + Σ (size x drivers - planned) x unit cost + Σ risk x impact + delay x daily burn

Each item, risk, driver and factor draws from a stream of its own, keyed by seed and id: the order of the input is
without effect, and adding an item leaves the draws of the others alone.

A risk driver (AACE 57R-09; Hulett, *Integrated Cost-Schedule Risk Analysis*, 2011) multiplies all items that it is
mapped to when it happens, which makes their correlation instead of guessing it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import scipy
from numpy.typing import NDArray

from shared.quant import network
from shared.quant.correlation import Correlation, Scores
from shared.quant.distributions import Distribution, Samples
from shared.quant.network_simulation import lengths_of
from shared.quant.outcomes import Outcomes

ENGINE_VERSION = f"risk-4 numpy-{np.__version__} scipy-{scipy.__version__}"
"""Equal versions give equal bytes for equal input and seed."""

MAX_ITEMS, MAX_RISKS, MAX_SAMPLES = 5_000, 2_000, 100_000
"""Of items as of activities: a baseline of 2,000 requirements has a line for each, and standing ones beside."""
MAX_CELLS = 60_000_000
"""Most samples x (items + drivers + risks) of one run, and x activities: some 240 MB and three seconds."""

DELAY = "schedule"
"""The part of the total that the slip of a network costs."""


class RunTooLarge(ValueError):
    """`count` of something is more than the `most` that one run takes."""

    def __init__(self, what: str, count: int, most: int) -> None:
        super().__init__(f"{count} {what} are more than {most}")
        self.what, self.count, self.most = what, count, most
        """items, risks, activities, samples; draws are samples x items and risks, or x activities."""


@dataclass(frozen=True, slots=True)
class Item:
    """Work whose size is uncertain: an estimate line."""

    id: str
    group: str
    size: Distribution
    planned: float
    """The size that the base cost and the plan count with."""
    unit_cost: float
    unit_days: float = 0.0
    """Days that one unit more delays the project, when there is no network."""


@dataclass(frozen=True, slots=True)
class Risk:
    """An event that happens with a probability and then costs money and days."""

    id: str
    probability: float
    cost: Distribution
    days: Distribution
    activities: tuple[str, ...] = ()
    """Those that the days are added to; without, the whole project waits."""


@dataclass(frozen=True, slots=True)
class Driver:
    """An event that multiplies sizes and durations by a factor above zero when it happens."""

    id: str
    probability: float
    factor: Distribution
    items: frozenset[str]
    activities: frozenset[str] = frozenset()
    days: Distribution | None = None
    """By which the whole project waits then, beside what the factor does."""


@dataclass(frozen=True, slots=True)
class Activity:
    """A step of the schedule: its duration varies by itself, or with the size of an item."""

    step: network.Activity
    """With the duration that is planned."""
    duration: Distribution | None = None
    group: str = ""
    item: str | None = None
    days_per_unit: float = 0.0

    @property
    def id(self) -> str:
        return self.step.id


@dataclass(frozen=True, slots=True)
class Model:
    """A project that costs `base` when all goes as planned. Raises `RunTooLarge` and what a network refuses."""

    base: float
    items: tuple[Item, ...] = ()
    risks: tuple[Risk, ...] = ()
    drivers: tuple[Driver, ...] = ()
    activities: tuple[Activity, ...] = ()
    daily_burn: float = 0.0
    correlation: Correlation = field(default_factory=Correlation)

    def refuse_beyond_limits(self, samples: int) -> None:
        """Raises `RunTooLarge`, `DuplicateId`."""
        items, steps = len(self.items), len(self.activities)
        risks = len(self.risks) + len(self.drivers)
        for what, count, most in (
            ("items", items, MAX_ITEMS),
            ("activities", steps, MAX_ITEMS),
            ("risks", risks, MAX_RISKS),
            ("samples", samples, MAX_SAMPLES),
            ("draws", samples * max(items + risks, steps), MAX_CELLS),
        ):
            if count > most:
                raise RunTooLarge(what, count, most)
        ids = [part.id for parts in (self.items, self.risks, self.drivers, self.activities) for part in parts]
        ids += [DELAY] if steps else []
        if len(set(ids)) < len(ids):
            raise network.DuplicateId(id=next(key for key in ids if ids.count(key) > 1))


@dataclass(frozen=True)
class Run:
    """What a simulation found: one total cost and one slip in days for each sample, and where the variance is from."""

    totals: Samples
    slips: Samples
    """Working days of delay beside the plan."""
    planned_days: float
    """Of the network; 0 without one."""
    parts: Mapping[str, NDArray[np.float32]]
    """What each item, risk and driver adds to the total, in each sample."""
    criticality: Mapping[str, float]
    largest_change: float

    @cached_property
    def cost(self) -> Outcomes:
        return Outcomes(self.totals)

    @cached_property
    def delay(self) -> Outcomes:
        return Outcomes(self.slips)

    @cached_property
    def contributions(self) -> Mapping[str, float]:
        """Cov(part, total) ÷ Var(total) of each part: adds up to 1, unless nothing varies."""
        centred = self.totals - self.totals.mean()
        # Not a matrix product: BLAS adds in an order that depends on the machine.
        covariances = {name: float(np.add.reduce(part * centred)) for name, part in self.parts.items()}
        whole = sum(covariances.values())
        if whole <= 0:
            return dict.fromkeys(covariances, 0.0)
        return {name: covariance / whole for name, covariance in covariances.items()}

    def mean_of(self, name: str) -> float:
        """What a part adds to the total on average."""
        return float(np.add.reduce(self.parts[name], dtype=np.float64)) / len(self.totals)

    def rank_correlations(self, names: Iterable[str]) -> dict[str, float]:
        """Spearman's rank correlation of parts with the total; 0 for what does not vary."""
        ranks = _ranks(self.totals)
        ranks -= ranks.mean()
        found = {}
        for name in names:
            own = _ranks(self.parts[name])
            own -= own.mean()
            spread = float(np.sqrt(np.add.reduce(own * own) * np.add.reduce(ranks * ranks)))
            found[name] = float(np.add.reduce(own * ranks)) / spread if spread else 0.0
        return found


def _ranks(values: NDArray[np.floating[Any]]) -> Samples:
    """Places in the order of size; equal values share the middle of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place])


Watch = Callable[[float], None]
"""Told how much of the work is drawn, 0…1."""


def _unwatched(_share: float) -> None:
    pass


T = TypeVar("T", Item, Risk, Driver, Activity)


def _by_id(parts: Iterable[T]) -> list[T]:
    return sorted(parts, key=lambda part: part.id)


class Work:
    """All of a project that is uncertain but the risks, drawn once: `with_risks` adds any set of these.

    Runs of one `Work` differ by their risks alone, and never by chance.
    """

    def __init__(self, model: Model, *, seed: int, samples: int = 10_000, watch: Watch = _unwatched) -> None:
        model.refuse_beyond_limits(samples)
        self._model, self._samples = model, samples
        groups = {item.id: item.group for item in model.items}
        groups |= {activity.id: activity.group for activity in model.activities if activity.duration}
        self._scores = Scores(seed, samples, model.correlation, groups)
        self._network = network.network_of(one.step for one in _by_id(model.activities)) if model.activities else None
        self._factors = {driver.id: self._factor(driver) for driver in _by_id(model.drivers)}
        self._mapped = {driver.id: np.zeros(samples) for driver in model.drivers}
        self._linked = {activity.item for activity in model.activities if activity.item}
        self._sizes: dict[str, Samples] = {}
        self._parts: dict[str, NDArray[np.float32]] = {}
        self.totals, self.slips = np.full(samples, float(model.base)), np.zeros(samples)
        for n, item in enumerate(_by_id(model.items)):
            self._add(item)
            watch((n + 1) / len(model.items))
        for driver in _by_id(model.drivers):
            self._wait_for(driver)
        self._parts |= {name: part.astype(np.float32) for name, part in sorted(self._mapped.items())}
        self._durations = {activity.id: self._duration(activity) for activity in _by_id(model.activities)}
        self._planned_days = self._plan()

    def _factor(self, driver: Driver) -> Samples:
        where, severity = self._scores.when(driver.id, driver.probability)
        factor = np.ones(self._samples)
        factor[where] = driver.factor.quantiles(severity)
        return factor

    def _add(self, item: Item) -> None:
        """Count an item in: its own part, and what the drivers make of it."""
        excess = self._scores.drawn(item.id, item.size) - item.planned
        own = excess * item.unit_cost
        self._parts[item.id] = own.astype(np.float32)
        drivers = [self._factors[driver.id] for driver in self._drivers_of(item)]
        if drivers:
            size = excess + item.planned
            joint = np.multiply.reduce(drivers)
            self._share_out(item, size * item.unit_cost, joint)
            excess = size * joint - item.planned
            own = excess * item.unit_cost
        if item.id in self._linked:
            self._sizes[item.id] = excess + item.planned
        self.totals += own
        self.slips += excess * item.unit_days

    def _wait_for(self, driver: Driver) -> None:
        if driver.days is None:
            return
        where, severity = self._scores.when(driver.id, driver.probability)
        days = np.zeros(self._samples)
        days[where] = driver.days.quantiles(severity)
        self.slips += days
        if self._network is None:
            self.totals += self._model.daily_burn * days
            self._mapped[driver.id] += self._model.daily_burn * days

    def _drivers_of(self, item: Item) -> list[Driver]:
        return [driver for driver in _by_id(self._model.drivers) if item.id in driver.items]

    def _share_out(self, item: Item, cost: Samples, joint: Samples) -> None:
        """Give each driver its part of cost x (joint - 1), by the logarithms of their factors: the parts add up."""
        logs = np.log(joint)
        mean = np.divide(joint - 1, logs, out=np.ones_like(joint), where=np.abs(logs) > 1e-12)  # noqa: PLR2004
        for driver in self._drivers_of(item):
            self._mapped[driver.id] += cost * mean * np.log(self._factors[driver.id])

    def _duration(self, activity: Activity) -> Samples:
        if activity.duration:
            drawn = self._scores.drawn(activity.id, activity.duration)
        elif activity.item:
            drawn = self._sizes[activity.item] * activity.days_per_unit
        else:
            drawn = np.full(self._samples, float(activity.step.duration))
        for driver in _by_id(self._model.drivers):
            if activity.id in driver.activities:
                drawn = drawn * self._factors[driver.id]
        return np.maximum(drawn, 0.0)

    def _plan(self) -> float:
        if self._network is None:
            return 0.0
        return float(lengths_of(self._network, {}, 1)[0][0])

    def with_risks(self, risks: Iterable[Risk], *, wants_criticality: bool = False) -> Run:
        """The project with these risks."""
        totals, slips, parts = self.totals.copy(), self.slips.copy(), dict(self._parts)
        durations, burn = dict(self._durations), self._model.daily_burn
        for risk in _by_id(risks):
            cost, days = self._outcome(risk)
            if self._network is None:
                cost = cost + burn * days
            elif risk.activities:
                for key in risk.activities:
                    durations[key] = np.maximum(durations[key] + days, 0.0)
                days = np.zeros_like(days)
            totals += cost
            slips += days
            parts[risk.id] = cost.astype(np.float32)
        criticality: dict[str, float] = {}
        if self._network is not None:
            finish, criticality = lengths_of(
                self._network, durations, self._samples, wants_criticality=wants_criticality
            )
            slips += finish - self._planned_days
            delay = burn * slips
            totals += delay
            parts[DELAY] = delay.astype(np.float32)
        return Run(totals, slips, self._planned_days, parts, criticality, self._scores.largest_change)

    def _outcome(self, risk: Risk) -> tuple[Samples, Samples]:
        """Cost and delay in each sample: one draw for money and days alike."""
        where, severity = self._scores.when(risk.id, risk.probability)
        cost, days = np.zeros(self._samples), np.zeros(self._samples)
        days[where] = risk.days.quantiles(severity)
        cost[where] = risk.cost.quantiles(severity)
        return cost, days

    def saved_without(self, risks: Sequence[Risk], run: Run, probability: float) -> dict[str, float]:
        """Analysis by exclusion: by how much the percentile of cost falls when one risk at a time is taken away.

        The draws of all others stay as they are.
        """
        whole = run.cost.percentile(probability)
        found = {}
        for risk in _by_id(risks):
            if self._network is None:
                rest = run.totals - run.parts[risk.id]
            else:
                rest = self.with_risks(one for one in risks if one.id != risk.id).totals
            found[risk.id] = whole - Outcomes(rest).percentile(probability)
        return found


def simulate(model: Model, *, seed: int, samples: int = 10_000) -> Run:
    """Draw `samples` outcomes of a project with its risks. Raises `RunTooLarge` and what the model refuses."""
    return Work(model, seed=seed, samples=samples).with_risks(model.risks, wants_criticality=True)
