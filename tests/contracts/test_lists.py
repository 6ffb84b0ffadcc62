"""Every filter of every list that has a fixed set of values takes one, several, and refuses what is none of them."""

import re

import pytest

from tests.contracts import record
from tests.support.lists import OF_THE_ANSWER, choices_of

NOWHERE = "01990a2e-0000-7000-8000-000000000001"


def filters_of(document):
    """Path, name and values of each filter of a list by fixed values: `(path, name, values, takes_many)`."""
    for path, operations in document["paths"].items():
        get = operations.get("get", {})
        parameters = get.get("parameters", ())
        shown = str(get.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {}))
        is_list = "limit" in {one["name"] for one in parameters} or get.get("operationId", "").startswith("list")
        for one in parameters if is_list and shown else ():
            values = choices_of(one, document) if one["in"] == "query" else None
            if values and one["name"] not in OF_THE_ANSWER:
                yield path, one["name"], values, "'array'" in str(one["schema"])


@pytest.mark.parametrize("service", record.SERVICES)
def test_a_filter_by_fixed_values_takes_several(service):
    found = list(filters_of(record.openapi(service)))

    assert found
    assert [(path, name) for path, name, _, takes_many in found if not takes_many] == []


@pytest.mark.parametrize("service", record.SERVICES)
async def test_a_filter_takes_one_value_or_several_in_either_form_and_refuses_others(service, start):
    wrong = []
    async with start(service) as client:
        for path, name, values, _ in filters_of(record.openapi(service)):
            address = re.sub(r"{\w+}", NOWHERE, path.removeprefix("/v1"))
            needed = {"/v1/figures": {"opportunity_id": NOWHERE}, "/v1/search": {"q": "word"}}.get(path, {})
            one, two = values[0], values[-1]
            asked = {
                "one": [(name, one)], "commas": [(name, f"{one},{two}")], "repeated": [(name, one), (name, two)],
            }  # fmt: skip
            for form, parameters in asked.items():
                answer = await client.get(address, params=[*needed.items(), *parameters])
                if answer.status_code != (404 if NOWHERE in address else 200):
                    wrong.append((address, name, form, answer.text))
            refused = await client.get(address, params=[*needed.items(), (name, f"{one},unicorn")])
            told = refused.json()["errors"][0]["message"] if refused.status_code == 422 else refused.text
            if refused.status_code != 422 or not all(value in told for value in values):
                wrong.append((address, name, "unknown", told))

    assert wrong == []
