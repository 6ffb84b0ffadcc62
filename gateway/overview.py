"""The composed reads: what a frontend's first screen needs, from all services in one call, within a deadline."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from gateway.settings import SERVICES
from shared.kernel import cursor as cursors
from shared.kernel.problems import Unavailable, language_of

router = APIRouter()

DEADLINE = 3.0
_PARTS = {
    "baseline": ("requirements", "/v1/baselines?opportunity_id={id}&status=approved&view=full&limit=1"),
    "estimate": ("estimation", "/v1/estimates?opportunity_id={id}&view=full&limit=1"),
    "risk_budget": ("risk", "/v1/risk-budgets?opportunity_id={id}&view=full&limit=1"),
    "proposal": ("proposal", "/v1/proposals?opportunity_id={id}&view=full&limit=1"),
    "journey": ("insights", "/v1/journeys/{id}"),
    "interactions": ("engagement", "/v1/interactions?opportunity_id={id}&limit=5"),
}
"""Optional parts of the overview: a list with limit=1 is shown as its one item."""
_OWNED = {
    "opportunities": "requirements",
    "risks": "risk",
    "responses": "risk",
    "control-plans": "risk",
    "control-tasks": "risk",
    "proposal-sections": "proposal",
    "materials": "proposal",
}
"""Collections of other services than the colleagues' own whose resources have an owner."""


async def _ask(request: Request, service: str, path: str) -> httpx.Response:
    state = request.app.state
    headers = {
        "Authorization": f"Bearer {state.internal.token(request.state.caller, service)}",
        "traceparent": request.state.traceparent,
        "X-Request-ID": request.state.request_id,
        "Accept-Language": request.headers.get("accept-language", ""),
    }
    client: httpx.AsyncClient = state.client
    try:
        return await client.get(state.settings.upstream(service) + path, headers=headers, timeout=DEADLINE)
    except httpx.HTTPError:
        problem = Unavailable(what=f"The {service} service")
        language = language_of(request.headers.get("accept-language"))
        trace = request.state.traceparent.split("-")[1]
        return httpx.Response(503, json=problem.render(language, instance=path, trace_id=trace))


@router.get("/v1/opportunities/{opportunity_id}/overview", operation_id="getOpportunityOverview", tags=["overview"])
async def overview(opportunity_id: UUID, request: Request) -> Response:
    """An opportunity with its newest baseline, estimate, risk budget, proposal, journey and talks.

    A part that does not answer is `null` and named in `missing` with its problem; the opportunity itself is required.
    """
    asked = [_ask(request, "requirements", f"/v1/opportunities/{opportunity_id}")]
    asked += [_ask(request, service, path.format(id=opportunity_id)) for service, path in _PARTS.values()]
    required, *optional = await asyncio.gather(*asked)
    if required.status_code != httpx.codes.OK:
        return JSONResponse(required.json(), required.status_code, media_type="application/problem+json")
    shown: dict[str, Any] = {"opportunity": required.json()}
    missing: dict[str, Any] = {}
    for (name, (_, path)), answer in zip(_PARTS.items(), optional, strict=True):
        body = answer.json()
        if answer.status_code == httpx.codes.OK:
            shown[name] = next(iter(body["items"]), None) if path.endswith("limit=1") else body.get("items", body)
        else:
            shown[name] = None
            if answer.status_code != httpx.codes.NOT_FOUND:
                missing[name] = body
    return JSONResponse({**shown, "missing": missing})


@router.get("/v1/colleagues/{colleague_id}/overview", operation_id="getColleagueOverview", tags=["overview"])
async def colleague_overview(colleague_id: UUID, request: Request) -> Response:
    """A colleague with what they owe, and what they own in all services, newest first: to be given to others.

    `owns` has the first page of each collection, and `owner` of its list leads on; one that does not answer is `null`
    and named in `missing` with its problem.
    """
    found = await _ask(request, "engagement", f"/v1/colleagues/{colleague_id}")
    if found.status_code != httpx.codes.OK:
        return JSONResponse(found.json(), found.status_code, media_type="application/problem+json")
    colleague = found.json()
    query = httpx.QueryParams(owner=colleague["subject"], limit=200)
    answers = await asyncio.gather(*(_ask(request, service, f"/v1/{path}?{query}") for path, service in _OWNED.items()))
    pages = {path.replace("-", "_"): answer for path, answer in zip(_OWNED, answers, strict=True)}
    owns = {name: page.json() if page.status_code == httpx.codes.OK else None for name, page in pages.items()}
    missing = {name: pages[name].json() for name, page in owns.items() if page is None}
    shown = {"colleague": colleague, "owns": owns, "missing": missing}
    return JSONResponse(shown)


@router.get("/v1/audit-entries", operation_id="listAllAuditEntries", tags=["operations"])
async def audit_entries(request: Request, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """Changes in all services, newest first; takes the filters and the cursor of the list of one service."""
    query = f"?{request.url.query}" if request.url.query else ""
    answers = await asyncio.gather(*(_ask(request, service, f"/v1/audit-entries{query}") for service in SERVICES))
    # A kind of resource is one service's; the others do not know it.
    known = [
        one for one in zip(SERVICES, answers, strict=True) if one[1].status_code != httpx.codes.UNPROCESSABLE_ENTITY
    ]
    known = known or [(SERVICES[0], answers[0])]
    refused = [answer for _, answer in known if answer.status_code != httpx.codes.OK]
    if refused:
        told = min(refused, key=lambda answer: answer.status_code)  # what the caller may not do, before who is away
        return JSONResponse(told.json(), told.status_code, media_type="application/problem+json")
    items: list[dict[str, Any]] = []
    for service, answer in known:
        items += [{**item, "service": service} for item in answer.json()["items"]]
    items.sort(key=lambda item: str(item["id"]), reverse=True)
    is_more = len(items) > limit or any(answer.json()["next_cursor"] for _, answer in known)
    page = items[:limit]
    next_cursor = cursors.encode([page[-1]["id"]]) if page and is_more else None
    return JSONResponse({"items": page, "next_cursor": next_cursor})
