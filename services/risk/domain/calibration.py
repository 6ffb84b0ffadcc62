"""How good probabilities of risks were, once one knows what happened, and what later ones are to be multiplied by."""

from shared.quant.brier_score import Scored

PRIOR = 5.0
"""Expected occurrences that a correction is pulled to 1 with, as if so many had come true exactly as said."""


def correction(found: Scored) -> float:
    """By what later probabilities of the group would be multiplied: what happened ÷ what was expected, pulled to 1."""
    return (found.happened + PRIOR) / (found.mean_probability * found.count + PRIOR)
