"""The published language and the HTTP contracts stay what they were said to be."""

import copy
import json
import re

import pytest

from gateway.routes import COLLECTIONS, OPERATED, target
from tests.contracts import record
from tests.contracts.compatibility import breaches

EVENTS = record.events()


@pytest.mark.parametrize("kind", EVENTS)
def test_an_events_schema_is_the_recorded_one(kind):
    recorded = json.loads((record.SCHEMAS / f"{kind}.json").read_text(encoding="utf-8"))
    now = json.loads(record.as_text(record.schema(EVENTS[kind])))

    assert breaches(recorded, now) == []
    assert now == recorded, "run `make contracts` and review the difference"


def test_no_recorded_event_has_disappeared():
    assert {path.stem for path in record.SCHEMAS.glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_is_named_by_its_producer_and_what_happened(kind):
    of_service = EVENTS[kind].__module__.removeprefix("shared.language.events.").split(".")[0]
    context = "platform" if of_service == "shared" else of_service

    assert re.fullmatch(rf"{context}\.[a-z_]+\.([a-z]+(ed|n|t)|heard|turned_negative)\.v\d+", kind)


def test_every_event_that_somebody_hears_exists():
    assert record.heard_by().keys() <= EVENTS.keys()


BROKEN = {
    "a field is gone": lambda s: s["properties"].pop("epoch"),
    "a field may be left out": lambda s: s["required"].remove("epoch"),
    "a field has another type": lambda s: s["properties"].update(epoch={"type": "string"}),
    "a field may be null": lambda s: s["properties"].update(epoch={"anyOf": [{"type": "integer"}, {"type": "null"}]}),
    "a nested field is gone": lambda s: s["$defs"]["RequirementFacts"]["properties"].pop("code"),
}


@pytest.mark.parametrize("change", BROKEN)
def test_the_compatibility_check_notices(change):
    old = record.schema(EVENTS["requirements.baseline.approved.v1"])
    new = copy.deepcopy(old)

    BROKEN[change](new)

    assert breaches(old, new) != []


def test_adding_a_field_is_compatible():
    old = record.schema(EVENTS["requirements.baseline.approved.v1"])
    new = copy.deepcopy(old)
    new["properties"]["colour"] = {"type": "string"}

    assert breaches(old, new) == []


def test_what_the_gateway_ships_with_is_what_the_code_has():
    stale = [path.name for path, text in record.shipped().items() if path.read_text(encoding="utf-8") != text]

    assert stale == [], "run `make contracts` and review the difference"


@pytest.mark.parametrize("service", record.SERVICES)
def test_the_gateway_routes_every_path_to_its_service(service):
    for path in record.openapi(service)["paths"]:
        if path.startswith(tuple(f"/v1/{name}" for name in OPERATED)):
            continue
        assert target(path) == (service, path)


def test_the_gateway_names_no_collection_that_nobody_serves():
    served = {
        re.match(r"/v1/([a-z-]+)", path)[1] for service in record.SERVICES for path in record.openapi(service)["paths"]
    }

    assert COLLECTIONS.keys() <= served


@pytest.mark.parametrize("path", record.pages())
def test_a_reference_page_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == record.pages()[path], "run `make contracts`"
