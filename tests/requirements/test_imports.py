"""Imports over HTTP: preview, correction, commit; exports that import again unchanged; operations."""

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.requirements.domain import intake
from services.requirements.domain.columns import mappings
from services.requirements.exchange import requirement_file
from services.requirements.exchange.child import read
from services.requirements.models.imports import Import
from services.requirements.models.requirements import Requirement
from shared.kernel.context import new_id
from tests.conftest import eventually, said
from tests.requirements.conftest import blocked, made, opportunity, requirement
from tests.support.requirements import makers
from tests.support.requirements.uploads import HOSTILE, rows, upload


async def previewed(client, deal, name="需求.xlsx", content=None):
    answer = await upload(client, deal, name, content or makers.xlsx([makers.HEADINGS, *makers.ROWS]))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_file_is_shown_first_and_becomes_requirements_when_committed(requirements, deal):
    taken = await previewed(requirements, deal)
    shown = await rows(requirements, taken)
    nothing_yet = (await requirements.get("/requirements")).json()["items"]

    refused = await requirements.act(f"/imports/{taken['id']}/commit", {})
    done = await requirements.act(f"/imports/{taken['id']}/commit", {"leave_out_unreadable": True})
    again = await requirements.act(f"/imports/{taken['id']}/commit", {})

    assert taken["counts"] == {"new": 3, "unreadable": 1}
    assert taken["version"] == 2  # as the README says
    assert taken["columns"][0]["columns"]["statement"] == 2
    assert [row["place"] for row in shown] == ["需求!C2", "需求!C3", "需求!C4 (3.2.1)", "需求!C5"]
    assert shown[3]["reason_zh"] == "该行没有需求描述。"
    assert shown[2]["suggested"] == ["kind"]
    assert nothing_yet == []
    assert (refused.status_code, refused.json()["code"]) == (409, "unreadable_rows")
    assert "需求!C5" in refused.json()["detail"]
    assert done.json()["status"] == "committed"
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    made_of_it = (await requirements.get("/requirements", params={"sort": "code"})).json()["items"]
    assert [one["code"] for one in made_of_it] == ["REQ-001", "REQ-101", "REQ-102"]
    assert {one["origin"]["kind"] for one in made_of_it} == {"import"}
    assert {one["status"] for one in made_of_it} == {"draft"}
    assert len(await said(requirements.app.state.database, "requirements.requirement.recorded.v1")) == 3
    told = await said(requirements.app.state.database, "requirements.import.recorded.v1")
    assert [one.data["status"] for one in told] == ["preview", "committed"]


async def test_the_columns_can_be_said_otherwise(requirements, deal):
    content = makers.xlsx([["A", "B"], ["In short", "The system shall run."]], sheet="S")
    taken = await previewed(requirements, deal, "a.xlsx", content)

    wish = {"tables": [{"table": "S", "heading_row": 0, "columns": {"title": 0, "statement": 1}}]}
    mapped = await requirements.act(f"/imports/{taken['id']}/map", wish)
    unknown = await requirements.act(f"/imports/{taken['id']}/map", {"tables": [{"table": "T", "columns": {}}]})
    wrong = await requirements.act(
        f"/imports/{taken['id']}/map", {"tables": [{"table": "S", "columns": {"colour": 1}}]}
    )
    beyond = await requirements.act(
        f"/imports/{taken['id']}/map", {"tables": [{"table": "S", "heading_row": 30, "columns": {"statement": 1}}]}
    )

    [row] = await rows(requirements, taken)
    assert mapped.json()["columns"][0]["headings"] == ["A", "B"]
    assert (row["requirement"]["title"], row["requirement"]["statement"]) == ("In short", "The system shall run.")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "not_found")
    assert wrong.json()["errors"][0]["code"] == "not_allowed"
    assert beyond.json()["errors"][0]["pointer"] == "/tables/0/heading_row"


async def test_rows_are_corrected_and_left_out_before_the_commit(requirements, deal):
    taken = await previewed(requirements, deal)
    better = {"code": "REQ-104", "title": "Mended", "statement": "It shall run.", "kind": "functional"}

    changed = await requirements.act(
        f"/imports/{taken['id']}/change-rows",
        {"rows": [{"number": 1, "skip": True}, {"number": 4, "requirement": better}]},
    )
    missing = await requirements.act(f"/imports/{taken['id']}/change-rows", {"rows": [{"number": 99, "skip": True}]})
    await requirements.act(f"/imports/{taken['id']}/commit", {})

    assert changed.json()["counts"] == {"skipped": 1, "new": 3}
    assert missing.status_code == 422
    codes = {one["code"] for one in (await requirements.get("/requirements")).json()["items"]}
    assert codes == {"REQ-102", "REQ-001", "REQ-104"}


async def test_a_commit_that_fails_makes_nothing_at_all(requirements, deal):
    text = "ID,Requirement,Depends on\nREQ-1,It shall run.,\nREQ-2,It shall stop.,REQ-77\n"
    taken = await previewed(requirements, deal, "a.csv", text.encode())

    refused = await requirements.act(f"/imports/{taken['id']}/commit", {})

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_requirement")
    assert (await requirements.get("/requirements")).json()["items"] == []
    assert (await requirements.get(f"/imports/{taken['id']}")).json()["status"] == "preview"


async def test_the_same_file_again_is_pointed_out_and_changes_nothing(requirements, deal):
    content = makers.xlsx([makers.HEADINGS, *makers.ROWS[:2]])
    first = await previewed(requirements, deal, content=content)
    await requirements.act(f"/imports/{first['id']}/commit", {})

    second = await previewed(requirements, deal, content=content)

    assert (second["same_as"], second["counts"]) == (first["id"], {"unchanged": 2})
    assert blocked(second, "commit")["code"] == "nothing_to_import"


async def test_a_row_with_a_known_code_changes_that_requirement(requirements, deal):
    need = await requirement(requirements, deal, code="REQ-101", title="Old", priority="could")
    text = "ID,Requirement\nREQ-101,It shall run faster.\n"

    taken = await previewed(requirements, deal, "a.csv", text.encode())
    await requirements.act(f"/imports/{taken['id']}/commit", {})

    now_there = (await requirements.get(f"/requirements/{need['id']}")).json()
    assert taken["counts"] == {"changed": 1}
    assert now_there["statement"] == "It shall run faster."
    assert (now_there["title"], now_there["priority"]) == ("Old", "could")  # the file says nothing of them


@pytest.mark.parametrize("what", ["a zip bomb", "a billion laughs", "a workbook with 300,000 rows"])
async def test_a_hostile_file_is_a_clear_refusal_and_the_service_stays_up(requirements, deal, what):
    name, content, code = HOSTILE[what]

    answer = await upload(requirements, deal, name, content)

    if answer.status_code == 202:
        operation = await finished(requirements, answer)
        failed = (await requirements.get(f"/imports/{answer.json()['id']}")).json()
        assert (operation["status"], operation["problem"]["code"]) == ("failed", "file_refused")
        assert failed["refused"]["code"] == code
    else:
        assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (422, "file_refused", code)
    assert (await requirements.get("/requirements")).status_code == 200


async def test_a_file_name_is_never_a_path(requirements, deal):
    content = b"ID,Requirement\nREQ-1,It shall run.\n"

    taken = await previewed(requirements, deal, "../../etc/pass\twd\n.csv", content)
    windows = await previewed(requirements, deal, "C:\\temp\\a.csv", content)
    refused = await upload(requirements, deal, "x\x00.csv", content)

    assert "/" not in taken["file_name"]
    assert windows["file_name"] == "a.csv"
    assert refused.status_code == 422


def many(count):
    lines = "".join(f"REQ-{n},Need {n},The system shall do thing number {n}.\n" for n in range(1, count + 1))
    return f"ID,Title,Requirement\n{lines}".encode() + b"# " * 140_000


async def finished(client, answer, seen=None):
    """The operation that an answer names, once it is over; `seen` takes the progress that was shown meanwhile."""
    assert answer.status_code == 202, answer.text
    location = answer.headers["Location"].removeprefix("/v1")

    async def over():
        operation = (await client.get(location)).json()
        if seen is not None:
            seen.add(operation["progress"])
        return operation if operation["status"] in {"done", "failed"} else None

    return await eventually(over, within=60)


async def test_a_large_file_is_an_operation_whose_progress_is_seen_and_survives_a_restart(start):
    async with start("requirements") as client:
        answer = await upload(client, await opportunity(client), "a.csv", many(3000))

    seen = set()
    async with start("requirements", clean=False) as again:  # another process finds the work in the database
        done = await finished(again, answer, seen)
        taken = (await again.get(f"/imports/{answer.json()['id']}")).json()
        commit = await again.act(f"/imports/{taken['id']}/commit", {"leave_out_unreadable": True})
        committed = await finished(again, commit)
        now_there = (await again.get(f"/imports/{taken['id']}")).json()

    assert (done["status"], done["progress"], done["result"]) == ("done", 1.0, f"/v1/imports/{taken['id']}")
    assert len(seen) > 2
    assert taken["counts"]["new"] == 3000
    assert commit.json()["status"] == "committing"
    assert (committed["status"], now_there["status"]) == ("done", "committed")


async def test_the_columns_of_many_rows_are_said_otherwise_as_an_operation(requirements, deal):
    lines = "".join(f"N{n},The system shall do thing number {n}.\n" for n in range(1, 1102))
    taken = (await upload(requirements, deal, "a.csv", f"A,B\n{lines}".encode())).json()
    wish = {"tables": [{"table": "", "heading_row": 0, "columns": {"title": 0, "statement": 1}}]}

    mapped = await requirements.act(f"/imports/{taken['id']}/map", wish)
    operation = await finished(requirements, mapped)

    now_there = (await requirements.get(f"/imports/{taken['id']}")).json()
    [row] = await rows(requirements, taken, limit=1)
    assert (mapped.json()["status"], operation["status"], operation["kind"]) == ("reading", "done", "import-map")
    assert (now_there["status"], now_there["counts"]) == ("preview", {"new": 1101})
    assert row["requirement"]["title"] == "N1"


def test_a_file_that_is_being_read_or_committed_waits_for_its_end():
    for status in ("reading", "committing"):
        taken = Import(status=status, counts={}, file_name="a.csv")

        assert not any(one.is_allowed for one in taken.allowed_actions)


async def test_a_large_commit_that_is_refused_leaves_the_preview(requirements, deal):
    lines = "".join(f"REQ-{n},The system shall do thing {n}.,REQ-9999\n" for n in range(1, 1102))
    answer = await upload(requirements, deal, "a.csv", f"ID,Requirement,Depends on\n{lines}".encode())
    taken = answer.json()

    operation = await finished(requirements, await requirements.act(f"/imports/{taken['id']}/commit", {}))

    assert (operation["status"], operation["problem"]["code"]) == ("failed", "unknown_requirement")
    assert (await requirements.get(f"/imports/{taken['id']}")).json()["status"] == "preview"
    assert (await requirements.get("/requirements")).json()["items"] == []


async def test_a_large_commit_gives_codes_beside_those_of_the_file(requirements, deal):
    lines = "".join(
        f"{'' if n <= 600 else f'REQ-{n - 600:03d}'},The system shall do thing {n}.\n" for n in range(1, 1102)
    )
    taken = (await upload(requirements, deal, "a.csv", f"ID,Requirement\n{lines}".encode())).json()

    operation = await finished(requirements, await requirements.act(f"/imports/{taken['id']}/commit", {}))

    assert operation["status"] == "done", operation
    codes, query = [], {"limit": 200, "sort": "code"}
    while len(codes) < 1101:
        page = (await requirements.get("/requirements", params=query)).json()
        codes += [one["code"] for one in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert set(codes) == {f"REQ-{n:03d}" for n in range(1, 1102)}


@pytest.mark.parametrize("count", [2, 1101])
async def test_a_code_that_was_taken_since_the_preview_is_named_and_nothing_is_made(requirements, deal, count):
    lines = "".join(f"REQ-{n},The system shall do thing {n}.\n" for n in range(1, count + 1))
    taken = (await upload(requirements, deal, "a.csv", f"ID,Requirement\n{lines}".encode())).json()
    await requirement(requirements, deal, code="REQ-2")

    answer = await requirements.act(f"/imports/{taken['id']}/commit", {})

    refused = answer.json() if answer.status_code == 409 else (await finished(requirements, answer))["problem"]
    assert refused["code"] == "code_in_use"
    assert [one["code"] for one in (await requirements.get("/requirements")).json()["items"]] == ["REQ-2"]
    assert (await requirements.get(f"/imports/{taken['id']}")).json()["status"] == "preview"


FULL = {
    "title": "=cmd|calc", "statement": '+1 "quoted", and\nnew lines; 中文，emoji 🎉', "priority": "should",
    "group": "@Lending", "rationale": "-because", "acceptance_criteria": ["- first", "two\nlines", "[x]"],
    "metric": {"name": "p95", "operator": "<=", "value": 2.5, "unit": "s", "condition": None}, "kind": "performance",
    "size": {"inputs": 3}, "client_words": "'quoted'", "client_code": "FR 1/甲", "sources": [{"document": "a|b", "location": "x", "quote": "1\n2"}],
}  # fmt: skip
_OWN = {"id", "version", "created_at", "created_by", "updated_at", "opportunity_id", "depends_on", "origin"}


@pytest.mark.parametrize("form", ["xlsx", "csv", "reqif"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_export_imports_again_unchanged(requirements, deal, form, language):
    first = await requirement(requirements, deal, **FULL)
    await requirement(requirements, deal, title="Plain", depends_on=[first["code"]], acceptance_criteria=["a", "b"])

    file = await requirements.get(
        "/requirements/export", params={"opportunity_id": deal["id"], "format": form, "language": language}
    )
    same = await previewed(requirements, deal, f"a.{form}", file.content)
    other = await opportunity(requirements)
    taken = await previewed(requirements, other, f"a.{form}", file.content)
    done = await requirements.act(f"/imports/{taken['id']}/commit", {})

    assert done.status_code == 200, done.text
    assert f"{deal['code']}-requirements.{form}" in file.headers["Content-Disposition"]
    assert same["counts"] == {"unchanged": 2}
    query = {"sort": "code"}
    before = (await requirements.get("/requirements", params={**query, "opportunity_id": deal["id"]})).json()["items"]
    after = (await requirements.get("/requirements", params={**query, "opportunity_id": other["id"]})).json()["items"]
    kept = [[{name: one[name] for name in one.keys() - _OWN} for one in items] for items in (before, after)]
    assert kept[0] == kept[1]
    assert after[1]["depends_on"] == [after[0]["id"]]


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=80).map(
    str.strip
)
LINES = TEXTS.filter(bool)


@pytest.mark.parametrize("form", ["xlsx", "csv", "reqif"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=LINES, statement=LINES, criteria=st.lists(LINES, max_size=4), group=LINES)
def test_any_text_comes_back_from_a_file(synonyms, form, title, statement, criteria, group):
    need = Requirement(
        id=new_id(), code="REQ-001", title=title, statement=statement, kind="user", priority="must", group=group,
        acceptance_criteria=criteria, depends_on=[], sources=[],
    )  # fmt: skip

    content = requirement_file.written([need], "T", form=form, language="zh")
    document = read(f"a.{form}", content)
    [row] = intake.rows(document, mappings(document, synonyms), "a").rows

    assert row.wish is not None, row.reason
    names = ("title", "statement", "group", "acceptance_criteria", "code", "kind", "priority")
    assert {name: row.wish[name] for name in names} == {name: getattr(need, name) for name in names}


async def test_what_no_cell_can_hold_is_refused_for_a_workbook(requirements, deal):
    await requirement(requirements, deal, acceptance_criteria=["x" * 8000] * 5)

    book = await requirements.get("/requirements/export", params={"opportunity_id": deal["id"], "format": "xlsx"})
    text = await requirements.get("/requirements/export", params={"opportunity_id": deal["id"], "format": "csv"})

    assert (book.status_code, book.json()["code"]) == (422, "cell_too_long")
    assert text.status_code == 200
    assert json.dumps(["x"]) not in io.BytesIO(text.content).read().decode("utf-8-sig")[:10]


async def test_a_discarded_import_keeps_nothing_but_its_record(requirements, deal):
    taken = await previewed(requirements, deal)

    gone = await requirements.act(f"/imports/{taken['id']}/discard")

    assert gone.json()["status"] == "discarded"
    assert await rows(requirements, taken) == []
    assert (await made(requirements, "/clients", name="x"))["name"] == "x"
