"""The risk catalogue of a tenant: shipped rules as they are, changed or switched off, and its own."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from services.risk.domain.catalogue import RULES
from services.risk.domain.rule import Rule, Words
from services.risk.domain.trigger import Condition, Trigger
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.quant.three_point import ThreePoint

SHIPPED = {rule.id: rule for rule in RULES}
TEXTS = ("title", "cause", "effect", "explanation", "preventive", "contingency")


class NothingToTry(Problem):
    status = 409
    title = ("There is nothing to try it on", "没有可试算的数据")
    en = "The opportunity has no approved baseline with an estimate yet."
    zh = "该商机尚无已批准基线及其估算。"


class RuleIsDraft(Problem):
    status = 409
    title = ("The rule is a draft", "规则尚为草稿")
    en = "{key} has no trigger and no figures yet; revise it with all of them, then it counts."
    zh = "{key} 尚无触发条件和数值；请补全后提交修订，规则即生效。"


class CatalogueRule(Resource):
    """A version of a rule; at most one of a key is enabled. A shipped one without content is as it was shipped.

    The draft that a lesson became has nothing but a title and a cause in its content, until it is revised.
    """

    __tablename__ = "catalogue_rule"

    key: Mapped[str]
    number: Mapped[int]
    """Counts the versions of a key, from 1."""
    code_number: Mapped[int]
    """Shows in the codes of its risks."""
    is_shipped: Mapped[bool]
    """Whether the key is a shipped rule's: its trigger stays."""
    content: Mapped[dict[str, Any] | None]
    status: Mapped[str]
    """draft, enabled or disabled."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "key", "number"),
        sa.Index(
            "uq_catalogue_rule_enabled",
            "tenant_id",
            "key",
            unique=True,
            postgresql_where=sa.text("status = 'enabled'"),
        ),
    )

    machine = StateMachine(
        "rule",
        (Transition("enable", ("disabled",), "enabled"), Transition("disable", ("enabled",), "disabled")),
        collection="risk-catalogue",
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    @property
    def rule(self) -> Rule:
        """As the domain reads it. Raises `RuleIsDraft`."""
        if self.status == "draft":
            raise RuleIsDraft(key=self.key)
        shipped = SHIPPED.get(self.key)
        if shipped and not self.content:
            return shipped
        return rule_of(self.key, self.code_number, self.content or {}, shipped)

    @property
    def shown(self) -> dict[str, Any]:
        """Its content, be it its own or that of the shipped rule."""
        return self.content or content_of(SHIPPED[self.key])


def rule_of(key: str, number: int, content: dict[str, Any], shipped: Rule | None) -> Rule:
    """A rule from JSON; a shipped one keeps its trigger and its number."""
    return Rule(
        id=key if shipped else f"own:{key}",
        number=shipped.number if shipped else number,
        category=content["category"],
        find=shipped.find if shipped else trigger_of(content["trigger"]).find,
        **{name: Words(**content[name]) for name in TEXTS},
        probability=(content["probability"]["weakest"], content["probability"]["strongest"]),
        cost=ThreePoint(**content["cost_shares"]),
        days=ThreePoint(**content["days_shares"]),
        strategy=content["strategy"],
        owner_role=content["owner_role"],
        response_share=content["response_share"],
        probability_factor=content["probability_factor"],
        impact_factor=content["impact_factor"],
        breakdown=content["breakdown"],
        prefix="R" if shipped else "T",
    )


def trigger_of(stored: dict[str, Any]) -> Trigger:
    """A trigger from JSON."""
    return Trigger(**{**stored, "where": tuple(Condition(**one) for one in stored["where"])})


def content_of(rule: Rule) -> dict[str, Any]:
    """A shipped rule as JSON; its trigger is code, which its explanation describes."""
    weakest, strongest = rule.probability
    return {
        "category": rule.category,
        "breakdown": rule.breakdown,
        "trigger": None,
        **{name: asdict(getattr(rule, name)) for name in TEXTS},
        "probability": {"weakest": weakest, "strongest": strongest},
        "cost_shares": asdict(rule.cost),
        "days_shares": asdict(rule.days),
        "strategy": rule.strategy,
        "owner_role": rule.owner_role,
        "response_share": rule.response_share,
        "probability_factor": rule.probability_factor,
        "impact_factor": rule.impact_factor,
    }


def catalogue_of(rows: Sequence[CatalogueRule]) -> tuple[Rule, ...]:
    """The rules that count: shipped ones that the tenant never touched, and what it has enabled, in a fixed order."""
    touched = {row.key for row in rows}
    own = [row.rule for row in rows if row.status == "enabled"]
    rules = [*(rule for rule in RULES if rule.id not in touched), *own]
    return tuple(sorted(rules, key=lambda rule: (rule.prefix, rule.number)))
