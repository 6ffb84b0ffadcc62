"""How grave a probability and an impact are together, for cells that hold no risk (PMBOK Guide, 5th ed.)."""

LEVELS = (1, 2, 3, 4, 5)
_PROBABILITY = (10, 30, 50, 70, 90)
_IMPACT = (5, 10, 20, 40, 80)
_MODERATE, _HIGH = 550, 1750
"""In ten thousandths; the book prints these scores rounded half up: above 0.05, and from 0.18 on."""


def rating(probability_level: int, impact_level: int) -> str:
    """`low`, `moderate` or `high` on the guide's printed scales."""
    score = _PROBABILITY[probability_level - 1] * _IMPACT[impact_level - 1]
    if score >= _HIGH:
        return "high"
    return "moderate" if score >= _MODERATE else "low"
