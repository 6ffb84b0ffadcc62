"""A real issuer on a local port, which answers as Keycloak does: discovery, a key set with a key to encrypt beside."""

import base64
import json
import time

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from deploy.embedded import free_port

CLIENT = "presales.web"


class Keycloak:
    """`async with Keycloak() as realm`: `realm.token(…)` is signed by its newest key."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/realms/acme"
        self.keys, self.others, self.asked = {}, [], 0
        self.described = {"issuer": self.url, "jwks_uri": f"{self.url}/protocol/openid-connect/certs"}
        self.rotate("first")
        self.runner = None

    def rotate(self, kid, *, keep=True):
        """Sign with a new key from now on; the earlier ones stay published unless told otherwise."""
        self.keys = self.keys if keep else {}
        self.keys[kid] = rsa.generate_private_key(65537, 2048)
        self.kid = kid

    def certs(self):
        """The key set as Keycloak 26 publishes it, and keys of kinds that we do not know."""
        public = {kid: json.loads(RSAAlgorithm.to_jwk(key.public_key())) for kid, key in self.keys.items()}
        shown = [{**key, "kid": kid, "alg": "RS256", "use": "sig", "x5c": ["MIIC"]} for kid, key in public.items()]
        some = shown[0]
        p384 = json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key()))
        ed448 = json.loads(OKPAlgorithm.to_jwk(Ed448PrivateKey.generate().public_key()))
        beside = [
            {**some, "kid": "to-encrypt", "alg": "RSA-OAEP", "use": "enc"},
            {**some, "kid": "to-encrypt-too", "alg": "RS256", "use": "enc"},
            {"kid": "of-tomorrow", "kty": "AKP", "alg": "ML-DSA-65", "use": "sig", "pub": "AA"},
            {"kid": "shared", "kty": "oct", "alg": "HS256", "use": "sig", "k": base64.b64encode(b"x" * 32).decode()},
            {**p384, "kid": "p384", "use": "sig"},
            {**ed448, "kid": "ed448", "use": "sig"},
            {**some, "kid": "broken", "n": 5},
            {**some, "kid": 7},
            {**some, "kid": "odd", "alg": ["RS256"]},
            "no key at all",
        ]
        return {"keys": [*beside, *shown, *self.others]}

    def token(self, *, key=None, kid=None, algorithm="RS256", header=None, **claims):
        """An access token as a realm role mapper, a client role mapper and an audience mapper make it."""
        now = int(time.time())
        standard = {
            "exp": now + 300, "iat": now, "jti": "f8a0", "iss": self.url, "aud": ["presales", "account"],
            "sub": "6f1c", "typ": "Bearer", "azp": CLIENT, "preferred_username": "lin", "tenant": "acme",
            "realm_access": {"roles": ["offline_access", "presales"]},
            "resource_access": {CLIENT: {"roles": ["approver"]}, "account": {"roles": ["manage-account"]}},
            "scope": "openid profile email", "organization": {"acme.example": {"slug": "acme"}},
        }  # fmt: skip
        kid = kid or self.kid
        key = self.keys[kid] if key is None else key
        return jwt.encode(standard | claims, key, algorithm=algorithm, headers={"kid": kid, **(header or {})})

    async def __aenter__(self):
        async def describe(_request):
            return web.json_response(self.described)

        async def show(_request):
            self.asked += 1
            return web.json_response(self.certs())

        app = web.Application()
        app.router.add_get("/realms/acme/.well-known/openid-configuration", describe)
        app.router.add_get("/realms/acme/protocol/openid-connect/certs", show)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, *_):
        await self.runner.cleanup()
