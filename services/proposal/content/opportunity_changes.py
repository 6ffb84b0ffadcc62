"""What of the opportunity has moved since the baseline: a draft follows it without another baseline, where it can."""

from collections.abc import Sequence
from typing import Self

from services.proposal.content.base import Part
from shared.language.events.requirements import ConstraintFacts, OpportunityFacts

FIXED = ("currency", "language", "region", "planned_start")
"""What estimate and price were made with: only another baseline follows a change of these."""


class OpportunityPart(Part):
    """What the proposal repeats of its opportunity."""

    title: str
    owner: str
    client_name: str
    client_industry: str | None
    client_background: str | None
    objectives: tuple[str, ...]
    pains: tuple[str, ...]
    in_scope: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    assumptions: tuple[str, ...]
    success_criteria: tuple[str, ...]
    client_assumptions: tuple[str, ...] = ()

    @classmethod
    def moved(cls, now: OpportunityFacts, then: OpportunityFacts) -> Self | None:
        """What is repeated of `now`; None where that is as it was in the baseline."""
        part, before = (cls(**facts.model_dump(include=set(cls.model_fields))) for facts in (now, then))
        return None if part == before else part

    def over(self, then: OpportunityFacts) -> OpportunityFacts:
        """The facts of a baseline with these in place of its own."""
        return then.model_copy(update={name: getattr(self, name) for name in type(self).model_fields})


class LimitsPart(Part):
    """The limits that the client sets now."""

    items: tuple[ConstraintFacts, ...]

    @classmethod
    def moved(cls, now: Sequence[ConstraintFacts] | None, then: Sequence[ConstraintFacts]) -> Self | None:
        """The limits of `now`, as far as they are told; None where they are as they were in the baseline."""
        return None if now is None or list(now) == list(then) else cls(items=tuple(now))


def left(now: OpportunityFacts, then: OpportunityFacts) -> list[str]:
    """What is otherwise than in the baseline and needs another one."""
    return [name for name in FIXED if getattr(now, name) != getattr(then, name)]
