"""The risk catalogue over HTTP."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.risk.domain.response import OF_OPPORTUNITIES, Strategy
from services.risk.domain.risk import Category, Risk
from services.risk.domain.rule import PLACE
from services.risk.domain.trigger import FLAG, NUMBER, OF_TEXT, SOURCES, TEXT
from services.risk.models.catalogue import SHIPPED, TEXTS, CatalogueRule
from services.risk.schemas.fields import CostRangeOut, DaysRangeOut, Share
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Text, rule

UNKNOWN_FIELD = rule("unknown_source_field", "is not a field of that source", "不是该数据源的字段")
WRONG_OPERATOR = rule("wrong_operator", "does not fit the kind of the field", "与字段类型不符")
WRONG_MEASURE = rule(
    "wrong_measure",
    "`value` needs `of`, a number of the source; others need none",
    "value 须以 of 指明数值字段，其他不得填写",
)
UNKNOWN_PLACE = rule("unknown_placeholder", "names a fact that the trigger does not have", "引用了触发条件没有的变量")
TRIGGER_STAYS = rule("trigger_stays", "a shipped rule keeps its trigger", "内置规则的触发条件不可更改")
NO_TRIGGER = rule("trigger_missing", "a rule of your own needs a trigger", "自定义规则须有触发条件")
FOR_THREATS = rule(
    "for_threats", "rules propose threats: no strategy of opportunities", "规则只提出威胁，不能使用机会策略"
)

FACTS = frozenset({"count", "total", "value", "start", "codes", "items", "conditions", "label"})
"""What the sentences of a tenant's rule can name."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
Figure = Annotated[float, Field(ge=-1e15, le=1e15)]
PositiveShare = Annotated[float, Field(ge=0, le=10)]


class WordsIn(In):
    """A sentence; one language stands for both. `{count}` and the like are facts of the trigger."""

    en: Text | None = None
    zh: Text | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if self.en is None and self.zh is None:
            raise ValueError("blank")
        return self

    @property
    def both(self) -> dict[str, str]:
        return {"en": self.en or self.zh or "", "zh": self.zh or self.en or ""}


class ConditionIn(In):
    field: Line
    operator: Literal["=", "!=", "in", "contains", "<", "<=", ">=", ">"]
    value: bool | Figure | Line | Annotated[list[Line], Field(min_length=1, max_length=50)]

    def refuse_against(self, fields: dict[str, str]) -> None:
        """Raises `ValueError` when the source has no such field, or not of that kind."""
        kind = fields.get(self.field)
        if kind is None:
            raise ValueError(UNKNOWN_FIELD)
        is_fitting = {
            FLAG: self.operator == "=" and isinstance(self.value, bool),
            NUMBER: self.operator in {"<", "<=", "=", ">=", ">"} and _is_number(self.value),
            TEXT: self.operator in OF_TEXT and isinstance(self.value, list if self.operator == "in" else str),
        }
        if not is_fitting[kind]:
            raise ValueError(WRONG_OPERATOR)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class TriggerIn(In):
    """Fires when the figure reaches `start`; from there to `worst` the cause grows."""

    over: Literal["requirements", "fits", "constraints", "concerns", "lines", "cost_items", "estimate"]
    where: Annotated[list[ConditionIn], Field(max_length=20)] = []
    measure: Literal["count", "share", "value"] = "count"
    of: Annotated[Line | None, Field(description="the number that `value` looks at")] = None
    each: Annotated[bool, Field(description="one proposal for each row in place of one for all")] = False
    start: Figure = 1.0
    worst: Figure

    @model_validator(mode="after")
    def _possible(self) -> Self:
        fields = dict(SOURCES[self.over])
        for condition in self.where:
            condition.refuse_against(fields)
        is_number = fields.get(self.of or "") == NUMBER
        if (self.measure == "value") != (self.of is not None) or (self.of and not is_number):
            raise ValueError(WRONG_MEASURE)
        return self


class ProbabilityIn(In):
    """With the preventive measure in place: from the weakest to the strongest cause."""

    weakest: Annotated[float, Field(gt=0, lt=1)]
    strongest: Annotated[float, Field(gt=0, lt=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.weakest > self.strongest:
            raise ValueError("range_order")
        return self


class SharesIn(In):
    """Of what the cause can hit: cost of the affected lines, days of the plan that they fill."""

    optimistic: PositiveShare
    most_likely: PositiveShare
    pessimistic: PositiveShare

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.optimistic <= self.most_likely <= self.pessimistic:
            raise ValueError("range_order")
        return self


class RuleIn(In):
    """The next version of a rule, enabled at once: your own, or a shipped one with other texts and figures."""

    key: Key
    category: Category
    breakdown: Annotated[Line | None, Field(description="place in the risk breakdown structure (RBS)")] = None
    trigger: TriggerIn | None = None
    title: WordsIn
    cause: WordsIn
    effect: WordsIn
    explanation: WordsIn | None = None
    probability: ProbabilityIn
    cost_shares: SharesIn
    days_shares: SharesIn = SharesIn(optimistic=0, most_likely=0, pessimistic=0)
    strategy: Strategy = Strategy.MITIGATE
    preventive: WordsIn
    contingency: WordsIn
    owner_role: Line = "project_manager"
    response_share: Annotated[Share, Field(description="cost of the response as a share of what it protects")] = 0.0
    probability_factor: Annotated[float, Field(gt=0, le=1)] = 0.7
    impact_factor: Annotated[float, Field(gt=0, le=1)] = 0.8

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.key in SHIPPED and self.trigger:
            raise ValueError(TRIGGER_STAYS)
        if self.key not in SHIPPED and not self.trigger:
            raise ValueError(NO_TRIGGER)
        if self.strategy in OF_OPPORTUNITIES:
            raise ValueError(FOR_THREATS)
        known = _places_of(SHIPPED[self.key]) if self.key in SHIPPED else FACTS
        for name in TEXTS:
            words: WordsIn | None = getattr(self, name)
            if words and not set(PLACE.findall("".join(words.both.values()))) <= known:
                raise ValueError(UNKNOWN_PLACE)
        return self

    @property
    def content(self) -> dict[str, Any]:
        """As a version keeps it."""
        shipped = SHIPPED.get(self.key)
        usual = {"en": shipped.explanation.en, "zh": shipped.explanation.zh} if shipped else _USUAL
        texts = {name: getattr(self, name).both for name in TEXTS if name != "explanation"}
        explanation = self.explanation.both if self.explanation else usual
        return {**self.model_dump(mode="json", exclude={"key", *TEXTS}), **texts, "explanation": explanation}


_USUAL = {
    "en": "{count} of {total} where {conditions}: {items} (figure {value}, proposed from {start}).",
    "zh": "{total} 项中有 {count} 项满足 {conditions}：{items}（指标 {value}，起始阈值 {start}）。",
}


def _places_of(shipped: Any) -> set[str]:
    """What the finder of a shipped rule is known to say."""
    return {place for name in TEXTS for place in PLACE.findall(getattr(shipped, name).en + getattr(shipped, name).zh)}


class WordsOut(BaseModel):
    en: str
    zh: str


class ConditionOut(BaseModel):
    field: str
    operator: str
    value: bool | float | str | list[str]


class TriggerOut(BaseModel):
    over: str
    where: list[ConditionOut]
    measure: str
    of: str | None
    each: bool
    start: float
    worst: float


class ProbabilityOut(BaseModel):
    weakest: float
    strongest: float


class RuleOut(ResourceOut):
    """A version of a rule. `trigger` is null for shipped ones, whose trigger is fixed.

    The draft that a lesson became has a title and a cause, and null where nobody has said anything yet.
    """

    model_config = ConfigDict(extra="ignore")

    key: str
    number: int
    risk_code: Annotated[str, Field(description="how the codes of its risks begin")]
    is_shipped: bool
    status: str
    category: str | None
    breakdown: str | None
    trigger: TriggerOut | None
    title: WordsOut
    cause: WordsOut
    effect: WordsOut | None
    explanation: WordsOut | None
    probability: ProbabilityOut | None
    cost_shares: DaysRangeOut | None
    days_shares: DaysRangeOut | None
    strategy: str | None
    preventive: WordsOut | None
    contingency: WordsOut | None
    owner_role: str | None
    response_share: float | None
    probability_factor: float | None
    impact_factor: float | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: CatalogueRule) -> Self:
        own = {name: getattr(row, name) for name in _OWN}
        prefix = "R" if row.is_shipped else "T"
        unsaid = dict.fromkeys(cls.model_fields)
        return cls.model_validate({**unsaid, **own, **row.shown, "risk_code": f"RSK-{prefix}{row.code_number:02d}"})


_OWN = (*ResourceOut.model_fields, "key", "number", "is_shipped", "status", "allowed_actions")


class RuleQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "key", "code_number")

    sort: Annotated[str, Field(max_length=40, description="a field; - before it for descending")] = "code_number"
    key: str | None = None
    status: Several[Literal["draft", "enabled", "disabled"]] = None
    is_shipped: bool | None = None


class TryIn(In):
    opportunity_id: UUID


class ProposalOut(BaseModel):
    """A risk that a rule would propose, and why; figures are those with its measures in place."""

    code: str
    title: str
    title_zh: str
    category: str
    explanation: str
    explanation_zh: str
    probability: float
    impact_cost: CostRangeOut | None
    impact_days: DaysRangeOut
    requirement_codes: list[str]


class ProposalsOut(BaseModel):
    items: list[ProposalOut]

    @classmethod
    def of(cls, risks: Iterable[Risk], currency: str, caller: Principal) -> Self:
        """As much as `caller` may see."""
        return cls(items=[_proposal(risk, currency, shows_money=caller.may("cost:read")) for risk in risks])


def _proposal(risk: Risk, currency: str, *, shows_money: bool) -> ProposalOut:
    left = risk.residual
    cost = {name: getattr(left.impact_cost, name) for name in DaysRangeOut.model_fields}
    return ProposalOut(
        code=risk.code,
        title=risk.title,
        title_zh=risk.title_zh,
        category=risk.category,
        explanation=risk.explanation,
        explanation_zh=risk.explanation_zh,
        probability=left.probability,
        impact_cost=CostRangeOut.of(cost, currency) if shows_money else None,
        impact_days=from_row(DaysRangeOut, left.impact_days),
        requirement_codes=list(risk.requirement_codes),
    )
