"""How good stated probabilities were: of winning, and of risks. Brier score, skill and a reliability table.

See `shared.quant.brier_score` for the formulas and their sources. Win probabilities are those of the submission, set
against what was decided; those of risks are what was stated before somebody said whether the risk happened.
"""

from collections.abc import Sequence
from decimal import Decimal

from services.insights.domain.metrics.case import DECIDED, Case
from services.insights.domain.metrics.measure import SCORE, Left, Measure, rounded, share
from services.insights.domain.period import Span
from shared.quant.brier_score import Forecast, scored


def win_probability(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Of opportunities decided in the period: won is 1, lost and no decision are 0."""
    forecasts, left = [], Left()
    for one in cases:
        if one.outcome is None or not span.holds(one.outcome["decided_on"]):
            continue
        if one.result not in DECIDED:
            left.out(str(one.result), one.opportunity_id)
        elif one.outcome["win_probability"] is None:
            left.out("no_probability", one.opportunity_id)
        else:
            forecasts.append(Forecast(one.outcome["win_probability"], one.result == "won", one.opportunity_id))
    return _measures(forecasts, left)


def risk_probability(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Of risks whose outcome was said in the period: happened is 1, did not happen is 0."""
    forecasts, left = [], Left()
    for one in cases:
        for risk in one.each("risks", "risks").values():
            if not span.holds_moment(risk["at"]) or risk["outcome"] is None:
                continue
            if risk["outcome"] not in {"happened", "did_not_happen"}:
                left.out(risk["outcome"], one.opportunity_id)
            elif risk["outcome_probability"] is None:
                left.out("no_probability", one.opportunity_id)
            else:
                has_happened = risk["outcome"] == "happened"
                forecasts.append(Forecast(risk["outcome_probability"], has_happened, one.opportunity_id))
    return _measures(forecasts, left)


def _measures(forecasts: Sequence[Forecast], left: Left) -> list[Measure]:
    # In one order, so that sums of floats are the same however the opportunities came.
    forecasts = sorted(forecasts, key=lambda one: (str(one.about), one.probability, one.has_happened))
    found = scored(forecasts)
    keys = [one.about for one in forecasts if one.about]
    happened = [one.about for one in forecasts if one.about and one.has_happened]
    observed = share("observed_share", happened, keys, left)
    figures = {
        "brier_score": found.brier_score if found else None,
        "skill": found.skill if found else None,
        "mean_forecast": found.mean_probability if found else None,
    }
    measures = [
        Measure(
            part=name, unit=SCORE, value=None if value is None else rounded(value),
            denominator=Decimal(len(forecasts)), cases=len(forecasts), hits=observed.hits, counted=observed.counted,
            excluded=observed.excluded, reason=None if value is not None else _reason(name, forecasts),
        )
        for name, value in figures.items()
    ]  # fmt: skip
    bins = [
        share(
            "reliability",
            [one.about for one in part.known if one.about and one.has_happened],
            [one.about for one in part.known if one.about],
            about={"from": f"{part.lower:.1f}", "to": f"{part.upper:.1f}"},
        )
        for part in (found.bins if found else ())
    ]
    return [*measures, observed, *bins]


def _reason(name: str, forecasts: Sequence[Forecast]) -> str:
    return "all_alike" if forecasts and name == "skill" else "no_cases"
