"""A tenant's own typst template: what it reaches, who may bring one, what is said of a bad one, what a hostile one gets."""

import asyncio
import io
import re
import zipfile
from pathlib import Path

import pytest
import typst
from hypothesis import example, given
from hypothesis import strategies as st

from services.proposal.document.own_template import diagnostics_of
from services.proposal.document.render import TEMPLATES, render
from services.proposal.models.documents import DocumentFailed
from shared.charts.picture import DRAWING, font_folder
from shared.documents.limited import NO_MEMORY, RenderingFailed, made_apart
from shared.documents.typesetting import TYPESETTER
from shared.language.roles import ROLES
from tests.support.proposal.document import bytes_of, content_of, pages_of, squeezed, text_of
from tests.support.proposal.makers import document, drafted, typeset
from tests.support.proposal.office import template as word_template
from tests.support.proposal.own_templates import SMALL, activated, uploaded

SMALLEST = bytes_of(content_of("permits", 1))
TITLED = '#set document(title: "x")\n'
GUIDE = Path(__file__).parents[2] / "docs" / "templates.md"
EXAMPLE = re.search(r"```typst\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[1]


def plugin(body):
    """A template that calls a WebAssembly function with this body, typed as typst wants it."""
    head = "0061736d01000000 0105016000017f 03020100 0503010001 070e02066d656d6f727902000166 0000"
    code = bytes([0, *bytes.fromhex(body), 0x0B])
    module = bytes.fromhex(head) + bytes([0x0A, len(code) + 2, 1, len(code)]) + code
    return f"#plugin(bytes(({', '.join(map(str, module))},))).f()"


# -- what it reaches


@pytest.mark.parametrize("language", ["zh", "en", "bilingual"])
async def test_the_template_of_the_guide_has_its_own_cover_and_the_shipped_chapters(language):
    content = content_of("lending", 4)

    own = await render(bytes_of(content), language, template=EXAMPLE.encode())

    shipped, pages = await render(bytes_of(content), language), pages_of(own)
    assert squeezed(content.client.name) in squeezed(pages[0])
    assert "example.com" in pages[0]
    assert all(squeezed(one.code) in squeezed(text_of(own)) for one in content.requirements)
    assert pages[0] != pages_of(shipped)[0]


async def test_equal_content_gives_equal_bytes_on_an_own_template():
    content = bytes_of(content_of("permits", 3))

    assert await render(content, "en", template=SMALL) == await render(content, "en", template=SMALL)


async def test_a_template_learns_its_language_and_nothing_of_the_machine_or_the_day():
    source = TITLED + (
        '#assert.eq(sys.inputs.keys().sorted(), ("content_hash", "language", "stamp"))\n'
        "#assert.eq(datetime.today(), datetime(year: 1970, month: 1, day: 1))\nA"
    )

    assert (await render(SMALLEST, "en", template=source.encode())).pages == 1


# -- what typst says


def test_each_complaint_has_its_place_as_editors_count_and_its_hints():
    report = (
        "error: the character `#` is not valid in code\n  ┌─ main.typ:3:0\n  │\n3 │ #[\n  │ ^\n  │\n"
        "  = hint: you are already in code mode\n  = hint: try removing the `#`\n\n"
        'warning: unknown font family: no\n  ┌─ main.typ:7:15\n  │\n7 │ 文 #set text(font: "No")\n'
    )

    first, second = diagnostics_of(report)

    assert (first.severity, first.file, first.line, first.column) == ("error", "main.typ", 3, 1)
    assert first.hints == ("you are already in code mode", "try removing the `#`")
    assert (second.severity, second.message, second.line, second.column) == (
        "warning",
        "unknown font family: no",
        7,
        16,
    )


def test_words_of_a_template_are_not_taken_for_a_place_of_their_own():
    report = 'error: panicked with: a\nb\n  ┌─ main.typ:1:1\n  │\n1 │ #panic("a\\nb")\n  │  ^^^^^^\n'

    [complaint] = diagnostics_of(report)

    assert (complaint.message, complaint.line, complaint.column) == ("panicked with: a\nb", 1, 2)
    assert diagnostics_of("UndefinedError: 'x' is undefined") == ()


@given(
    st.lists(st.sampled_from(["error: a", "warning: b", "help: c", "  ┌─ x.typ:1:2", "  = hint: d", "", "1 │ e", "f"]))
)
@example(["help: c", "error: a", "  = hint: d", "  ┌─ x.typ:1:2"])
def test_any_report_has_a_complaint_for_each_headline(lines):
    found = diagnostics_of("\n".join(lines))

    assert len(found) == sum(line.startswith(("error", "warning")) for line in lines)


async def test_a_complaint_about_a_shipped_part_says_which_call_led_there():
    source = b'#import "theme.typ": *\n\n#label-of("no.such.text")'

    with pytest.raises(RenderingFailed) as failed:
        await render(bytes_of(content_of("permits", 2)), "en", template=source)

    [complaint] = diagnostics_of(failed.value.en)
    assert complaint.file == "theme.typ"
    assert "no text for no.such.text" in complaint.message
    assert (complaint.trace[-1].file, complaint.trace[-1].line, complaint.trace[-1].column) == ("main.typ", 3, 2)


# -- hostile


@pytest.mark.parametrize(
    ("attack", "complaint"),
    [
        # deep
        ("#" + "(" * 5000 + "1" + ")" * 5000, "maximum parsing depth|nested|stack"),
        ("#" + "{" * 20000 + "1" + "}" * 20000, "maximum parsing depth|nested|stack"),
        ("$" + "(" * 20000 + "1" + ")" * 20000 + "$", "maximum parsing depth|nested|stack"),
        ("#let f(x) = f(x + 1)\n#f(0)", "maximum function call depth"),
        ("#let x = [a]\n#for i in range(20000) { x = block(x) }\n#x", "maximum layout depth"),
        ("#let x = ()\n#for i in range(200000) { x = (x,) }\n#repr(x)", "is nested too deeply"),
        # without end
        ("#while true {}", "condition is always true"),
        ("#let x = 0\n#while x >= 0 { x += 1 }", "loop seems to be infinite"),
        ("#for a in range(9000) { for b in range(9000) { let x = a * b } }", "took longer than 1 s"),
        ("#for i in range(10000000) { [a]; pagebreak() }", "took longer than 1 s"),
        ('#context { state("x", 0).update(state("x", 0).final() + 1) }\n#context state("x", 0).get()', "did not converge"),
        (plugin("03400c000b4100"), "took longer than 1 s"),
        # large
        ('#let x = "a" * 4000000000\n#x', NO_MEMORY),
        ("#let x = range(4000000000)", f"{NO_MEMORY}|took longer"),
        ('#let x = "a"\n#for i in range(60) { x = x + x }\n#x.len()', f"{NO_MEMORY}|took longer"),
        ("#let x = (1,) * 4000000000000000000", f"{NO_MEMORY}|broke down: capacity overflow"),
        ('#image(bytes("P"), format: (encoding: "rgb8", width: 100000, height: 100000), alt: "x")', "too large"),
        ('#regex("a{1000}{1000}{1000}")', "exceeds size limit"),
        ('#json(bytes("[" * 200000))', "recursion limit exceeded"),
        ('#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\">" + "<g>" * 100000 + "</g>" * 100000 + "</svg>"), alt: "x")', "nodes limit reached"),
        # elsewhere
        ('#import "main.typ": *', "cyclic import"),
        ('#read("/etc/passwd")', "file not found"),
        ('#read("../../x")', "escape the project root"),
        ('#read("/proc/self/environ")', "file not found"),
        ('#eval("read(\\"/etc/passwd\\")")', "file not found"),
        ('#import "/etc/passwd": *', "file not found"),
        ('#plugin("x.wasm")', "file not found"),
        (plugin("10001a4100"), "call stack exhausted"),
        ('#import "@preview/cetz:0.3.4": canvas', "failed to download package"),
        ('#import "@local/cetz:0.3.4": canvas', "package not found"),
        ('#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"><image href=\\"file:///etc/passwd\\"/></svg>"), alt: "x")', "failed to load linked image"),
        ('#xml(bytes("<!DOCTYPE z [<!ENTITY a SYSTEM \\"file:///etc/passwd\\">]><z>&a;</z>"))', "unknown entity"),
        ('#xml(bytes("<!DOCTYPE z [<!ENTITY a \\"&b;&b;\\"><!ENTITY b \\"&a;&a;\\">]><z>&a;</z>"))', "entity reference loop"),
        ("#sys.inputs.home", "does not contain key"),
        # unfit for an archive or a screen reader
        ('#set text(font: "No Such Face")\nText', "unknown font"),
        ('#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" height=\\"9\\"/>"))', "missing alt text"),
    ],
)  # fmt: skip
async def test_a_hostile_template_is_stopped_with_a_reason(attack, complaint):
    with pytest.raises(RenderingFailed, match=complaint):
        await render(SMALLEST, "en", template=(TITLED + attack).encode(), seconds=1)


async def test_a_file_that_is_too_large_is_not_even_read():
    request = {"files": {"main.typ": TITLED + "A"}, "inputs": {}, "logo": None}
    folders = (str(font_folder()), str(DRAWING))

    with pytest.raises(RenderingFailed, match="makes a file of more than 1000 bytes"):
        await made_apart(TYPESETTER, folders, request, seconds=5, most_bytes=1000)


async def test_what_a_complaint_quotes_has_a_limit():
    with pytest.raises(RenderingFailed) as failed:
        await render(SMALLEST, "en", template=(TITLED + "#panic(" + '"a" * 3000000' + ")").encode(), seconds=2)

    assert len(failed.value.en) <= 60_000
    assert len(str(failed.value)) <= 2_000


# -- over HTTP


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("own-templates")


@pytest.fixture
async def client(start, folder):
    async with start("proposal", documents_folder=folder, template_seconds=3) as client:
        yield client


async def made(client, proposal, form="pdf", language="en"):
    return await document(client, proposal, form, language)


async def test_the_shipped_template_can_be_downloaded_and_uploaded_again(client):
    shipped = await client.get("/templates:shipped?kind=typst")
    kept = await uploaded(client, shipped.content)

    assert shipped.content == (TEMPLATES / "main.typ").read_bytes()
    assert kept.status_code == 201, kept.text
    assert (kept.json()["kind"], kept.json()["number"], kept.json()["status"]) == ("typst", 1, "tried")
    file = await client.get(f"/templates/{kept.json()['id']}/file")
    assert file.content == shipped.content
    assert file.headers["content-disposition"].endswith("ours.typ")


async def test_a_template_can_be_written_at_a_desk_with_the_kit(client, tmp_path):
    kit = await client.get("/templates:kit")

    with zipfile.ZipFile(io.BytesIO(kit.content)) as archive:
        archive.extractall(tmp_path)
    pdf = typst.compile(
        tmp_path / "main.typ",
        root=tmp_path,
        font_paths=[font_folder()],
        ignore_system_fonts=True,
        sys_inputs={"language": "zh", "content_hash": "none"},
        pdf_standards=["a-3a", "ua-1"],
    )
    assert pdf.startswith(b"%PDF-")


async def test_every_pdf_is_set_on_the_active_template_and_verified_on_the_one_it_was_made_on(client):
    proposal = await drafted(client)
    shipped = (await made(client, proposal)).json()
    first = await activated(client, SMALL)
    own = (await made(client, proposal)).json()
    await activated(client, SMALL + b"second")

    third = (await made(client, proposal)).json()
    verified = [(await client.post(f"/documents/{one['id']}/verify")).json() for one in (shipped, own, third)]

    assert len({one["id"] for one in (shipped, own, third)}) == 3
    assert (shipped["template_id"], own["template_id"]) == (None, first["id"])
    assert first["sha256"][:16] in own["engine"]
    assert [(one["is_identical"], one["is_same_engine"]) for one in verified] == [(True, True)] * 3


async def test_a_draft_has_its_document_on_the_active_template(client):
    template = await activated(client, SMALL)
    await drafted(client)

    await typeset(client)

    documents = (await client.get("/documents")).json()["items"]
    assert [(one["language"], one["pages"], one["template_id"]) for one in documents] == [("en", 1, template["id"])]


async def test_word_and_typst_templates_are_active_beside_each_other(client):
    await activated(client, SMALL)
    kept = (await uploaded(client, word_template("{{ code }}"), kind="word")).json()
    await client.act(f"/templates/{kept['id']}/activate")

    active = (await client.get("/templates?status=active")).json()["items"]

    assert {(one["kind"], one["number"]) for one in active} == {("word", 1), ("typst", 1)}


async def test_without_an_active_template_the_shipped_one_counts(client):
    proposal, template = await drafted(client), await activated(client, SMALL)

    await client.act(f"/templates/{template['id']}/retire")

    assert (await made(client, proposal)).json()["template_id"] is None


def test_running_code_is_a_right_of_administrators():
    allowed = [role for role, scopes in ROLES.items() if {"templates:program", "*:*"} & scopes]

    assert allowed == ["admin"]


async def test_who_keeps_word_templates_does_not_run_code(client):
    approver = client.as_("olivia", "approver")
    kept = (await uploaded(client, SMALL)).json()

    refused = await uploaded(approver, SMALL)
    activation = await approver.act(f"/templates/{kept['id']}/activate")
    in_chinese = await approver.post("/templates?kind=typst&name=x", content=SMALL, headers={"Accept-Language": "zh"})

    assert {(answer.status_code, answer.json()["code"]) for answer in (refused, activation, in_chinese)} == {
        (403, "may_not_program")
    }
    assert "`templates:program`" in refused.json()["detail"]
    assert "templates:program" in in_chinese.json()["detail"]
    assert (await uploaded(approver, word_template("{{ code }}"), kind="word")).status_code == 201
    assert (await approver.act(f"/templates/{kept['id']}/retire")).status_code == 200


async def test_a_template_that_fails_is_refused_with_line_and_column(client):
    answer = await uploaded(client, SMALL + b"\n#let total = data.key_figures.prise")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "template_refused")
    assert (problem["sample"], problem["language"]) == ("lending", "zh")
    [complaint] = problem["diagnostics"]
    assert (complaint["severity"], complaint["file"], complaint["line"], complaint["column"]) == (
        "error", "main.typ", 6, 31,
    )  # fmt: skip
    assert 'dictionary does not contain key "prise"' in complaint["message"]
    assert "main.typ, line 6, column 31" in problem["detail"]


async def test_every_mistake_of_a_file_is_named_at_once(client):
    problem = (await uploaded(client, b"#let a = \n#(\n#[")).json()

    assert [(one["line"], one["column"]) for one in problem["diagnostics"]] == [(1, 9), (2, 2), (3, 1), (3, 2)]
    assert problem["diagnostics"][2]["hints"] == ["you are already in code mode", "try removing the `#`"]


async def test_of_a_flood_of_complaints_the_first_are_said(client):
    problem = (await uploaded(client, TITLED.encode() + b"#(\n" * 4000)).json()

    assert len(problem["diagnostics"]) == 50
    assert problem["diagnostics"][0]["message"] == "unclosed delimiter"


async def test_what_only_settled_parts_show_is_found(client):
    source = SMALL + b'\n#if data.branding != none { panic("branded") }'

    assert (await uploaded(client, source)).json()["sample"] == "settled"


@pytest.mark.parametrize(
    ("data", "code", "detail"),
    [
        (b"", "template_harmful", "The file is empty."),
        (b"\xef\xbb\xbf \n", "template_harmful", "The file is empty."),
        (b"A\nab\0c", "template_harmful", "line 2, column 3 there is a NUL"),
        ("文".encode() + b"\xff", "template_harmful", "line 1, column 2 there is a byte that is not UTF-8"),
        ("#set text".encode("utf-16"), "template_harmful", "line 1, column 1 there is a byte that is not UTF-8"),
        (b"PK\x03\x04" + b"\0" * 20, "template_harmful", "NUL"),
        (b"a" * (9 * 1024 * 1024), "too_large", "8388608 bytes"),
    ],
)
async def test_what_is_no_text_is_refused_before_it_is_set(client, data, code, detail):
    answer = await uploaded(client, data)

    assert answer.json()["code"] == code
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize(
    ("attack", "detail", "in_chinese"),
    [
        ("#for a in range(9000) { for b in range(9000) { let x = a * b } }", "took longer than 3 s", "耗时超过 3 秒"),
        ('#let x = "a" * 4000000000\n#x', NO_MEMORY, "内存超出上限"),
        ("#let x = ()\n#for i in range(200000) { x = (x,) }\n#repr(x)", "is nested too deeply", "嵌套过深"),
    ],
)
async def test_a_service_that_was_attacked_answers_as_before(client, attack, detail, in_chinese):
    first, second = await asyncio.gather(
        uploaded(client, (TITLED + attack).encode()),
        client.post(
            "/templates?kind=typst&name=x", content=(TITLED + attack).encode(), headers={"Accept-Language": "zh"}
        ),
    )
    alive = await client.get("http://service/livez")
    after = await uploaded(client, SMALL)

    assert detail in first.json()["detail"]
    assert in_chinese in second.json()["detail"]
    assert (alive.status_code, after.status_code) == (200, 201)


async def test_a_proposal_that_breaks_an_active_template_says_why(client):
    proposal = await drafted(client)
    template = await activated(client, SMALL + b'\n#if data.requirements.len() == 3 { panic("three are too few") }')

    answer = await made(client, proposal)
    await typeset(client)

    wanted = (await client.get(f"/proposals/{proposal['id']}/documents")).json()["items"]
    assert [(one["language"], one["status"]) for one in wanted] == [("en", "failed")]
    assert "three are too few" in wanted[0]["failure"]["message"]
    assert (answer.status_code, answer.json()["code"]) == (422, DocumentFailed.code)
    assert answer.json()["diagnostics"][0]["line"] == 6
    await client.act(f"/templates/{template['id']}/retire")
    assert (await made(client, proposal)).status_code == 200


async def test_a_template_of_another_tenant_is_neither_seen_nor_used(client):
    await activated(client, SMALL)
    stranger = client.as_("bob", "admin", tenant="other")

    assert (await stranger.get("/templates")).json()["items"] == []
    assert (await uploaded(stranger, SMALL)).json()["number"] == 1
