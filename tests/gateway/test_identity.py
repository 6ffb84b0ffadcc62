"""Tokens of a real issuer, shaped as Keycloak's: its keys, its claims, its clock, and its bad days."""

import time
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from prometheus_client import REGISTRY

from deploy.embedded import free_port
from gateway import issuer as issuers
from gateway.app import build
from gateway.claims import ClaimNotUsable, ClaimPaths
from gateway.identity import AccessTokens
from gateway.issuer import IssuerKeys, published_by
from gateway.links import LinkTokens
from shared.kernel.auth import InternalSigner, InternalVerifier
from shared.kernel.clock import now
from shared.kernel.problems import Unauthenticated, Unavailable
from tests.conftest import serving
from tests.support.gateway.issuers import CLIENT, Keycloak
from tests.support.gateway.pages import bearer

ROLES = f"realm_access.roles, resource_access.{CLIENT}.roles"


@pytest.fixture
async def realm():
    async with Keycloak() as running:
        yield running


@pytest.fixture
def at(gateway_settings):
    """`async with at(realm) as client`: the gateway with this issuer, found by its description; no service answers."""

    @asynccontextmanager
    async def run(realm, **knobs):
        settings = gateway_settings(development_key=None, issuer=realm.url, roles_claim=ROLES, **knobs)
        async with serving(build(settings), settings) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
            yield client

    return run


def believing(realm, **paths):
    """What the gateway verifies tokens with."""
    keys = IssuerKeys(published_by(realm.url, None))
    return AccessTokens(keys, LinkTokens({}), ClaimPaths(**paths), issuer=realm.url, audience="presales")


async def claims(access, token):
    return (await access.caller(f"Bearer {token}")).claims


async def status(client, token):
    """404 where a token is believed, since there is nothing at the path."""
    return (await client.get("/v1/nowhere", headers=bearer(token))).status_code


async def test_keys_that_are_not_for_signatures_are_left_out(realm, at):
    async with at(realm) as client:
        assert await status(client, realm.token()) == 404
        assert [await status(client, realm.token(kid=kid, key=realm.keys["first"])) for kid in ("to-encrypt", "to-encrypt-too")] == [401, 401]  # fmt: skip


async def test_roles_are_found_where_the_issuer_puts_them(realm):
    access = believing(
        realm, roles=("realm_access.roles", f"resource_access.{CLIENT}.roles"), subject="preferred_username"
    )

    seen = await claims(access, realm.token())

    assert (seen["sub"], seen["tenant"], seen["scopes"]) == ("lin", "acme", ["openid", "profile", "email"])
    assert seen["roles"] == ["offline_access", "presales", "approver"]


@pytest.mark.parametrize(
    ("paths", "given", "seen"),
    [
        ({}, {"roles": ["viewer"]}, {"roles": ["viewer"]}),
        ({}, {"roles": "viewer approver"}, {"roles": ["viewer", "approver"]}),
        ({}, {"scope": ["events:read"]}, {"scopes": ["events:read"]}),
        ({"roles": ("https://presales.example/roles",)}, {"https://presales.example/roles": ["viewer"]}, {"roles": ["viewer"]}),
        ({"roles": ("groups", "roles")}, {"groups": ["a"], "roles": ["b", "a"]}, {"roles": ["a", "b"]}),
        ({"tenant": "organization.acme.example.slug"}, {}, {"tenant": "acme"}),
        ({"roles": ("realm_access.groups",)}, {}, {"roles": []}),
    ],
)  # fmt: skip
async def test_claims_are_read_by_their_paths(realm, paths, given, seen):
    read = await claims(believing(realm, **paths), realm.token(**given))

    assert {name: read[name] for name in seen} == seen


ODD = {
    "roles": [None, 5, True, {"admin": True}, [5], [None], [["admin"]]],
    "scope": [None, 5, {"*:*": 1}, [{}]],
    "tenant": [None, 5, "", "*", "a.b", "A", ["acme"], {}, "acme\n", "x" * 41],
    "sub": ["", "link:1", "x" * 201, "a\nb"],
}


@pytest.mark.parametrize(("claim", "value"), [(claim, value) for claim, values in ODD.items() for value in values])
async def test_an_odd_claim_is_refused_by_its_name(realm, claim, value):
    with pytest.raises(ClaimNotUsable) as refused:
        await claims(believing(realm), realm.token(**{claim: value}))

    assert refused.value.facts["claim"] == claim


async def test_a_claim_on_the_way_that_is_no_object_is_named(realm):
    with pytest.raises(ClaimNotUsable, match="`realm_access`"):
        await claims(believing(realm, roles=("realm_access.roles",)), realm.token(realm_access=None))


PERSON = {"name": "name", "name_zh": "name_zh", "picture_url": "picture", "team": "org.team", "time_zone": "zoneinfo"}


async def test_who_it_is_is_read_and_what_cannot_be_shown_is_left_out(realm):
    said = {
        "name": "Lin Xiao",
        "name_zh": "林晓",
        "org": {"team": "East"},
        "picture": "https://p/1.png",
        "zoneinfo": "Asia/Shanghai",
    }
    odd = {"name": "x" * 201, "name_zh": 5, "org": "East", "picture": "javascript:alert(1)", "zoneinfo": "Moon/Base"}

    read = await claims(believing(realm, person=PERSON), realm.token(**said))
    of_odd = await claims(believing(realm, person=PERSON), realm.token(**odd))

    assert read["person"] == {
        "name": "Lin Xiao", "name_zh": "林晓", "team": "East", "picture_url": "https://p/1.png",
        "time_zone": "Asia/Shanghai",
    }  # fmt: skip
    assert of_odd["person"] == {}


def test_a_service_hears_who_it_is(keys):
    claims = {"sub": "lin", "tenant": "acme", "roles": ["viewer"], "person": {"name": "林晓", "team": "East"}}
    principal = InternalVerifier(keys.public, "risk").principal(keys.signer.token(claims, "risk"))

    assert dict(principal.person) == {"name": "林晓", "team": "East"}


def test_what_nobody_shows_of_a_person_is_refused_at_the_start(gateway_settings):
    with pytest.raises(ValueError, match="PRESALES_PERSON_CLAIMS says shoe_size"):
        gateway_settings(person_claims="name=name,shoe_size=shoes")


ODD_DATES = [float("inf"), float("nan"), "soon", None, [], {}, 1e300]


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
async def test_odd_dates_and_subjects_are_refused_with_401_by_the_gateway(realm, at, claim):
    async with at(realm) as client:
        answers = [await client.get("/v1/nowhere", headers=bearer(realm.token(**{claim: one}))) for one in ODD_DATES]
        odd = [await client.get("/v1/nowhere", headers=bearer(realm.token(**{claim: one}))) for one in ODD_DATES[:2]]
        subject = await client.get("/v1/nowhere", headers=bearer(jwt.encode({"sub": 5}, realm.keys["first"], "RS256", headers={"kid": "first"})))  # fmt: skip

    expected = {200: 404, 401: 401}
    assert {one.status_code for one in answers} <= set(expected.values())
    assert {one.status_code for one in odd} == {401}
    assert subject.status_code == 401


@pytest.mark.parametrize(
    ("change", "is_believed"),
    [
        ({"iat": 25, "nbf": 25, "exp": 300}, True),
        ({"iat": 35, "exp": 300}, False),
        ({"nbf": 35, "exp": 300}, False),
        ({"iat": -300, "exp": -25}, True),
        ({"iat": -300, "exp": -35}, False),
    ],
)
async def test_clocks_may_differ_by_half_a_minute(realm, keys, change, is_believed):
    now = int(time.time())
    dates = {name: now + seconds for name, seconds in change.items()}
    internal = jwt.encode({"iss": "presales-gateway", "aud": "risk", "sub": "lin", "tenant": "acme", "roles": [], "scopes": [], **dates}, keys.private, "EdDSA")  # fmt: skip
    access, service = believing(realm), InternalVerifier(keys.public, "risk")

    async def outside():
        return await access.caller(f"Bearer {realm.token(**dates)}")

    async def inside():
        return service.principal(internal)

    for ask in (outside, inside, outside, inside):  # the second time it is remembered
        if is_believed:
            await ask()
        else:
            with pytest.raises(Unauthenticated):
                await ask()


async def test_a_gateway_ahead_of_a_service_is_believed_by_it(keys, monkeypatch):
    service = InternalVerifier(keys.public, "risk")
    true = time.time
    for ahead in (0.05, 1, 20, -20):
        monkeypatch.setattr("shared.kernel.auth.time.time", lambda ahead=ahead: true() + ahead)
        token = InternalSigner(keys.private).token({"sub": "lin", "tenant": "acme"}, "risk")
        monkeypatch.undo()

        assert service.principal(token).subject == "lin"


async def test_a_new_key_is_fetched_when_a_token_names_it_and_invented_ones_cost_the_issuer_nothing(
    realm, at, monkeypatch
):
    async with at(realm) as client:
        assert await status(client, realm.token()) == 404
        realm.rotate("second")
        soon = await status(client, realm.token())
        stranger = rsa.generate_private_key(65537, 2048)
        invented = {await status(client, realm.token(kid=f"k{n}", key=stranger)) for n in range(20)}
        asked = realm.asked
        monkeypatch.setattr(issuers, "_ASKED_AGAIN_SECONDS", 0)
        later = await status(client, realm.token())

    assert (soon, invented, asked, later, realm.asked) == (401, {401}, 1, 404, 2)


async def test_a_key_that_the_issuer_withdraws_is_believed_no_longer(realm, at, monkeypatch):
    token = realm.token()
    async with at(realm) as client:
        before = await status(client, token)
        realm.rotate("second", keep=False)
        monkeypatch.setattr(issuers, "_KEPT_SECONDS", 0)
        monkeypatch.setattr(issuers, "_ASKED_AGAIN_SECONDS", 0)
        while realm.asked == 1:
            await status(client, token)
        after = await status(client, token)

    assert (before, after) == (404, 401)


async def test_an_issuer_that_is_away_at_the_start_is_told_and_asked_again(at, monkeypatch):
    monkeypatch.setattr(issuers, "_ASKED_AGAIN_SECONDS", 0)
    realm = Keycloak()
    async with at(realm) as client:
        early = await client.get("/v1/nowhere", headers=bearer(realm.token()))
        told = (await client.get("/readyz")).json()
        async with realm:
            late = await status(client, realm.token())
            then = (await client.get("/readyz")).json()

    assert (early.status_code, early.json()["code"], early.headers["Retry-After"]) == (503, "unavailable", "2")
    assert str(realm.port) not in early.text
    assert (told["status"], told["checks"]["issuer"]) == ("degraded", "does not answer")
    assert (late, then["checks"]["issuer"]) == (404, "ok")


async def test_an_issuer_that_goes_away_later_is_not_missed_for_the_keys_that_are_known(monkeypatch):
    async with Keycloak() as realm:
        access = believing(realm)
        await claims(access, realm.token())
    monkeypatch.setattr(issuers, "_KEPT_SECONDS", 0)
    monkeypatch.setattr(issuers, "_ASKED_AGAIN_SECONDS", 0)

    for n in range(3):
        await claims(access, realm.token(jti=str(n)))
    realm.rotate("second")

    with pytest.raises(Unavailable):
        await claims(access, realm.token())


@pytest.mark.parametrize(
    "described",
    [{"issuer": "https://other.example", "jwks_uri": "http://127.0.0.1:1"}, {}, [], {"issuer": None}, "x"],
)
async def test_an_issuer_that_describes_another_or_nonsense_is_not_believed(realm, described):
    realm.described = described

    with pytest.raises(Unavailable):
        await claims(believing(realm), realm.token())


async def test_no_token_confuses_the_algorithm_or_the_key(realm, at):
    key = realm.keys["first"].public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    good, stranger = realm.token(), rsa.generate_private_key(65537, 2048)
    body = good.split(".")[1]

    def by_hand(algorithm, secret):
        head = jwt.utils.base64url_encode(f'{{"alg":"{algorithm}","kid":"first","typ":"JWT"}}'.encode()).decode()
        signer = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        signature = (
            jwt.utils.base64url_encode(signer.sign(f"{head}.{body}".encode(), secret)).decode() if secret else ""
        )
        return f"{head}.{body}.{signature}"

    own = {"jwk": {"kty": "oct", "k": "eHg"}, "jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/cert"}
    wrong = {
        "HS256 with the public key": by_hand("HS256", pem),
        "HS256 with the text of the public key": by_hand("HS256", pem.strip()),
        "none": by_hand("none", b""),
        "None": by_hand("None", b""),
        "a key that it brings itself": realm.token(key=stranger, header=own),
        "a file as key": realm.token(key=stranger, kid="../../../../dev/null"),
        "a query as key": realm.token(key=stranger, kid="first' or '1'='1"),
        "the shared key of the set": realm.token(key=b"x" * 32, kid="shared", algorithm="HS256"),
        "another algorithm of the same key": realm.token(algorithm="PS256"),
        "another audience": realm.token(aud="account"),
        "no audience": realm.token(aud=None),
        "another realm": realm.token(iss=realm.url + "2"),
        "nested without end": "W" * 20_000 + "." + body + ".x",
        "brackets": jwt.utils.base64url_encode(b"[" * 12_000).decode() + f".{body}.x",
    }
    async with at(realm) as client:
        answers = {name: await status(client, token) for name, token in wrong.items()}
        believed = await status(client, good)

    assert answers == dict.fromkeys(answers, 401)
    assert believed == 404


def test_an_issuer_is_an_address_or_the_one_of_this_machine(gateway_settings):
    with pytest.raises(ValueError, match="set PRESALES_ISSUER to the URL of an issuer"):
        gateway_settings(development_key=None)
    with pytest.raises(ValueError, match="set PRESALES_ISSUER to the URL of an issuer"):
        gateway_settings(issuer="https://login.example/realms/acme")

    assert gateway_settings(development_key=None, issuer="https://login.example/realms/acme").jwks_url is None


@asynccontextmanager
async def clock(ahead):
    """A server on a local port that is ready, and whose clock is so many seconds ahead."""

    async def ready(_request):
        return web.json_response({"status": "ready", "time": (now() + timedelta(seconds=ahead)).isoformat()})

    app, port = web.Application(), free_port()
    app.router.add_get("/readyz", ready)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def test_a_clock_that_goes_wrong_is_told_before_tokens_are_refused(start, realm, at):
    async with (
        start("requirements") as service,
        serving(service.app, is_started=True) as right,
        clock(20) as ahead,
        at(realm, requirements_url=right, risk_url=ahead) as client,
    ):
        told = (await client.get("/readyz")).json()

    assert told["checks"]["clocks"] == "differ: risk"
    assert told["status"] == "degraded"
    assert abs(told["clock_skew_seconds"]["requirements"]) < 2
    assert abs(told["clock_skew_seconds"]["risk"] - 20) < 2
    measured = REGISTRY.get_sample_value("presales_clock_skew_seconds", {"upstream": "risk"})
    assert measured == told["clock_skew_seconds"]["risk"]
