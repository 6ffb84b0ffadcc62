"""Logos: what is kept, where documents show it, that it can be verified, and what a hostile file cannot do."""

import ctypes
import io
import zipfile
from contextlib import contextmanager

import docx
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from services.proposal.content.authored import BrandingPart
from services.proposal.content.base import Words
from services.proposal.document.logo import MOST_BYTES, media_type_of
from services.proposal.document.render import render
from services.proposal.document.store import Folder
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from shared.documents.limited import RenderingFailed
from shared.files import Refused
from tests.support.proposal.brandings import COMPANY, branded, branding_in_newest, drafted, time_passes
from tests.support.proposal.document import bytes_of, content_of
from tests.support.proposal.makers import document, newest, submitted
from tests.support.proposal.office import template, text_of
from tests.support.proposal.pictures import JPEG, chunk, png, svg

LAUGHS = (
    '<!DOCTYPE svg [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {after} "' + f"&{before};" * 10 + '">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
BOMB = (
    "<defs><g id='a0'><path d='M0 0h9v9z'/></g>"
    + "".join(f"<g id='a{after}'>" + f"<use href='#a{after - 1}'/>" * 10 + "</g>" for after in range(1, 12))
    + "</defs><use href='#a11'/>"
)
ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w") as archive:
    archive.writestr("evil.html", "<script>alert(1)</script>")


@pytest.fixture
async def client(start, tmp_path):
    async with start("proposal", documents_folder=tmp_path) as client:
        client.store = Folder(tmp_path)
        yield client


async def put(client, branding, data, **headers):
    seen = (await client.get(f"/brandings/{branding['id']}")).headers["ETag"]
    return await client.put(f"/brandings/{branding['id']}/logo", content=data, headers={"If-Match": seen, **headers})


async def made(client, proposal, form, language="en"):
    answer = await document(client, proposal, form, language)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json(), (await client.get(f"/documents/{answer.json()['id']}/file")).content


def with_logo(media_type, **more):
    branding = BrandingPart(logo_sha256="0" * 64, logo_media_type=media_type, **more)
    return content_of("permits", 3).model_copy(update={"branding": branding})


def pictures_in(package):
    with zipfile.ZipFile(io.BytesIO(package)) as files:
        return [files.read(name) for name in files.namelist() if name.startswith("word/media/")]


# -- what a file has to be


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(png(), "image/png"), (JPEG, "image/jpeg"), (svg(), "image/svg+xml")],
    ids=["png", "jpeg", "svg"],
)
def test_a_picture_is_known_by_its_content(data, media_type):
    assert media_type_of(data) == media_type


@pytest.mark.parametrize(
    "data",
    [
        svg("<rect width='9' height='9' fill='url(#g)' style=\"stroke: url('#g')\"/><use xlink:href='#c'/>"),
        svg("<style>.a{fill:#fff}</style><path class='a' d='M0 0'/>", before='<?xml version="1.0" encoding="UTF-8"?>\n'),
        svg("<e:view xmlns:e='http://www.inkscape.org/namespaces/inkscape' e:src='c'><e:grid/></e:view><g id='logo@2x'/>"),
        b"\xef\xbb\xbf" + svg(before="<!-- Generator: drawn by hand -->"),
    ],
    ids=["references within", "styles", "notes of an editor", "byte order mark"],
)  # fmt: skip
def test_what_drawing_programs_write_is_taken(data):
    assert media_type_of(data) == "image/svg+xml"


@pytest.mark.parametrize(
    ("data", "reason"),
    {
        "empty": (b"", "empty_file"),
        "blank": (b" \n ", "empty_file"),
        "gif": (b"GIF89a" + bytes(40), "not_a_picture"),
        "pdf": (b"%PDF-1.7\n", "not_a_picture"),
        "zip": (ZIP.getvalue(), "not_a_picture"),
        "packed svg": (b"\x1f\x8b" + bytes(40), "not_a_picture"),
        "page": (b"<!doctype html><script>alert(1)</script>", "broken_file"),
        "xml": (b"<a/>", "not_a_picture"),
        "svg of no namespace": (b"<svg/>", "not_a_picture"),
        "bomb of pixels": (png(100_000, 100_000, rows=b""), "too_many_pixels"),
        "no pixels": (png(0, 9, rows=b""), "too_many_pixels"),
        "jpeg bomb": (JPEG.replace(b"\x08\x00\x14\x00\x14\x03", b"\x08\xff\xff\xff\xff\x03"), "too_many_pixels"),
        "inks of print": (JPEG.replace(b"\x08\x00\x14\x00\x14\x03", b"\x08\x00\x14\x00\x14\x04"), "cmyk_picture"),
        "png cut short": (png()[:-20], "broken_file"),
        "png of a signature": (png()[:8], "broken_file"),
        "png without a head": (png()[:8] + chunk(b"IEND", b""), "broken_file"),
        "jpeg cut short": (JPEG[:-20], "broken_file"),
        "jpeg of a signature": (JPEG[:3], "broken_file"),
        "png and zip": (png() + ZIP.getvalue(), "more_than_a_picture"),
        "jpeg and zip": (JPEG + ZIP.getvalue() + b"\xff\xd9", "more_than_a_picture"),
        "svg cut short": (svg()[:-8], "broken_file"),
        "svg in another encoding": (svg().decode().encode("utf-16"), "not_a_picture"),
        "svg with bytes of no text": (svg("<g id='\xe4'/>").decode().encode("latin-1"), "broken_file"),
        "laughs": (svg("<title>&i;</title>", before=LAUGHS), "unsafe_svg"),
        "entity of a file": (svg(before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "unsafe_svg"),
        "style sheet": (svg(before="<?xml-stylesheet href='http://evil/a.css'?>"), "unsafe_svg"),
        "script": (svg("<script>alert(1)</script>"), "unsafe_svg"),
        "script of a page": (svg("<h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script>"), "unsafe_svg"),
        "handler": (svg(attributes="onload='alert(1)'"), "unsafe_svg"),
        "page within": (svg("<foreignObject/>"), "unsafe_svg"),
        "animation": (svg("<set attributeName='href' to='javascript:1'/>"), "unsafe_svg"),
        "picture of a file": (svg("<image href='file:///etc/passwd'/>"), "unsafe_svg"),
        "use of elsewhere": (svg("<use xlink:href='http://evil/a.svg#b'/>"), "unsafe_svg"),
        "use of data": (svg("<use href='data:image/svg+xml;base64,AAAA'/>"), "unsafe_svg"),
        "link": (svg("<a href='javascript:alert(1)'/>"), "unsafe_svg"),
        "base": (svg("<use href='#a'/>", attributes="xml:base='http://evil/'"), "unsafe_svg"),
        "paint of elsewhere": (svg("<g fill='url( \"http://evil/#a\")'/>"), "unsafe_svg"),
        "hidden paint": (svg("<g style='fill:\\75rl(http://evil)'/>"), "unsafe_svg"),
        "import": (svg("<style>@import 'http://evil/a.css';</style>"), "unsafe_svg"),
        "text": (svg("<text>Harbour</text>"), "text_in_svg"),
    }.values(),
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_harmless_picture_is_refused_with_the_reason(data, reason):
    with pytest.raises(Refused) as refused:
        media_type_of(data)

    assert refused.value.code == reason
    assert refused.value.en
    assert refused.value.zh


def test_a_refusal_goes_through_a_context_unchanged():
    @contextmanager
    def context():
        yield

    with pytest.raises(Refused, match="empty_file"), context():
        media_type_of(b"")


# -- documents


@pytest.mark.parametrize(
    ("data", "media_type", "colour", "language"),
    [
        (png(40, 160), "image/png", (0x7A, 0x1F, 0x3D), "zh"),
        (JPEG, "image/jpeg", (0xFE, 0, 0), "en"),
        (svg(), "image/svg+xml", (0x7A, 0x1F, 0x3D), "bilingual"),
    ],
    ids=["png", "jpeg", "svg"],
)
async def test_a_logo_is_on_the_cover_and_in_the_header_with_the_company_as_its_text(
    data, media_type, colour, language
):
    content = bytes_of(with_logo(media_type, company=Words(en="Harbour Systems")))

    pdf = await render(content, language, logo=data)
    again = await render(content, language, logo=data)

    shown = pypdfium2.PdfDocument(pdf.data)
    assert 600 < shows(shown[0], colour) < 220 * 52
    assert all(50 < shows(shown[number], colour) <= 72 * 14 * 1.2 for number in range(1, len(shown)))
    assert alternatives(shown[0]) == ["Harbour Systems"]
    assert again.sha256 == pdf.sha256


async def test_a_logo_without_a_company_is_called_one():
    pdf = await render(bytes_of(with_logo("image/png")), "zh", logo=png())

    assert alternatives(pypdfium2.PdfDocument(pdf.data)[0]) == ["标志"]


def shows(page, colour):
    """How many square points at the top of a page are in a colour."""
    top = page.render(scale=1, rev_byteorder=True).to_numpy()[:96, :, :3].astype(int)
    return np.all(np.abs(top - colour) <= 3, axis=2).sum()


def alternatives(page):
    """Alternative texts of the figures on a page."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    waiting = [
        pdfium.FPDF_StructTree_GetChildAtIndex(tree, n) for n in range(pdfium.FPDF_StructTree_CountChildren(tree))
    ]
    found = []
    while waiting:
        element = waiting.pop()
        if element:
            found.append(said(element))
            children = range(pdfium.FPDF_StructElement_CountChildren(element))
            waiting += [pdfium.FPDF_StructElement_GetChildAtIndex(element, n) for n in children]
    return [text for text in found if text]


def said(element):
    buffer = ctypes.create_string_buffer(1000)
    length = pdfium.FPDF_StructElement_GetAltText(element, buffer, 1000)
    return buffer.raw[:length].decode("utf-16-le").rstrip("\0")


@pytest.mark.parametrize("data", [png(), JPEG], ids=["png", "jpeg"])
async def test_word_has_the_logo_on_its_cover(data):
    content = with_logo("image/png", company=Words(en="Harbour Systems"))

    package = await word(bytes_of(content), "en", shipped_template(), logo=data)

    document = docx.Document(io.BytesIO(package))
    assert pictures_in(package) == [data]
    [shape] = document.inline_shapes
    assert (shape.width.cm <= 6.01, shape.height.cm <= 2.01) == (True, True)
    assert shape._inline.docPr.get("descr") == "Harbour Systems"
    assert await word(bytes_of(content), "en", shipped_template(), logo=data) == package


async def test_word_leaves_out_a_logo_that_it_has_no_picture_for():
    package = await word(bytes_of(with_logo("image/svg+xml")), "en", shipped_template(), logo=svg())

    assert pictures_in(package) == []
    assert "<path" not in text_of(package)


async def test_a_tenants_template_places_the_logo_and_names_the_company():
    ours = template("{% if logo %}{{ logo }}{% endif %} by {{ company }}", "{{ footer }}")
    branding = {"company": Words(en="Harbour & Sons"), "footer": Words(zh="海港")}

    package = await word(bytes_of(with_logo("image/png", **branding)), "en", ours, logo=png())
    without = await word(bytes_of(content_of("permits", 3)), "en", ours)

    assert pictures_in(package) == [png()]
    assert text_of(package).strip() == "by Harbour & Sons\n海港"
    assert (pictures_in(without), text_of(without).strip()) == ([], "by")


@pytest.mark.parametrize("line", ["{{ logo._document }}", "{{ logo.__init__ }}", "{{ logo.tpl.docx }}"])
async def test_a_template_gets_at_nothing_through_the_logo(line):
    with pytest.raises(RenderingFailed, match=r"SecurityError|UndefinedError"):
        await word(bytes_of(with_logo("image/png")), "en", template(line), logo=png())


# -- over HTTP


async def test_own_templates_are_tried_with_a_logo_and_without_one(client):
    begins = '#import "pages.typ": *\n#show: look\n#data.title'
    sources = {
        "ours": begins + "#if has-logo { logo(80pt, 20pt) }",
        "no text for it": begins + '#if has-logo { image("logo", format: "png") }',
        "always": begins + '#image("logo", format: "png", alt: "x")',
    }

    answers = {
        name: await client.post("/templates", params={"kind": "typst", "name": name}, content=source)
        for name, source in sources.items()
    }
    in_word = await client.post(
        "/templates?kind=word&name=ours", content=template("{% if logo %}{{ logo }}{% endif %}")
    )

    assert (answers["ours"].status_code, in_word.status_code) == (201, 201)
    assert answers["no text for it"].json()["sample"] == "settled"
    assert answers["always"].json()["sample"] == "lending"


async def test_a_logo_is_kept_served_and_taken_away(client):
    found = await drafted(client)
    branding = await branded(client, found, company=COMPANY)

    kept = await put(client, branding, png(), **{"Content-Type": "image/gif"})
    file = await client.get(f"/brandings/{branding['id']}/logo")
    with_it = await branding_in_newest(client, found)
    removed = await client.delete(f"/brandings/{branding['id']}/logo", headers={"If-Match": kept.headers["ETag"]})
    gone = await client.get(f"/brandings/{branding['id']}/logo")

    assert (kept.status_code, kept.json()["logo_media_type"]) == (200, "image/png")
    assert (file.content, file.headers["content-type"]) == (png(), "image/png")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert (with_it["logo_sha256"], with_it["logo_media_type"]) == (kept.json()["logo_sha256"], "image/png")
    assert (removed.json()["logo_sha256"], gone.status_code) == (None, 404)
    assert (await branding_in_newest(client, found))["logo_sha256"] is None


async def test_the_tenants_logo_is_shown_where_an_opportunity_has_none(client):
    found = await drafted(client)
    default = await branded(client, company=COMPANY)
    await put(client, default, svg())
    await time_passes(client)
    before = await branding_in_newest(client, found)

    own = await branded(client, found)
    kept = (await put(client, own, png())).json()
    after = await branding_in_newest(client, found)

    assert before["logo_media_type"] == "image/svg+xml"
    assert (after["logo_sha256"], after["logo_media_type"]) == (kept["logo_sha256"], "image/png")


@pytest.mark.parametrize("form", ["pdf", "docx"])
async def test_a_document_with_a_logo_is_verified_to_the_byte_also_after_the_logo_has_changed(client, form):
    found = await drafted(client)
    branding = await branded(client, found, company=COMPANY)
    await put(client, branding, png())
    proposal = await newest(client, found)
    document, file = await made(client, proposal, form)

    await put(client, branding, JPEG)
    again = await client.post(f"/documents/{document['id']}/verify")
    _, other = await made(client, await newest(client, found), form)

    assert again.json()["is_identical"] is True
    assert other != file


async def test_a_logo_that_is_lost_is_named(client):
    found = await drafted(client)
    branding = await branded(client, found)
    sha256 = (await put(client, branding, png())).json()["logo_sha256"]
    proposal = await newest(client, found)
    (client.store.folder / sha256[:2] / sha256).unlink()

    answers = [
        await document(client, proposal, language="bilingual"),
        await client.get(f"/brandings/{branding['id']}/logo"),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(503, "document_unavailable")] * 2
    assert sha256 in answers[0].json()["detail"]


@pytest.mark.parametrize(
    "data",
    [svg(BOMB), svg("<g>" * 60_000 + "</g>" * 60_000), png(40, 40, rows=b"\0" * 9), png(9, 9, rows=b"\xff" * 400)],
    ids=["bomb of uses", "too deep", "too few pixels", "wrong pixels"],
)
async def test_what_only_fails_when_it_is_drawn_is_refused_and_the_service_goes_on(client, data):
    branding = await branded(client)

    refused = await put(client, branding, data)
    taken = await put(client, branding, svg())

    assert (refused.status_code, refused.json()["code"]) == (422, "logo_refused")
    assert refused.json()["reason"] == "unusable_picture"
    assert taken.status_code == 200


async def test_a_refused_logo_says_in_both_languages_what_would_be_right(client):
    branding = await branded(client)

    in_english = await put(client, branding, svg("<image href='file:///etc/passwd'/>"))
    in_chinese = await put(client, branding, svg("<text/>"), **{"Accept-Language": "zh"})
    too_large = await put(client, branding, bytes(MOST_BYTES + 1))

    assert (in_english.json()["reason"], "<image>" in in_english.json()["detail"]) == ("unsafe_svg", True)
    assert (in_chinese.json()["reason"], "轮廓" in in_chinese.json()["detail"]) == ("text_in_svg", True)
    assert (too_large.status_code, str(MOST_BYTES) in too_large.json()["detail"]) == (413, True)
    assert (await client.get(f"/brandings/{branding['id']}")).json()["logo_sha256"] is None


async def test_a_logo_is_put_by_who_may_and_sees_what_is_there(client):
    default = await branded(client)
    seller = client.as_("sue", "sales")

    forbidden = await put(seller, default, png())
    unseen = await client.put(f"/brandings/{default['id']}/logo", content=png())
    changed = await client.put(f"/brandings/{default['id']}/logo", content=png(), headers={"If-Match": '"9"'})
    other = await client.as_("eve", tenant="other").put(
        f"/brandings/{default['id']}/logo", content=png(), headers={"If-Match": '"1"'}
    )

    codes = [one.json()["code"] for one in (forbidden, unseen, changed, other)]
    assert codes == ["forbidden", "precondition_required", "precondition_failed", "not_found"]


async def test_a_client_sees_the_logo_of_the_offer_in_its_room_only(client):
    found = await drafted(client)
    branding = await branded(client, found, company=COMPANY)
    await put(client, branding, svg())
    offer = await submitted(client, await newest(client, found))
    await put(client, branding, png())
    rooms = [
        (await client.post("/rooms", json={"proposal_id": offer["id"], "recipient_name": name})).json()
        for name in ("Li Hua", "Wu Jun")
    ]
    holder = client.as_link("rooms", rooms[0]["id"])

    view = (await holder.get(f"/rooms/{rooms[0]['id']}/view")).json()
    logo = await holder.get(f"/rooms/{rooms[0]['id']}/logo")
    other = await holder.get(f"/rooms/{rooms[1]['id']}/logo")

    assert (view["company"], view["has_logo"]) == (COMPANY, True)
    assert (logo.content, logo.headers["content-type"]) == (svg(), "image/svg+xml")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert other.status_code == 403


async def test_a_room_of_an_offer_without_a_logo_has_none(client):
    offer = await submitted(client, await newest(client, await drafted(client)))
    room = (await client.post("/rooms", json={"proposal_id": offer["id"], "recipient_name": "Li Hua"})).json()
    holder = client.as_link("rooms", room["id"])

    view = (await holder.get(f"/rooms/{room['id']}/view")).json()

    assert (view["company"], view["has_logo"]) == ({"en": None, "zh": None}, False)
    assert (await holder.get(f"/rooms/{room['id']}/logo")).status_code == 404
