"""The kinds of part that persons settle for an opportunity, and what was settled when a proposal is assembled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.proposal.content.authored import (
    AfterSalesPart,
    BrandingPart,
    ReissuePart,
    SectionsPart,
    SolutionDesign,
    StrategyPart,
    ValidityPart,
)
from services.proposal.content.economics import EconomicsPart
from services.proposal.content.estimate_words import EstimateWords
from services.proposal.content.model import SettledPart
from services.proposal.content.moved import LimitsPart, OpportunityPart
from services.proposal.content.part import Named, Part
from services.proposal.content.plan import AuthoredSchedule, ResourcePart

KINDS: Mapping[str, type[Part]] = {
    "solution": SolutionDesign,
    "schedule": AuthoredSchedule,
    "resource_plan": ResourcePart,
    "strategy": StrategyPart,
    "after_sales_plan": AfterSalesPart,
    "economic_case": EconomicsPart,
    "sections": SectionsPart,
    "branding": BrandingPart,
    "validity": ValidityPart,
    "reissue": ReissuePart,
    "opportunity": OpportunityPart,
    "limits": LimitsPart,
    "estimate_words": EstimateWords,
}
"""Type of each kind's facts."""

KIND_NAMES: Mapping[str, Named] = {
    "solution": Named(name="solution", name_zh="技术方案"),
    "schedule": Named(name="schedule", name_zh="时间计划"),
    "resource_plan": Named(name="resource plan", name_zh="资源配置"),
    "strategy": Named(name="strategy", name_zh="销售策略"),
    "after_sales_plan": Named(name="after-sales plan", name_zh="售后方案"),
    "economic_case": Named(name="economic analysis", name_zh="经济分析"),
    "sections": Named(name="text of the sections", name_zh="章节文字"),
    "branding": Named(name="branding", name_zh="文档样式"),
    "validity": Named(name="validity of the offer", name_zh="报价有效期"),
    "reissue": Named(name="reason for a new revision", name_zh="换版说明"),
    "opportunity": Named(name="description of the opportunity", name_zh="商机信息"),
    "limits": Named(name="limits of the client's", name_zh="客户约束"),
    "estimate_words": Named(name="wording of the estimate for the client", name_zh="估算的对客表述"),
}


@dataclass(frozen=True, slots=True)
class Authored:
    """What persons had settled when a proposal was assembled: the newest of each kind; None is not settled."""

    revision: int = 0
    settled: tuple[SettledPart, ...] = ()
    solution: SolutionDesign | None = None
    schedule: AuthoredSchedule | None = None
    resource_plan: ResourcePart | None = None
    strategy: StrategyPart | None = None
    after_sales_plan: AfterSalesPart | None = None
    economic_case: EconomicsPart | None = None
    sections: SectionsPart | None = None
    branding: BrandingPart | None = None
    validity: ValidityPart | None = None
    reissue: ReissuePart | None = None
    opportunity: OpportunityPart | None = None
    limits: LimitsPart | None = None
    estimate_words: EstimateWords | None = None


NOTHING = Authored()


def authored(revision: int, parts: Sequence[tuple[SettledPart, Mapping[str, object]]]) -> Authored:
    """What was settled, from each part with its facts."""
    return Authored(
        revision=revision,
        settled=tuple(part for part, _ in parts),
        **{part.kind: KINDS[part.kind].model_validate(facts) for part, facts in parts},  # type: ignore[arg-type]
    )
