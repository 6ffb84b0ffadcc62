"""How grave a probability and an impact are together, where no matrix is told (PMBOK Guide, 5th ed., figure 11-10)."""

_PROBABILITY = (10, 30, 50, 70, 90)
_IMPACT = (5, 10, 20, 40, 80)
_MODERATE, _HIGH = 550, 1750
"""In ten thousandths; the book prints these scores rounded half up: above 0.05, and from 0.18 on."""


def _rating(score: int) -> str:
    if score >= _HIGH:
        return "high"
    return "moderate" if score >= _MODERATE else "low"


RATINGS = tuple(tuple(_rating(probability * impact) for impact in _IMPACT) for probability in _PROBABILITY)
"""`low`, `moderate` or `high` on the guide's printed scales: by probability from the lowest, in it by impact."""
