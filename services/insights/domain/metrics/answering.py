"""Response time 响应时间: business minutes until an answer, without the time that the client owed us something.

As engagement's clocks count them: on the business calendar of the policy, pauses left out. Clocks that were started in
the period, so that an answer that is still owed counts as soon as it is late.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import MINUTES, Left, Measure, Observation, share, spread
from services.insights.domain.period import Span

PURPOSES = ("first", "following", "resolution")


def response_time(cases: Sequence[Case], span: Span) -> list[Measure]:
    """p50 and p90 of answers, and the share in time: met ÷ (met + missed + late and not answered), by purpose."""
    answered: dict[str, list[Observation]] = defaultdict(list)
    due: dict[str, list[UUID]] = defaultdict(list)
    met: dict[str, list[UUID]] = defaultdict(list)
    without_answer, not_due = defaultdict[str, Left](Left), defaultdict[str, Left](Left)
    for one in cases:
        for clock in one.each("clocks", "clocks").values():
            purpose, state = clock["purpose"], clock["state"]
            if not span.holds_moment(clock["started_at"]):
                continue
            if state in {"met", "missed"}:
                answered[purpose].append((one.opportunity_id, float(clock["elapsed_minutes"])))
            else:
                without_answer[purpose].out("not_answered", one.opportunity_id)
            if state == "neared":
                not_due[purpose].out("not_due", one.opportunity_id)
                continue
            due[purpose].append(one.opportunity_id)
            if state == "met":
                met[purpose].append(one.opportunity_id)
    purposes = [one for one in PURPOSES if due[one] or one in not_due] or ["first"]
    found = []
    for purpose in purposes:
        about = {"purpose": purpose}
        found += spread(MINUTES, answered[purpose], without_answer[purpose], about)
        found.append(share("in_time", met[purpose], due[purpose], not_due[purpose], about))
    return found
