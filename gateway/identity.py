"""From a bearer token to a principal: access tokens are verified here, once, by the issuer's published keys."""

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from gateway.claims import ClaimPaths
from gateway.issuer import ALGORITHMS, IssuerKeys
from gateway.links import LinkTokens
from shared.kernel.auth import INTERNAL_SECONDS, LEEWAY, LINK_TYPE, InternalSigner, LinkNotValid
from shared.kernel.problems import Unauthenticated

_MOST_REMEMBERED = 10_000


class TokenInAddress(Unauthenticated):
    title = ("This token does not belong into an address", "令牌不得放在网址中")
    en = (
        "Others see and keep an address: only a GET of a calendar by its link may have a token there, and nothing "
        "beside; send any other as `Authorization: Bearer`, once."
    )
    zh = "网址会被记录和转发，只有日历订阅链接可以放在网址中；请通过 `Authorization: Bearer` 发送此令牌。"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a verified token speaks for, and the key under which that is remembered."""

    key: bytes
    claims: Mapping[str, Any]
    expires: float
    signed_by: str | None
    """The id of the issuer's key; None for a link."""

    @property
    def tenant(self) -> str:
        tenant: str = self.claims["tenant"]
        return tenant

    @property
    def account(self) -> str:
        """Whom a rate limit counts."""
        return f"{self.claims['tenant']}/{self.claims['sub']}"


class AccessTokens:
    """Verifies access tokens and the tokens of links, and remembers each until it expires or its key is withdrawn."""

    def __init__(self, keys: IssuerKeys, links: LinkTokens, paths: ClaimPaths, *, issuer: str, audience: str) -> None:
        self._keys, self._links, self._paths = keys, links, paths
        self._issuer, self._audience = issuer, audience
        self._known: dict[bytes, Caller] = {}

    async def caller(self, authorization: str) -> Caller:
        """Who sends this `Authorization` header. Raises `Unauthenticated`."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(why="send `Authorization: Bearer <token>`")
        return await self._of(token)

    async def follower(self, token: str) -> Caller:
        """Who follows a calendar by the link in its address. Raises `TokenInAddress` for any other token."""
        try:
            header = _header(token)
        except Unauthenticated:
            raise LinkNotValid from None
        if header.get("typ") != LINK_TYPE:
            raise TokenInAddress
        caller = await self._of(token)
        if not all(scope.endswith(":follow") for scope in caller.claims["scopes"]):
            raise TokenInAddress
        return caller

    async def _of(self, token: str) -> Caller:
        self._keys.renew()
        key = hashlib.sha256(token.encode()).digest()
        known = self._known.get(key)
        if known and known.expires > time.time() and (known.signed_by is None or known.signed_by in self._keys):
            return known
        header = _header(token)
        is_link = header.get("typ") == LINK_TYPE
        try:
            signed_by, claims = (None, self._links.claims(token)) if is_link else await self._of_issuer(token, header)
        except (jwt.PyJWTError, TypeError, ValueError, OverflowError) as wrong:
            raise (LinkNotValid() if is_link else Unauthenticated(why=str(wrong))) from wrong
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        caller = self._known[key] = Caller(key, claims, float(claims["exp"]) + LEEWAY, signed_by)
        return caller

    async def _of_issuer(self, token: str, header: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        if header.get("alg") not in ALGORITHMS:
            raise Unauthenticated(why=f"algorithm {header.get('alg')} is not accepted")
        kid = str(header.get("kid"))
        signing_key = await self._keys.key(kid)
        claims = jwt.decode(
            token,
            signing_key.key,
            # The key says which algorithm it is for; the token's header only picks the key.
            algorithms=[signing_key.algorithm_name],
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "aud", "iss"]},
        )
        return kid, {**self._paths.read(claims), "exp": int(claims["exp"])}


def _header(token: str) -> Mapping[str, Any]:
    try:
        header: Mapping[str, Any] = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as wrong:
        raise (LinkNotValid() if _was_link(token) else Unauthenticated(why=str(wrong))) from None
    return header


def _was_link(token: str) -> bool:
    """Whether what cannot be read is the beginning of a link, as programs for mail cut it off."""
    head = token.partition(".")[0]
    try:
        return bool(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))).get("typ") == LINK_TYPE)
    except (ValueError, AttributeError, RecursionError):
        return False


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
