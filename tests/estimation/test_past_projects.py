"""Past projects: by hand, from files and back, and what they say of productivity."""

import csv
import io

import pytest

from services.estimation.domain.project_headings import HEADINGS
from shared.files.tables import workbook
from tests.support.estimation.past_projects import CNY, fitted, imported, project, recorded
from tests.support.estimation.samples import CASES


@pytest.fixture
async def estimation(start):
    async with start("estimation") as client:
        yield client


def tag(resource):
    return {"If-Match": f'"{resource["version"]}"'}


async def test_a_project_comes_back_as_it_was_sent_and_is_found(estimation):
    made = await recorded(estimation)
    await recorded(estimation, name="Other", technology="Go", size_unit="cfp")

    found = (await estimation.get("/past-projects", params={"technology": "Java"})).json()["items"]

    assert found == [made]
    assert {name: made[name] for name in project()} == project()
    assert (made["origin"], made["size_unit"], made["is_excluded"]) == ("entered", "fp", False)


async def test_a_project_is_corrected_excluded_with_a_reason_and_deleted(estimation):
    made = await recorded(estimation)
    path = f"/past-projects/{made['id']}"

    silent = await estimation.patch(path, json={"is_excluded": True}, headers=tag(made))
    excluded = await estimation.patch(
        path, json={"is_excluded": True, "exclusion_reason": "It was stopped.", "cost": None}, headers=tag(made)
    )
    stale = await estimation.patch(path, json={"name": "x"}, headers=tag(made))
    gone = await estimation.delete(path, headers=tag(excluded.json()))

    assert (silent.status_code, silent.json()["errors"][0]["code"]) == (422, "why_excluded")
    assert (excluded.json()["is_excluded"], excluded.json()["cost"], excluded.json()["size"]) == (True, None, 420.5)
    assert excluded.json()["estimated_cost"] == made["estimated_cost"]
    assert (stale.status_code, gone.status_code) == (412, 204)


WRONG = {
    "no size": ({"size": 0}, "/size", "too_small"),
    "hardly any effort": ({"effort_days": 1e-300}, "/effort_days", "too_small"),
    "an unknown unit": ({"size_unit": "lines"}, "/size_unit", "not_allowed"),
    "an endless effort": ({"effort_days": 1e300}, "/effort_days", "too_large"),
    "the end before the start": ({"finished_on": "2023-01-01"}, "", "end_before_start"),
    "two currencies": ({"estimated_cost": {"amount": "1", "currency": "USD"}}, "", "currency_mismatch"),
    "a negative cost": ({"cost": {"amount": "-1", "currency": CNY}}, "/cost", "negative_amount"),
    "a NUL character": ({"organisation": "a\x00"}, "/organisation", "null_character"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_an_impossible_project_is_refused_with_its_field(estimation, case):
    wish, pointer, code = WRONG[case]

    answer = await estimation.post("/past-projects", json=project(**wish))

    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


async def test_costs_are_for_those_who_may_see_them_and_projects_for_their_tenant(estimation):
    made = await recorded(estimation)
    pia, eve = estimation.as_("pia", "presales"), estimation.as_("eve", "admin", tenant="other")

    shown = (await pia.get(f"/past-projects/{made['id']}")).json()
    file = (await pia.get("/past-projects/export", params={"format": "csv"})).content.decode("utf-8-sig")

    assert {shown[name] for name in ("cost", "estimated_cost", "estimated_cost_p80")} == {None}
    assert shown["effort_days"] == 512.25
    assert "900000" not in file
    assert (await pia.post("/past-projects", json=project())).status_code == 403
    assert (await eve.get(f"/past-projects/{made['id']}")).status_code == 404


def table(*rows, headings=("项目名称", "规模", "工作量（人天）", "成本", "币种", "完成日期", "技术")):
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue()


ROWS = (
    ("信贷系统", "1,200", "980.5", "￥2,100,000.00", "CNY", "2024年3月5日", "Java"),
    ("报表平台", "300", "210", "", "", "2024/11/30", ""),
)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_chinese_table_is_previewed_and_imported_as_a_whole(estimation, coding):
    content = table(*ROWS).encode(coding)
    query = {"file_name": "项目.csv"}

    preview = (await estimation.post("/past-projects/preview", params=query, content=content)).json()
    before = (await estimation.get("/past-projects")).json()["items"]
    done = await estimation.post("/past-projects/import", params=query, content=content)
    after = (await estimation.get("/past-projects", params={"sort": "size"})).json()["items"]

    assert (preview["counts"], before) == ({"new": 2}, [])
    assert preview["columns"]["effort_days"] == "工作量（人天）"
    assert (done.status_code, len(done.json()["project_ids"])) == (200, 2)
    small, large = after
    assert (large["name"], large["size"], large["effort_days"], large["finished_on"]) == (
        "信贷系统", 1200, 980.5, "2024-03-05",
    )  # fmt: skip
    assert large["cost"] == {"amount": "2100000.0000", "currency": CNY} or large["cost"]["amount"] == "2100000.00"
    assert (small["technology"], small["cost"], small["origin"]) == (None, None, "imported")
    assert small["source"].startswith("项目.csv")


async def test_nothing_is_imported_while_a_row_cannot_be_read_and_each_says_why(estimation):
    content = table(ROWS[0], ("", "5", "5", "", "", "", ""), ("X", "many", "5", "1", "", "soon", "")).encode()
    query = {"file_name": "a.csv"}

    preview = (await estimation.post("/past-projects/preview", params=query, content=content)).json()
    refused = await estimation.post("/past-projects/import", params=query, content=content)

    assert preview["counts"] == {"new": 1, "unreadable": 2}
    fields = [{error["field"] for error in row["errors"]} for row in preview["rows"]]
    assert fields == [set(), {"name"}, {"size", "finished_on", "cost/currency"}]
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_projects")
    assert "line 3" in refused.json()["detail"]
    assert (await estimation.get("/past-projects")).json()["items"] == []


async def test_headings_and_units_of_others_are_named_at_the_upload(estimation):
    content = (CASES / "past_projects" / "desharnais.csv").read_bytes()
    columns = '{"name": "project", "size": "size_fp", "effort_hours": "effort_hours", "technology": "language"}'
    query = {"file_name": "desharnais.csv", "columns": columns, "hours_per_day": 8}

    done = await estimation.post("/past-projects/import", params=query, content=content)

    first = (await estimation.get("/past-projects", params={"name": "1"})).json()["items"][0]
    assert done.json()["counts"] == {"new": 77}
    assert (first["size"], first["effort_days"], first["technology"]) == (302, 644, "1")


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_export_imports_again_unchanged_and_corrects_what_was_changed_in_it(estimation, form, language):
    await recorded(estimation, note="It took\nlonger.", exclusion_reason="odd", is_excluded=True)
    await recorded(estimation, name="=SUM(1)", cost=None, estimated_cost=None, industry=None)
    query = {"file_name": f"again.{form}"}

    file = await estimation.get("/past-projects/export", params={"format": form, "language": language})
    again = await estimation.post("/past-projects/import", params=query, content=file.content)

    assert again.json() == {"counts": {"unchanged": 2}, "remarks": [], "project_ids": []}, again.text
    headings = [words[0] for words in HEADINGS.values()]
    [changed] = (await estimation.get("/past-projects", params={"name": "Core banking"})).json()["items"]
    row = {"id": changed["id"], "name": "Core banking II", "size": 500, "effort days": 600}
    body = workbook(headings, [[row.get(heading, "") for heading in headings]])
    doubled = workbook(headings, [[row.get(heading, "") for heading in headings]] * 2)
    twice = await estimation.post("/past-projects/preview", params={"file_name": "b.xlsx"}, content=doubled)
    assert twice.json()["counts"] == {"changed": 1, "unreadable": 1}
    corrected = await estimation.post("/past-projects/import", params={"file_name": "b.xlsx"}, content=body)
    assert corrected.json()["counts"] == {"changed": 1}
    assert (await estimation.get(f"/past-projects/{changed['id']}")).json()["name"] == "Core banking II"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"%PDF-1.4", "file_refused"),
        ("a.xlsx", b"no zip", "file_refused"),
        ("a.csv", b"", "file_refused"),
        ("a.csv", "名称,颜色\nx,red\n".encode(), "no_projects_in_file"),
        ("a.exe", b"MZ", "file_refused"),
    ],
)
async def test_a_file_without_projects_is_refused_with_the_reason(estimation, name, content, code):
    answer = await estimation.post("/past-projects/import", params={"file_name": name}, content=content)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("columns", ["{", "[1]", '{"size": 3}', '{"colour": "x"}'])
async def test_strange_columns_are_refused(estimation, columns):
    query = {"file_name": "a.csv", "columns": columns}

    answer = await estimation.post("/past-projects/preview", params=query, content=table(*ROWS).encode())

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?columns")


async def test_a_model_says_how_it_did_on_projects_left_out_and_whether_it_counts(estimation):
    await imported(estimation)

    model = await fitted(estimation, group_by="technology")

    assert (model["basis"], model["project_count"], model["groups"]) == ("calibrated", 77, ["1", "2", "3"])
    assert 0.74 <= model["model_trial"]["coverage_80"] <= 0.88
    assert model["grouped_by"] == "technology"
    assert model["chosen_trial"] == model["model_trial"]
    assert model["analogy_trial"]["count"] == 77
    assert (model["status"], model["warnings"]) == ("fitted", [])
    assert (await estimation.get(f"/productivity-models/{model['id']}")).json() == model


async def test_a_worse_model_gives_way_to_the_median_productivity_and_says_so(estimation):
    rows = [(f"P{n}", 100 + n, (20 if n % 5 == 0 else 1) * (100 + n), "", "", "", "") for n in range(40)]
    await estimation.post("/past-projects/import", params={"file_name": "a.csv"}, content=table(*rows).encode())

    model = await fitted(estimation)

    assert model["basis"] == "median_productivity"
    assert model["baseline_trial"]["mean_log_error"] < model["model_trial"]["mean_log_error"]
    assert "did worse than the median productivity" in model["note"]
    assert "生产率中位数" in model["note_zh"]


async def test_too_few_projects_leave_the_benchmark_and_without_one_are_refused(estimation):
    await recorded(estimation)

    few = await fitted(estimation, industry="Banking")
    none = await estimation.post("/productivity-models", json={"name": "x", "size_unit": "cfp"})

    assert (few["basis"], few["model_trial"]) == ("prior", None)
    assert few["benchmark_hours_per_size"] == 10.46
    assert [warning["code"] for warning in few["warnings"]] == ["calibration_insufficient"]
    assert (none.status_code, none.json()["code"]) == (422, "calibration_insufficient")


async def test_a_filter_chooses_the_projects_and_excluded_ones_never_count(estimation):
    for number in range(4):
        await recorded(estimation, name=f"J{number}", size=100 + number)
    await recorded(estimation, name="old", finished_on="2024-01-31")
    await recorded(estimation, name="odd", is_excluded=True, exclusion_reason="stopped")
    await recorded(estimation, name="go", technology="Go")

    model = await fitted(estimation, filters={"technology": "JAVA", "finished_after": "2024-02-01"})

    assert model["project_count"] == 4


async def test_one_model_of_a_unit_is_active_and_the_one_before_is_retired(estimation):
    await imported(estimation)
    first, second = await fitted(estimation), await fitted(estimation, name="Second")

    active = await estimation.act(f"/productivity-models/{first['id']}/activate")
    twice = await estimation.act(f"/productivity-models/{first['id']}/activate")
    other = await estimation.act(f"/productivity-models/{second['id']}/activate")
    blind = await estimation.post(f"/productivity-models/{second['id']}/retire")
    retired = await estimation.act(f"/productivity-models/{second['id']}/retire")

    assert (active.json()["status"], other.json()["status"], retired.json()["status"]) == (
        "active", "active", "retired",
    )  # fmt: skip
    assert (twice.status_code, twice.json()["code"], blind.status_code) == (409, "illegal_transition", 428)
    assert (await estimation.get(f"/productivity-models/{first['id']}")).json()["status"] == "retired"


async def test_a_prediction_is_a_range_in_days(estimation):
    await imported(estimation)
    model = await fitted(estimation, group_by="technology")

    known = (
        await estimation.post(f"/productivity-models/{model['id']}/predict", json={"size": 300, "group": "1"})
    ).json()
    wrong = await estimation.post(f"/productivity-models/{model['id']}/predict", json={"size": -1})

    assert known["p10_days"] < known["p50_days"] < known["p80_days"] < known["p90_days"]
    assert known["p50_days"] == pytest.approx(300 * 17 / 8, rel=0.35)
    assert wrong.status_code == 422


async def test_use_case_points_have_an_effort_once_there_are_past_projects_in_them(estimation):
    wish = {"unadjusted_ucp": 100, "technical_sum": 40, "environmental_sum": 13.333}
    for number, days in enumerate((300, 400, 500)):
        await recorded(estimation, name=f"U{number}", size=100, size_unit="ucp", effort_days=days)

    found = (await estimation.post("/calculations/use-case-points", json=wish)).json()

    assert (found["calibration"], found["hours_per_ucp"]) == ("past_projects", 32)
    assert found["effort_hours"] == pytest.approx(found["ucp"] * 32)


async def test_models_are_made_by_estimators_and_belong_to_their_tenant(estimation):
    await recorded(estimation)
    model = await fitted(estimation)

    assert (await estimation.as_("v", "viewer").get(f"/productivity-models/{model['id']}")).status_code == 200
    assert (await estimation.as_("v", "viewer").post("/productivity-models", json={"name": "x"})).status_code == 403
    assert (await estimation.as_("e", "estimator").post("/productivity-models", json={"name": "x"})).status_code == 201
    stranger = estimation.as_("eve", "admin", tenant="other")
    assert (await stranger.get(f"/productivity-models/{model['id']}")).status_code == 404
