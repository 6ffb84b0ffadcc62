"""Networks computed over HTTP: every published case, and what cannot be computed."""

import pytest

from tests.support.quant.networks import CASES, SINGLE_RANGES, THREE_POINT_NETWORKS, wishes

REFUSED = {
    "err-cycle": "cycle",
    "err-dup": "duplicate_id",
    "err-negative": "negative_duration",
    "err-3pt-2": "range_order",
    "err-3pt-5": "no_duration",
    "err-3pt-6": "range_order",
}


@pytest.fixture
async def service(start):
    async with start("proposal") as client:
        yield client


async def calculated(service, activities, **wish):
    answer = await service.post("/schedules:calculate", json={"activities": activities, **wish})
    assert answer.status_code == 200, answer.text
    return answer.json()


def codes(answer):
    return [answer["code"], *(error["code"] for error in answer["errors"])]


@pytest.mark.parametrize("case", ["cpm-taylor-ch8-1", "rel-types", *THREE_POINT_NETWORKS])
async def test_a_published_network_comes_out_as_printed(service, case):
    expected, within = CASES[case]["expected"], CASES[case]["tol"]
    asked = [float(name.removeprefix("p_le_")) for name in expected if name.startswith("p_le_")]

    found = await calculated(
        service, wishes(case), **({"probabilities": {"within": asked, "at": [0.99]}} if asked else {})
    )

    assert found["duration"] == pytest.approx(expected["duration"], abs=1e-3)
    by_id = {one["id"]: one for one in found["activities"]}
    for name, field in (("es", "early_start"), ("ef", "early_finish")):
        assert {key: by_id[key][field] for key in expected.get(name, {})} == expected.get(name, {})
    if "critical_path" in expected:
        assert found["critical_paths"] == [expected["critical_path"]]
    if asked:
        assert found["approximation"]["variance"] == pytest.approx(expected["cp_variance"], abs=0.01)
        [at] = found["approximation"]["within"]
        assert at["probability"] == pytest.approx(expected[f"p_le_{at['length']:g}"], abs=0.002)
        assert found["simulation"]["merge_bias"] > 0
    else:
        assert (found["approximation"], found["simulation"]) == (None, None)
    assert within is not None


@pytest.mark.parametrize("case", [key for key in SINGLE_RANGES if key.startswith("pert-3pt")])
async def test_three_points_alone_give_their_mean_and_variance(service, case):
    inputs, expected = CASES[case]["inputs"], CASES[case]["expected"]
    activity = {"id": "A", "optimistic": inputs["a"], "most_likely": inputs["m"], "pessimistic": inputs["b"]}

    found = await calculated(service, [activity])

    assert found["activities"][0]["duration"] == pytest.approx(expected["te"], abs=0.005)
    assert found["activities"][0]["variance"] ** 0.5 == pytest.approx(expected["sigma_classic"], abs=0.005)


async def test_crashing_costs_what_was_published(service):
    expected = CASES["crash-general-foundry"]["expected"]

    found = await calculated(service, wishes("crash-general-foundry"), crash_to=list(map(float, expected)))

    assert {f"{one['length']:g}": one["cost"] for one in found["crashing"]} == pytest.approx(expected)


@pytest.mark.parametrize(("case", "code"), REFUSED.items())
async def test_a_network_that_cannot_be_is_refused_with_its_code(service, case, code):
    inputs = CASES[case]["inputs"]
    activities = (
        wishes(case)
        if "activities" in inputs
        else [{"id": "A", "optimistic": inputs["a"], "most_likely": inputs["m"], "pessimistic": inputs["b"]}]
    )

    answer = await service.post("/schedules:calculate", json={"activities": activities})

    assert answer.status_code == 422
    assert code in codes(answer.json())


async def test_dates_follow_holidays_and_make_up_days(service):
    activities = [{"id": "A", "duration": 3}, {"id": "B", "duration": 3, "predecessors": ["A"]}]

    found = await calculated(service, activities, start="2026-09-28", calendar={"base": "CN"})

    assert [(one["start_date"], one["finish_date"]) for one in found["activities"]] == [
        ("2026-09-28", "2026-09-30"),
        ("2026-10-08", "2026-10-10"),
    ]
    assert found["finish_date"] == "2026-10-10"


async def test_limits_on_dates_are_kept_or_their_conflict_is_told_in_both_languages(service):
    activities = [
        {"id": "A", "duration": 5},
        {"id": "B", "duration": 2, "predecessors": ["A"], "constraint": {"kind": "must_finish_on", "date": "2027-03-08"},
         "deadline": {"date": "2027-03-31"}},
        {"id": "ready", "duration": 0, "constraint": {"kind": "start_no_earlier_than", "date": "2027-03-10"}},
    ]  # fmt: skip

    found = await calculated(service, activities, start="2027-03-01")

    [conflict] = found["conflicts"]
    assert (conflict["activity_id"], conflict["wanted_date"], conflict["found_date"], conflict["days"]) == (
        "B", "2027-03-08", "2027-03-09", 1,
    )  # fmt: skip
    assert "2027-03-09" in conflict["message"]
    assert "须于 2027-03-08 完成" in conflict["message_zh"]
    by_id = {one["id"]: one for one in found["activities"]}
    assert by_id["A"]["total_float"] == -1
    assert (by_id["ready"]["start_date"], by_id["ready"]["finish_date"]) == ("2027-03-10", "2027-03-10")


async def test_a_weekend_can_be_worked_by_one_activity_alone(service):
    activities = [
        {"id": "prepare", "duration": 5},
        {"id": "cut over", "duration": 2, "predecessors": ["prepare"], "calendar": "always"},
        {"id": "run", "duration": 1, "predecessors": ["cut over"]},
    ]
    always = {"id": "always", "name": "Every day", "weekdays": [1, 2, 3, 4, 5, 6, 7]}

    found = await calculated(service, activities, start="2027-03-01", calendars=[always])

    assert [(one["start_date"], one["finish_date"]) for one in found["activities"]] == [
        ("2027-03-01", "2027-03-05"), ("2027-03-06", "2027-03-07"), ("2027-03-08", "2027-03-08"),
    ]  # fmt: skip
    assert found["critical"] == ["prepare", "cut over", "run"]


ONE = {"id": "A", "duration": 1}
WRONG = {
    "not a number": ({"activities": [{"id": "A", "duration": "NaN"}]}, "not_finite"),
    "beyond all numbers": ({"activities": [{"id": "A", "duration": 1e300}]}, "too_large"),
    "two durations": ({"activities": [ONE | {"optimistic": 1, "most_likely": 2, "pessimistic": 3}]}, "no_duration"),
    "no duration": ({"activities": [{"id": "A"}]}, "no_duration"),
    "NUL in an id": ({"activities": [{"id": "A\0", "duration": 1}]}, "wrong_format"),
    "an id that is an object": ({"activities": [{"id": {}, "duration": 1}]}, "wrong_type"),
    "no such link": ({"activities": [ONE | {"links": [{"predecessor": "A", "kind": "XY"}]}]}, "not_allowed"),
    "waits for itself": ({"activities": [ONE | {"predecessors": ["A"]}]}, "cycle"),
    "waits for nobody": ({"activities": [ONE | {"predecessors": ["B"]}]}, "unknown_predecessor"),
    "a date without a start": (
        {"activities": [ONE | {"deadline": {"date": "2027-03-01"}}]}, "no_moment",
    ),
    "a time with a start": ({"activities": [ONE | {"deadline": {"at": 3}}], "start": "2027-03-01"}, "no_moment"),
    "a calendar without a start": ({"activities": [ONE], "calendar": {"base": "CN"}}, "no_start"),
    "an unknown calendar": ({"activities": [ONE | {"calendar": "x"}], "start": "2027-03-01"}, "unknown_calendar"),
    "a week without days": ({"activities": [ONE], "start": "2027-03-01", "calendar": {"weekdays": []}}, "too_few"),
    "a day off that is worked": (
        {"activities": [ONE], "start": "2027-03-01",
         "calendar": {"holidays": ["2027-03-02"], "working_days": ["2027-03-02"]}}, "off_and_worked",
    ),
    "a start before all calendars": ({"activities": [ONE], "start": "0001-01-01"}, "far_away"),
    "centuries of work": ({"activities": [{"id": "A", "duration": 1e6}], "start": "2027-03-01"}, "schedule_too_long"),
    "too short to be crashed to": ({"activities": [ONE], "crash_to": [0.5]}, "cannot_be_crashed"),
    "correlated the wrong way": (
        {"activities": [ONE], "probabilities": {"correlation_across": 0.5}}, "wrong_order",
    ),
    "a certain probability": ({"activities": [ONE], "probabilities": {"at": [1.0]}}, "too_large"),
    "more links than there is time for": (
        {"activities": [{"id": f"{n}", "duration": 1, "predecessors": ["A"] * 400} for n in range(51)]}, "too_many_links",
    ),
    "more crashing than there is time for": (
        {"activities": [{"id": f"{n}", "duration": 1} for n in range(2_001)], "crash_to": [0.5] * 10}, "too_much_crashing",
    ),
    "a field nobody knows": ({"activities": [ONE], "colour": "red"}, "unknown_field"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
async def test_bad_input_is_refused_with_a_reason(service, name):
    body, code = WRONG[name]

    answer = await service.post("/schedules:calculate", json=body)

    assert answer.status_code == 422, answer.text
    assert code in codes(answer.json())


async def test_nothing_to_do_takes_no_time(service):
    assert (await calculated(service, []))["duration"] == 0


async def test_a_link_holder_may_not_calculate(service):
    answer = await service.as_link("proposals", "x").post("/schedules:calculate", json={"activities": [ONE]})

    assert answer.status_code == 403
