"""Who may do what in presales: the permissions of each role."""

from collections.abc import Mapping

_ENGAGE = frozenset(
    f"{collection}:write"
    for collection in (
        "advice",
        "after-sales-plans",
        "articles",
        "baselines",
        "bid-decisions",
        "brandings",
        "cadences",
        "calendar-feeds",
        "change-requests",
        "clarifications",
        "clients",
        "colleagues",
        "commitments",
        "competitors",
        "concerns",
        "confirmations",
        "constraints",
        "contacts",
        "discounts",
        "documents",
        "economic-analyses",
        "fit-assessments",
        "imports",
        "handovers",
        "interactions",
        "interviews",
        "invitations",
        "lessons",
        "materials",
        "opportunities",
        "outcomes",
        "pains",
        "products",
        "proofs-of-concept",
        "proposal-sections",
        "proposals",
        "pursuits",
        "questionnaires",
        "requirements",
        "resource-plans",
        "response-clocks",
        "retrospective-actions",
        "retrospectives",
        "solutions",
        "schedules",
        "rooms",
        "stakeholders",
        "strategies",
        "support-requests",
        "survey-invitations",
        "surveys",
        "time-entries",
        "trainings",
    )
)
_RISK = frozenset(
    f"{collection}:write"
    for collection in (
        "control-plans",
        "control-tasks",
        "lessons",
        "pursuits",
        "reserve-draws",
        "responses",
        "risk-analyses",
        "risk-budgets",
        "risk-catalogue",
        "risk-matrices",
        "risk-policies",
        "risks",
    )
)
ROLES: Mapping[str, frozenset[str]] = {
    "viewer": frozenset({"*:read", "*:own"}),
    "presales": frozenset(
        {"*:read", "*:own", "risks:write", "responses:write", "resource-plans:agree", "schedules:agree"}
    )
    | _ENGAGE,
    "sales": frozenset({"*:read", "*:own", "proposals:approve", "proposals:submit"}) | _ENGAGE,
    "estimator": frozenset(
        {
            "*:read",
            "*:own",
            "cost:read",
            "budget-plans:write",
            "colleagues:price",
            "cost-items:write",
            "discounts:write",
            "economic-analyses:write",
            "rate-cards:write",
            "parameter-sets:write",
            "past-projects:write",
            "productivity-models:write",
            "estimates:write",
            "exchange-rates:write",
            "proposals:approve",
            "risk-analyses:write",
            "scenarios:write",
        }
    ),
    "risk_manager": frozenset({"*:read", "*:own", "cost:read", "proposals:approve", "risks:accept"}) | _RISK,
    "approver": frozenset(
        {
            "*:read",
            "*:own",
            "cost:read",
            "audit-entries:read",
            "baselines:approve",
            "bid-decisions:decide",
            "bid-policies:write",
            "brandings:default",
            "brandings:write",
            "change-requests:approve",
            "discounts:approve",
            "pricing-policies:write",
            "proposals:approve",
            "proposals:submit",
            "proposals:waive",
            "risks:accept",
            "resource-plans:agree",
            "schedules:agree",
            "retrospective-actions:write",
            "retrospectives:write",
            "snapshots:write",
            "templates:write",
            "work:lead",
        }
    ),
    "admin": frozenset({"*:*"}),
}
"""What each role may do: `<collection>:<action>`. `*:own` is what everybody may do with what they owe, and nobody
with what others owe but who may write there (`refusal_unless_owed`). `cost:read` shows internal rates, cost and margin;
`work:lead` shows what waits for others; `templates:program`, which only `*:*` covers, runs a tenant's code in the
typesetter."""

GUARDED = frozenset({"cost"})
"""What `*:read` does not cover here: internal rates, cost and margin."""
