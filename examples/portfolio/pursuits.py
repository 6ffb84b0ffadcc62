"""The simulation: what becomes of each opportunity, day by day, without any event yet."""

import math
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from examples.portfolio.market import (
    CLIENTS,
    COMPETITORS,
    KINDS,
    OWNERS,
    SEASON,
    SOLUTIONS,
    Client,
    Competitor,
    Solution,
)

QUARTERS, OPPORTUNITIES = 8, 200
_DAY_RATE = {"CNY": 2600, "EUR": 560}
"""Internal cost of a person-day."""
_HOUR_RATE = {"CNY": 350, "EUR": 75}
"""Cost of an hour of presales."""
_NEGOTIATED_AFTER = 25
REASONS = {
    "won": ("fit", "team", "references", "price"),
    "lost": ("price", "relationship", "incumbent", "delivery_time"),
    "no_decision": ("priorities", "budget"),
    "qualified_out": ("fit",),
    "not_bid": ("priorities",),
}


@dataclass(slots=True)
class Answer:
    """A question of the client's, and how long the first answer took."""

    day: date
    priority: str
    target_minutes: int
    minutes: float

    @property
    def is_in_time(self) -> bool:
        return self.minutes <= self.target_minutes


@dataclass(slots=True)
class Threat:
    """A risk as it was stated, and whether it happened: None while nobody can know."""

    category: str
    probability: float
    happened: bool | None


@dataclass(slots=True)
class Survey:
    """Somebody at the client was asked; `score` is None when no answer came."""

    kind: str
    sent: date
    score: int | None
    words: str | None


@dataclass(slots=True)
class Support:
    day: date
    domain: str
    kind: str
    is_closed: bool


@dataclass(slots=True)
class Hours:
    day: date
    hours: float
    activity: str


@dataclass(slots=True)
class Pursuit:
    """One opportunity, as far as it has come by the day on which the portfolio ends. Dates are None for what is not."""

    number: int
    client: Client
    solution: Solution
    kind: str
    owner: str
    opened: date
    requirements: int
    value: Decimal
    """Expected at the opening, with tax."""
    stated: float
    """The team's probability of winning at the opening."""
    close_on: date
    """When the team expects the decision."""
    until: date
    """The last day of the portfolio."""
    bid_decided: date | None = None
    submitted_for_review: date | None = None
    approved: list[date] = field(default_factory=list)
    """Days on which a baseline was approved; the second follows a change request."""
    changed: int = 0
    """Requirements that the change request changed."""
    priced: date | None = None
    effort_days: float = 0.0
    p80_days: float = 0.0
    cost: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    """Without tax."""
    margin: float = 0.0
    submitted: date | None = None
    expected: float | None = None
    """The team's probability of winning when the proposal was submitted."""
    competitor: Competitor | None = None
    result: str | None = None
    decided: date | None = None
    reasons: tuple[str, ...] = ()
    final: Decimal | None = None
    """What was agreed, without tax."""
    delivered: date | None = None
    actual_days: float | None = None
    answers: list[Answer] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    threats: list[Threat] = field(default_factory=list)
    support: list[Support] = field(default_factory=list)
    hours: list[Hours] = field(default_factory=list)

    @property
    def currency(self) -> str:
        return self.client.currency

    @property
    def stages(self) -> list[tuple[str, date]]:
        """Stages entered, by their days: who is decided upon at once never negotiates."""
        last = self.decided or self.until
        found = [("draft", self.opened), ("qualifying", working(self.opened + timedelta(days=3)))]
        if self.bid_decided and self.result != "not_bid":
            found.append(("active", self.bid_decided))
        if self.submitted:
            found.append(("submitted", self.submitted))
            found.append(("negotiating", working(self.submitted + timedelta(days=_NEGOTIATED_AFTER))))
        return [(stage, day) for stage, day in found if day < last or stage == "draft"]

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.result is None


def made(seed: int, ends: date, *, opportunities: int = OPPORTUNITIES) -> list[Pursuit]:
    """So many opportunities, opened in the eight quarters up to `ends`, in the order of their opening."""
    chance = random.Random(seed)  # noqa: S311 (a simulation)
    begins = ends - timedelta(days=round(365.25 / 4 * QUARTERS))
    days = [begins + timedelta(days=one) for one in range((ends - begins).days)]
    weights = [SEASON[day.month - 1] * (day.weekday() < 5) for day in days]  # noqa: PLR2004
    opened = sorted(chance.choices(days, weights, k=opportunities))
    return [_pursued(random.Random(f"{seed}/{number}"), number, day, ends) for number, day in enumerate(opened, 1)]  # noqa: S311


def _later(day: date, least: int, most: int, chance: random.Random) -> date:
    """A working day, so many calendar days later."""
    return working(day + timedelta(days=chance.randint(least, most)))


def working(day: date) -> date:
    """The day itself, or the Monday after."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)  # noqa: PLR2004


def _odds(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _pursued(chance: random.Random, number: int, opened: date, ends: date) -> Pursuit:
    client, solution = chance.choice(CLIENTS), chance.choice(SOLUTIONS)
    kind = chance.choices(list(KINDS), [share for share, _ in KINDS.values()])[0]
    rival = chance.choices([None, *COMPETITORS], [0.25, *(one.share for one in COMPETITORS)])[0]
    if kind == "renewal":
        rival = None
    true = KINDS[kind][1] + client.fondness + solution.strength + chance.gauss(-0.1, 0.6)
    true -= rival.strength if rival else 0
    effort = solution.days * client.size * chance.lognormvariate(0, 0.3)
    rate = _DAY_RATE[client.currency]
    one = Pursuit(
        number=number, client=client, solution=solution, kind=kind, owner=chance.choice(OWNERS), opened=opened,
        requirements=round(12 + effort / 12), competitor=rival,
        value=Decimal(round(effort * rate * 1.6 * chance.lognormvariate(0, 0.2), -3)),
        # Whoever opens an opportunity likes it.
        stated=round(min(0.9, max(0.05, _odds(true + 0.5 + chance.gauss(0, 0.5)))), 2),
        close_on=_later(opened, 90, 170, chance), until=ends,
    )  # fmt: skip
    if chance.random() < 0.12:  # noqa: PLR2004
        return _ended(one, "qualified_out", _later(opened, 5, 25, chance), chance, ends)
    one.bid_decided = _later(opened, 8, 30, chance)
    if one.bid_decided > ends:
        one.bid_decided = None
        return _worked(one, chance, ends)
    if kind == "tender" and true < -0.8 and chance.random() < 0.7:  # noqa: PLR2004
        return _ended(one, "not_bid", one.bid_decided, chance, ends)
    return _offered(one, chance, ends, true, effort, rate)


def _offered(one: Pursuit, chance: random.Random, ends: date, true: float, effort: float, rate: int) -> Pursuit:
    assert one.bid_decided  # noqa: S101 (an offer follows the decision to bid)
    review = _later(one.bid_decided, 10, 40, chance)
    approved = _later(review, 0, 4, chance)
    if approved > ends:
        one.submitted_for_review = review if review <= ends else None
        return _worked(one, chance, ends)
    one.submitted_for_review, one.approved, one.priced = review, [approved], approved
    if chance.random() < 0.3 and (again := _later(approved, 3, 15, chance)) <= ends:  # noqa: PLR2004
        one.approved.append(again)
        one.changed = chance.randint(1, max(1, one.requirements // 6))
        one.priced = again
    one.effort_days = round(effort * (1 + 0.6 * one.changed / one.requirements), 1)
    one.p80_days = round(one.effort_days * 1.18, 1)
    one.cost = Decimal(str(round(one.effort_days * rate, 2)))
    one.margin = round(chance.uniform(0.12, 0.28), 3)
    one.price = (one.cost * Decimal("1.08") / Decimal(str(1 - one.margin))).quantize(Decimal("0.01"))
    submitted = _later(one.approved[-1], 3, 14, chance)
    if submitted > ends:
        return _worked(one, chance, ends)
    one.submitted = submitted
    one.expected = round(min(0.95, max(0.05, _odds(true + 0.25 + chance.gauss(0, 0.3)))), 2)
    decided = _later(submitted, 15, 80, chance)
    if chance.random() < 0.08:  # noqa: PLR2004
        return _ended(one, "no_decision", decided, chance, ends)
    return _ended(one, "won" if chance.random() < _odds(true) else "lost", decided, chance, ends)


def _ended(one: Pursuit, result: str, decided: date, chance: random.Random, ends: date) -> Pursuit:
    if decided <= ends:
        one.result, one.decided = result, decided
        one.reasons = tuple(chance.sample(REASONS[result], k=min(len(REASONS[result]), chance.randint(1, 2))))
        if result == "won":
            one.final = (one.price * Decimal(str(round(chance.uniform(0.92, 1.0), 3)))).quantize(Decimal("0.01"))
            finished = _later(decided, 90, 300, chance)
            if finished <= ends:
                one.delivered = finished
                one.actual_days = round(one.effort_days * chance.lognormvariate(0.06, 0.18), 1)
    return _worked(one, chance, ends)


def _worked(one: Pursuit, chance: random.Random, ends: date) -> Pursuit:
    """What is done on the way: questions and answers, hours, support, surveys, risks."""
    last = min(one.decided or ends, ends)
    span = max((last - one.opened).days, 1)

    def some_day() -> date:
        return min(working(one.opened + timedelta(days=chance.randrange(span))), last)

    for _ in range(chance.randint(1, 5)):
        priority, target = chance.choice((("high", 240), ("normal", 480), ("normal", 480), ("low", 960)))
        one.answers.append(Answer(some_day(), priority, target, round(target * chance.lognormvariate(-0.7, 0.7), 1)))
    for _ in range(min(20, span // 9 + 1)):
        activity = chance.choice(("discovery", "estimation", "proposal", "presentation"))
        one.hours.append(Hours(some_day(), chance.choice((1.5, 2.0, 3.5, 4.0, 6.0)), activity))
    for _ in range(chance.randint(0, 3)):
        domain = chance.choices(("technical", "project_management", "risk_control"), (6, 3, 2))[0]
        kind = chance.choice(("consulting", "training", "guidance"))
        one.support.append(Support(some_day(), domain, kind, chance.random() < 0.85))  # noqa: PLR2004
    if one.submitted:
        for _ in range(chance.randint(2, 5)):
            probability = round(chance.uniform(0.05, 0.7), 2)
            known = one.delivered is not None
            category = chance.choice(("technical", "schedule", "resource", "commercial"))
            one.threats.append(Threat(category, probability, chance.random() < probability * 0.85 if known else None))
        one.surveys.append(_survey("csat", one.submitted, chance, one.result == "won"))
    if one.result in {"won", "lost"} and one.decided:
        one.surveys.append(_survey("nps", one.decided, chance, one.result == "won"))
    one.answers.sort(key=lambda part: part.day)
    one.hours.sort(key=lambda part: part.day)
    one.support.sort(key=lambda part: part.day)
    return one


_WORDS = {
    True: ("团队专业，响应及时。", "方案贴合我们的业务。", "The team understood our process."),
    False: ("报价偏高。", "回复较慢，交付计划不够清楚。", "The answer to our questions took too long."),
}


def _survey(kind: str, sent: date, chance: random.Random, is_glad: bool) -> Survey:
    if chance.random() > 0.62:  # noqa: PLR2004
        return Survey(kind, sent, None, None)
    if kind == "csat":
        score = chance.choices((1, 2, 3, 4, 5), (1, 2, 5, 12, 10) if is_glad else (3, 5, 8, 6, 2))[0]
    else:
        score = min(10, max(0, round(chance.gauss(8.4 if is_glad else 5.8, 1.6))))
    words = chance.choice(_WORDS[is_glad]) if chance.random() < 0.5 else None  # noqa: PLR2004
    return Survey(kind, sent, score, words)


def hour_rate(currency: str) -> Decimal:
    """What an hour of presales costs."""
    return Decimal(_HOUR_RATE[currency])
