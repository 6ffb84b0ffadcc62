"""The dossier of one opportunity: what figures over many opportunities need of its events, in sections.

Pure and monotonic as the journey is: of each thing that events tell of, what its newest version says is kept, by that
version and not by when it arrives, so that any order and any repetition end in the same dossier. A section is JSON:
amounts and probabilities as they were told, moments in ISO 8601 of UTC.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from services.insights.domain.journey import Fact

SECTIONS = (
    "told", "work", "needs", "clocks", "surveys", "support", "effort", "risks", "deliveries", "materials"
)  # fmt: skip
"""told: what the opportunity is and its stages; work: baselines, estimates, prices and proposals; needs: what each
baseline holds; clocks: response clocks; surveys: who was asked and what they answered; support: requests; effort: hours
and costs of the pursuit; risks: what came of them; deliveries: what won projects took; materials: what was shown."""

Section = Mapping[str, Any]
Sections = Mapping[str, Section]
Fold = Callable[[Section, Fact], Section]

_CONTENT = ("title", "statement", "kind", "priority", "acceptance_criteria", "metric", "size")
"""What a requirement says: with another of these it is a changed one; its sources may grow without that."""


def fold(sections: Sections, facts: Iterable[Fact]) -> Sections:
    """The sections that these events change, as they are after them; the others are left out."""
    changed: dict[str, Section] = {}
    for fact in facts:
        for name, folded in _FOLDS.get(fact.type, ()):
            before = changed[name] if name in changed else sections.get(name) or {}
            after = folded(before, fact)
            if after is not before:
                changed[name] = after
    return changed


def _kept(section: Section, group: str, key: object, version: object, said: Mapping[str, Any]) -> Section:
    """The section with what is said of one thing, unless something newer is known of it."""
    known = section.get(group, {})
    before = known.get(str(key))
    if before is not None and before["version"] >= version:
        return section
    return {**section, group: {**known, str(key): {"version": version, **said}}}


def moment(at: datetime) -> str:
    """A moment as sections keep it."""
    return at.astimezone(UTC).isoformat()


def _said_moment(text: str) -> str:
    return moment(datetime.fromisoformat(text))


def _opportunity(section: Section, fact: Fact) -> Section:
    told, prospect = fact.data["opportunity"], fact.data.get("prospect") or {}
    stages = {**section.get("stages", {}), str(fact.version): [told["stage"], moment(fact.time)]}
    section = {**section, "stages": stages}
    if fact.version <= section.get("version", -1):
        return section
    names = ("code", "title", "owner", "region", "currency", "language", "client_name", "client_industry")
    expected = ("kind", "expected_value", "close_date", "win_probability")
    return {
        **section,
        "version": fact.version,
        **{name: told.get(name) for name in names},
        **{name: prospect.get(name) for name in expected},
    }


def _closed(section: Section, fact: Fact) -> Section:
    return {**section, "stages": {**section.get("stages", {}), str(fact.version): ["closed", moment(fact.time)]}}


def _baseline(section: Section, fact: Fact) -> Section:
    products = sorted({one["product"] for one in fact.data.get("fits", ()) if one.get("product")})
    said = {
        "epoch": fact.data["epoch"],
        "approved_at": _said_moment(fact.data["approved_at"]),
        "requirements": len(fact.data["requirements"]),
        "products": products,
    }
    return _kept(section, "baselines", fact.data["baseline_number"], fact.version, said)


def _needs(section: Section, fact: Fact) -> Section:
    held = {str(one["id"]): _digest(one) for one in fact.data["requirements"]}
    said = {"approved_at": _said_moment(fact.data["approved_at"]), "held": held}
    return _kept(section, "baselines", fact.data["baseline_number"], fact.version, said)


def _digest(requirement: Mapping[str, Any]) -> str:
    said = json.dumps([requirement.get(name) for name in _CONTENT], sort_keys=True, default=str)
    return hashlib.blake2s(said.encode(), digest_size=6).hexdigest()


def _estimated(section: Section, fact: Fact) -> Section:
    data = fact.data
    leading = (data.get("lead") or {}).get("method") or "three_point"
    ranges = {one["method"]: [one["low_days"], one["high_days"]] for one in data["methods"]}
    said = {
        "epoch": data["basis"]["epoch"],
        "revision": data["revision"],
        "at": moment(fact.time),
        "effort_days": data["effort_days"],
        "range_days": ranges.get(leading),
    }
    return _kept(section, "estimates", data["estimate_id"], fact.version, said)


def _priced(section: Section, fact: Fact) -> Section:
    data = fact.data
    margin = Decimal(str(data["price_excl_tax"]["amount"])) - Decimal(str(data["total_budget"]["amount"]))
    said = {"margin": {"amount": str(margin), "currency": data["currency"]}}
    return _kept(section, "prices", data["estimate_id"], fact.version, said)


def _drafted(section: Section, fact: Fact) -> Section:
    data = fact.data
    said = {"epoch": data["basis"]["epoch"], "estimate_id": data["estimate_id"], "at": moment(fact.time)}
    return _kept(section, "drafts", data["proposal_id"], fact.version, said)


def _submitted(section: Section, fact: Fact) -> Section:
    data = fact.data
    said = {
        "epoch": data["basis"]["epoch"],
        "revision": data["revision"],
        "at": _said_moment(data["submitted_at"]),
        "price": data["price_incl_tax"],
    }
    return _kept(section, "submissions", data["proposal_id"], fact.version, said)


def _clock(section: Section, fact: Fact) -> Section:
    clock = fact.data["clock"]
    names = ("purpose", "subject_kind", "priority", "target_minutes", "elapsed_minutes")
    state = fact.type.split(".")[2]
    said = {**{name: clock[name] for name in names}, "state": state, "started_at": _said_moment(clock["started_at"])}
    return _kept(section, "clocks", clock["clock_id"], fact.version, said)


def _asked(section: Section, fact: Fact) -> Section:
    said = {"kind": fact.data["kind"], "stage": fact.data.get("stage"), "at": moment(fact.time)}
    return _kept(section, "asked", fact.data["survey_invitation_id"], fact.version, said)


def _answered(section: Section, fact: Fact) -> Section:
    names = ("kind", "stage", "origin", "score", "verbatims")
    said = {name: fact.data.get(name) for name in names}
    said["at"] = _said_moment(fact.data["answered_at"])
    return _kept(section, "answered", fact.data["survey_invitation_id"], fact.version, said)


def _support(section: Section, fact: Fact) -> Section:
    """The request as it stands; `at` is when it was made: when the first of its versions was told."""
    key, at = str(fact.data["support_request_id"]), moment(fact.time)
    known = section.get("requests", {}).get(key)
    first = [fact.version, at]
    if known and known["first"] < first:
        first = known["first"]
    names = ("domain", "kind", "priority", "status", "rating", "times_reopened", "escalation_level")
    if known and known["version"] >= fact.version:
        said = {**known, "first": first}
    else:
        said = {"version": fact.version, **{name: fact.data.get(name) for name in names}, "first": first}
    return section if said == known else {**section, "requests": {**section.get("requests", {}), key: said}}


def _pursuit(section: Section, fact: Fact) -> Section:
    names = ("hours", "costs", "uncosted_hours", "hours_by_activity", "last_worked_on")
    if section.get("version", -1) >= fact.data["version"]:
        return section
    return {"version": fact.data["version"], **{name: fact.data.get(name) for name in names}}


def _risk(section: Section, fact: Fact) -> Section:
    names = ("kind", "category", "status", "outcome", "outcome_probability")
    at = fact.data.get("outcome_at")
    said = {**{name: fact.data.get(name) for name in names}, "at": _said_moment(at) if at else moment(fact.time)}
    return _kept(section, "risks", fact.data["risk_id"], fact.version, said)


def _delivered(section: Section, fact: Fact) -> Section:
    names = (
        "estimate_id", "is_excluded", "effort_days", "estimated_effort_days", "estimated_effort_p80_days", "cost",
        "estimated_cost", "estimated_cost_p80", "finished_on",
    )  # fmt: skip
    said = {**{name: fact.data.get(name) for name in names}, "at": moment(fact.time)}
    return _kept(section, "projects", fact.data["past_project_id"], fact.data["revision"], said)


def _shown(section: Section, fact: Fact) -> Section:
    said = {name: fact.data[name] for name in ("key", "number", "used_on")}
    return _kept(section, "uses", fact.data["material_use_id"], fact.version, said)


_CLOCKS = [f"engagement.response_clock.{state}.v1" for state in ("neared", "breached", "met", "missed")]
_FOLDS: Mapping[str, tuple[tuple[str, Fold], ...]] = {
    "requirements.opportunity.opened.v1": (("told", _opportunity),),
    "requirements.opportunity.changed.v1": (("told", _opportunity),),
    "requirements.opportunity.closed.v1": (("told", _closed),),
    "requirements.baseline.approved.v1": (("work", _baseline), ("needs", _needs)),
    "estimation.estimate.completed.v1": (("work", _estimated),),
    "estimation.estimate.priced.v1": (("work", _priced),),
    "proposal.proposal.drafted.v1": (("work", _drafted),),
    "proposal.proposal.submitted.v1": (("work", _submitted),),
    **dict.fromkeys(_CLOCKS, (("clocks", _clock),)),
    "engagement.survey.sent.v1": (("surveys", _asked),),
    "engagement.survey.answered.v1": (("surveys", _answered),),
    "engagement.support_request.recorded.v1": (("support", _support),),
    "engagement.pursuit.totalled.v1": (("effort", _pursuit),),
    "risk.risk.recorded.v1": (("risks", _risk),),
    "estimation.past_project.recorded.v1": (("deliveries", _delivered),),
    "proposal.material.used.v1": (("materials", _shown),),
}
"""By the type of event: which sections it changes."""
