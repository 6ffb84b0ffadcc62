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
from services.proposal.content.base import Part
from services.proposal.content.economics import EconomicsPart
from services.proposal.content.estimate_words import EstimateWords
from services.proposal.content.model import SettledPart
from services.proposal.content.opportunity_changes import LimitsPart, OpportunityPart
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
