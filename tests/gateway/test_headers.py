"""What the gateway says in the head of every answer: to browsers, caches and pages of other origins."""

import pytest

from tests.support.gateway.pages import bearer

ORIGIN = "https://app.example"


def policy(answer):
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", ["/docs", "/client", "/console", "/problems"])
async def test_every_page_is_closed_to_frames_bases_forms_and_plugins(gateway, path):
    async with gateway() as client:
        page = await client.get(path)

    said = policy(page)
    assert page.headers["Content-Type"].startswith("text/html")
    assert {said[name][0] for name in ("object-src", "base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert "script-src" not in said
    assert said["default-src"] == ["'self'"]
    assert said["img-src"] == ["'self'", "data:"]  # the logo of a room is data


async def test_what_is_no_page_may_do_nothing(gateway, issuer):
    async with gateway() as client:
        answers = [await client.get("/v1/clients", headers=bearer(issuer.token("lin", "presales")))]
        answers += [await client.get(path) for path in ("/v1/clients", "/v1/nothing", "/nothing", "/readyz")]

    for answer in answers:
        assert (policy(answer)["default-src"], policy(answer)["frame-ancestors"]) == (["'none'"], ["'none'"])


async def test_nothing_of_the_api_is_kept_by_browsers_and_proxies(gateway, issuer):
    token = bearer(issuer.token("lin", "presales"))
    async with gateway() as client:
        made = await client.post("/v1/clients", json={"name": "银行"}, headers=token)
        path = made.headers["Location"]
        answers = [made, await client.get(path, headers=token), await client.get(path)]
        answers += [await client.get(f"/v1/{one}", headers=token) for one in ("nothing", "proposals", "clients?x=1")]
        public = [await client.get(one) for one in ("/openapi.json", "/client", "/livez")]

    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert not any("no-store" in answer.headers.get("Cache-Control", "") for answer in public)


async def test_pages_of_other_origins_may_read_what_they_need(gateway, issuer):
    headers = bearer(issuer.token("lin", "presales")) | {"Origin": ORIGIN}
    async with gateway(cors_origins=ORIGIN) as client:
        answer = await client.get("/v1/clients", headers=headers)

    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"Content-Disposition", "ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"} <= exposed
