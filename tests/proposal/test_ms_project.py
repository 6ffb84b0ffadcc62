"""Microsoft Project XML: what is written stands where the schema has it, and is read again as it was."""

import json
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given, settings
from hypothesis import strategies as st

from services.proposal.content.assembly import Ingredients
from services.proposal.content.schedule_draft import drafted
from services.proposal.exchange.ms_project_dates import compare_dates
from services.proposal.exchange.ms_project_reader import completed, read_ms_project
from services.proposal.exchange.ms_project_writer import ms_project_file
from services.proposal.exchange.ms_project_xml import NotAProjectFile
from services.proposal.queries.scheduling import computed, planned
from services.proposal.schemas.networks import ScheduleNetwork
from services.proposal.schemas.plans import ScheduleInputs
from shared.kernel.problems import Invalid
from tests.support.proposal.samples import events

ORDER = json.loads((Path(__file__).parent / "cases" / "mspdi.json").read_text(encoding="utf-8"))["elements"]
INPUTS = ScheduleInputs(team={"developer": 2.0}, crews=1, seed=1, risks=[])
NAMESPACE = "{http://schemas.microsoft.com/project}"


def network(**changes):
    wish = {
        "start": "2026-09-28",
        "calendar": {"base": "CN"},
        "calendars": [
            {"id": "always", "name": "always", "weekdays": [1, 2, 3, 4, 5, 6, 7], "holidays": ["2026-10-01"]},
            {"id": "own", "name": "own", "base": "CN", "holidays": ["2026-11-02"], "working_days": ["2026-11-07"]},
        ],
        "phases": [{"id": "work", "name": "Work", "name_zh": "实施"}, {"id": "end", "name": "End"}],
        "tasks": [
            {"id": "start", "name": "Start", "kind": "milestone"},
            {"id": "work", "name": "Prepare & <check>", "name_zh": "准备", "phase": "work", "duration_days": 4.5,
             "links": [{"predecessor": "start"}], "role_days": {"developer": 6.0, "tester": 1.25}, "module": "核心",
             "range": {"optimistic": 3, "most_likely": 4.5, "pessimistic": 8}, "note": "first line\nsecond line"},
            {"id": "B", "name": "B", "phase": "work", "duration_days": 2, "calendar": "always",
             "links": [{"predecessor": "work", "kind": "FS", "lag_days": -1.5},
                       {"predecessor": "start", "kind": "SS", "lag_days": 2}],
             "constraint": {"kind": "start_no_earlier_than", "date": "2026-10-03"}, "deadline": "2026-10-20"},
            {"id": "C", "name": "C", "phase": "end", "duration_days": 3, "calendar": "own",
             "links": [{"predecessor": "B", "kind": "FF", "lag_days": 1}], "constraint": {"kind": "as_late_as_possible"}},
            {"id": "gate", "name": "Gate", "kind": "gate", "phase": "end",
             "links": [{"predecessor": "C"}, {"predecessor": "work", "kind": "SF", "lag_days": 0.25}],
             "constraint": {"kind": "must_finish_on", "date": "2026-11-30"},
             "criteria": [{"text": "It runs", "text_zh": "运行正常"}, {"text": "Signed"}], "note": "with the client"},
        ],
    }  # fmt: skip
    return ScheduleNetwork.model_validate(wish | changes)


def written(wish, title="SCH-2026-0001 平台"):
    return ms_project_file(wish, planned(wish, INPUTS), title=title, team=INPUTS.team, currency="CNY")


def worked(calendar):
    return [calendar.calendar().is_working(date(2026, 1, 1) + timedelta(days=n)) for n in range(1_100)]


def faults(element, path="Project"):
    """Where a file departs from the schema: order, type, number."""
    rows = {name: (place, kind, least, most) for place, (name, kind, least, most) in enumerate(ORDER[path])}
    names = [child.tag.removeprefix(NAMESPACE) for child in element]
    found = [f"{path}/{name} is unknown" for name in names if name not in rows]
    places = [rows[name][0] for name in names if name in rows]
    found += [f"{path}: {names} is out of order"] if places != sorted(places) else []
    found += [f"{path} lacks {name}" for name, (_, _, least, _) in rows.items() if least and name not in names]
    found += [f"{path}/{n} twice" for n, (_, _, _, most) in rows.items() if most == "1" and names.count(n) > 1]
    for child in element:
        name = child.tag.removeprefix(NAMESPACE)
        kind = rows.get(name, (0, "string", 0, ""))[1]
        if kind == "parts":
            found += faults(child, f"{path}/{name}")
        elif not is_a(kind, child.text or ""):
            found.append(f"{path}/{name} = {child.text!r} is no {kind}")
    return found


TYPES = {
    "integer": lambda said: re.fullmatch(r"-?\d+", said),
    "boolean": lambda said: said in {"0", "1"},
    "float": lambda said: re.fullmatch(r"-?\d+(\.\d+)?", said),
    "dateTime": datetime.fromisoformat,
    "time": lambda said: said == time.fromisoformat(said).isoformat(),
    "duration": lambda said: re.fullmatch(r"PT\d+H\d+M\d+S", said),
}


def is_a(kind, said):
    base, _, rest = kind.partition(" ")
    if base == "one":
        return said in rest.removeprefix("of ").split()
    if base == "string":
        return len(said) <= int(rest or 10**6)
    try:
        return bool(TYPES[base](said))
    except ValueError:
        return False


def test_the_check_of_the_schema_notices_faults():
    root = fromstring(written(network()))
    tasks = root.find(f"{NAMESPACE}Tasks")
    tasks[0].find(f"{NAMESPACE}ConstraintType").text = "9"
    tasks[1].insert(0, tasks[1][-1])
    tasks[2].remove(tasks[2].find(f"{NAMESPACE}UID"))

    found = faults(root)

    assert any("ConstraintType = '9'" in fault for fault in found)
    assert any("out of order" in fault for fault in found)
    assert any("lacks UID" in fault for fault in found)


def test_every_element_stands_where_the_schema_has_it():
    assert faults(fromstring(written(network()))) == []


@pytest.mark.parametrize("name", ["lending", "permits"])
def test_a_drafted_schedule_is_valid_and_read_again_as_it_was(name):
    found = events(name)
    made_of = Ingredients(found.baseline, found.estimate, found.price, found.risk)
    draft, inputs = drafted(made_of)
    file = ms_project_file(draft, planned(draft, inputs), title=name, team=inputs.team, currency="CNY")

    imported = read_ms_project(file)

    assert faults(fromstring(file)) == []
    assert imported.remarks == []
    assert completed(imported.network, draft).model_dump() == draft.model_dump()


def test_tasks_links_lags_limits_and_calendars_come_back():
    wish = network()

    imported = read_ms_project(written(wish), {"always": "always", "own": "own"})

    assert imported.remarks == []
    again = imported.network
    assert [one.model_dump() for one in again.tasks] == [one.model_dump() for one in wish.tasks]
    assert [one.model_dump() for one in again.phases] == [one.model_dump() for one in wish.phases]
    assert again.start == wish.start
    assert again.calendar == wish.calendar
    assert [one.id for one in again.calendars] == ["always", "own"]
    for before, after in zip((wish.calendar, *wish.calendars), (again.calendar, *again.calendars), strict=True):
        assert worked(after) == worked(before)
    assert computed(again).plan.timings == computed(wish).plan.timings


def test_the_same_schedule_gives_the_same_bytes():
    assert written(network()) == written(network())


def test_characters_that_xml_cannot_hold_do_no_harm():
    odd = network(tasks=[{"id": "A", "name": "a\x01b\ufffe]]> &amp;", "phase": "work", "duration_days": 1}])

    [task] = read_ms_project(written(odd)).network.tasks

    assert task.name == "a b ]]> &amp;"


names = st.text(st.characters(codec="utf-8", exclude_characters="/\r\n\x85\u2028\u2029", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(str.strip)  # fmt: skip
days = st.integers(1, 400).map(lambda quarters: quarters / 4)


@st.composite
def wishes(draw):
    tasks = []
    for number in range(draw(st.integers(1, 8))):
        before = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        links = [
            {"predecessor": f"t{key}", "kind": draw(st.sampled_from(["FS", "SS", "FF", "SF"])),
             "lag_days": draw(st.integers(-20, 40)) / 4}
            for key in sorted(before)
        ]  # fmt: skip
        kind = draw(st.sampled_from(["as_late_as_possible", "must_start_on", "finish_no_later_than", None]))
        limit = kind and {"kind": kind, "date": None if kind.startswith("as_") else "2027-05-05"}
        tasks.append({"id": f"t{number}", "name": draw(names), "phase": "p", "duration_days": draw(days), "links": links,
                      "constraint": limit, "deadline": draw(st.sampled_from([None, "2028-01-31"]))})  # fmt: skip
    return ScheduleNetwork.model_validate({"start": "2027-03-01", "phases": [{"id": "p", "name": "P"}], "tasks": tasks})


@given(wishes())
@settings(max_examples=40, deadline=None)
def test_any_network_comes_back(wish):
    file = ms_project_file(wish, planned(wish, INPUTS), title="x", team={}, currency="USD")

    assert faults(fromstring(file)) == []
    assert read_ms_project(file).network.model_dump() == wish.model_dump()


def project(tasks="", head="<StartDate>2027-03-01T08:00:00</StartDate>", rest=""):
    return (
        f'<?xml version="1.0"?><Project xmlns="http://schemas.microsoft.com/project">{head}<Tasks>{tasks}</Tasks>'
        f"{rest}</Project>"
    ).encode()


def row(uid, name="A", level=1, duration="PT16H0M0S", more=""):
    length = f"<Duration>{duration}</Duration>" if duration else ""
    return f"<Task><UID>{uid}</UID><Name>{name}</Name><OutlineLevel>{level}</OutlineLevel>{length}{more}</Task>"


def test_a_file_of_somebody_else_is_read_and_what_it_could_not_say_here_is_told():
    tasks = (
        row(0, "Project", 0)
        + row(1, "Phase", more="<Summary>1</Summary><Deadline>2027-05-01T17:00:00</Deadline>")
        + row(2, "Module", 2, more="<Summary>1</Summary>")
        + row(3, "Leaf", 3, more="<PredecessorLink><PredecessorUID>1</PredecessorUID></PredecessorLink>")
        + row(4, "Elapsed", 2, "PT168H0M0S", "<DurationFormat>8</DurationFormat>")
        + row(5, "Late", 2, more="<PredecessorLink><PredecessorUID>3</PredecessorUID><Type>3</Type><LinkLag>50</LinkLag>"
              "<LagFormat>19</LagFormat></PredecessorLink>")
        + row(6, "Manual", 2, more="<Manual>1</Manual><Start>2027-04-05T08:00:00</Start>")
        + row(7, "Gone", 2, more="<Active>0</Active>")
        + row(8, "Loose", 1, None, "<Start>2027-03-01T08:00:00</Start><Finish>2027-03-08T17:00:00</Finish>")
        + row(9, "Done", 1, "PT0H0M0S", "<Milestone>1</Milestone>")
    )  # fmt: skip
    rest = ("<Resources><Resource><UID>1</UID><Name>Ann</Name><Type>1</Type></Resource></Resources><Assignments>"
            "<Assignment><UID>1</UID><TaskUID>3</TaskUID><ResourceUID>1</ResourceUID><Work>PT12H0M0S</Work></Assignment>"
            "</Assignments>")  # fmt: skip

    imported = read_ms_project(project(tasks, rest=rest))

    by_id = {one.id: one for one in imported.network.tasks}
    assert {key: (one.name, one.kind, one.phase, one.module) for key, one in by_id.items()} == {
        "3": ("Leaf", "task", "1", "Module"), "4": ("Elapsed", "task", "1", None), "5": ("Late", "task", "1", None),
        "6": ("Manual", "task", "1", None), "8": ("Loose", "task", "tasks", None), "9": ("Done", "milestone", None, None),
    }  # fmt: skip
    assert [one.id for one in imported.network.phases] == ["1", "tasks"]
    assert (by_id["3"].duration_days, by_id["4"].duration_days, by_id["8"].duration_days) == (2, 5, 6)
    assert by_id["5"].links[0].model_dump(mode="json") == {"predecessor": "3", "kind": "SS", "lag_days": 1}
    assert by_id["6"].constraint.date == date(2027, 4, 5)
    assert by_id["3"].role_days == {"Ann": 1.5}
    codes = {(one.code, one.about) for one in imported.remarks}
    assert codes == {("summary", "Phase"), ("link", "Leaf"), ("elapsed", "Elapsed"), ("lag", "Late"), ("manual", "Manual"),
                     ("inactive", "Gone"), ("no_duration", "Loose")}  # fmt: skip
    assert all(one.en and one.zh for one in imported.remarks)


def test_calendars_of_older_files_and_those_that_stand_on_others_are_read():
    calendars = """<Calendars><Calendar><UID>1</UID><Name>Base</Name><WeekDays>
      <WeekDay><DayType>6</DayType><DayWorking>0</DayWorking></WeekDay>
      <WeekDay><DayType>7</DayType><DayWorking>1</DayWorking></WeekDay>
      <WeekDay><DayType>0</DayType><DayWorking>0</DayWorking><TimePeriod><FromDate>2027-03-02T00:00:00</FromDate>
        <ToDate>2027-03-03T23:59:00</ToDate></TimePeriod></WeekDay></WeekDays></Calendar>
      <Calendar><UID>2</UID><Name>Night</Name><BaseCalendarUID>1</BaseCalendarUID><Exceptions><Exception><Type>3</Type>
        <TimePeriod><FromDate>2027-03-02T00:00:00</FromDate><ToDate>2027-03-03T23:59:00</ToDate></TimePeriod>
      </Exception></Exceptions></Calendar></Calendars>"""
    head = "<StartDate>2027-03-01T08:00:00</StartDate><CalendarUID>1</CalendarUID>"

    imported = read_ms_project(project(row(3, more="<CalendarUID>2</CalendarUID>"), head=head, rest=calendars))

    base, [night] = imported.network.calendar, imported.network.calendars
    assert base.weekdays == [1, 2, 3, 4, 6]
    assert base.holidays == [date(2027, 3, 2), date(2027, 3, 3)]
    assert worked(night) == worked(base)
    assert imported.network.tasks[0].calendar == night.id
    assert [one.code for one in imported.remarks] == ["exception"]


TRIALS = Path(__file__).parent / "trials"


def dates_of(imported):
    plan = planned(imported.network, INPUTS)
    return {one.id: (one.start.isoformat(), one.finish.isoformat()) for one in plan.tasks}, compare_dates(
        imported.dates, plan.tasks, imported.network.calendar.calendar().is_working
    )


def test_a_link_between_phases_holds_for_their_tasks():
    imported = read_ms_project((TRIALS / "phases-linked.xml").read_bytes())

    dates, unmet = dates_of(imported)
    assert dates == {"2": ("2027-02-01", "2027-02-05"), "4": ("2027-02-08", "2027-02-09")}
    assert (list(imported.remarks), list(unmet)) == ([], [])


def test_a_task_that_is_interrupted_ends_when_the_file_says_and_is_told():
    imported = read_ms_project((TRIALS / "interrupted-task.xml").read_bytes())

    dates, unmet = dates_of(imported)
    assert dates == {"1": ("2027-02-01", "2027-02-12"), "2": ("2027-02-15", "2027-02-15")}
    assert [(one.code, one.about) for one in imported.remarks] == [("interrupted", "Training")]
    assert list(unmet) == []


def linked(uid, kind=1, lag=0):
    return (f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{kind}</Type><LinkLag>{lag}</LinkLag>"
            "</PredecessorLink>")  # fmt: skip


def test_phases_wait_for_all_that_ends_a_phase_and_begin_with_all_that_begins_one():
    tasks = (
        row(1, "One", more="<Summary>1</Summary>")
        + row(2, "first", 2) + row(3, "second", 2, more=linked(2)) + row(4, "beside", 2, "PT40H0M0S")
        + row(5, "Two", more="<Summary>1</Summary>" + linked(1, lag=4800))
        + row(6, "inner", 2, more="<Summary>1</Summary>")
        + row(7, "a", 3) + row(8, "b", 3, more=linked(7)) + row(9, "c", 2)
        + row(10, "Three", more="<Summary>1</Summary>" + linked(5, kind=3) + linked(1, kind=0))
        + row(11, "d", 2)
        + row(12, "done", 1, "PT0H0M0S", "<Milestone>1</Milestone>" + linked(10))
    )  # fmt: skip

    imported = read_ms_project(project(tasks))

    links = {one.id: sorted((link.predecessor, link.kind.value, link.lag_days) for link in one.links)
             for one in imported.network.tasks}  # fmt: skip
    assert links["7"] == links["9"] == [("3", "FS", 1), ("4", "FS", 1)]
    assert links["8"] == [("7", "FS", 0)]
    assert links["11"] == [("7", "SS", 0)]
    assert links["12"] == [("11", "FS", 0)]
    assert [(one.code, one.about) for one in imported.remarks] == [("summary", "Two"), ("summary", "Three")]


def test_dates_that_are_not_met_are_told_for_each_task():
    dates = "<Start>2027-03-03T08:00:00</Start><Finish>2027-03-04T17:00:00</Finish>"
    on_time = "<Start>2027-03-01T08:00:00</Start><Finish>2027-03-02T17:00:00</Finish>"
    half = "<Start>2027-03-01T13:00:00</Start><Finish>2027-03-03T12:00:00</Finish>"
    reached = "<Start>2027-03-03T08:00:00</Start><Finish>2027-03-03T08:00:00</Finish>"

    imported = read_ms_project(
        project(row(1, "late", more=dates) + row(2, "kept", more=on_time) + row(3, "half", more=half)
                + row(4, "reached", 1, "PT0H0M0S", reached + linked(2)))
    )  # fmt: skip

    _, unmet = dates_of(imported)
    assert list(imported.remarks) == []
    assert [(one.code, one.about) for one in unmet] == [("dates_differ", "late"), ("dates_differ", "half")]
    assert "2027-03-03" in unmet[0].en
    assert "2027-03-01" in unmet[0].zh


BOMB = ('<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<Project xmlns="http://schemas.microsoft.com/project"><Title>&b;</Title></Project>')  # fmt: skip
READS = ('<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
         '<Project xmlns="http://schemas.microsoft.com/project"><Title>&a;</Title></Project>')  # fmt: skip
DEEP = '<Project xmlns="http://schemas.microsoft.com/project">' + "<a>" * 60 + "</a>" * 60 + "</Project>"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (BOMB.encode(), "entities"),
        (READS.encode(), "entities"),
        (DEEP.encode(), "nested"),
        (b"", "well-formed"),
        (b"PK\x03\x04 a zip", "well-formed"),
        (b"<Project", "well-formed"),
        (b'<?xml version="1.0" encoding="no-such"?><Project/>', "well-formed"),
        (b"<html><body/></html>", "root"),
        (project(row(1), head=""), "start"),
        (project("".join(row(n) for n in range(1, 4_100))), "tasks"),
        (b'<Project xmlns="http://schemas.microsoft.com/project"><Tasks>' + b"<x/>" * 600_000 + b"</Tasks></Project>", "elements"),
    ],
    ids=["bomb", "outside file", "deep", "empty", "zip", "cut off", "encoding", "html", "no start", "tasks", "flood"],
)  # fmt: skip
def test_what_is_no_project_or_would_do_harm_is_refused(file, why):
    with pytest.raises(NotAProjectFile) as refused:
        read_ms_project(file)

    assert why in refused.value.detail("en")
    assert refused.value.detail("zh")


@pytest.mark.parametrize(
    "task",
    [
        row("x", level="deep"),
        row(1, level=10**30),
        row(1, duration="PT99999999999H"),
        row(1, duration="P1Y"),
        row(1, more="<ConstraintType>77</ConstraintType><ConstraintDate>when</ConstraintDate>"),
        row(1, more="<PredecessorLink><PredecessorUID>1</PredecessorUID><LinkLag>1e9</LinkLag></PredecessorLink>"),
        row(1, name="n" * 5_000, more="<Notes>" + "x" * 20_000 + "</Notes>"),
    ],
)
def test_strange_values_are_read_as_far_as_they_make_sense(task):
    try:
        imported = read_ms_project(project(task))
    except Invalid:
        return
    assert len(imported.network.tasks) == 1
