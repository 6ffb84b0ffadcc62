"""What is shipped, without Docker: each image has what its deployable imports, compose sets what is known, versions agree."""

import json
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest
import yaml

from deploy.embedded import SERVICES
from presales import VERSION
from shared.kernel.settings import RECORD

ROOT = Path(__file__).parent.parent
OURS = {"gateway", "services", "shared", "deploy", "examples", "presales"}
DEPLOYABLES = ("gateway", *SERVICES)
OF_ADMINISTRATION = ("presales.__main__", "presales.parked", "presales.version", "deploy.setup", "deploy.check", "deploy.audit",
                     "deploy.invariants", "deploy.bus", "examples.demo", "gateway.development", "shared.kernel.migrations")  # fmt: skip
_BY_NAME = {"manimgx_fonts_cjk": "shared.charts.picture"}
"""What is found by its name and not imported, and by whom."""


@cache
def graph():
    return grimp.build_graph(*sorted(OURS), include_external_packages=True, cache_dir=None)


def imported_by(*modules):
    """The distributions that these modules need, and those that they import in turn."""
    reached = set(modules).union(*(graph().find_upstream_modules(module) for module in modules))
    names = {name.split(".")[0] for one in reached for name in graph().find_modules_directly_imported_by(one)}
    names |= {name for name, finder in _BY_NAME.items() if finder in reached}
    known = packages_distributions()
    return {
        known[name][0].lower().replace("_", "-") for name in names - OURS - sys.stdlib_module_names if name in known
    }


def locked(deployable):
    lines = (ROOT / "locks" / f"{deployable}.txt").read_text().splitlines()
    return {line.split("==")[0] for line in lines if re.match(r"[a-z0-9]", line)}


def settings_modules():
    return [f"services.{service}.settings" for service in SERVICES]


@pytest.mark.parametrize("deployable", [*DEPLOYABLES, "administration"])
def test_a_lock_has_what_its_deployable_imports(deployable):
    modules = {
        "gateway": ["gateway.app", "presales.healthcheck"],
        "administration": [*OF_ADMINISTRATION, *settings_modules()],
    }.get(deployable, [f"services.{deployable}.app", "shared.kernel.service"])

    assert imported_by(*modules) - locked(deployable) == set()


@pytest.mark.parametrize("deployable", ["gateway", "requirements", "engagement", "administration"])
def test_what_is_large_is_only_where_it_is_used(deployable):
    assert locked(deployable) & {"scipy", "typst", "manimgx-fonts-cjk"} == set()


def test_the_gateway_has_no_database_and_no_broker():
    assert locked("gateway") & {"sqlalchemy", "alembic", "asyncpg", "nats-py", "numpy"} == set()


@cache
def compose():
    return yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())


def settings_in(part):
    return {name: str(value) for name, value in (part.get("environment") or {}).items() if name.startswith("PRESALES_")}


def test_compose_has_every_deployable_with_its_image():
    services = compose()["services"]

    for name in DEPLOYABLES:
        assert services[name]["image"] == f"presales/{name}:{VERSION}"
        assert services[name]["build"]["args"] == {"DEPLOYABLE": name}
    observers = {name for name, one in services.items() if one.get("profiles") == ["obs"]}
    assert {name for name, one in services.items() if "ports" in one} - observers == {"gateway"}
    for name in observers:
        assert all(port.startswith("127.0.0.1:") for port in services[name]["ports"])


def test_compose_sets_what_is_known():
    record = json.loads(RECORD.read_text())
    known = {name for names in record.values() for name in names}
    development = yaml.safe_load((ROOT / "deploy" / "compose.development.yaml").read_text())

    for file in (compose(), development):
        for one in file["services"].values():
            for variable in settings_in(one):
                name = variable.removeprefix("PRESALES_").lower()
                assert name in known or name.removesuffix("_file") in known, variable


@pytest.mark.parametrize("name", DEPLOYABLES)
def test_each_runs_with_nothing_that_it_does_not_need(name):
    one = compose()["services"][name]

    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["mem_limit"]
    own = [volume for volume in one["volumes"] if isinstance(volume, dict)]
    assert [volume["volume"]["subpath"] for volume in own] == [name]


def test_acknowledged_events_are_on_the_disk():
    assert "sync_interval: always" in (ROOT / "deploy" / "setup.py").read_text()


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()

    assert project["version"] == VERSION
    assert f"ARG VERSION={VERSION}\n" in dockerfile


def test_the_dockerfile_can_be_built_anywhere():
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    arguments = dict(line.removeprefix("ARG ").split("=", 1) for line in lines if re.match(r"ARG \w+_IMAGE=", line))

    assert not any(line.startswith("# syntax=") for line in lines)
    stages = {line.rsplit(" AS ", 1)[1] for line in lines if " AS " in line}
    for line in (line for line in lines if line.startswith("FROM ")):
        source = line.split()[1]
        assert source in stages or re.fullmatch(r"\$\{(\w+)\}", source)[1] in arguments
    assert {"gateway", "service", "administration"} <= stages
    assert "USER 10001:10001" in lines
    assert any("presales" in line and "healthcheck" in line for line in lines)
