"""Links for people without an account: what their tokens open, and what they do not."""

import re
from datetime import timedelta

import jwt
import pytest

from shared.auth import LINK_ISSUER, LinkSigner
from shared.context import new_id
from shared.db import now
from tests.conftest import LINK_SECRET, TENANT
from tests.gateway.test_gateway import bearer, gateway, issuer  # noqa: F401 (fixtures)

SUBJECT = "0199a000-0000-7000-8000-000000000001"


def token(*, tenant=TENANT, scope="clients:read", secret=LINK_SECRET, lasts=timedelta(hours=1)):
    return LinkSigner(secret).token(tenant=tenant, subject=SUBJECT, scope=scope, expires_at=now() + lasts)


def tampered(**change):
    """A token of our own secret with other claims or another type than a link has."""
    claims = {"iss": LINK_ISSUER, "tenant": TENANT, "sub": f"link:{SUBJECT}", "scope": "clients:read", "exp": 4e9}
    header = {"typ": change.pop("typ", LinkSigner.TYPE)}
    return jwt.encode({**claims, **change}, LINK_SECRET, algorithm="HS256", headers=header)


async def test_a_link_opens_what_it_is_for_and_nothing_else(gateway):  # noqa: F811
    async with gateway() as client:
        own = await client.get("/v1/clients", headers=bearer(token()))
        other = await client.get("/v1/opportunities", headers=bearer(token()))
        write = await client.post("/v1/clients", json={"name": "x"}, headers=bearer(token()))

    assert own.status_code == 200
    assert (other.status_code, write.status_code) == (403, 403)


async def test_a_link_sees_its_own_tenant_only(gateway, issuer):  # noqa: F811
    async with gateway() as client:
        await client.post("/v1/clients", json={"name": "银行"}, headers=bearer(issuer.token("lin", "presales")))
        own = await client.get("/v1/clients", headers=bearer(token(tenant="demo")))
        other = await client.get("/v1/clients", headers=bearer(token(tenant="other")))

    assert [item["name"] for item in own.json()["items"]] == ["银行"]
    assert other.json()["items"] == []


async def test_no_forged_or_late_link_is_believed(gateway):  # noqa: F811
    wrong = {
        "expired": token(lasts=timedelta(seconds=-1)),
        "another secret": token(secret="x" * 32),
        "an access token's type": tampered(typ="JWT"),
        "another issuer": tampered(iss="presales-development"),
        "no subject": tampered(sub=None),
        "a tenant that is a wildcard": tampered(tenant="*"),
        "unsigned": jwt.encode({"sub": "link:x"}, None, algorithm="none", headers={"typ": LinkSigner.TYPE}),
    }
    async with gateway() as client:
        answers = {
            name: (await client.get("/v1/clients", headers=bearer(one))).status_code for name, one in wrong.items()
        }

    assert answers == dict.fromkeys(answers, 401)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_whoever_holds_a_link_is_refused_without_a_word_of_ours(gateway, language):  # noqa: F811
    said_by = {"Accept-Language": language}
    other = token(scope="invitations:answer")
    async with gateway() as client:
        answers = {
            "expired": await client.get("/v1/clients", headers=bearer(token(lasts=timedelta(hours=-1))) | said_by),
            "forged": await client.get("/v1/clients", headers=bearer(token(secret="x" * 32)) | said_by),
            "of something else": await client.get("/v1/opportunities", headers=bearer(other) | said_by),
            "of another": await client.get(f"/v1/invitations/{new_id()}/form", headers=bearer(other) | said_by),
        }

    codes = {why: (answer.status_code, answer.json()["code"]) for why, answer in answers.items()}
    assert codes == {
        "expired": (401, "link_not_valid"),
        "forged": (401, "link_not_valid"),
        "of something else": (403, "link_does_not_open"),
        "of another": (403, "link_does_not_open"),
    }
    for answer in answers.values():
        text = answer.json()["title"] + answer.json()["detail"]
        assert not re.search(r"role|token|bearer|permission|角色|令牌|权限|signature|link:|approver|[0-9a-f]{8}-", text)
        assert (language == "zh") is any(sign >= "\u4e00" for sign in text)


async def test_a_link_brings_no_roles(gateway):  # noqa: F811
    async with gateway() as client:
        answer = await client.post("/v1/clients", json={"name": "x"}, headers=bearer(tampered(roles=["admin"])))

    assert answer.status_code == 403


async def test_a_calendar_may_send_its_link_in_the_address_to_read(gateway):  # noqa: F811
    async with gateway() as client:
        read = await client.get("/v1/clients", params={"link": token()})
        with_more = await client.get("/v1/clients", params={"limit": 1, "link": token()})
        write = await client.post("/v1/clients", params={"link": token(scope="clients:write")}, json={"name": "x"})

    assert read.status_code == 200
    assert (with_more.status_code, write.status_code) == (401, 401)


async def test_the_page_behind_a_link_asks_nothing_of_the_outside(gateway):  # noqa: F811
    async with gateway() as client:
        page = await client.get("/client")
        script = await client.get("/client/client.js")
        style = await client.get("/client/client.css")

    assert [one.status_code for one in (page, script, style)] == [200, 200, 200]
    assert page.headers["content-security-policy"] == "default-src 'self'; img-src 'self' data:"
    assert "//" not in page.text.replace("<!doctype html>", "") + style.text
