"""The keys that the issuer of access tokens signs with, as it publishes them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import jwt
import structlog

from shared.kernel.problems import Unauthenticated, Unavailable

log = structlog.get_logger()

ALGORITHMS = ("EdDSA", "ES256", "RS256")
"""Public-key signatures only: no `none`, no shared secrets."""
_KEPT_SECONDS = 600.0
"""A key that the issuer withdraws is believed no longer than this."""
_ASKED_AGAIN_SECONDS = 10.0
"""Tokens with invented key ids make no more questions to the issuer than one in this time."""

Fetch = Callable[[], Awaitable[Any]]
"""Asks the issuer for its JWKS."""


def published_by(issuer: str, jwks_url: str | None) -> Fetch:
    """The keys at `jwks_url`, or where the issuer's own description says (OpenID Connect Discovery 1.0, 4)."""

    async def fetch() -> Any:
        async with httpx.AsyncClient(timeout=5) as client:
            return await _read(client, jwks_url or await _discovered(client, issuer))

    return fetch


async def _read(client: httpx.AsyncClient, url: str) -> Any:
    return (await client.get(url)).raise_for_status().json()


async def _discovered(client: httpx.AsyncClient, issuer: str) -> str:
    described = await _read(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if described["issuer"] != issuer:
        raise ValueError(f"{issuer} calls itself {described['issuer']}")
    return str(described["jwks_uri"])


class IssuerKeys:
    """Fetched when first needed, when a token names another key, and now and then; kept while the issuer is away."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked = float("-inf")
        self._asking = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None
        self.failure: str | None = None
        """Why the issuer's last answer could not be used; None when it could."""

    def __contains__(self, kid: str) -> bool:
        return kid in self._keys

    def renew(self) -> None:
        """Have keys that are some minutes old asked for again, while those that there are still serve."""
        since = time.monotonic() - self._asked
        if since > (_ASKED_AGAIN_SECONDS if self.failure else _KEPT_SECONDS) and self._keys:
            self._asked = time.monotonic()
            self._renewal = asyncio.create_task(self._refresh())

    async def key(self, kid: str) -> jwt.PyJWK:
        """The key of this id. Raises `Unauthenticated` when there is none, `Unavailable` when that cannot be known."""
        if kid not in self._keys:
            await self.ask()
        if kid in self._keys:
            return self._keys[kid]
        if self.failure:
            raise Unavailable(what="The token issuer")
        raise Unauthenticated(why="it is signed with a key that the issuer does not publish")

    async def ask_first(self) -> None:
        """Ask the issuer when it never answered: whether it does is to be known before somebody comes with a token."""
        if not self._keys:
            await self.ask()

    async def ask(self) -> None:
        """Ask the issuer, unless that was done just now."""
        asked = self._asked
        async with self._asking:
            if asked == self._asked and time.monotonic() - asked > _ASKED_AGAIN_SECONDS:
                await self._refresh()

    async def _refresh(self) -> None:
        self._asked = time.monotonic()
        try:
            self._keys = _for_signatures(await self._fetch())
        except (httpx.HTTPError, httpx.InvalidURL, jwt.PyJWTError, LookupError, TypeError, ValueError) as error:
            self.failure = f"{type(error).__name__}: {error}"
            log.warning("identity.no_keys", error=self.failure)
        else:
            self.failure = None


def _for_signatures(published: Any) -> dict[str, jwt.PyJWK]:
    """The keys of a set that can verify a token; others stand beside them, to encrypt, or of kinds not known here."""
    usable = [
        key
        for key in published["keys"]
        if isinstance(key, dict)
        and isinstance(key.get("kid"), str)
        and key.get("use") in (None, "sig")
        and key.get("kty") in ("OKP", "EC", "RSA")
        and key.get("alg") in (None, *ALGORITHMS)
    ]
    keys = jwt.PyJWKSet(usable).keys
    return {str(key.key_id): key for key in keys if key.algorithm_name in ALGORITHMS}
