"""Estimates of large baselines, and what calibration costs: pure arithmetic, on one core."""

import csv
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from services.estimation.domain.analogy import by_analogy
from services.estimation.domain.calibration import Calibration, calibrated
from services.estimation.domain.costing import Inputs
from services.estimation.domain.estimate import estimate
from services.estimation.domain.history import PastProject
from services.estimation.domain.history_methods import History
from services.estimation.domain.productivity import Prior
from tests.support.estimation.samples import PARAMETERS, card, key, lending

_PROJECTS = Path(__file__).parent.parent / "tests" / "estimation" / "cases" / "past_projects"
SETS = {
    "desharnais": ("size_fp", "effort_hours", 1, "language", Prior(6.72)),
    "china": ("size_fp", "effort_hours", 1, None, Prior(6.72)),
    "kitchenham": ("size_fp", "effort_hours", 1, "client", Prior(6.72)),
    "cocomo81": ("size_ksloc", "effort_months", 152, None, Prior(None)),
}


def projects(name: str) -> list[PastProject]:
    size, effort, hours, group, _ = SETS[name]
    with (_PROJECTS / f"{name}.csv").open(encoding="utf-8") as file:
        return [
            PastProject(str(key(name, n)), float(row[size]), float(row[effort]) * hours, row[group] if group else None)
            for n, row in enumerate(csv.DictReader(file))
        ]


def timed(what: Callable[[], object], times: int = 5) -> float:
    """Median seconds."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        what()
        spent.append(time.perf_counter() - started)
    return median(spent)


def run() -> None:
    """Print the time of estimates with and without history, and how calibration does on public projects."""
    china = projects("china")
    model = calibrated(china, Prior(6.72), None, size_unit="fp")
    history = History(key("model"), model, china)
    for count in (50, 500, 2000):
        baseline = lending(count)
        plain = timed(lambda baseline=baseline: estimate(baseline, PARAMETERS, Inputs([card()])))
        full = timed(lambda baseline=baseline: estimate(baseline, PARAMETERS, Inputs([card()], history=history)))
        print(f"estimate of {count} requirements: {plain:.2f} s; with a model and 499 past projects {full:.2f} s")
    for name, (_, _, _, _, prior) in SETS.items():
        known = projects(name)
        spent = timed(lambda known=known, prior=prior: calibrated(known, prior, "technology", size_unit="fp"), 3)
        _say(name, calibrated(known, prior, "technology", size_unit="fp"), known, spent)


def _say(name: str, found: Calibration, known: list[PastProject], spent: float) -> None:
    print(f"{name}: {found.projects} projects, {found.basis} counts, fitted and tried in {spent:.2f} s")
    trials = {"model": found.model_trial, "median": found.baseline_trial, "analogy": by_analogy(known[0], known).trial}
    for what, trial in trials.items():
        assert trial
        one = trial.accuracy
        print(
            f"  {what:<8} MMRE {one.mmre:.2f} MdMRE {one.mdmre:.2f} PRED(25) {one.pred_25:.2f} SA {one.sa:.2f}"
            f" bias {one.bias:.2f} coverage of 80 % {trial.coverage_80:.2f}"
        )
