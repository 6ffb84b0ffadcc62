"""What the gateway counts, by labels that no client can choose."""

import json
import re
from pathlib import Path

import jwt
import pytest
from prometheus_client import REGISTRY

from gateway.measuring import templates
from shared.kernel.clock import now


def count(name, **labels):
    """A counter; it must be there before anything is counted."""
    value = REGISTRY.get_sample_value(name, labels)
    assert value is not None, (name, labels)
    return value


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_every_operation_of_the_api_is_found_by_a_path_of_it():
    document = json.loads(Path("gateway/openapi.json").read_bytes())

    for template in document["paths"]:
        assert templates().of(re.sub("{[^}]+}", "a-name", template)) == template


@pytest.mark.parametrize(
    "path", ["/v1/nowhere", "/v1/risks/1/2/3/4", "/v1/", "/wp-login.php", "/{}", "//", "/v1/risks/"]
)
def test_a_path_that_nobody_has_is_not_a_label(path):
    assert templates().of(path) in {"unmatched", "/v1/risks/{risk_id}"}


async def test_requests_are_counted_by_template_and_failures_from_zero(gateway, issuer):
    admin = bearer(issuer.token("ann", "admin"))
    route = {"method": "GET", "route": "/v1/clients/{client_id}"}
    assert count("presales_http_requests_total", **route, status="503") >= 0
    async with gateway() as client:
        made = (await client.post("/v1/clients", json={"name": "x"}, headers=admin)).json()["id"]
        seen = await client.get(f"/v1/clients/{made}", headers=admin)
        before = count("presales_http_requests_total", **route, status="200")
        await client.get(f"/v1/clients/{made}", headers=admin)
        after = count("presales_http_requests_total", **route, status="200")

    assert seen.status_code == 200
    assert after - before >= 1
    assert count("presales_http_request_seconds_count", **route) >= 2


async def test_a_service_that_does_not_answer_is_counted(gateway, issuer):
    admin = bearer(issuer.token("ann", "admin"))
    before = count("presales_upstream_errors_total", upstream="risk")
    failed = count("presales_http_requests_total", method="GET", route="/v1/risks", status="503")
    async with gateway() as client:
        assert (await client.get("/v1/risks", headers=admin)).status_code == 503

    assert count("presales_upstream_errors_total", upstream="risk") == before + 1
    assert count("presales_http_requests_total", method="GET", route="/v1/risks", status="503") == failed + 1


async def test_who_asks_too_often_is_counted_by_the_limit(gateway, issuer):
    admin = bearer(issuer.token("ann", "admin"))
    before = {
        policy: count("presales_requests_limited_total", policy=policy) for policy in ("default", "tenant", "address")
    }
    async with gateway(rate_limit=1, rate_window_seconds=3600) as client:
        for _ in range(3):
            await client.get("/v1/clients", headers=admin)

    grown = {policy: count("presales_requests_limited_total", policy=policy) - was for policy, was in before.items()}
    assert grown == {"default": 2, "tenant": 0, "address": 0}


async def test_refused_callers_are_counted_by_what_was_wrong(gateway, issuer):
    good = issuer.token("ann", "admin")
    claims = jwt.decode(good, options={"verify_signature": False})
    header = jwt.get_unverified_header(good)
    key = issuer._key

    def token(kid=header["kid"], signed_by=key, **changes):
        body = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return jwt.encode(body, signed_by, algorithm="EdDSA", headers={"kid": kid})

    moment = int(now().timestamp())
    cases = {
        "absent": {},
        "expired": bearer(token(exp=moment - 3600)),
        "not_yet_valid": bearer(token(nbf=moment + 3600)),
        "audience": bearer(token(aud="others")),
        "issuer": bearer(token(iss="https://others.example")),
        "signature": bearer(good[:-8] + "AAAAAAAA"),
        "claim_missing": bearer(token(exp=None)),
        "claim_not_usable": bearer(token(tenant="No Slug!")),
        "invalid": bearer(token(kid="nobodys")),
        "token_in_address": {"params": {"access_token": good}},
        "link_not_valid": {"params": {"link": "eyJ0eXAiOiJwcmVzYWxlcy1saW5rIn0.x.y"}},
    }
    counted = {reason: count("presales_tokens_refused_total", reason=reason) for reason in cases}
    async with gateway() as client:
        for reason, sent in cases.items():
            answer = await client.get("/v1/clients", **(sent if "params" in sent else {"headers": sent}))
            assert answer.status_code == 401, (reason, answer.text)
            grown = {one: count("presales_tokens_refused_total", reason=one) - was for one, was in counted.items()}
            assert grown == {**dict.fromkeys(cases, 0), reason: 1}
            counted[reason] += 1
