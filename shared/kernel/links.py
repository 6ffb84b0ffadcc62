"""Links for people without an account: signed, expiring, each for one purpose and one subject.

The token is in the link's fragment, which browsers send to nobody; the page behind the link sends it as a bearer
token. The gateway checks it with the public key of the service that owns the collection, and turns it into a principal
`link:<subject>` with that one scope.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.auth import LINK_ISSUER, LINK_SUBJECT, LINK_TYPE, LinkDoesNotOpen, Principal
from shared.kernel.db import context_of, settings_of
from shared.kernel.problems import Problem
from shared.kernel.settings import ServiceSettings


class AlreadyAnswered(Problem):
    status = 409
    title = ("Answered already", "已提交")
    en = "This was answered on {at}; a link is good for one answer."
    zh = "该内容已于 {at} 提交，每个链接只能提交一次。"


class LinkNotOpen(Problem):
    status = 409
    title = ("The link is closed", "链接已关闭")
    en = "This link is {state}; ask whoever sent it for a new one."
    zh = "该链接当前状态为 {state}，请联系发送人获取新链接。"

    def members(self) -> Mapping[str, Any]:
        return {"state": self.facts["state"]}


class LinkSettings(ServiceSettings):
    """Settings of a service that makes links."""

    link_private_key: SecretStr = Field(
        description="PEM of this service's own Ed25519 key, which signs its links for clients"
    )
    digest_secret: SecretStr = Field(
        min_length=32,
        description="makes the digests that persons who want to be left alone are known by; the same for all, for ever",
    )
    public_url: str = Field("http://127.0.0.1:8080", description="where clients reach the gateway")


def make_link(session: AsyncSession, collection: str, subject: UUID, expires_at: datetime, language: str) -> str:
    """A link that lets its holder answer `subject` of `collection` until it expires: scope `<collection>:answer`.

    The page behind it speaks `language`, also where the link opens nothing any more.
    """
    return f"{_public_url(session)}/client#{_token(session, f'{collection}:answer', subject, expires_at, language)}"


def make_feed_link(session: AsyncSession, collection: str, subject: UUID, expires_at: datetime) -> str:
    """A link that lets a calendar follow `subject` of `collection`. Calendars send no headers: it is in the query.

    It is for our own people, unless what it shows is the client's too.
    """
    token = _token(session, f"{collection}:follow", subject, expires_at)
    return f"{_public_url(session)}/v1/{collection}/{subject}.ics?link={token}"


def own_link(caller: Principal, subject: UUID) -> None:
    """Raises `LinkDoesNotOpen` unless `caller` came by the link of `subject`."""
    if caller.subject != f"{LINK_SUBJECT}{subject}":
        raise LinkDoesNotOpen


def _public_url(session: AsyncSession) -> str:
    return settings_of(session, LinkSettings).public_url.rstrip("/")


def _token(session: AsyncSession, scope: str, subject: UUID, expires_at: datetime, language: str | None = None) -> str:
    return link_token(
        settings_of(session, LinkSettings).link_private_key.get_secret_value(),
        tenant=context_of(session).tenant,
        subject=subject,
        scope=scope,
        expires_at=expires_at,
        language=language,
    )


def link_token(
    private_key_pem: str, *, tenant: str, subject: UUID, scope: str, expires_at: datetime, language: str | None = None
) -> str:
    """The token of a link: one scope, one subject, an end."""
    claims = {
        "iss": LINK_ISSUER,
        "tenant": tenant,
        "sub": f"{LINK_SUBJECT}{subject}",
        "scope": scope,
        "exp": int(expires_at.timestamp()),
        **({"lang": language} if language else {}),
    }
    key = load_pem_private_key(private_key_pem.encode(), None)
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": LINK_TYPE})  # type: ignore[arg-type]
