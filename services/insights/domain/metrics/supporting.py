"""Support load 支持负荷: requests by domain and kind, by the day that they were made."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import COUNT, Left, Measure, Observation, mean, share, total
from services.insights.domain.period import Span

_OVER = frozenset({"delivered", "rated", "closed"})


def support_load(cases: Sequence[Case], span: Span) -> list[Measure]:
    """How many, the share that was delivered, the share that was reopened, and the mean rating."""
    requests: dict[tuple[str, str], list[tuple[UUID, str, bool]]] = defaultdict(list)
    ratings: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    unrated: dict[tuple[str, str], Left] = defaultdict(Left)
    for one in cases:
        for request in one.each("support", "requests").values():
            if not span.holds_moment(request["first"][1]):
                continue
            key = (request["domain"], request["kind"])
            requests[key].append((one.opportunity_id, request["status"], bool(request["times_reopened"])))
            if request["rating"] is None:
                unrated[key].out("not_rated", one.opportunity_id)
            else:
                ratings[key].append((one.opportunity_id, float(request["rating"])))
    found: list[Measure] = []
    for key, own in sorted(requests.items()):
        about = {"domain": key[0], "kind": key[1]}
        declined = Left()
        for opportunity_id, status, _ in own:
            if status == "declined":
                declined.out("declined", opportunity_id)
        taken = [one for one in own if one[1] != "declined"]
        everybody = [one[0] for one in taken]
        found += [
            total("requests", COUNT, [(one[0], Decimal(1)) for one in own], about=about),
            share("delivered", [one[0] for one in taken if one[1] in _OVER], everybody, declined, about),
            share("reopened", [one[0] for one in taken if one[2]], everybody, declined, about),
            mean("rating", COUNT, ratings[key], unrated[key], about),
        ]
    return found or [total("requests", COUNT, [])]
