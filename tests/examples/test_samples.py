"""The sample opportunities: true to their documents, and taken as they are by the public API."""

import re
from pathlib import Path

import pytest

from examples.demo import SAMPLES, load
from shared.kernel.context import new_id
from tests.engagement import conftest as engagement

EPERMIT = Path("examples/epermit")
ROLES = {"project_manager", "business_analyst", "architect", "developer", "tester", "operations_engineer", "trainer"}


def lines(document):
    return (EPERMIT / document).read_text(encoding="utf-8").split("\n")


def words(text):
    return " ".join(text.split())


def plain(markdown):
    """The words that a reader sees: links, emphasis and bullets taken away."""
    text = re.sub(r"\[\*?([^\]]*?)\*?\]\([^)]*\)", r"\1", markdown)
    return words(re.sub(r"^\s*-\s+", "", text).replace("*", ""))


def cited(sample):
    return [(source, requirement) for requirement in sample["requirements"] for source in requirement["sources"]]


def every_requirement(sample):
    return sample["requirements"] + sample["change"]["add"]


def test_each_quote_of_epermit_stands_at_the_line_it_names():
    for source, requirement in cited(load("epermit")):
        number = int(source["location"].removeprefix("line "))

        assert words(source["quote"]) in words(lines(source["document"])[number - 1]), requirement["code"]


def test_each_statement_of_epermit_is_in_the_clients_own_words():
    for requirement in load("epermit")["requirements"]:
        assert requirement["statement"] in plain(requirement["sources"][0]["quote"]), requirement["code"]


def test_nothing_that_epermit_asks_for_is_left_out():
    objectives = lines("SOO.md")
    stories = [
        n for n, line in enumerate(objectives, 1) if line.startswith("-   ") and n < objectives.index("### 3.0 SCOPE")
    ]
    goals = [n for n, line in enumerate(objectives, 1) if line.startswith("-   Create ")]
    deliverables = [n for n, line in enumerate(objectives, 1) if line.startswith("| ") and "DELIVERABLES" not in line]
    standards = [
        n for n, line in enumerate(lines("QASP.md"), 1) if line.count(" | ") == 3 and line[:2] not in {"**", "--"}
    ]
    asked = {("SOO.md", n) for n in stories + goals + deliverables} | {("QASP.md", n) for n in standards}

    found = {
        (source["document"], int(source["location"].removeprefix("line "))) for source, _ in cited(load("epermit"))
    }

    assert (len(stories), len(goals), len(deliverables), len(standards)) == (14, 2, 4, 7)
    assert asked <= found


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_large_enough_to_show_something(name):
    sample = load(name)

    assert 35 <= len(sample["requirements"]) <= 60
    assert len(sample["concerns"]) >= 6
    assert {"functional", "security", "compliance", "interface", "data", "operational", "constraint"} <= {
        requirement["kind"] for requirement in sample["requirements"]
    }
    assert all(requirement["acceptance_criteria"] for requirement in every_requirement(sample))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_functional_requirement_is_sized(name):
    for requirement in every_requirement(load(name)):
        if requirement["kind"] == "functional":
            assert sum(requirement["size"].values()) > 0, requirement["code"]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_rates_cover_every_role_in_the_region_from_the_planned_start_to_the_deadline(name):
    sample = load(name)
    card, opportunity = sample["rate_card"], sample["opportunity"]
    deadline = max(limit["latest"] for limit in sample["constraints"] if limit["kind"] == "date" and limit["is_hard"])

    assert {rate["role"] for rate in card["rates"]} == ROLES
    assert {rate["daily_cost"]["currency"] for rate in card["rates"]} == {card["currency"]} == {opportunity["currency"]}
    assert card["region"] == opportunity["region"]
    assert card["valid_from"] <= opportunity["planned_start"] < deadline <= card["valid_to"]
    assert opportunity["close_date"] < opportunity["planned_start"]


def test_the_bank_speaks_chinese_with_chinese_punctuation():
    for requirement in every_requirement(load("bank-lending")):
        said = [
            requirement["title"],
            requirement["statement"],
            requirement["group"],
            *requirement["acceptance_criteria"],
        ]

        assert all(re.search("[\u4e00-\u9fff]", text) for text in said), requirement["code"]
        assert not any(re.search("[\u4e00-\u9fff],|,[\u4e00-\u9fff]", text) for text in said), requirement["code"]


async def entered(client, sample):
    """The opportunity of the sample with all that belongs to it, as the API answers."""

    async def post(path, body):
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, (path, answer.text)
        return answer.json()

    owner = await post("/clients", sample["client"])
    opportunity = await post("/opportunities", {"client_id": owner["id"], **sample["opportunity"]})
    belongs = {"opportunity_id": opportunity["id"]}
    for constraint in sample["constraints"]:
        await post("/constraints", {**belongs, **constraint})
    recorded = await post("/requirements:batch", {"items": [{**belongs, **r} for r in sample["requirements"]]})
    for concern in sample["concerns"]:
        await post("/concerns", {**belongs, **concern})
    return belongs, {requirement["code"]: requirement for requirement in recorded["items"]}


async def approved(client, belongs):
    baseline = (await client.post("/baselines", json={**belongs, "title": "As it is now"})).json()
    await client.act(f"/baselines/{baseline['id']}/submit")
    return await client.as_("wang", "approver").act(f"/baselines/{baseline['id']}/approve")


async def changed(client, belongs, requirements, change):
    """Do to the requirements what the sample's change says."""
    added = await client.post("/requirements:batch", json={"items": [{**belongs, **r} for r in change["add"]]})
    assert added.status_code == 201, added.text
    for wish in change["change"]:
        requirement = requirements[wish["code"]]
        seen = await client.get(f"/requirements/{requirement['id']}")
        fields = {name: value for name, value in wish.items() if name != "code"}
        patched = await client.patch(
            seen.url.path.removeprefix("/v1"), json=fields, headers={"If-Match": seen.headers["ETag"]}
        )
        assert patched.status_code == 200, patched.text
    for code in change["withdraw"]:
        assert (await client.act(f"/requirements/{requirements[code]['id']}/withdraw")).status_code == 200


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_sample_and_its_change_become_two_baselines(start, name):
    sample, change = load(name), load(name)["change"]
    async with start("requirements") as client:
        belongs, requirements = await entered(client, sample)
        first = await approved(client, belongs)
        await changed(client, belongs, requirements, change)

        second = await approved(client, belongs)

        diff = (await client.get(f"/baselines/{second.json()['id']}/diff")).json()
    assert (first.status_code, second.status_code) == (200, 200), (first.text, second.text)
    assert first.json()["requirement_count"] == len(sample["requirements"])
    assert sorted(diff["added"]) == sorted(requirement["code"] for requirement in change["add"])
    assert diff["removed"] == change["withdraw"]
    assert [entry["code"] for entry in diff["changed"]] == sorted(wish["code"] for wish in change["change"])
    assert set(sample["interaction"]["requirement_codes"]) <= requirements.keys()


@pytest.mark.parametrize("name", SAMPLES)
async def test_the_talk_of_a_sample_can_be_recorded(start, name):
    talk, opportunity_id = load(name)["interaction"], new_id()
    needs = [engagement.requirement(opportunity_id, code=code) for code in talk.pop("requirement_codes")]
    body = {
        "opportunity_id": str(opportunity_id),
        "requirement_ids": [str(need.requirement_id) for need in needs],
        **talk,
    }
    async with start("engagement") as client:
        await engagement.heard(client, engagement.opened(opportunity_id), *needs)

        answer = await client.post("/interactions", json=body)

    assert answer.status_code == 201, answer.text
