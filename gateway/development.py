"""The development issuer: a key in a file and ready tokens for each role.

`presales token NAME ROLE …` prints one. For local runs only: the gateway refuses to start with
it when `PRESALES_ENVIRONMENT=production`.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from shared.language.roles import ROLES

ISSUER = "presales-development"
AUDIENCE = "presales"
TENANT = "demo"
PEOPLE = {
    "lin": ("presales", "sales"),
    "wang": ("approver",),
    "chen": ("estimator",),
    "zhao": ("risk_manager",),
    "guest": ("viewer",),
    "root": ("admin",),
}
"""A small team, one name for each role."""
_SHANGHAI = {"zoneinfo": "Asia/Shanghai"}
_EAST, _DELIVERY = {"team": "East", **_SHANGHAI}, {"team": "Delivery", **_SHANGHAI}
PERSONS: Mapping[str, Mapping[str, str]] = {
    "lin": {"name": "Lin Xiao", "name_zh": "林晓", "title": "Presales consultant", **_EAST},
    "wang": {"name": "Wang Jian", "name_zh": "王健", "title": "Head of presales", **_EAST},
    "chen": {"name": "Chen Yu", "name_zh": "陈宇", "title": "Estimator", **_DELIVERY},
    "zhao": {"name": "Zhao Min", "name_zh": "赵敏", "title": "Risk manager", **_DELIVERY},
    "guest": {"name": "Guest", "name_zh": "访客", **_EAST},
    "root": {"name": "Administrator", "name_zh": "管理员", "team": "Operations"},
}
"""Who they are, in the claims that an issuer of companies would say it in."""
_DAYS = 30


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key in this file; made on first use, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.touch(mode=0o600)
        path.write_bytes(pem)
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit(f"{path} does not hold an Ed25519 key.")
    return key


def public_pem(key: Ed25519PrivateKey) -> str:
    """The public half, for those who verify."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class DevelopmentIssuer:
    """Issues tokens that this machine's gateway believes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._key = private_key(path)

    async def jwks(self) -> Mapping[str, Any]:
        """Its keys, as an issuer would publish them."""
        key = json.loads(OKPAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**key, "kid": "development", "alg": "EdDSA", "use": "sig"}]}

    def token(self, subject: str, *roles: str, tenant: str = TENANT) -> str:
        """An access token, good for a month."""
        issued = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "tenant": tenant,
            "roles": list(roles),
            **PERSONS.get(subject, {}),
            "iat": issued,
            "exp": issued + _DAYS * 86_400,
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": "development"})


def main(arguments: Sequence[str]) -> None:
    """Print a token for whom the command line names."""
    parser = argparse.ArgumentParser(prog="presales token", description=__doc__)
    parser.add_argument("name", help="who it is for")
    parser.add_argument("roles", nargs="+", metavar="role", choices=sorted(ROLES), help=", ".join(sorted(ROLES)))
    parser.add_argument("--tenant", default=TENANT, help=f"default: {TENANT}")
    key = Path(".presales/keys/development.pem")
    parser.add_argument("--key", type=Path, default=key, help=f"key of the issuer; made when not there ({key})")
    wanted = parser.parse_args(arguments)
    try:
        token = DevelopmentIssuer(wanted.key).token(wanted.name, *wanted.roles, tenant=wanted.tenant)
    except OSError as error:
        raise SystemExit(f"{wanted.key}: {error.strerror}") from None
    sys.stdout.write(f"{token}\n")
