"""The database of each service and its two roles: an owner that migrates, and one without DDL that serves."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

import asyncpg

_ROUNDS = 4096


async def make_database(url: str, service: str, database: str, passwords: Mapping[str, str] | None = None) -> None:
    """Make what is missing, as the superuser of `url`, and close to everybody what PostgreSQL leaves open.

    With `passwords`, by role, each has its own from now on.
    """
    owner, app = f"{service}_owner", f"{service}_app"
    async with _Connected(url) as server:
        for role, how in ((owner, "LOGIN"), (app, "LOGIN NOSUPERUSER NOBYPASSRLS")):
            if not await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                await server.execute(f'CREATE ROLE "{role}" {how}')
            if passwords:
                await server.execute(f"ALTER ROLE \"{role}\" PASSWORD '{verifier(passwords[role])}'")
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await server.execute(f'CREATE DATABASE "{database}" OWNER "{owner}"')
        await server.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        await server.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{app}"')
        # What PostgreSQL makes by itself is open to every role: a service's role has nothing to look for there.
        await server.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
    async with _Connected(url, database) as inside:
        of_owner = f'ALTER DEFAULT PRIVILEGES FOR ROLE "{owner}" GRANT'
        await inside.execute(f'{of_owner} SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{app}"')
        await inside.execute(f'{of_owner} USAGE, SELECT ON SEQUENCES TO "{app}"')


def verifier(password: str) -> str:
    """What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5802): so that itself is in no statement and no log."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    kept, stored, proof = (base64.b64encode(part).decode() for part in (salt, client, server))
    return f"SCRAM-SHA-256${_ROUNDS}:{kept}${stored}:{proof}"


class _Connected:
    """A connection to the server of `url`, to another of its databases where one is named."""

    def __init__(self, url: str, database: str | None = None) -> None:
        self._url, self._database = url, database

    async def __aenter__(self) -> asyncpg.Connection:
        self._connection = await asyncpg.connect(self._url, database=self._database, timeout=10)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()
