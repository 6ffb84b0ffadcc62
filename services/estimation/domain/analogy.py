"""Estimating by analogy: the nearest past projects, adapted by size (Walkerden and Jeffery 1999).

A neighbour's effort as it is, is far worse than its productivity times one's own size: on COCOMO 81 the mean relative
error is several times as large.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import get_args

import numpy as np

from services.estimation.domain.history import Category, PastProject, Prediction, predicted
from services.estimation.domain.productivity import Floats, Trial, trial

NEIGHBOURS = (3, 4, 5)
_ENOUGH_TO_CHOOSE = 10


@dataclass(frozen=True, slots=True)
class Analogy:
    """The estimate, and the projects that it is from, nearest first."""

    prediction: Prediction
    nearest: tuple[PastProject, ...]
    trial: Trial


def by_analogy(target: PastProject, projects: Sequence[PastProject]) -> Analogy:
    """The effort of `target` (its own effort does not matter) from four or more past projects, equal for equal input.

    How many neighbours count, 3 to 5, is what does best when each project is estimated from the others; with fewer than
    ten it is 3. The interval is that of these trials' errors.
    """
    known = sorted(projects, key=lambda project: project.key)
    sizes = np.log([project.size for project in known])
    rates = np.array([project.log_productivity for project in known])
    width = float(sizes.max() - sizes.min()) or 1.0
    labels = [_labels(project) for project in known]
    apart = _distances(sizes, labels, sizes, labels, width)
    np.fill_diagonal(apart, np.inf)
    choices = NEIGHBOURS if len(known) >= _ENOUGH_TO_CHOOSE else NEIGHBOURS[:1]
    order = np.argsort(apart, axis=1, kind="stable")
    errors = {count: rates - np.median(rates[order[:, :count]], axis=1) for count in choices}
    best = min(choices, key=lambda count: (round(float(np.abs(errors[count]).mean()), 9), count))
    freedom = float(len(known) - 1)
    scale = sqrt(float(errors[best] @ errors[best]) / freedom)
    ours = np.log([target.size])
    nearest = np.argsort(_distances(ours, [_labels(target)], sizes, labels, width)[0], kind="stable")[:best]
    tried = rates - errors[best] + sizes
    return Analogy(
        prediction=predicted(float(np.median(rates[nearest]) + ours[0]), scale=scale, freedom=freedom),
        nearest=tuple(known[place] for place in nearest),
        trial=trial(known, [predicted(float(value), scale=scale, freedom=freedom) for value in tried]),
    )


def _labels(project: PastProject) -> tuple[str, ...]:
    return tuple(project.category(name) for name in get_args(Category))


def _distances(
    ours: Floats, our_labels: Sequence[tuple[str, ...]], theirs: Floats, labels: Sequence[tuple[str, ...]], width: float
) -> Floats:
    """Squared difference of ln size as a share of the range, and 1 for each category known of both that differs."""
    apart: Floats = ((ours[:, None] - theirs[None]) / width) ** 2
    for column in range(len(get_args(Category))):
        mine = np.array([label[column] for label in our_labels], object)[:, None]
        other = np.array([label[column] for label in labels], object)[None]
        apart += ((mine != other) & (mine != "") & (other != "")).astype(float)
    return apart
