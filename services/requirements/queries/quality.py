"""Quality findings of requirements, and what people said to them."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.requirements.domain.quality import Finding, Statement
from services.requirements.models.requirements import Requirement
from services.requirements.shipped import rules


async def findings_of(needs: Sequence[Requirement], only: UUID | None = None) -> list[dict[str, Any]]:
    """All findings about requirements of one opportunity, each with its dismissal if it has one that still holds.

    `only` one of them is looked at where it is named: whether it repeats another takes them all. In a thread: ten
    thousand statements take seconds.
    """
    return await asyncio.to_thread(_found, needs, only)


def _found(needs: Sequence[Requirement], only: UUID | None) -> list[dict[str, Any]]:
    statements = [_statement(need) for need in needs]
    twins = rules().duplicates(statements)
    found = []
    for need, statement in zip(needs, statements, strict=True):
        if only and need.id != only:
            continue
        about = rules().findings(statement)
        if need.code in twins:
            about.append(twins[need.code])
        found += [_shown(need, one) for one in about]
    return found


def summary(needs: int, found: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Findings that were not dismissed in a hundred statements, by rule."""
    counts = Counter(one["rule"] for one in found if one["dismissed"] is None)
    return {rule: round(100 * counts[rule] / needs, 1) if needs else 0.0 for rule in rules().codes}


def text_hash(need: Requirement) -> str:
    """What a dismissal holds for: the statement as it reads now."""
    return hashlib.sha256(need.statement.encode()).hexdigest()


def _shown(need: Requirement, one: Finding) -> dict[str, Any]:
    own = {name: getattr(one, name) for name in one.__slots__}
    current = text_hash(need)
    dismissed = next(
        (
            kept
            for kept in need.dismissals
            if (kept["rule"], kept["words"], kept["text_hash"]) == (one.rule, one.words, current)
        ),
        None,
    )
    return {"requirement_id": need.id, "requirement_code": need.code, **own, "dismissed": dismissed}


def _statement(need: Requirement) -> Statement:
    return Statement(
        code=need.code,
        text=need.statement,
        kind=need.kind,
        priority=need.priority,
        is_measured=need.metric is not None,
        is_acceptable=bool(need.acceptance_criteria),
        is_sourced=bool(need.sources) or need.origin is not None,
        remarks=tuple(one["words"] for one in need.remarks),
    )


def chosen(
    found: Sequence[dict[str, Any]], *, rule: Collection[str] | None, severity: Collection[str] | None, dismissed: bool
) -> list[dict[str, Any]]:
    """Those of these rules and severities; with what was dismissed only if asked for."""
    return [
        one
        for one in found
        if (rule is None or one["rule"] in rule)
        and (severity is None or one["severity"] in severity)
        and (dismissed or one["dismissed"] is None)
    ]
