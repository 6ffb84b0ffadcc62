"""Risk candidates of a project: what the catalogue finds, and the concerns that people wrote down."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import ceil
from uuid import UUID

from services.risk.domain.catalogue import RULES
from services.risk.domain.client_wordings import CLIENT_WORDINGS
from services.risk.domain.matrix import PMBOK
from services.risk.domain.project import Concern, Project
from services.risk.domain.response import Measure, Response
from services.risk.domain.risk import Risk, response_id, risk_id
from services.risk.domain.rule import Rule, Words
from services.risk.domain.triggers import Finding
from shared.language.money import quantised
from shared.quant.three_point import ThreePoint

CONCERN = "concern"

LEVELS = ("very_low", "low", "medium", "high", "very_high")

SEVERITY = {
    "very_low": ThreePoint(0.02, 0.05, 0.10),
    "low": ThreePoint(0.05, 0.10, 0.20),
    "medium": ThreePoint(0.10, 0.20, 0.40),
    "high": ThreePoint(0.20, 0.40, 0.80),
    "very_high": ThreePoint(0.40, 0.80, 1.60),
}
"""Impact of a concern as a share of the cost of the requirements that it names, until somebody says more."""

WHOLE_PROJECT = 0.125
"""A concern that names no requirement is about the whole project, and hits only a part of it."""

DELAY = 0.5
"""Of extra work only a part delays the plan: the rest goes on beside other work."""

RESPONSE = 0.05
"""Cost of the response to a concern as a share of its most likely impact."""

_EFFECT = Words("More cost and a later date than planned", "成本与工期超出计划")
_PREVENTIVE = {
    "technical": Words("Prove it with a small prototype before the offer", "报价前以小型原型验证"),
    "management": Words("Agree on roles, decisions and reporting in writing", "书面约定职责、决策与汇报机制"),
    "market": Words("Watch prices and competitors, bind what can be bound", "跟踪价格与竞争对手，能锁定的先锁定"),
    "resource": Words("Reserve named people, with deputies", "预留指定人员并安排替补"),
    "commercial": Words("Settle terms and payment plan with the sponsor", "与客户负责人确认条款与付款计划"),
    "security": Words("Threat model in design, pre-audit before go-live", "设计阶段做威胁建模，上线前预测评"),
    "schedule": Words("Plan buffers and a first release of must-haves", "预留缓冲，首期只交付必须需求"),
    "external": Words("Name the dependency and its date in the contract", "在合同中写明外部依赖及其日期"),
}
_CONTINGENCY = Words(
    "Draw on the contingency reserve; raise a change request when the cause is the client's",
    "动用应急储备；若原因在客户方则提出变更申请",
)
_OWNER = {
    "technical": "architect",
    "security": "architect",
    "commercial": "account_manager",
    "market": "account_manager",
}


def propose(project: Project, opportunity_id: UUID, rules: Sequence[Rule] = RULES) -> tuple[Risk, ...]:
    """All candidates, concerns first, in a fixed order.

    What a person wrote down wins: a finding is left out when a concern of its category names all its requirements.
    """
    concerns = project.baseline.concerns
    found = [(rule, finding) for rule in rules for finding in rule.find(project)]
    return (
        *(_of_concern(project, concern, opportunity_id) for concern in sorted(concerns, key=lambda c: c.code)),
        *(
            _of_rule(project, rule, finding, opportunity_id)
            for rule, finding in found
            if not any(_covers(project, concern, rule, finding) for concern in concerns)
        ),
    )


def _covers(project: Project, concern: Concern, rule: Rule, finding: Finding) -> bool:
    named = set(_codes(project, concern.requirement_ids))
    return bool(finding.codes) and concern.category == rule.category and named.issuperset(finding.codes)


def _codes(project: Project, ids: Iterable[UUID]) -> tuple[str, ...]:
    return tuple(sorted(project.codes[key] for key in ids if key in project.codes))


def _of_rule(project: Project, rule: Rule, finding: Finding, opportunity_id: UUID) -> Risk:
    facts = {**finding.facts, "label": finding.label}
    title, cause = rule.title.filled(facts), rule.cause.filled(facts)
    effect, explanation = rule.effect.filled(facts), rule.explanation.filled(facts)
    low, high = rule.probability
    key = risk_id(opportunity_id, rule.id, finding.subject)
    code = f"RSK-{rule.prefix}{rule.number:02d}" + (f"-{finding.label}" if finding.label else "")
    probability = round(low + (high - low) * min(max(finding.intensity, 0.0), 1.0), 2)
    probability_factor = _possible_factor(probability, rule.probability_factor)
    wording = CLIENT_WORDINGS.get(rule.id)
    return Risk(
        id=key,
        code=code,
        title=_line(title.en),
        title_zh=_line(title.zh),
        category=rule.category,
        kind="threat",
        cause=cause.en,
        cause_zh=cause.zh,
        effect=effect.en,
        effect_zh=effect.zh,
        probability=round(probability / probability_factor, 6),
        impact_cost=rule.cost.scaled(finding.extent.cost).rounded(2).scaled(1 / rule.impact_factor).rounded(2),
        impact_days=rule.days.scaled(finding.extent.days).rounded(2).scaled(1 / rule.impact_factor).rounded(2),
        responses=(
            Response(
                id=response_id(key, Measure.PREVENTIVE),
                code=f"{code}-P",
                strategy=rule.strategy,
                kind=Measure.PREVENTIVE,
                statement=rule.preventive.en,
                statement_zh=rule.preventive.zh,
                owner_role=rule.owner_role,
                cost=_cost(project, rule.response_share * finding.extent.cost),
                probability_factor=probability_factor,
            ),
            Response(
                id=response_id(key, Measure.CONTINGENCY),
                code=f"{code}-C",
                strategy=rule.strategy,
                kind=Measure.CONTINGENCY,
                statement=rule.contingency.en,
                statement_zh=rule.contingency.zh,
                owner_role=rule.owner_role,
                cost=_cost(project, 0),
                impact_factor=rule.impact_factor,
                trigger=_line(title.en),
                trigger_zh=_line(title.zh),
            ),
        ),
        requirement_codes=finding.codes,
        origin="rule",
        explanation=explanation.en,
        explanation_zh=explanation.zh,
        client_wording=wording.en if wording else None,
        client_wording_zh=wording.zh if wording else None,
        breakdown=rule.breakdown,
    )


_ALMOST_CERTAIN = 0.95


def _possible_factor(probability: float, factor: float) -> float:
    """`factor`, or what is nearer to 1 where the risk would be certain without the measure."""
    return min(max(factor, ceil(100 * probability / _ALMOST_CERTAIN) / 100), 1.0)


def _of_concern(project: Project, concern: Concern, opportunity_id: UUID) -> Risk:
    codes = _codes(project, concern.requirement_ids)
    extent = project.extent(codes)
    reach = 1.0 if codes else WHOLE_PROJECT
    impact = SEVERITY.get(concern.severity, SEVERITY["medium"])
    cost = impact.scaled(extent.cost * reach).rounded(2)
    preventive = _PREVENTIVE.get(concern.category, _PREVENTIVE["management"])
    about = f" ({', '.join(codes)})" if codes else ""
    key, code = risk_id(opportunity_id, CONCERN, str(concern.id)), f"RSK-{concern.code}"
    owner = _OWNER.get(concern.category, "project_manager")
    return Risk(
        id=key,
        code=code,
        title=_line(concern.statement),
        title_zh=_line(concern.statement),
        category=concern.category,
        kind="threat",
        cause=concern.statement,
        cause_zh=concern.statement,
        effect=concern.effect or _EFFECT.en,
        effect_zh=concern.effect or _EFFECT.zh,
        probability=_likelihood(concern.likelihood),
        impact_cost=cost,
        impact_days=impact.scaled(extent.days * reach * DELAY).rounded(2),
        # What these measures do, nobody has judged yet: their factors are 1.
        responses=(
            Response(
                id=response_id(key, Measure.PREVENTIVE),
                code=f"{code}-P",
                strategy="mitigate",
                kind=Measure.PREVENTIVE,
                statement=preventive.en,
                statement_zh=preventive.zh,
                owner_role=owner,
                cost=_cost(project, RESPONSE * cost.most_likely),
            ),
            Response(
                id=response_id(key, Measure.CONTINGENCY),
                code=f"{code}-C",
                strategy="mitigate",
                kind=Measure.CONTINGENCY,
                statement=_CONTINGENCY.en,
                statement_zh=_CONTINGENCY.zh,
                owner_role=owner,
                cost=_cost(project, 0),
                trigger=_line(concern.statement),
                trigger_zh=_line(concern.statement),
            ),
        ),
        requirement_codes=codes,
        origin="concern",
        explanation=f"Concern {concern.code}{about}: likelihood {_said(concern.likelihood)},"
        f" severity {_said(concern.severity)}.",
        explanation_zh=f"关注点 {concern.code}{about}：可能性{_LEVELS_ZH.get(concern.likelihood, '中')}，"
        f"严重度{_LEVELS_ZH.get(concern.severity, '中')}。",
        client_visibility=concern.client_visibility,
        client_wording=concern.client_wording,
        client_wording_zh=concern.client_wording,
    )


_LEVELS_ZH = dict(zip(LEVELS, ("很低", "低", "中", "高", "很高"), strict=True))


_TITLE = 200


def _line(statement: str) -> str:
    """A statement as a title: its first line, cut to what a table can hold."""
    first = statement.strip().split("\n")[0]
    return first if len(first) <= _TITLE else first[: _TITLE - 1].rstrip() + "…"


def _said(level: str) -> str:
    return level.replace("_", " ")


def _likelihood(level: str) -> float:
    """The matrix's value of a level, 0.1 … 0.9; medium for a level that is not known here."""
    return float(PMBOK.probability[LEVELS.index(level) if level in LEVELS else 2])


def _cost(project: Project, amount: float) -> Decimal:
    return quantised(Decimal(str(amount)), project.estimate.currency)
