"""Past projects as others keep them: decimal commas, units in headings, and what is guessed is told."""

from pathlib import Path

import pytest

from services.estimation.domain.project_headings import meaning_of
from shared.files.tables import workbook

TRIALS = Path(__file__).parent / "trials"


@pytest.fixture
async def estimation(start):
    async with start("estimation") as client:
        yield client


async def previewed(client, content, name="a.csv", **query):
    content = content.encode() if isinstance(content, str) else content
    answer = await client.post("/past-projects/preview", params={"file_name": name, **query}, content=content)
    assert answer.status_code == 200, answer.text
    return answer.json()


def figures(preview, *fields):
    return [tuple(row["project"][field] for field in fields) for row in preview["rows"]]


async def test_decimal_commas_between_semicolons_are_read_and_told(estimation):
    content = (TRIALS / "past-projects-comma.csv").read_bytes()

    preview = await previewed(estimation, content)
    done = await estimation.post("/past-projects/import", params={"file_name": "a.csv"}, content=content)

    assert figures(preview, "size", "effort_days") == [(120.5, 155), (80.25, 112.8125), (64, 87.5)]
    assert preview["decimal"] == "comma"
    assert [remark["code"] for remark in preview["remarks"]] == ["decimal_comma", "unit_assumed"]
    assert done.json()["counts"] == {"new": 3}
    assert [remark["code"] for remark in done.json()["remarks"]] == ["decimal_comma", "unit_assumed"]


async def test_units_in_headings_are_read(estimation):
    preview = await previewed(estimation, (TRIALS / "past-projects-units.csv").read_bytes(), hours_per_month=160)

    assert figures(preview, "size", "size_unit", "effort_days", "duration_months") == [
        (120, "fp", 150, 5), (80, "fp", 110, 4),
    ]  # fmt: skip
    assert preview["unused_headings"] == []


async def test_amounts_in_ten_thousands_and_durations_in_weeks_are_converted(estimation):
    preview = await previewed(
        estimation,
        "Name,Size [COSMIC],Effort (person-days),Duration in weeks,成本（万元）,预算(万元)\nA,50,40,8.7,120.5,90\n",
    )

    [(size_unit, months, cost, planned)] = figures(preview, "size_unit", "duration_months", "cost", "estimated_cost")
    assert (size_unit, months) == ("cfp", pytest.approx(2.0, abs=0.01))
    assert [cost["currency"], float(cost["amount"]), float(planned["amount"])] == ["CNY", 1_205_000, 900_000]


async def test_thousands_that_could_be_decimals_are_decided_by_the_other_numbers_or_asked_for(estimation):
    decided = await previewed(estimation, "Project;Size;Effort\nA;120,5;1.240\n")
    asked = await previewed(estimation, "Project;Size;Effort\nA;64;1.240\n")
    point = await previewed(estimation, "Project;Size;Effort\nA;64;1.240\n", decimal="point")
    comma = await previewed(estimation, "Project;Size;Effort\nA;64;1.240\n", decimal="comma")
    english = await previewed(estimation, 'Project,Size,Effort\nA,64,"1,240"\n')
    mixed = await previewed(estimation, "Project;Size;Effort\nA;64,5;1240\nB;64.5;1240\nC;64;1.240\n")
    both = await previewed(estimation, "Project;Size;Effort\nA;120,5;1.240,75\n")

    assert figures(decided, "effort_days") == [(155,)]
    assert [remark["code"] for remark in decided["rows"][0]["remarks"]] == ["number_guessed"]
    assert [(e["field"], e["code"]) for e in asked["rows"][0]["errors"]] == [("effort_hours", "ambiguous_number")]
    assert (figures(point, "effort_days"), figures(comma, "effort_days")) == ([(0.155,)], [(155,)])
    assert figures(english, "effort_days") == [(155,)]
    assert [remark["code"] for remark in english["rows"][0]["remarks"]] == ["number_guessed"]
    assert [row["state"] for row in mixed["rows"]] == ["new", "new", "unreadable"]
    assert "decimal_marks_differ" in [remark["code"] for remark in mixed["remarks"]]
    assert figures(both, "effort_days") == [(1240.75 / 8,)]


async def test_amounts_have_the_same_marks_as_other_numbers(estimation):
    content = "Project;Size;Effort days;Cost\nA;120,5;10;€ 1.240,75\nB;2;10;1240\n"

    preview = await previewed(estimation, content, currency="EUR")

    assert [float(cost["amount"]) for (cost,) in figures(preview, "cost")] == [1240.75, 1240]


async def test_numbers_of_a_workbook_are_numbers(estimation):
    content = workbook(["name", "size", "effort days"], [["A", 1.125, 2.5], ["B", 1240, "1.240,75"]])

    preview = await previewed(estimation, content, "a.xlsx")

    assert figures(preview, "size", "effort_days")[0] == (1.125, 2.5)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("规模(功能点)", "size"), ("工作量（人天）", "effort_days"), ("实际工作量/人月", "effort_months"),
        ("工作量(人日)", "effort_days"), ("Effort [PM]", "effort_months"), ("Effort, hours", "effort_hours"),
        ("实际工期(月)", "duration_months"), ("工期(天)", None), ("规模(平方米)", None), ("Effort (beers)", None),
        ("估算工作量(人月)", "estimated_effort_days"), ("颜色", None), ("", None),
    ],
)  # fmt: skip
def test_a_heading_is_known_with_its_unit_or_not_at_all(heading, field):
    found = meaning_of(heading)

    assert (found and found.field) == field
