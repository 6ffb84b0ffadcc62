"""One environment for every deployable, which none stops at but for what nobody knows."""

import pytest

from gateway.settings import Settings as OfGateway
from services.insights.settings import Settings as OfInsights
from services.risk.settings import Settings as OfRisk
from shared.kernel.db import Database
from shared.kernel.settings import BESIDE_POOL

WHOLE = {
    "PRESALES_NATS_URL": "nats://nats:4222",
    "PRESALES_NATS_USER_SEED": "x",
    "PRESALES_INTERNAL_PUBLIC_KEY": "-",
    "PRESALES_DATABASE_URL": "postgresql://app@db/anybody",
    "PRESALES_RISK_DATABASE_URL": "postgresql://risk_app@db/risk",
    "PRESALES_RISK_PORT": "8084",
    "PRESALES_LINK_PRIVATE_KEY": "-",
    "PRESALES_DIGEST_SECRET": "x" * 32,
    "PRESALES_DOCUMENTS_FOLDER": "/documents",
    "PRESALES_MIGRATION_URL_RISK_FILE": "/not/ours/to/read",
    "PRESALES_INTERNAL_PRIVATE_KEY": "-",
    "PRESALES_ISSUER": "https://issuer.example",
    "PRESALES_ROLES_CLAIM": "groups",
    **{f"PRESALES_{one}_URL": f"http://{one}" for one in ("REQUIREMENTS", "ENGAGEMENT", "ESTIMATION", "RISK", "PROPOSAL", "INSIGHTS")},
    **{f"PRESALES_{one}_LINK_KEY": "-" for one in ("REQUIREMENTS", "ENGAGEMENT", "RISK", "PROPOSAL")},
}  # fmt: skip


def database_of(settings):
    return settings.database_url.get_secret_value()


def test_one_environment_serves_every_deployable():
    gateway = OfGateway.from_env(WHOLE, deployable="gateway")
    risk = OfRisk.from_env(WHOLE, deployable="risk")
    insights = OfInsights.from_env(WHOLE, deployable="insights")

    assert (gateway.risk_url, gateway.roles_claim, gateway.port) == ("http://RISK", "groups", 8080)
    assert (risk.port, insights.port) == (8084, 8080)


def test_what_is_for_one_goes_before_what_is_for_all():
    risk, insights = OfRisk.from_env(WHOLE, deployable="risk"), OfInsights.from_env(WHOLE, deployable="insights")

    assert database_of(risk) == "postgresql+asyncpg://risk_app@db/risk"
    assert database_of(insights) == "postgresql+asyncpg://app@db/anybody"


def test_a_file_for_one_goes_before_a_value_for_all(tmp_path):
    (tmp_path / "port").write_text("9000\n")
    environment = WHOLE | {"PRESALES_INSIGHTS_PORT_FILE": str(tmp_path / "port"), "PRESALES_PORT": "1"}

    assert OfInsights.from_env(environment, deployable="insights").port == 9000


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("PRESALES_DATABSE_URL", "PRESALES_DATABASE_URL"),
        ("PRESALES_RISK_POOLSIZE", "PRESALES_RISK_POOL_SIZE"),
        ("PRESALES_ISSUER_FIL", "PRESALES_ISSUER"),
    ],
)
def test_what_nobody_knows_stops_the_start_and_names_what_is_nearest(variable, nearest):
    for settings, name in ((OfGateway, "gateway"), (OfInsights, "insights")):
        with pytest.raises(SystemExit) as told:
            settings.from_env(WHOLE | {variable: "x"}, deployable=name)

        assert str(told.value).startswith(f"{variable} is not a setting; did you mean {nearest}?")


def test_what_is_like_nothing_is_named_alone():
    with pytest.raises(SystemExit, match=r"PRESALES_QQ is not a setting: docs/settings\.md has them all"):
        OfInsights.from_env(WHOLE | {"PRESALES_QQ": "x"}, deployable="insights")


def test_services_of_kubernetes_do_not_stop_a_start():
    links = {}
    for service in ("RISK", "GATEWAY_METRICS", "SOMETHING_ELSE"):
        links |= {
            f"PRESALES_{service}_SERVICE_HOST": "10.0.0.7",
            f"PRESALES_{service}_SERVICE_PORT": "8080",
            f"PRESALES_{service}_SERVICE_PORT_HTTP": "8080",
            f"PRESALES_{service}_PORT": "tcp://10.0.0.7:8080",
            f"PRESALES_{service}_PORT_8080_TCP": "tcp://10.0.0.7:8080",
            f"PRESALES_{service}_PORT_8080_TCP_PROTO": "tcp",
            f"PRESALES_{service}_PORT_8080_TCP_PORT": "8080",
            f"PRESALES_{service}_PORT_8080_TCP_ADDR": "10.0.0.7",
        }
    of_itself = {"PRESALES_PORT": "tcp://10.0.0.7:8080", "PRESALES_METRICS_PORT": "tcp://10.0.0.8:9090"}
    environment = {name: value for name, value in WHOLE.items() if name != "PRESALES_RISK_PORT"} | links | of_itself

    assert OfRisk.from_env(environment, deployable="risk").port == 8080
    assert OfGateway.from_env(environment, deployable="gateway").metrics_port == 0


async def test_a_process_has_as_many_connections_as_is_said(postgres):
    database = Database(postgres.service_url("risk"), name="test", pool_size=3)
    pools = [engine.pool for engine in (database.engine, database.machinery, database._beside)]
    await database.close()

    # each may have some more in haste; health asks by a session of its own
    assert sum(pool.size() + pool._max_overflow for pool in pools) + 1 == 3 + BESIDE_POOL
