"""Schedules as pictures, calendars, tables and files of other programs."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.support.proposal.plans import dates, newest, opportunity, saved, task


@pytest.fixture
async def schedule(service):
    return await newest(service, "schedules", await opportunity(service, "lending", None))


async def exported(service, schedule, form, **query):
    answer = await service.get(f"/schedules/{schedule['id']}/export", params={"format": form, **query})
    assert answer.status_code == 200, answer.text
    return answer


async def test_the_gantt_is_there_as_data_and_as_a_picture_with_its_meaning_in_words(service, schedule):
    path = f"/schedules/{schedule['id']}/charts/gantt"

    data = (await service.get(path, params={"language": "zh"})).json()
    svg = await service.get(path, headers={"Accept": "image/svg+xml"})
    png = await service.get(path, headers={"Accept": "image/png"})

    assert (data["shape"], data["start"], data["finish"], data["late"]) == (
        "gantt", schedule["start"], schedule["finish"], schedule["p80_finish"],
    )  # fmt: skip
    phases = [row for row in data["rows"] if row["is_bold"]]
    assert [(row["name"], row["is_phase"]) for row in phases] == [
        ("需求", False), ("设计", False), ("开发", True), ("测试", True), ("上线", True), ("质保", False),
    ]  # fmt: skip
    assert phases[0]["gate"]["date"] == dates(schedule)["requirements-agreed"][1]
    # A task that is all of its phase has no row of its own; the start has one.
    tasks = sum(one["kind"] == "task" for one in schedule["network"]["tasks"])
    assert len(data["rows"]) == 1 + 3 + tasks
    assert schedule["p80_finish"] in data["alt"]
    assert svg.text.startswith("<svg")
    assert png.content.startswith(b"\x89PNG")
    assert (await service.get(f"/schedules/{schedule['id']}/charts/x")).json()["code"] == "no_such_chart"


async def test_the_table_has_each_task_with_links_as_planners_write_them_and_no_formula(service, schedule):
    changes = {"name": "=1+1", "links": [{"predecessor": "start", "kind": "SS", "lag_days": 2}]}
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/requirements", changes)

    rows = list(csv.DictReader(io.StringIO((await exported(service, schedule, "csv")).content.decode("utf-8-sig"))))

    assert [row["id"] for row in rows] == [one["id"] for one in schedule["network"]["tasks"]]
    row = next(row for row in rows if row["id"] == "requirements")
    assert (row["name"], row["predecessors"]) == ("'=1+1", "start SS+2d")
    assert float(row["total_float_days"]) >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["late_finish"])


@pytest.mark.parametrize(
    ("language", "gate"), [("zh", "质量门：验收测试通过"), ("en", "Quality gate: Acceptance test passed")]
)
async def test_the_calendar_file_has_whole_days_that_move_with_the_next_version(service, schedule, language, gate):
    answer = await exported(service, schedule, "icalendar", language=language)
    events = {str(one["summary"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"duration_days": 90})
    later = await exported(service, schedule, "icalendar", language=language)
    moved = {str(one["summary"]): one for one in Calendar.from_ical(later.content).walk("VEVENT")}

    found = events[gate]
    assert found["dtstart"].dt == date.fromisoformat(dates(schedule)["accepted"][1])
    assert (found["dtend"].dt - found["dtstart"].dt).days == 1
    assert "- " in found["description"]
    assert moved[gate]["uid"] == found["uid"]
    assert moved[gate]["sequence"] > found["sequence"]
    assert moved[gate]["dtstart"].dt > found["dtstart"].dt


async def test_a_calendar_program_follows_the_agreed_schedule_by_a_link_and_nothing_else(service, schedule):
    answer = await service.post(f"/schedules/{schedule['id']}/feed", json={"valid_days": 30})
    link = service.as_link("schedules", schedule["id"], "follow")

    content = await link.get(f"/schedules/{schedule['id']}.ics")

    assert answer.status_code == 200
    assert f"/v1/schedules/{schedule['id']}.ics?link=" in answer.json()["url"]
    assert content.headers["content-type"].startswith("text/calendar")
    assert Calendar.from_ical(content.content).walk("VEVENT")
    assert (await link.get(f"/schedules/{schedule['id']}")).status_code == 403
    assert (
        await service.as_link("schedules", "other", "follow").get(f"/schedules/{schedule['id']}.ics")
    ).status_code == 403
    assert (await service.as_("bob", "presales").get(f"/schedules/{schedule['id']}.ics")).status_code == 403


async def test_a_file_for_microsoft_project_is_taken_in_again_without_a_change(service, schedule):
    file = await exported(service, schedule, "ms_project")
    path = f"/schedules/{schedule['id']}/import"
    assert file.headers["content-type"] == "application/xml"
    assert "SCH-2026-0007-1.xml" in file.headers["content-disposition"]

    answer = await service.post(path, content=file.content, headers={"If-Match": '"1"'})

    assert answer.status_code == 200, answer.text
    assert answer.json()["remarks"] == []
    assert answer.json()["schedule"]["network"] == schedule["network"]
    assert answer.json()["schedule"]["is_edited"] is False


async def test_what_somebody_changed_in_microsoft_project_is_taken_in(service, schedule):
    text = (await exported(service, schedule, "ms_project")).text
    before = task(schedule, "design")["duration_days"]
    hours = f"PT{before * 8:.0f}H0M0S"
    place = text.index("<Duration>", text.index("<Name>Design</Name>", text.index("<Summary>0</Summary>")))
    assert text[place:].startswith(f"<Duration>{hours}")
    changed = text[:place] + text[place:].replace(hours, f"PT{before * 8 + 40:.0f}H0M0S", 1)

    answer = await service.post(
        f"/schedules/{schedule['id']}/import", content=changed.encode(), headers={"If-Match": '"1"'}
    )

    after = answer.json()["schedule"]
    assert task(after, "design")["duration_days"] == before + 5
    assert after["duration_days"] == schedule["duration_days"] + 5
    assert after["network"]["accompanying"] == schedule["network"]["accompanying"]
    assert after["network"]["delivery"] == "live"


async def test_dates_of_the_file_that_are_not_met_are_told_with_the_import(service, schedule):
    file = (Path(__file__).parent / "trials" / "phases-linked.xml").read_text()
    later = file.replace("<Finish>2027-02-09T17:00:00</Finish>", "<Finish>2027-02-08T17:00:00</Finish>")

    answer = await service.post(
        f"/schedules/{schedule['id']}/import", files={"file": ("plan.xml", later)}, headers={"If-Match": '"1"'}
    )

    assert answer.status_code == 200, answer.text
    assert task(answer.json()["schedule"], "4")["id"] == "4"
    assert [(one["code"], one["about"]) for one in answer.json()["remarks"]] == [("dates_differ", "Build screens")]


async def test_a_hostile_file_is_refused_and_the_schedule_stays(service, schedule):
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]><Project xmlns="http://schemas.microsoft.com/project">&a;</Project>'

    refused = await service.post(
        f"/schedules/{schedule['id']}/import", content=bomb.encode(), headers={"If-Match": '"1"'}
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_project_file")
    assert (await service.get(f"/schedules/{schedule['id']}")).json() == schedule


async def test_an_agreed_schedule_takes_no_file(service, schedule):
    file = await exported(service, schedule, "ms_project")
    await service.act(f"/schedules/{schedule['id']}/agree")

    seen = (await service.get(f"/schedules/{schedule['id']}")).headers["ETag"]
    refused = await service.post(
        f"/schedules/{schedule['id']}/import", content=file.content, headers={"If-Match": seen}
    )

    assert refused.json()["code"] == "illegal_transition"
