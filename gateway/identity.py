"""From a bearer token to a principal: OIDC access tokens are verified here, once, by the issuer's published keys."""

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import structlog

from shared.auth import INTERNAL_SECONDS, InternalSigner, LinkNotValid, LinkSigner
from shared.problems import Unauthenticated, Unavailable

log = structlog.get_logger()

ALGORITHMS = ("EdDSA", "ES256", "RS256")
"""Public-key signatures only: no `none`, no shared secrets."""
TENANT = re.compile(r"[a-z0-9-]{1,40}")
"""A tenant is a token of event subjects, so it is a slug."""
_REFRESH_SECONDS = 30.0
_MOST_REMEMBERED = 10_000

Keys = Callable[[], Awaitable[Mapping[str, Any]]]
"""Fetches the issuer's JWKS."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified access token: its claims, and the key under which it is remembered."""

    key: bytes
    claims: Mapping[str, Any]
    expires: float

    @property
    def account(self) -> str:
        """Whom a rate limit counts."""
        return f"{self.claims['tenant']}/{self.claims['sub']}"


def jwks_from(url: str) -> Keys:
    """Keys published at `url`."""

    async def fetch() -> Mapping[str, Any]:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            keys: Mapping[str, Any] = answer.json()
            return keys

    return fetch


class AccessTokens:
    """Verifies access tokens and remembers each until it expires."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str, link_secret: str) -> None:
        self._fetch, self._issuer, self._audience = keys, issuer, audience
        self._links = LinkSigner(link_secret)
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = -_REFRESH_SECONDS
        self._fetching = asyncio.Lock()
        self._known: dict[bytes, Caller] = {}

    async def caller(self, authorization: str) -> Caller:
        """Who sends this `Authorization` header. Raises `Unauthenticated`."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(why="send `Authorization: Bearer <token>`")
        key = hashlib.sha256(token.encode()).digest()
        known = self._known.get(key)
        if known and known.expires > time.time():
            return known
        claims = await self._verified(token)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        caller = self._known[key] = Caller(key, claims, float(claims["exp"]))
        return caller

    async def _verified(self, token: str) -> Mapping[str, Any]:
        is_link = False
        try:
            header = jwt.get_unverified_header(token)
            is_link = header.get("typ") == LinkSigner.TYPE
            claims = self._links.claims(token) if is_link else await self._of_issuer(token, header)
        except jwt.InvalidTokenError as wrong:
            raise (LinkNotValid() if is_link else Unauthenticated(why=str(wrong))) from None
        if not TENANT.fullmatch(str(claims.get("tenant", ""))):
            raise Unauthenticated(why="the claim `tenant` is missing or no slug of a-z, 0-9 and -")
        scopes = claims.get("scope", "")
        return {**claims, "scopes": scopes.split() if isinstance(scopes, str) else []}

    async def _of_issuer(self, token: str, header: Mapping[str, Any]) -> Mapping[str, Any]:
        if header.get("alg") not in ALGORITHMS:
            raise Unauthenticated(why=f"algorithm {header.get('alg')} is not accepted")
        signing_key = await self._key(str(header.get("kid")))
        claims: Mapping[str, Any] = jwt.decode(
            token,
            signing_key.key,
            # The key says which algorithm it is for; the token's header only picks the key.
            algorithms=[signing_key.algorithm_name],
            audience=self._audience,
            issuer=self._issuer,
            options={"require": ["exp", "sub", "aud", "iss"]},
        )
        return claims

    async def _key(self, kid: str) -> jwt.PyJWK:
        if kid not in self._keys:
            async with self._fetching:
                if kid not in self._keys and time.monotonic() - self._fetched > _REFRESH_SECONDS:
                    await self._refresh()
        if kid not in self._keys:
            raise Unauthenticated(why="it is signed with a key that the issuer does not publish")
        return self._keys[kid]

    async def _refresh(self) -> None:
        try:
            published = await self._fetch()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("identity.no_keys", error=str(error))
            raise Unavailable(what="The token issuer") from None
        self._fetched = time.monotonic()
        usable = [key for key in published["keys"] if key.get("kty") in {"OKP", "EC", "RSA"}]
        self._keys = {str(key["kid"]): jwt.PyJWK(key) for key in usable if "kid" in key}


class InternalTokens:
    """The token that each service gets for a caller: made once, used until shortly before it expires."""

    def __init__(self, private_key_pem: str) -> None:
        self._signer = InternalSigner(private_key_pem)
        self._made: dict[tuple[bytes, str], tuple[float, str]] = {}

    def token(self, caller: Caller, service: str) -> str:
        """A token that `service` accepts as `caller`."""
        good_until, token = self._made.get((caller.key, service), (0.0, ""))
        if good_until < time.time():
            token = self._signer.token(caller.claims, service)
            if len(self._made) >= _MOST_REMEMBERED:
                self._made.clear()
            self._made[caller.key, service] = (time.time() + INTERNAL_SECONDS - 20, token)
        return token
