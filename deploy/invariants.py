"""What must hold in the six databases, each alone and one beside the other: what `presales verify` reads.

Reads `PRESALES_MIGRATION_URL_<SERVICE>` (or `_FILE`), as migrations do: only the owner of a schema sees all tenants.
What services say to each other takes its time: for `SECONDS` (none when left out) it looks again, and only what is
broken at every look is told.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg

from deploy.embedded import SERVICES
from shared.kernel.db import EVERY_TENANT

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Breakage:
    """A rule, and what breaks it."""

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Of one database: each row that `broken` gives, one text, breaks it."""

    name: str
    service: str
    broken: str


@dataclass(frozen=True, slots=True)
class Replay:
    """Which event makes a copy anew: of the type `event`, about what a key names, heard by `consumer`."""

    event: str
    consumer: str
    copy: tuple[str, str] | None = None
    """Table and column by which a copy that is wrong is taken away first: heard again it would not be newer."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two databases: what `copy` holds, a key with a value, is in `source` too, and once.

    Rows of `source` are key, value, and whether there must be a copy.
    """

    name: str
    origin: str
    source: str
    holder: str
    copy: str
    allows_more: bool = False
    """Whether copies of nothing may stay: of approvals that were forgotten by a restore, of which nothing counts."""
    replay: Replay | None = None
    """By what `presales verify --repair` heals it."""


def _at_most_one(service: str, table: str, where: str, *key: str) -> Rule:
    columns = ", ".join(("tenant_id", *key))
    broken = (
        f"SELECT concat_ws(' ', {columns}, '×', count(*)) FROM {table} WHERE {where} GROUP BY {columns}"
        " HAVING count(*) > 1"
    )
    return Rule(f"one {table} where {where}", service, broken)


_OF_DEAL = "opportunity_id"
_ONE = (
    _at_most_one("requirements", "baseline", "status = 'approved'", _OF_DEAL),
    _at_most_one("engagement", "response_policy", "superseded_at IS NULL", "subject_kind", "priority"),
    _at_most_one("engagement", "after_sales_plan", "status = 'agreed'", _OF_DEAL),
    _at_most_one("engagement", "article", "status = 'published'", "key"),
    _at_most_one("estimation", "estimate", "status NOT IN ('superseded', 'accepted')", _OF_DEAL),
    _at_most_one("estimation", "estimate", "status = 'accepted'", _OF_DEAL),
    _at_most_one("estimation", "productivity_model", "status = 'active'", "size_unit"),
    _at_most_one("estimation", "pricing_policy", "superseded_at IS NULL"),
    _at_most_one("estimation", "discount", "status = 'approved'", _OF_DEAL),
    _at_most_one("estimation", "economic_analysis", "status = 'offered'", _OF_DEAL),
    _at_most_one("estimation", "effort_override", "status = 'standing'", _OF_DEAL, "target"),
    _at_most_one("risk", "risk_budget", "status = 'calculated'", _OF_DEAL),
    _at_most_one("risk", "risk_matrix", "status = 'active'", _OF_DEAL),
    _at_most_one("risk", "risk_policy", "status = 'active'", _OF_DEAL),
    _at_most_one("risk", "catalogue_rule", "status = 'enabled'", "key"),
    _at_most_one("proposal", "proposal", "status IN ('draft', 'in_review', 'approved')", _OF_DEAL),
    _at_most_one("proposal", "proposal", "status = 'submitted'", _OF_DEAL),
    _at_most_one("proposal", "proposal", "status = 'accepted'", _OF_DEAL),
    _at_most_one("proposal", "schedule", "status = 'agreed'", _OF_DEAL),
    _at_most_one("proposal", "resource_plan", "status = 'agreed'", _OF_DEAL),
    _at_most_one("proposal", "template", "status = 'active'", "kind"),
    _at_most_one("proposal", "material", "status = 'published'", "key"),
    _at_most_one("proposal", "review_policy", "superseded_at IS NULL"),
)
"""The one that counts."""

_PRICE = "(price #>> '{{{0},amount}}')::numeric".format
_RESERVE = "(facts #>> '{{{0},amount}}')::numeric".format


def _sum(name: str, service: str, table: str, column: str, whole: str, *parts: str) -> Rule:
    """Of amounts in the JSON of a column; a row without it has none."""
    amount = f"({column} #>> '{{{{{{}},amount}}}}')::numeric".format
    sums = " + ".join(map(amount, parts))
    return Rule(name, service, f"SELECT '{table} ' || id FROM {table} WHERE {amount(whole)} <> {sums}")


_WITHIN = (
    Rule(
        "the approved baseline is the newest that was approved",
        "requirements",
        "SELECT 'baseline ' || old.id FROM baseline old JOIN baseline newer USING (tenant_id, opportunity_id)"
        " WHERE old.status = 'approved' AND newer.status = 'superseded' AND newer.epoch > old.epoch",
    ),
    Rule(
        "no epoch is ahead of its opportunity",
        "requirements",
        "SELECT 'baseline ' || b.id FROM baseline b JOIN opportunity o ON o.id = b.opportunity_id"
        " WHERE b.epoch > o.epoch OR (b.status = 'approved' AND b.epoch IS NULL)",
    ),
    Rule(
        "a baseline holds as many requirements as it says",
        "requirements",
        "SELECT 'baseline ' || id FROM baseline"
        " WHERE requirement_count <> jsonb_array_length(snapshot -> 'requirements')",
    ),
    Rule(
        "no two rate cards hold on the same day",
        "estimation",
        "SELECT 'rate_card ' || a.id || ' and ' || b.id FROM rate_card a JOIN rate_card b USING (tenant_id, currency)"
        " WHERE a.id < b.id AND lower(coalesce(a.region, '')) = lower(coalesce(b.region, ''))"
        " AND daterange(a.valid_from, a.valid_to, '[]') && daterange(b.valid_from, b.valid_to, '[]')",
    ),
    _sum(
        "a base cost is the sum of its kinds", "estimation", "estimate", "figures",
        "base_cost", "labour_cost", "material_cost", "financial_cost",
    ),
    _sum(
        "a budget is the base cost and its reserves", "estimation", "estimate", "price",
        "total_budget", "base_cost", "contingency", "management_reserve", "risk_response_cost",
    ),
    _sum(
        "a price with tax is the price and the tax", "estimation", "estimate", "price",
        "price_incl_tax", "price_excl_tax", "tax",
    ),
    _sum(
        "a reserve is the sum of its kinds", "risk", "risk_budget", "facts",
        "total_reserve", "contingency", "management_reserve", "response_cost",
    ),
    Rule(
        "a proposal says what its hash is of",
        "proposal",
        "SELECT 'proposal ' || p.id FROM proposal p LEFT JOIN proposal_content c ON c.proposal_id = p.id"
        " WHERE p.content_hash IS DISTINCT FROM encode(sha256(c.content), 'hex')",
    ),
    Rule(
        "what went to the client is what was approved",
        "proposal",
        "SELECT 'proposal ' || id FROM proposal WHERE status IN ('submitted', 'accepted', 'declined', 'expired')"
        " AND approved_hash IS DISTINCT FROM content_hash",
    ),
    *(
        Rule("no event waits parked", service,
             "SELECT consumer || ' ' || code || ': ' || detail FROM parked_event WHERE status = 'parked'")
        for service in SERVICES
    ),
)  # fmt: skip

_BASELINES = (
    "SELECT 'baseline ' || b.id, b.content_hash, b.status = 'approved' AND {must}"
    " FROM baseline b JOIN opportunity o ON o.id = b.opportunity_id WHERE b.epoch IS NOT NULL"
)
_APPROVED = "requirements.baseline.approved.v1"
_ESTIMATES = "SELECT 'estimate ' || id, content_hash, status IN ({counts}) FROM estimate"
"""Others may be replaced where they are heard."""
_BETWEEN = (
    *(
        Agreement(f"{holder} heard each approved baseline as it is", "requirements", _BASELINES.format(must="true"),
                  holder, copy, allows_more=True, replay=Replay(_APPROVED, consumer, known))
        for holder, consumer, known, copy in (
            ("estimation", "estimation-estimates", ("heard_baseline", "baseline_id"),
             "SELECT 'baseline ' || baseline_id, facts ->> 'content_hash' FROM heard_baseline"),
            ("risk", "risk-baselines", ("risk_heard_baseline", "baseline_id"),
             "SELECT 'baseline ' || baseline_id, facts ->> 'content_hash' FROM risk_heard_baseline"),
            ("proposal", "proposal-ingredients", None,
             ("SELECT DISTINCT ON (data ->> 'baseline_id') 'baseline ' || (data ->> 'baseline_id'),"
              " data ->> 'content_hash' FROM ingredient WHERE kind = 'baseline'"
              " ORDER BY data ->> 'baseline_id', epoch DESC")),
        )
    ),
    Agreement(
        "each approved baseline has one estimate that counts",
        "requirements", _BASELINES.format(must="o.stage <> 'closed'"),
        "estimation",
        "SELECT DISTINCT 'baseline ' || baseline_id, content_hash FROM estimate WHERE status <> 'superseded'",
        replay=Replay(_APPROVED, "estimation-estimates"),
    ),
    *(
        Agreement(f"{holder} counts on no epoch that was not given", "requirements",
                  "SELECT concat_ws(' ', 'epoch', given, 'of opportunity', id), '', false"
                  " FROM opportunity, generate_series(0, epoch) AS given",
                  holder,
                  f"SELECT concat_ws(' ', 'epoch', epoch, 'of opportunity', opportunity_id), '' FROM {holder}_head")
        for holder in ("estimation", "risk", "proposal")
    ),
    *(
        Agreement(f"no {table} is without its baseline", "requirements", _BASELINES.format(must="false"), holder,
                  f"SELECT DISTINCT 'baseline ' || baseline_id, {hashed} FROM {table} WHERE status <> 'superseded'")
        for holder, table, hashed in (
            ("estimation", "estimate", "content_hash"),
            ("risk", "risk_budget", "content_hash"),
            ("proposal", "proposal", "baseline_hash"),
        )
    ),
    Agreement(
        "each estimate that counts has one newest risk budget",
        "estimation", _ESTIMATES.format(counts="'completed', 'priced'"),
        "risk",
        "SELECT DISTINCT ON (tenant_id, opportunity_id) 'estimate ' || estimate_id, content_hash FROM risk_budget"
        " ORDER BY tenant_id, opportunity_id, position DESC",
        replay=Replay("estimation.estimate.completed.v1", "risk-estimates"),
    ),
    Agreement(
        "each estimate with a risk budget has a price",
        "risk", "SELECT 'estimate ' || estimate_id, '', status = 'calculated' FROM risk_budget",
        "estimation", "SELECT 'estimate ' || id, '' FROM estimate WHERE price IS NOT NULL", allows_more=True,
    ),
    Agreement(
        "each priced estimate has one newest proposal",
        "estimation", _ESTIMATES.format(counts="'priced'"),
        "proposal",
        "SELECT DISTINCT ON (tenant_id, opportunity_id) 'estimate ' || estimate_id, baseline_hash FROM proposal"
        " ORDER BY tenant_id, opportunity_id, revision DESC",
        replay=Replay("estimation.estimate.priced.v1", "proposal-ingredients"),
    ),
    Agreement(
        "a reserve in a price is the risk budget's",
        "risk",
        f"SELECT 'risk_budget ' || id, trim_scale({_RESERVE('total_reserve')})::text, false FROM risk_budget",
        "estimation",
        f"SELECT DISTINCT 'risk_budget ' || (price ->> 'risk_budget_id'), trim_scale({_PRICE('contingency')}"
        f" + {_PRICE('management_reserve')} + {_PRICE('risk_response_cost')})::text FROM estimate"
        " WHERE price IS NOT NULL",
    ),
    Agreement(
        "a proposal offers the price of its estimate",
        "estimation",
        "SELECT concat_ws(' ', 'estimate', id, 'risk revision', risk_revision),"
        f" trim_scale({_PRICE('price_incl_tax')})::text, false FROM estimate WHERE price IS NOT NULL",
        "proposal",
        "SELECT * FROM (SELECT DISTINCT ON (tenant_id, opportunity_id)"
        " concat_ws(' ', 'estimate', estimate_id, 'risk revision', risk_revision),"
        " trim_scale(price_incl_tax)::text FROM proposal ORDER BY tenant_id, opportunity_id, revision DESC) AS newest",
    ),
    Agreement(
        "engagement knows each requirement by its code",
        "requirements", "SELECT 'requirement ' || id, code, true FROM requirement",
        "engagement", "SELECT 'requirement ' || id, code FROM known_requirement",
        replay=Replay("requirements.requirement.recorded.v1", "engagement-requirements", ("known_requirement", "id")),
    ),
    Agreement(
        "requirements knows each clarification as it stands",
        "engagement", "SELECT 'clarification ' || id, status, true FROM clarification",
        "requirements", "SELECT 'clarification ' || id, status FROM known_clarification",
        replay=Replay("engagement.clarification.recorded.v1", "requirements-engagement", ("known_clarification", "id")),
    ),
    Agreement(
        "a recorded outcome closes its opportunity",
        "proposal", "SELECT 'opportunity ' || opportunity_id, result, true FROM outcome WHERE status = 'recorded'",
        "requirements", "SELECT 'opportunity ' || id, outcome FROM opportunity WHERE stage = 'closed'",
    ),
)  # fmt: skip

RULES: tuple[Rule | Agreement, ...] = (*_ONE, *_WITHIN, *_BETWEEN)


async def broken(urls: Mapping[str, str], within: float = 0.0) -> list[Breakage]:
    """What is broken at every look in `within` seconds, by rule; `urls` are of the schemas' owners."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    found = await _look(urls)
    while found and loop.time() < deadline:
        await asyncio.sleep(min(1.0, within))
        again = set(await _look(urls))
        found = [one for one in found if one in again]
    return found


async def _look(urls: Mapping[str, str]) -> list[Breakage]:
    async with AsyncExitStack() as stack:
        to = {}
        for service, url in urls.items():
            to[service] = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=EVERY_TENANT)
            stack.push_async_callback(to[service].close)
        found = []
        for rule in RULES:
            if isinstance(rule, Rule):
                broken = [str(row[0]) for row in await to[rule.service].fetch(rule.broken)]
            else:
                source, copy = await to[rule.origin].fetch(rule.source), await to[rule.holder].fetch(rule.copy)
                broken = _disagreements(source, copy, allows_more=rule.allows_more)
            found += [Breakage(rule.name, what) for what in broken]
        return found


def _disagreements(source: Rows, copy: Rows, *, allows_more: bool) -> list[str]:
    told = {key: value for key, value, _ in source}
    held: dict[object, object] = {}
    found = []
    for key, value in copy:
        if key in held:
            found.append(f"{key} is there twice")
        elif key not in told:
            found += [] if allows_more else [f"{key} is of nothing"]
        elif value != told[key]:
            found.append(f"{key} has {value} in the place of {told[key]}")
        held[key] = value
    return found + [f"{key} is missing" for key, _, must in source if must and key not in held]
