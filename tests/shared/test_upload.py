"""Files as bodies: alone with a fitting Content-Type, or as the one file of a form; anything else is refused."""

from uuid import uuid4

import pytest

CSV = b"Project,Size,Effort\nPortal,120,1240\n"
FORM = "multipart/form-data"


@pytest.fixture
async def estimation(start):
    async with start("estimation") as client:
        yield client


async def previewed(client, *, named="history.csv", **sent):
    params = {"file_name": named} if named else {}
    return await client.post("/past-projects/preview", params=params, **sent)


def form(*files, boundary="xyz", end=True):
    """The bytes of a form, as they go over the wire."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        f"Content-Type: text/csv\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, file, content in files
    ]
    body = b"".join(parts) + (f"--{boundary}--\r\n".encode() if end else b"")
    return {"content": body, "headers": {"Content-Type": f"{FORM}; boundary={boundary}"}}


def operations(client):
    return [
        (method, path, operation["requestBody"]["content"])
        for path, item in client.app.openapi()["paths"].items()
        for method, operation in item.items()
        if any(
            kind.get("schema", {}).get("format") == "binary"
            for kind in operation.get("requestBody", {}).get("content", {}).values()
        )
    ]


@pytest.mark.parametrize(
    ("service", "count"), [("requirements", 1), ("engagement", 1), ("estimation", 2), ("proposal", 4), ("risk", 0)]
)
async def test_every_route_that_takes_a_file_takes_a_form_and_refuses_what_is_neither(start, service, count):
    async with start(service) as client:
        found = operations(client)
        assert len(found) >= count
        for method, path, kinds in found:
            assert kinds[FORM]["schema"]["properties"]["file"]["format"] == "binary", path
            url = path.removeprefix("/v1")
            for name in ("schedule_id", "material_id", "branding_id", "calendar_id"):
                url = url.replace(f"{{{name}}}", str(uuid4()))
            headers = {"If-Match": '"1"', "Content-Type": "multipart/mixed; boundary=x"}

            english = await client.request(method, url, content=b"--x--", headers=headers)
            chinese = await client.request(method, url, content=b"--x--", headers={**headers, "Accept-Language": "zh"})

            assert (english.status_code, english.json()["code"]) == (415, "unsupported_media_type"), path
            assert FORM in english.json()["detail"]
            assert FORM in chinese.json()["detail"]
            assert "不接受" in chinese.json()["detail"]


async def test_a_form_is_read_as_the_file_in_it_with_its_own_name(estimation):
    browser = await previewed(estimation, named=None, files={"file": ("历史.csv", CSV, "text/csv")})
    renamed = await previewed(estimation, named="x.csv", files={"anything": (r"C:\tmp\history.csv", CSV)})
    alone = await previewed(estimation, content=CSV, headers={"Content-Type": "text/csv; charset=utf-8"})
    windows = await previewed(estimation, content=CSV, headers={"Content-Type": "application/vnd.ms-excel"})
    untyped = await previewed(estimation, content=CSV)
    curl = await previewed(estimation, content=CSV, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert browser.status_code == 200, browser.text
    assert browser.json()["rows"][0]["project"]["source"] == "历史.csv, line 2"
    assert renamed.json()["rows"][0]["project"]["source"] == "x.csv, line 2"
    for answer in (alone, windows, untyped, curl):
        assert answer.json()["rows"][0]["project"]["name"] == "Portal", answer.text


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"json": {"file": "x"}}, 415, "unsupported_media_type"),
        ({"data": {"file": "x", "more": "y z"}}, 415, "unsupported_media_type"),
        ({"content": CSV, "headers": {"Content-Type": "image/png"}}, 415, "unsupported_media_type"),
        ({"content": CSV, "headers": {"Content-Type": FORM}}, 400, "unreadable_form"),
        ({"content": CSV, "headers": {"Content-Type": f"{FORM}; boundary=x"}}, 400, "unreadable_form"),
        (form(("file", "a.csv", CSV), end=False), 400, "unreadable_form"),
        (form(), 422, "invalid"),
        (form(("file", "", b"")), 422, "invalid"),
        (form(("file", "a.csv", CSV), ("file", "b.csv", CSV)), 422, "invalid"),
        (form(*[("file", "a.csv", b"x")] * 5_000), 400, "unreadable_form"),
        ({"files": {"file": ("a.csv", CSV)}, "data": {"currency": "CNY"}}, 422, "invalid"),
        ({"files": {"file": ("a.csv", b"")}}, 422, "file_refused"),
        ({"files": {"file": ("a.csv", b"x" * (9 * 1024 * 1024))}}, 413, "too_large"),
        ({"content": b"x" * (9 * 1024 * 1024)}, 413, "too_large"),
    ],
)
async def test_what_is_no_one_file_is_refused_and_says_why(estimation, sent, status, code):
    answer = await previewed(estimation, **sent)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_the_fields_that_belong_in_the_query_are_named(estimation):
    answer = await previewed(estimation, files={"file": ("a.csv", CSV)}, data={"currency": "CNY"})
    nameless = await previewed(estimation, named=None, content=CSV)

    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/currency", "not_allowed")]
    assert [(e["pointer"], e["code"]) for e in nameless.json()["errors"]] == [("?file_name", "missing")]


async def test_a_form_that_is_sent_again_is_the_same_request(estimation):
    path, key = "/past-projects/import", {"Idempotency-Key": "once"}
    sent = [form(("file", "a.csv", CSV), boundary=boundary) for boundary in ("one1", "two2")]
    other = form(("file", "a.csv", CSV + b"Mobile,64,700\n"), boundary="one1")

    first, again, changed = [
        await estimation.post(path, content=one["content"], headers={**one["headers"], **key}) for one in (*sent, other)
    ]

    assert first.status_code == 200, first.text
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert changed.json()["code"] == "idempotency_key_reused"
    assert len((await estimation.get("/past-projects")).json()["items"]) == 1
