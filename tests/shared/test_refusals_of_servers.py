"""A database that refuses a role, a NATS that speaks TLS: what an installation meets first, told in a line."""

import asyncio
import ipaddress
import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from structlog.testing import capture_logs

from deploy import bus
from deploy.embedded import Nats, Server, free_port
from shared.kernel import outages
from shared.kernel.clock import now
from shared.kernel.messaging.stream import Stream
from tests.conftest import eventually


@pytest.fixture
def fresh_loggers(monkeypatch):
    """Loggers that are bound on their next use: one that was used before writes where it wrote then."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("shared.", "services.")) and hasattr(module, "log"):
            monkeypatch.setattr(module, "log", structlog.get_logger())


@pytest.fixture
def own_broker(tmp_path):
    """A NATS with nothing in its stream: what other tests published would be parked, or not, beside this one."""
    server = Nats(tmp_path, free_port())
    server.start()
    yield server
    server.kill()


@pytest.mark.usefixtures("fresh_loggers")
async def test_a_database_that_refuses_the_role_is_told_once(start, postgres, own_broker):
    refused = []
    async with start(
        "insights", broker=own_broker, clean=False, database_url=postgres.url("insights", "somebody")
    ) as client:
        with capture_logs() as lines:
            outages._told.clear()
            database = client.app.state.database
            for engine in (database.engine, database.machinery):
                sa.event.listen(engine.sync_engine, "handle_error", refused.append)

            answers = [await client.get("/journeys") for _ in range(3)]
            ready = await client.get("http://service/readyz")

            async def is_tried_often():
                return len(refused) > 6

            assert await eventually(is_tried_often)

    why = 'it refuses: role "somebody" does not exist (28000)'
    assert {one.status_code for one in answers} == {503}
    assert ready.json()["checks"]["database"] == why
    assert ready.json()["checks"]["tasks"] == "ok"
    told = [line for line in lines if line["log_level"] in ("error", "critical") or "exc_info" in line]
    assert told == [{"event": "database.unavailable", "why": why, "log_level": "error"}]


@pytest.fixture
def authority(tmp_path):
    """A certificate for this machine that signs itself; returns its PEM."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nats")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, None)
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "nats.key").write_bytes(pem)
    (tmp_path / "nats.crt").write_bytes(made.public_bytes(Encoding.PEM))
    return made.public_bytes(Encoding.PEM).decode()


class OverTls(Nats):
    """A NATS that speaks TLS alone."""

    def command(self):
        command = super().command()
        with self._config.open("a") as config:
            config.write(f'tls {{ cert_file: "{self.log.parent}/nats.crt", key_file: "{self.log.parent}/nats.key" }}\n')
        return command

    def start(self):
        Server.start(self)


async def test_nats_is_spoken_to_by_tls(tmp_path, authority):
    server = OverTls(tmp_path, free_port())
    server.start()
    stream = Stream(server.url, user="risk", seed=server.seed("risk"), ca=authority)
    try:
        assert await bus.make_stream(server.url, server.seed(bus.ADMINISTRATOR), ca=authority)
        async with asyncio.timeout(20):
            await stream.connect()

        assert await stream.last_on("presales.acme.risk.x.>") is None
    finally:
        await stream.close()
        server.kill()
