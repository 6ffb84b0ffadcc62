"""Links for people without an account: what their tokens open, and what they do not."""

import re
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import jwt
import pytest

from gateway.app import build
from gateway.links import ISSUERS, SCOPES
from gateway.routes import COLLECTIONS
from shared.kernel.auth import LINK_ISSUER, LINK_TYPE
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.links import link_token
from tests.conftest import TENANT, KeyPair, serving
from tests.support.gateway.pages import bearer

SUBJECT = UUID("0199a000-0000-7000-8000-000000000001")
KIND = "invitations:answer"
PATH = f"/v1/invitations/{SUBJECT}/form"
FEED = f"/v1/calendar-feeds/{SUBJECT}.ics"
EARLIER = "the secret that links were signed with before"


@pytest.fixture
def link(keys):
    """`link(scope="rooms:answer", by="risk")`: the token of a link, signed by the service that owns its kind or another."""

    def make(*, tenant=TENANT, scope=KIND, by=None, key=None, lasts=timedelta(hours=1)):
        key = key or keys.links[by or COLLECTIONS[scope.split(":")[0]]].private
        return link_token(key, tenant=tenant, subject=SUBJECT, scope=scope, expires_at=now() + lasts)

    return make


def tampered(key, **change):
    """A token of a service's own key with other claims or another type than a link has."""
    claims = {"iss": LINK_ISSUER, "tenant": TENANT, "sub": f"link:{SUBJECT}", "scope": KIND, "exp": 4e9}
    algorithm = "HS256" if isinstance(key, str) and "PRIVATE" not in key else "EdDSA"
    return jwt.encode({**claims, **change}, key, algorithm=algorithm, headers={"typ": change.pop("typ", LINK_TYPE)})


@pytest.fixture
def feeds(start, gateway_settings):
    """`async with feeds() as client`: the gateway before the engagement service, which has calendars to follow."""

    @asynccontextmanager
    async def run(**knobs):
        async with start("engagement") as service, serving(service.app, is_started=True) as upstream:
            made = await service.post("/calendar-feeds", json={"person": "lin"})
            settings = gateway_settings(engagement_url=upstream, **knobs)
            async with serving(build(settings), settings) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
                yield client, made.json()["url"].removeprefix("http://127.0.0.1:8080")

    return run


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_the_kinds_of_links_are_those_that_routes_ask_for():
    sources = Path("services").glob("*/routes/*.py")
    asked = {scope for one in sources for scope in re.findall(r'may\("([a-z-]+:(?:answer|follow))"\)', one.read_text())}

    assert asked == set(SCOPES)


async def test_a_link_opens_what_it_is_for_and_nothing_else(gateway, link):
    async with gateway() as client:
        own = await client.get(PATH, headers=bearer(link()))
        other_kind = await client.get(PATH, headers=bearer(link(scope="confirmations:answer")))
        other = await client.get("/v1/opportunities", headers=bearer(link()))
        write = await client.post("/v1/clients", json={"name": "x"}, headers=bearer(link()))

    assert code(own) == (404, "link_leads_nowhere")
    assert [one.status_code for one in (other_kind, other, write)] == [403, 403, 403]


async def test_a_service_signs_links_of_its_own_kinds_only(gateway, link):
    async with gateway() as client:
        answers = {
            (scope, by): (await client.get("/v1/nowhere", headers=bearer(link(scope=scope, by=by)))).status_code
            for scope in SCOPES
            for by in ISSUERS
        }

    assert answers == {(scope, by): 404 if COLLECTIONS[scope.split(":")[0]] == by else 401 for scope, by in answers}


@pytest.mark.parametrize(
    "scope", ["*:*", "clients:read", "*:read", "invitations:write", "invitations:answer *:*", None]
)
async def test_no_link_carries_more_than_its_kind_whoever_signed_it(gateway, keys, scope):
    async with gateway(link_secret=EARLIER) as client:
        tokens = [tampered(key, scope=scope) for key in (keys.links["requirements"].private, EARLIER)]
        answers = [(await client.get("/v1/clients", headers=bearer(one))).status_code for one in tokens]

    assert answers == [401, 401]


async def test_no_forged_or_late_link_is_believed(gateway, keys, link):
    own = keys.links["requirements"]
    wrong = {
        "expired": link(lasts=timedelta(seconds=-31)),
        "a stranger's key": link(key=KeyPair().private),
        "the gateway's key": link(key=keys.private),
        "an access token's type": tampered(own.private, typ="JWT"),
        "another issuer": tampered(own.private, iss="presales-development"),
        "no subject": tampered(own.private, sub=None),
        "a person": tampered(own.private, sub="root"),
        "a tenant that is a wildcard": tampered(own.private, tenant="*"),
        "an end that is none": tampered(own.private, exp="never"),
        "the public key as shared secret": tampered_by_hand(own.public),
        "the earlier secret, which is not set": tampered(EARLIER),
        "unsigned": jwt.encode({"sub": "link:x", "scope": KIND}, None, algorithm="none", headers={"typ": LINK_TYPE}),
    }
    async with gateway() as client:
        answers = {name: (await client.get(PATH, headers=bearer(one))).status_code for name, one in wrong.items()}

    assert answers == dict.fromkeys(answers, 401)


def tampered_by_hand(public):
    """HS256 with a public key as the secret, which PyJWT itself refuses to make."""
    head, claims, _ = tampered(EARLIER).split(".")
    signer = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{head}.{claims}.{jwt.utils.base64url_encode(signer.sign(f'{head}.{claims}'.encode(), public.encode())).decode()}"


async def test_links_from_before_open_their_kind_until_their_end_where_their_secret_is_set(gateway):
    async with gateway(link_secret=EARLIER) as client:
        own = await client.get(PATH, headers=bearer(tampered(EARLIER)))
        late = await client.get(PATH, headers=bearer(tampered(EARLIER, exp=int(now().timestamp()) - 31)))
        other = await client.get("/v1/opportunities", headers=bearer(tampered(EARLIER)))

    assert code(own) == (404, "link_leads_nowhere")
    assert (late.status_code, other.status_code) == (401, 403)


async def test_a_service_changes_its_key_and_links_that_are_out_stay_good(gateway, keys, link):
    coming = KeyPair()
    async with gateway(requirements_link_key=coming.public + keys.links["requirements"].public) as client:
        answers = [code(await client.get(PATH, headers=bearer(one))) for one in (link(), link(key=coming.private))]

    assert answers == [(404, "link_leads_nowhere")] * 2


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_whoever_holds_a_link_is_refused_without_a_word_of_ours(gateway, link, language):
    said_by = {"Accept-Language": language}
    async with gateway() as client:
        answers = {
            "expired": await client.get(PATH, headers=bearer(link(lasts=timedelta(hours=-1))) | said_by),
            "forged": await client.get(PATH, headers=bearer(link(by="risk")) | said_by),
            "of something else": await client.get("/v1/opportunities", headers=bearer(link()) | said_by),
            "of another": await client.get(f"/v1/invitations/{new_id()}/form", headers=bearer(link()) | said_by),
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


async def test_a_link_brings_no_roles(gateway, keys):
    async with gateway() as client:
        token = tampered(keys.links["requirements"].private, roles=["admin"], scopes=["*:*"])
        answer = await client.post("/v1/clients", json={"name": "x"}, headers=bearer(token))

    assert answer.status_code == 403


async def test_an_access_token_does_not_speak_for_a_link(gateway, issuer):
    async with gateway() as client:
        answer = await client.get(PATH, headers=bearer(issuer.token(f"link:{SUBJECT}", "admin")))

    assert code(answer) == (401, "claim_not_usable")
    assert answer.json()["claim"] == "sub"


async def test_a_calendar_sends_its_link_in_the_address(feeds, link):
    async with feeds() as (client, path):
        followed = await client.get(path)
        other_tenant = await client.get(FEED, params={"link": link(scope="calendar-feeds:follow", tenant="other")})

    assert (followed.status_code, followed.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert other_tenant.status_code == 404


async def test_no_other_token_is_taken_from_an_address(feeds, link, issuer):
    access, follow = issuer.token("root", "admin"), link(scope="calendar-feeds:follow")
    async with feeds() as (client, path):
        calls = {
            "an access token": client.get("/v1/contacts", params={"link": access}),
            "of OAuth": client.get("/v1/contacts", params={"access_token": access}),
            "a link to answer": client.get("/v1/survey-invitations", params={"link": link(scope="rooms:answer")}),
            "more beside": client.get(FEED, params={"limit": 1, "link": follow}),
            "two": client.get(FEED, params=[("link", follow), ("link", follow)]),
            "to write": client.post("/v1/contacts", params={"link": follow}, json={}),
            "a header beside": client.get(path, headers=bearer(access)),
        }
        answers = {name: code(await call) for name, call in calls.items()}
        nonsense = await client.get(FEED, params={"link": "x"})

    assert answers == dict.fromkeys(answers, (401, "token_in_address"))
    assert nonsense.status_code == 401


async def test_the_page_behind_a_link_asks_nothing_of_the_outside(gateway):
    async with gateway() as client:
        page = await client.get("/client")
        script = await client.get("/client/client.js")
        style = await client.get("/client/client.css")

    assert [one.status_code for one in (page, script, style)] == [200, 200, 200]
    assert page.headers["content-security-policy"].startswith(
        "default-src 'self'; img-src 'self' data:; object-src 'none'"
    )
    assert "//" not in page.text.replace("<!doctype html>", "") + style.text
