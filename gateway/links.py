"""Links for people without an account: which there are, and whose signature each must have."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.claims import TENANT
from gateway.routes import COLLECTIONS
from shared.kernel.auth import LEEWAY, LINK_ISSUER, LINK_SUBJECT

SCOPES = (
    "calendar-feeds:follow",
    "confirmations:answer",
    "control-plans:follow",
    "invitations:answer",
    "rooms:answer",
    "schedules:follow",
    "survey-invitations:answer",
)
"""All that a link can be for. Each kind is signed by the service that owns its collection, and by no other."""
ISSUERS = tuple(sorted({COLLECTIONS[scope.split(":")[0]] for scope in SCOPES}))
"""The services that sign links."""
_SUBJECT = re.compile(rf"{LINK_SUBJECT}[0-9a-f-]{{36}}")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class LinkTokens:
    """Verifies the tokens of links with the public keys of the services; who can verify them cannot make any."""

    def __init__(self, keys: Mapping[str, str], earlier_secret: str | None = None) -> None:
        self._keys = {
            service: [(load_pem_public_key(one.encode()), "EdDSA") for one in _PEM.findall(pems)]
            for service, pems in keys.items()
        }
        self._earlier = [(earlier_secret, "HS256")] if earlier_secret else []

    def claims(self, token: str) -> dict[str, Any]:
        """What a link says: one scope of one kind, for one subject. Raises `jwt.InvalidTokenError`."""
        scope = jwt.decode(token, options={"verify_signature": False}).get("scope")
        if scope not in SCOPES:
            raise jwt.InvalidTokenError("there are no such links")
        claims = self._verified(token, COLLECTIONS[scope.split(":")[0]])
        tenant, subject = str(claims["tenant"]), str(claims["sub"])
        if not TENANT.fullmatch(tenant) or not _SUBJECT.fullmatch(subject):
            raise jwt.InvalidTokenError("it is for nothing that there can be")
        return {"tenant": tenant, "sub": subject, "scopes": [scope], "exp": claims["exp"]}

    def _verified(self, token: str, service: str) -> Mapping[str, Any]:
        wrong: jwt.InvalidTokenError = jwt.InvalidSignatureError("no key of its service is known")
        for key, algorithm in [*self._keys.get(service, []), *self._earlier]:
            try:
                claims: Mapping[str, Any] = jwt.decode(
                    token,
                    key,  # type: ignore[arg-type]
                    algorithms=[algorithm],
                    issuer=LINK_ISSUER,
                    leeway=timedelta(seconds=LEEWAY),
                    options={"require": ["exp", "iss", "sub", "tenant", "scope"]},
                )
            except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
                wrong = error
            else:
                return claims
        raise wrong
