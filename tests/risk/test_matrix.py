"""The probability-impact matrix against the printed one."""

from decimal import Decimal

import pytest

from services.risk.domain.matrix import PMBOK, Placed, heat_map
from tests.support.risk.published import case


def test_scores_are_those_that_the_guide_prints():
    printed = case("risk", "pmbok-matrix")

    rows = [[PMBOK.score(probability, impact) for impact in range(1, 6)] for probability in range(5, 0, -1)]

    assert [PMBOK.probability[level - 1] for level in range(5, 0, -1)] == list(
        map(Decimal, printed["inputs"]["probability"])
    )
    assert [[str(score) for score in row] for row in rows] == printed["expected"]["matrix"]


def test_impact_levels_are_those_that_the_guide_prints():
    printed = case("risk", "pmbok-impact-scale")["expected"]

    assert [float(value) for value in PMBOK.impact] == printed["numeric"]
    assert [PMBOK.impact_level(share, time_share=0) for share in (0.005, 0.05, 0.15, 0.3, 0.5)] == [1, 2, 3, 4, 5]
    assert [PMBOK.impact_level(0, time_share=share) for share in (0.005, 0.03, 0.07, 0.15, 0.3)] == [1, 2, 3, 4, 5]


def test_the_graver_of_cost_and_time_counts():
    assert PMBOK.impact_level(0.005, time_share=0.3) == 5
    assert PMBOK.impact_level(-0.15, time_share=0.0) == 3


def test_the_matrix_can_rank_the_smaller_expected_value_higher():
    inversion = case("risk", "rating-inversion")
    x, y = inversion["inputs"]["risks"]

    scores = [
        PMBOK.score(PMBOK.probability_level(risk["p"]), PMBOK.impact_level(risk["impact_pct"], time_share=0))
        for risk in (x, y)
    ]

    assert [float(score) for score in scores] == [inversion["expected"]["score_x"], inversion["expected"]["score_y"]]
    assert x["p"] * x["impact_pct"] < y["p"] * y["impact_pct"]


@pytest.mark.parametrize(
    ("score", "rating"), [("0.05", "low"), ("0.06", "moderate"), ("0.17", "moderate"), ("0.18", "high")]
)
def test_ratings_begin_where_the_guide_says(score, rating):
    assert PMBOK.rating(Decimal(score)) == rating


def test_the_heat_map_counts_each_risk_once_and_adds_expected_values():
    risks = [
        Placed("RSK-2", 3, 2, Decimal("10.50")),
        Placed("RSK-1", 3, 2, Decimal("4.50")),
        Placed("RSK-3", 5, 5, Decimal(100)),
    ]

    cells = heat_map(risks)

    filled = {(cell.probability_level, cell.impact_level): cell for cell in cells if cell.count}
    assert len(cells) == 25
    assert filled.keys() == {(3, 2), (5, 5)}
    assert (filled[3, 2].codes, filled[3, 2].expected_value) == (("RSK-1", "RSK-2"), Decimal(15))
    assert (filled[5, 5].score, filled[5, 5].rating) == (Decimal("0.72"), "high")
