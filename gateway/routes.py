"""Which service owns which collection: data, so that it can be read aloud."""

import re

COLLECTIONS = {
    "clients": "requirements",
    "opportunities": "requirements",
    "stakeholders": "requirements",
    "pains": "requirements",
    "constraints": "requirements",
    "concerns": "requirements",
    "questionnaires": "requirements",
    "invitations": "requirements",
    "imports": "requirements",
    "operations": "requirements",
    "interviews": "requirements",
    "confirmations": "requirements",
    "requirements": "requirements",
    "products": "requirements",
    "capabilities": "requirements",
    "fit-assessments": "requirements",
    "change-requests": "requirements",
    "baselines": "requirements",
    "contacts": "engagement",
    "interactions": "engagement",
    "clarifications": "engagement",
    "commitments": "engagement",
    "cadences": "engagement",
    "calendar-feeds": "engagement",
    "advice": "engagement",
    "calendars": "engagement",
    "response-policies": "engagement",
    "response-clocks": "engagement",
    "support-requests": "engagement",
    "colleagues": "engagement",
    "time-entries": "engagement",
    "trainings": "engagement",
    "proofs-of-concept": "engagement",
    "articles": "engagement",
    "after-sales-plans": "engagement",
    "handovers": "engagement",
    "surveys": "engagement",
    "survey-invitations": "engagement",
    "rate-cards": "estimation",
    "exchange-rates": "estimation",
    "parameter-sets": "estimation",
    "cost-items": "estimation",
    "pricing-policies": "estimation",
    "discounts": "estimation",
    "past-projects": "estimation",
    "productivity-models": "estimation",
    "estimates": "estimation",
    "budget-plans": "estimation",
    "economic-analyses": "estimation",
    "scenarios": "estimation",
    "calculations": "estimation",
    "risks": "risk",
    "responses": "risk",
    "risk-budgets": "risk",
    "risk-analyses": "risk",
    "risk-catalogue": "risk",
    "risk-calibration": "risk",
    "risk-matrices": "risk",
    "risk-policies": "risk",
    "pursuits": "risk",
    "control-plans": "risk",
    "control-tasks": "risk",
    "reserve-draws": "risk",
    "proposals": "proposal",
    "proposal-sections": "proposal",
    "review-policies": "proposal",
    "rooms": "proposal",
    "outcomes": "proposal",
    "documents": "proposal",
    "schedules": "proposal",
    "resource-plans": "proposal",
    "solutions": "proposal",
    "templates": "proposal",
    "brandings": "proposal",
    "competitors": "proposal",
    "rivalries": "proposal",
    "strategies": "proposal",
    "materials": "proposal",
    "bid-policies": "proposal",
    "bid-decisions": "proposal",
    "events": "insights",
    "figures": "insights",
    "history": "insights",
    "journeys": "insights",
    "lessons": "insights",
    "metric-policies": "insights",
    "metrics": "insights",
    "people": "insights",
    "retrospective-actions": "insights",
    "retrospectives": "insights",
    "reviews": "insights",
    "search": "insights",
    "snapshots": "insights",
    "win-calibration": "insights",
    "win-loss": "insights",
    "work": "insights",
}

OPERATED = ("parked-events", "audit-entries")
"""Collections that every service has; the gateway reaches each under `/v1/ops/<service>/`."""

_COLLECTION = re.compile(r"/v1/([a-z-]+)(?=[/:]|$)")
_OPERATED = re.compile(rf"/v1/ops/([a-z]+)(/(?:{'|'.join(OPERATED)})(?:/.*)?)")


def target(path: str) -> tuple[str, str] | None:
    """The service that answers `path` and the path it knows it by, or None."""
    operated = _OPERATED.fullmatch(path)
    if operated and operated[1] in COLLECTIONS.values():
        return operated[1], f"/v1{operated[2]}"
    collection = _COLLECTION.match(path)
    if collection and collection[1] in COLLECTIONS:
        return COLLECTIONS[collection[1]], path
    return None
