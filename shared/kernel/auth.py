"""Who calls and what they may do: principals, roles, and the signed internal token that the gateway passes on."""

import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from fastapi import Depends, Request

from shared.kernel.problems import Forbidden, NotFound, Problem, Unauthenticated
from shared.kernel.roles import GUARDED, ROLES

INTERNAL_ISSUER = "presales-gateway"
INTERNAL_SECONDS = 60
LEEWAY = 30
"""Seconds that the clocks of an issuer, the gateway and a service may differ by, wherever a token is checked."""
LINK_ISSUER = "presales-link"
LINK_TYPE = "link+jwt"
"""The type of the tokens of links for people without an account: none is ever taken for an access token."""
LINK_SUBJECT = "link:"
"""What the subject of such a token begins with, and no other."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or machine, in one tenant."""

    subject: str
    tenant: str
    roles: tuple[str, ...]
    scopes: frozenset[str]
    person: tuple[tuple[str, str], ...] = ()
    """What the access token says of who it is, by name: name, team …"""

    @classmethod
    def of(
        cls,
        subject: str,
        tenant: str,
        roles: tuple[str, ...],
        scopes: tuple[str, ...] = (),
        person: Mapping[str, str] | None = None,
    ) -> "Principal":
        """A principal with its roles' scopes and, for a machine client, the scopes granted to it."""
        granted = frozenset(scopes).union(*(ROLES.get(role, frozenset()) for role in roles))
        return cls(subject, tenant, roles, granted, tuple(sorted((person or {}).items())))

    def may(self, scope: str) -> bool:
        """Whether `scope` is granted. `*:read` covers every collection but the guarded ones."""
        collection, action = scope.split(":")
        wildcard = f"*:{action}" in self.scopes and collection not in GUARDED
        return scope in self.scopes or wildcard or "*:*" in self.scopes

    @property
    def is_link(self) -> bool:
        """Whether this is somebody without an account."""
        return self.subject.startswith(LINK_SUBJECT)

    def require(self, scope: str) -> None:
        """Raises `Forbidden` unless `scope` is granted."""
        if not self.may(scope):
            raise self.lacks(scope)

    def lacks(self, scope: str) -> Forbidden:
        """The refusal for want of `scope`, naming who has it; to a client, naming nothing of ours."""
        if self.is_link:
            return LinkDoesNotOpen()
        holders = tuple(role for role in ROLES if Principal.of("", "", (role,)).may(scope))
        return Forbidden(scope=scope, holders=", ".join(holders) or "none", roles=", ".join(self.roles) or "none")


class LinkDoesNotOpen(Forbidden):
    title = ("The link does not open this", "该链接无法打开此内容")
    en = "This link opens something else. Open it as it was sent to you, or ask whoever sent it for another."
    zh = "该链接对应的是其他内容。请按收到的原始链接打开，或联系发送人获取新链接。"


class LinkNotValid(Unauthenticated):
    title = ("The link does not work", "链接无法使用")
    en = "This link is not complete or has expired. Open it as it was sent to you, or ask whoever sent it for another."
    zh = "该链接不完整或已过期。请按收到的原始链接打开，或联系发送人获取新链接。"


class LinkLeadsNowhere(NotFound):
    title = ("There is nothing here", "内容不存在")
    en = "There is nothing here any more. Open the link as it was sent to you, or ask whoever sent it for another."
    zh = "该内容不存在或已移除。请按收到的原始链接打开，或联系发送人获取新链接。"


class OnlyTheOwner(Problem):
    status = 403
    title = ("Only for who owes it", "仅限责任人")
    en = "{code} is owed by {owner}: only they, or who has the permission `{scope}`, can do this."
    zh = "{code} 由 {owner} 负责：只有其本人，或具备权限 `{scope}` 的人员可以执行此操作。"


CALLER: ContextVar[Principal | None] = ContextVar("caller", default=None)
"""Who called the route that is being answered; None where no route is, as for an event."""


def refusal_unless_owed(scope: str, code: str, *owners: str | None) -> OnlyTheOwner | None:
    """Why the caller may not give what `owners` owe: it is none of them, and does not hold `scope` either."""
    caller = CALLER.get()
    if caller is None or caller.may(scope) or caller.subject in owners:
        return None
    return OnlyTheOwner(code=code, owner=", ".join(one for one in owners if one) or "?", scope=scope)


class InternalSigner:
    """Makes the tokens that services trust; only the gateway holds the private key."""

    def __init__(self, private_key_pem: str) -> None:
        self._key = load_pem_private_key(private_key_pem.encode(), None)

    def token(self, claims: Mapping[str, Any], audience: str) -> str:
        """A token for one service, good for a minute."""
        issued = int(time.time())
        return jwt.encode(
            {
                "iss": INTERNAL_ISSUER,
                "aud": audience,
                "iat": issued,
                "exp": issued + INTERNAL_SECONDS,
                "sub": claims["sub"],
                "tenant": claims["tenant"],
                "roles": list(claims.get("roles", ())),
                "scopes": list(claims.get("scopes", ())),
                **({"person": claims["person"]} if claims.get("person") else {}),
            },
            self._key,  # type: ignore[arg-type]
            algorithm="EdDSA",
        )


class InternalVerifier:
    """Checks those tokens. A verified token is remembered until it expires: the gateway sends it many times."""

    def __init__(self, public_key_pem: str, audience: str) -> None:
        self._key = load_pem_public_key(public_key_pem.encode())
        self._audience = audience
        self._known: dict[str, tuple[float, Principal]] = {}

    def principal(self, token: str) -> Principal:
        """Who the token speaks for. Raises `Unauthenticated`."""
        expires, known = self._known.get(token, (0.0, None))
        if known and expires > time.time():
            return known
        try:
            claims = jwt.decode(
                token,
                self._key,  # type: ignore[arg-type]
                algorithms=["EdDSA"],
                audience=self._audience,
                issuer=INTERNAL_ISSUER,
                leeway=LEEWAY,
                options={"require": ["exp", "sub", "aud", "iss"]},
            )
            roles, scopes = tuple(claims["roles"]), tuple(claims["scopes"])
            principal = Principal.of(claims["sub"], claims["tenant"], roles, scopes, claims.get("person"))
        except (jwt.InvalidTokenError, KeyError) as wrong:
            raise Unauthenticated(why=str(wrong) or type(wrong).__name__) from None
        if len(self._known) > 10_000:  # noqa: PLR2004
            self._known.clear()
        self._known[token] = (claims["exp"] + LEEWAY, principal)
        return principal


async def current_principal(request: Request) -> Principal:
    """The verified caller of this request."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(why="there is none")
    verifier: InternalVerifier = request.app.state.verifier
    principal = verifier.principal(token)
    CALLER.set(principal)
    return principal


def may(scope: str) -> Any:
    """For the annotation of a route's parameter: the caller, who must hold `scope`.

    `async def approve(caller: Annotated[Principal, may("baselines:approve")])`: the permission is part of the
    signature, and a route without one does not start.
    """

    async def check(principal: Annotated[Principal, Depends(current_principal)]) -> Principal:
        principal.require(scope)
        return principal

    check.scope = scope  # type: ignore[attr-defined]
    return Depends(check)


SCOPES: dict[str, tuple[str, ...]] = {}
"""What each route asks for, by method and path without its version and names: `POST /risks/{}/accept`.

Filled from the routes when an application is built: what an action needs is said by the route that does it, alone.
"""


def door(method: str, path: str) -> str:
    """The key in `SCOPES` of the route with this path, names of its parameters and all."""
    return f"{method} {re.sub(r'{[^}]+}', '{}', path.removeprefix('/v1'))}"


def required_scope(call: Callable[..., Any] | None) -> str | None:
    """The scope that a dependency made by `may` asks for, or None for any other dependency."""
    return getattr(call, "scope", None)
