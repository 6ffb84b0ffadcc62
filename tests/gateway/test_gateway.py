"""The gateway before a real service: who may pass, what is passed on, and what comes back."""

import asyncio
import json
import re
import socket
import struct
import time
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway import reference
from gateway.development import private_key
from shared.kernel.settings import Settings as Common
from shared.kernel.web import RequestScope
from tests.conftest import NOWHERE, serving
from tests.support.gateway.pages import CHROMIUM, bearer


async def test_a_request_passes_through_with_its_answer(gateway, issuer):
    token = bearer(issuer.token("lin", "presales"))
    async with gateway() as client:
        made = await client.post("/v1/clients", json={"name": "银行"}, headers=token)
        seen = await client.get(made.headers["Location"], headers=token)

    assert made.status_code == 201
    assert seen.json() == made.json()
    assert seen.json()["created_by"] == "lin"
    assert seen.headers["ETag"] == '"1"'
    assert seen.headers["RateLimit-Policy"] == '"default";q=3000;w=10, "tenant";q=12000;w=10, "address";q=6000;w=10'
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert len(seen.headers.get_list("Date")) == 1


async def test_what_is_to_be_asked_again_is_passed_on_with_when(start, gateway, issuer):
    path = "/v1/figures/proposal:01990a2e-0000-7000-8000-000000000001:price_incl_tax/lineage"
    async with (
        start("insights") as insights,
        serving(insights.app, is_started=True) as upstream,
        gateway(insights_url=upstream) as client,
    ):
        answer = await client.get(path, headers=bearer(issuer.token("lin", "presales")))

    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "5")
    assert answer.json()["retry_after_seconds"] == 5


async def test_trace_and_request_ids_are_kept(gateway, issuer):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = bearer(issuer.token("lin", "presales")) | {"traceparent": trace, "X-Request-ID": "mine"}
    async with gateway() as client:
        answer = await client.get("/v1/clients/not-an-id", headers=headers)

    assert answer.headers.get_list("X-Request-ID") == ["mine"]
    assert answer.headers["traceparent"].split("-")[1] == trace.split("-")[1]
    assert answer.json()["trace_id"] == trace.split("-")[1]


async def test_identity_from_outside_is_not_believed(gateway, issuer):
    forged = {"X-Presales-Subject": "root", "X-Forwarded-User": "root"}
    async with gateway() as client:
        viewer = await client.post(
            "/v1/clients", json={"name": "x"}, headers=bearer(issuer.token("guest", "viewer")) | forged
        )
        nobody = await client.get("/v1/clients", headers=forged)

    assert (viewer.status_code, viewer.json()["code"]) == (403, "forbidden")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")


def attacks(issuer):
    """Tokens that must not be believed, by what is wrong with them."""
    now = int(time.time())
    good = {"iss": "presales-development", "aud": "presales", "sub": "eve", "tenant": "demo", "roles": ["admin"], "exp": now + 60}  # fmt: skip
    key = private_key(issuer.path)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    stranger = Ed25519PrivateKey.generate()
    header = {"kid": "development"}

    def signed(claims, key=key, algorithm="EdDSA", header=header):
        return jwt.encode(claims, key, algorithm=algorithm, headers=header)

    return {
        "unsigned": jwt.encode(good, None, algorithm="none", headers=header),
        "public key as shared secret": signed(good, public, "HS256"),
        "a stranger's key": signed(good, stranger),
        "an unknown key id": signed(good, stranger, header={"kid": "../../dev/null"}),
        "another algorithm": signed(good, rsa.generate_private_key(65537, 2048), "RS256"),
        "expired": signed(good | {"exp": now - 31}),
        "not valid yet": signed(good | {"nbf": now + 60}),
        "issued tomorrow": signed(good | {"iat": now + 86_400}),
        "another audience": signed(good | {"aud": "other"}),
        "another issuer": signed(good | {"iss": "other"}),
        "no expiry": signed({k: v for k, v in good.items() if k != "exp"}),
        "no tenant": signed({k: v for k, v in good.items() if k != "tenant"}),
        "a tenant that is a wildcard": signed(good | {"tenant": "*"}),
        "not a token": "garbage",
    }


async def test_no_forged_token_is_believed(gateway, issuer):
    async with gateway() as client:
        answers = {
            name: (await client.get("/v1/clients", headers=bearer(token))).status_code
            for name, token in attacks(issuer).items()
        }

    assert answers == dict.fromkeys(answers, 401)


async def test_a_services_internal_token_is_refused_at_the_door(gateway, keys):
    token = keys.signer.token({"sub": "eve", "tenant": "demo", "roles": ["admin"]}, "requirements")
    async with gateway() as client:
        answer = await client.get("/v1/clients", headers=bearer(token))

    assert answer.status_code == 401


async def test_a_service_refuses_access_tokens_and_tokens_for_another_service(start, keys, issuer):
    claims = {"sub": "eve", "tenant": "demo", "roles": ["admin"]}
    async with start("requirements") as service:
        outside = await service.get("/clients", headers=bearer(issuer.token("eve", "admin")))
        other = await service.get("/clients", headers=bearer(keys.signer.token(claims, "risk")))
        nobody = await service.get("/clients", headers={"Authorization": ""})

    assert [outside.status_code, other.status_code, nobody.status_code] == [401, 401, 401]


async def test_a_body_over_the_limit_is_refused(gateway, issuer):
    async with gateway(body_limit_bytes=1000) as client:
        headers = bearer(issuer.token("lin", "presales")) | {"Accept-Language": "zh"}
        answer = await client.post("/v1/clients", json={"name": "x" * 2000}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.json()["detail"] == "请求体最多 1000 字节。"


async def test_too_many_requests_are_told_when_to_come_back(gateway, issuer):
    async with gateway(rate_limit=2, rate_window_seconds=60) as client:
        headers = bearer(issuer.token("lin", "presales"))
        answers = [await client.get("/v1/clients", headers=headers) for _ in range(3)]
        other = await client.get("/v1/clients", headers=bearer(issuer.token("wang", "approver")))

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert other.status_code == 200


async def test_a_service_that_is_away_is_a_problem_not_a_stack_trace(gateway, issuer):
    async with gateway() as client:
        answer = await client.get("/v1/risks", headers=bearer(issuer.token("lin", "presales")))

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert NOWHERE not in answer.text


async def test_overview_shows_what_answers_and_names_what_does_not(gateway, issuer):
    token = bearer(issuer.token("lin", "presales"))
    async with gateway() as client:
        owner = (await client.post("/v1/clients", json={"name": "x"}, headers=token)).json()
        body = {"client_id": owner["id"], "title": "Deal", "currency": "CNY"}
        deal = (await client.post("/v1/opportunities", json=body, headers=token)).json()

        overview = await client.get(f"/v1/opportunities/{deal['id']}/overview", headers=token)
        unknown = await client.get(f"/v1/opportunities/{owner['id']}/overview", headers=token)

    assert overview.json()["opportunity"] == {k: v for k, v in deal.items() if k != "possible_duplicates"}
    assert overview.json()["baseline"] is None
    assert set(overview.json()["missing"]) == {"estimate", "risk_budget", "proposal", "journey", "interactions"}
    assert unknown.status_code == 404


async def test_what_somebody_who_leaves_owns_is_found_in_all_services(start, gateway, issuer):
    token = bearer(issuer.token("lin", "presales"))
    async with start("engagement") as engagement, serving(engagement.app, is_started=True) as url:
        person = {"subject": "chen & co", "name": "陈晨", "role": "architect"}
        async with gateway(engagement_url=url) as client:
            chen = (await client.post("/v1/colleagues", json=person, headers=token)).json()
            bank = (await client.post("/v1/clients", json={"name": "x"}, headers=token)).json()
            body = {"client_id": bank["id"], "title": "Deal", "currency": "CNY"}
            mine = (await client.post("/v1/opportunities", json={**body, "owner": "chen & co"}, headers=token)).json()
            await client.post("/v1/opportunities", json=body, headers=token)

            found = (await client.get(f"/v1/colleagues/{chen['id']}/overview", headers=token)).json()
            unknown = await client.get(f"/v1/colleagues/{bank['id']}/overview", headers=token)

    assert (found["colleague"]["subject"], found["colleague"]["owes"]) == ("chen & co", [])
    assert [one["id"] for one in found["owns"]["opportunities"]["items"]] == [mine["id"]]
    away = {"risks", "responses", "control_plans", "control_tasks", "proposal_sections", "materials"}
    assert set(found["missing"]) == away
    assert {name for name, page in found["owns"].items() if page is None} == away
    assert unknown.status_code == 404


async def test_an_unknown_path_is_a_problem(gateway, issuer):
    async with gateway() as client:
        answer = await client.get("/v1/unicorns", headers=bearer(issuer.token("lin", "presales")))

    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_path")


async def test_one_openapi_document_describes_all_services_whichever_of_them_answer(gateway):
    async with gateway(requirements_url=NOWHERE) as client:
        answer = await client.get("/openapi.json")
        docs = await client.get("/docs")

    document = answer.json()
    assert document["openapi"] == "3.1.0"
    assert document["paths"]["/v1/baselines/{baseline_id}/approve"]["post"]["operationId"] == "approveBaseline"
    assert {"/v1/ops/requirements/parked-events", "/v1/proposals", "/v1/audit-entries"} <= document["paths"].keys()
    assert document == json.loads((Path(reference.__file__).parent / "openapi.json").read_text(encoding="utf-8"))
    assert "http" not in docs.text.replace("http-equiv", "")


@pytest.mark.parametrize("path", ["/openapi.json", "/problems"])
async def test_the_reference_is_packed_and_sent_once(gateway, path):
    async with gateway() as client:
        packed = await client.get(path)
        plain = await client.get(path, headers={"Accept-Encoding": "gzip;q=0, identity"})
        again = [
            await client.get(path, headers={"If-None-Match": tag})
            for tag in (packed.headers["ETag"], plain.headers["ETag"], f'"x", W/{plain.headers["ETag"]}', '"x"')
        ]
        head = await client.head(path)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.content == packed.content
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 3
    assert re.fullmatch(r'"[0-9a-f]{32}(-gzip)?"', packed.headers["ETag"])
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert (packed.headers["Cache-Control"], packed.headers["Vary"]) == ("public, no-cache", "Accept-Encoding")
    assert [(answer.status_code, len(answer.content)) for answer in again[:3]] == [(304, 0)] * 3
    assert again[3].status_code == 200
    assert (head.status_code, head.headers["ETag"], head.content) == (200, packed.headers["ETag"], b"")


async def test_the_page_that_a_problem_points_at_explains_those_of_every_service(gateway):
    async with gateway(requirements_url=NOWHERE) as client:
        page = (await client.get("/problems")).text

    assert {f'id="{code}"' for code in ("own_baseline", "too_many_requests")} <= set(re.findall(r'id="\w+"', page))


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
async def test_the_api_reference_shows_the_operations_in_a_browser(gateway, tmp_path):
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    async with gateway() as client:
        browser = await asyncio.create_subprocess_exec(
            CHROMIUM, "--headless", "--no-sandbox", *quiet, f"--user-data-dir={tmp_path}",
            "--virtual-time-budget=8000", "--dump-dom", f"{client.base_url}/docs",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        page, _ = await asyncio.wait_for(browser.communicate(), 60)

    assert b"/v1/baselines/{baseline_id}/approve" in page or b"operations-tag-requirements" in page


async def test_audit_entries_of_all_services_are_for_those_who_may_see_them(gateway, issuer):
    async with gateway() as client:
        answer = await client.get("/v1/audit-entries", headers=bearer(issuer.token("lin", "presales")))

    assert answer.status_code == 403


def test_the_development_issuer_refuses_to_run_in_production(gateway_settings):
    with pytest.raises(ValueError, match="must not run in production"):
        gateway_settings(environment="production")


def test_an_unknown_variable_stops_the_start():
    with pytest.raises(SystemExit, match="PRESALES_PROT is not a setting; did you mean PRESALES_PORT"):
        Common.from_env({"PRESALES_PROT": "80"})


def test_a_secret_can_be_a_file(tmp_path):
    (tmp_path / "port").write_text("81\n")

    assert Common.from_env({"PRESALES_PORT_FILE": str(tmp_path / "port")}).port == 81


@asynccontextmanager
async def upstream_that(answers):
    """A service of which only the connections are left: `answers(reader, writer)` is all it does."""
    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_service_that_is_killed_over_a_request_is_away(gateway, issuer):
    async def dies(reader, writer):
        await reader.readline()
        linger = struct.pack("ii", 1, 0)  # the connection is reset, as the kernel does for who is killed
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()

    async with upstream_that(dies) as url, gateway(risk_url=url) as client:
        answer = await client.post("/v1/risks", json={}, headers=bearer(issuer.token("lin", "presales")))

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_service_that_takes_too_long_is_not_waited_for_without_end(gateway, issuer):
    async def says_nothing(reader, writer):
        await reader.read()
        writer.close()

    async with upstream_that(says_nothing) as url, gateway(risk_url=url, answer_seconds=0.5) as client:
        answer = await client.get("/v1/risks", headers=bearer(issuer.token("lin", "presales")))

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize(
    ("ends_with", "status"), [(asyncio.CancelledError(), 503), (RuntimeError("outside of every route"), 500)]
)
async def test_whatever_ends_a_request_is_answered_as_a_problem(ends_with, status):
    async def application(*_call):
        raise ends_with

    async with serving(RequestScope(application), is_started=True) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.get("/v1/clients")

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
