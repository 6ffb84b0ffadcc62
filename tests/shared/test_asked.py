"""What is asked of a list is done or refused, never left aside: each filter of each list of each service."""

import re
from uuid import uuid4

import pytest

from shared.kernel.asked import NotAcceptable, preferred
from tests.contracts.record import SERVICES, openapi

FREE = {
    "actor", "assignee", "breakdown", "client", "client_code", "code", "competitor", "created_by", "currency", "cursor", "event_type", "group", "industry",
    "key", "name", "offered_to", "organisation", "owner", "person", "phase", "product", "q", "quote_currency", "region",
    "requester", "requirement_code", "role", "sha256", "subject", "tag", "team", "technology",
}  # fmt: skip
"""Filters by words that people choose: any may be right. Every other one has values that are known."""
FREE_THERE = {("/v1/metrics/{key}/opportunities", "kind")}
"""The same where elsewhere values are known: a kind of opportunity is a team's own word."""
NONSENSE = "nonsense"


def lists(service):
    """The paths of lists, with their query parameters by name."""
    document = openapi(service)
    for path, item in document["paths"].items():
        shown = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = shown.get("application/json", {}).get("schema", {})
        pages = [resolved(one, document) for one in schema.get("anyOf", [schema])]
        if any("items" in page.get("properties", {}) for page in pages):
            yield (
                path,
                {one["name"]: one["schema"] for one in item["get"].get("parameters", []) if one["in"] == "query"},
            )


def resolved(schema, document):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def is_enumerable(name, schema, document):
    kinds = [resolved(one, document) for one in schema.get("anyOf", [schema])]
    kinds = [resolved(one.get("items", one), document) for one in kinds if one.get("type") != "null"]
    if any("enum" in one or "const" in one for one in kinds):
        return True
    return name not in FREE and any(one.get("type") == "string" and "format" not in one for one in kinds)


def there(path):
    return re.sub(r"\{\w+\}", str(uuid4()), path.removeprefix("/v1").replace("/metrics/{key}", "/metrics/win_rate"))


@pytest.mark.parametrize("service", SERVICES)
async def test_no_filter_of_any_list_is_left_aside(start, service):
    document, wrong, seen = openapi(service), [], 0
    async with start(service) as client:
        for path, parameters in lists(service):
            asked = {name for name, schema in parameters.items() if is_enumerable(name, schema, document)}
            asked -= {name for at, name in FREE_THERE if at == path}
            for name in sorted(asked | {"unicorn"}):
                answer = await client.get(there(path), params={name: NONSENSE})
                told = [one for one in answer.json().get("errors", []) if one["pointer"].startswith(f"?{name}")]
                seen += 1
                if answer.status_code != 422 or not told or len(told[0]["message"]) < 12:
                    wrong.append((path, name, answer.status_code, answer.text[:200]))

    assert wrong == []
    assert seen > 5


@pytest.mark.parametrize("service", SERVICES)
async def test_a_filter_that_takes_one_value_is_not_given_two(start, service):
    wrong = []
    async with start(service) as client:
        for path, parameters in lists(service):
            [name, *_] = [name for name in parameters if name in {"limit", "dismissed"}] or [""]
            if not name:
                continue
            value = 5 if name == "limit" else "true"
            answer = await client.get(there(path), params=[(name, value), (name, value)])
            if answer.status_code != 422 or answer.json()["errors"][0]["code"] != "given_twice":
                wrong.append((path, name, answer.status_code))

    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
async def test_no_list_answers_in_a_form_that_was_not_asked_for(start, service):
    async with start(service) as client:
        answers = {
            path: await client.get(
                there(path),
                params={
                    name: value
                    for name, value in {"opportunity_id": str(uuid4()), "q": "word"}.items()
                    if name in parameters
                },
                headers={"Accept": "image/webp, application/json;q=0"},
            )
            for path, parameters in lists(service)
            if "{" not in path and "limit" in parameters
        }

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 406)
    assert all("application/json" in answer.json()["detail"] for answer in answers.values())


OFFERED = ("text/event-stream", "application/json")


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        (None, "text/event-stream"),
        ("*/*", "text/event-stream"),
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("application/*, text/*;q=0.5", "application/json"),
        ("application/json;q=0.2, text/event-stream;q=0.3", "text/event-stream"),
        ("text/event-stream;q=0, */*;q=0.1", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/event-stream;q=nan, application/json;q=0.001", "application/json"),
        ("text/html, application/*;q=0.9, */*;q=0.8", "application/json"),
    ],
)
def test_the_form_is_the_one_that_accept_weighs_highest(accept, best):
    assert preferred(accept, OFFERED) == best


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "*/*;q=0", "nonsense", "application/json;q=2"])
def test_what_is_not_offered_is_refused_with_what_is(accept):
    with pytest.raises(NotAcceptable, match="text/event-stream, application/json"):
        preferred(accept, OFFERED)


async def test_parked_events_are_asked_for_by_a_consumer_that_there_is(start):
    async with start("risk") as client:
        unknown = await client.get("/parked-events", params={"consumer": "unicorn"})
        names = unknown.json()["errors"][0]["message"].removeprefix("must be one of ").split(", ")
        known = await client.get("/parked-events", params={"consumer": names[0], "event_type": "presales.risk.x.y.v1"})

    assert unknown.status_code == 422
    assert (known.status_code, known.json()["items"]) == (200, [])


async def test_a_file_is_not_sent_to_who_wants_another_form(start):
    async with start("risk") as client:
        wanted = {"opportunity_id": str(uuid4())}
        sheet = await client.get("/risks/export", params=wanted)
        page = await client.get("/risks/export", params=wanted, headers={"Accept": "text/html"})
        table = await client.get("/risks/export", params=wanted | {"format": "csv"}, headers={"Accept": "text/*"})

    assert (sheet.status_code, page.status_code, table.status_code) == (200, 406, 200)
    assert "text/csv" in page.json()["detail"]
    assert "spreadsheetml" in page.json()["detail"]
