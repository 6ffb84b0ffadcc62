"""Satisfaction 满意度: CSAT top-2, net promoter score, response rate, and what clients said in their own words.

Top-2: marks 4 and 5 of 5. NPS: share of 9 and 10 less share of 0 to 6 (F. Reichheld 2003, Harvard Business Review
81/12), −1 … 1 here. Answers are of the day that they were given, invitations of the day that they were sent.
"""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import SHARE, Left, Measure, rounded, share
from services.insights.domain.period import Span

_TOP = 4
_PROMOTER, _DETRACTOR = 9, 6


def satisfaction(cases: Sequence[Case], span: Span) -> list[Measure]:
    """CSAT top-2, NPS, response rate of each kind of survey that was sent, and verbatims."""
    csat, silent = _scores(cases, span, "csat")
    top = [key for key, score in csat if score >= _TOP]
    return [
        share("csat_top_2", top, [key for key, _ in csat], silent),
        _nps(*_scores(cases, span, "nps")),
        *_response_rates(cases, span),
        _verbatims(cases, span),
    ]


def _scores(cases: Sequence[Case], span: Span, kind: str) -> tuple[list[tuple[UUID, int]], Left]:
    found, left = [], Left()
    for one in cases:
        for answer in one.each("surveys", "answered").values():
            if answer["kind"] == kind and span.holds_moment(answer["at"]):
                if answer["score"] is None:
                    left.out("no_score", one.opportunity_id)
                else:
                    found.append((one.opportunity_id, answer["score"]))
    return found, left


def _nps(scores: Sequence[tuple[UUID, int]], left: Left) -> Measure:
    promoters = [key for key, score in scores if score >= _PROMOTER]
    detractors = [key for key, score in scores if score <= _DETRACTOR]
    balance = share("nps", promoters, [key for key, _ in scores], left)
    net = Decimal(len(promoters) - len(detractors))
    return Measure(
        part="nps",
        unit=SHARE,
        value=rounded(net / len(scores)) if scores else None,
        numerator=net,
        denominator=Decimal(len(scores)),
        cases=len(scores),
        hits=frozenset(promoters),
        counted=balance.counted,
        excluded=balance.excluded,
        reason=balance.reason,
    )


def _response_rates(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Answered by link ÷ sent by link, of invitations that were sent in the period; answers come when they come."""
    sent: dict[str, list[UUID]] = {"csat": [], "nps": []}
    back: dict[str, list[UUID]] = {"csat": [], "nps": []}
    left = {"csat": Left(), "nps": Left()}
    for one in cases:
        answers, asked = one.each("surveys", "answered"), one.each("surveys", "asked")
        for key, invitation in asked.items():
            if not span.holds_moment(invitation["at"]):
                continue
            kind = invitation["kind"]
            sent.setdefault(kind, []).append(one.opportunity_id)
            if key in answers and answers[key]["origin"] == "link":
                back.setdefault(kind, []).append(one.opportunity_id)
        for key, answer in answers.items():
            if key not in asked and span.holds_moment(answer["at"]):
                left.setdefault(answer["kind"], Left()).out("not_asked_by_link", one.opportunity_id)
    return [
        share("response_rate", back.get(kind, []), sent[kind], left.get(kind), {"kind": kind}) for kind in sorted(sent)
    ]


def _verbatims(cases: Sequence[Case], span: Span) -> Measure:
    """What was said with answers of the period, newest first."""
    said = [
        (answer["at"], str(one.opportunity_id), text, one.opportunity_id)
        for one in cases
        for answer in one.each("surveys", "answered").values()
        if span.holds_moment(answer["at"])
        for text in answer["verbatims"] or ()
    ]
    said.sort(reverse=True)
    return Measure(
        part="verbatims",
        unit="count",
        value=Decimal(len(said)),
        cases=len(said),
        counted=frozenset(key for *_, key in said),
        texts=tuple((key, text) for _, _, text, key in said),
    )
