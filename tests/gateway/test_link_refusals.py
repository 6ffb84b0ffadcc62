"""Every kind of link × everything that may be wrong with it × both languages: refused in words of whoever holds it."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from playwright.async_api import async_playwright

from gateway.app import build
from gateway.links import SCOPES
from gateway.routes import COLLECTIONS
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.links import link_token
from tests.conftest import TENANT, serving
from tests.engagement import conftest as talking
from tests.requirements import conftest as wishing
from tests.support.engagement.surveys import invited as surveyed
from tests.support.gateway.pages import CHROMIUM, FORM, bearer
from tests.support.proposal import plans
from tests.support.proposal.rooms import make, offered
from tests.support.risk.example import opened
from tests.support.risk.register import hear, plan

INTERNAL = re.compile(
    r"token|jwt|bearer|signature|segment|scope|permission|\brole|login|sql|null|undefined|not_|[a-z]+:[a-z]|[a-z]_[a-z]"
    r"|[0-9a-f]{8}-|令牌|权限|角色|签名|标识",
    re.IGNORECASE,
)
FOREIGN = re.compile(r"[A-Za-z]{2,}")


async def invitation(client):
    deal = await wishing.opportunity(client)
    made = await wishing.made(client, "/questionnaires", key="one", title="One", title_zh="一", form=FORM)
    await client.act(f"/questionnaires/{made['id']}/publish")
    wish = {"opportunity_id": deal["id"], "questionnaire_id": made["id"], "recipient_name": "王敏"}
    return (await wishing.made(client, "/invitations", **wish))["id"], "withdraw"


async def confirmation(client):
    deal = await wishing.opportunity(client)
    need = await wishing.requirement(client, deal)
    wish = {"opportunity_id": deal["id"], "recipient_name": "王敏", "requirement_codes": [need["code"]]}
    return (await wishing.made(client, "/confirmations", **wish))["id"], "withdraw"


async def room(client):
    _, proposal = await offered(client, "permits", 3)
    return (await make(client, proposal))["id"], "revoke"


async def survey(client):
    deal = new_id()
    await talking.heard(client, talking.opened(deal))
    return (await surveyed(client, str(deal)))["id"], "withdraw"


async def feed(client):
    return (await talking.made(client, "calendar-feeds", person="lin"))["id"], "revoke"


async def watched(client):
    await hear(client, opened())
    return (await plan(client))["id"], None


async def schedule(client):
    return (await plans.newest(client, "schedules", await plans.opportunity(client, "permits", 3)))["id"], None


KINDS = {
    "calendar-feeds:follow": feed,
    "confirmations:answer": confirmation,
    "control-plans:follow": watched,
    "invitations:answer": invitation,
    "rooms:answer": room,
    "schedules:follow": schedule,
    "survey-invitations:answer": survey,
}
"""How a subject of each kind is made, and the action that takes its link back; None where no action does."""


def test_every_kind_of_link_is_tried():
    assert set(KINDS) == set(SCOPES)


def path_of(collection, subject, action):
    if action == "follow":
        return f"/v1/{collection}/{subject}.ics"
    return f"/v1/{collection}/{subject}/{'view' if collection == 'rooms' else 'form'}"


@pytest.fixture(params=SCOPES)
async def matter(request, start, gateway_settings, keys, tmp_path):
    """A link of each kind, with what takes it back, behind the gateway."""
    scope = request.param
    collection, action = scope.split(":")
    service = COLLECTIONS[collection]
    knobs = {"documents_folder": tmp_path} if service == "proposal" else {}
    async with start(service, **knobs) as client, serving(client.app, is_started=True) as upstream:
        subject, ending = await KINDS[scope](client)
        settings = gateway_settings(**{f"{service}_url": upstream})

        def token(language=None, *, of=None, lasts=timedelta(hours=1), by=service):
            key, until = keys.links[by].private, now() + lasts
            own = UUID(str(of or subject))
            return link_token(key, tenant=TENANT, subject=own, scope=scope, expires_at=until, language=language)

        async def end():
            if ending:
                done = await client.act(
                    f"/{collection}/{subject}/{ending}",
                    {"reason": "Sent to the wrong person."} if collection == "rooms" else None,
                )
                assert done.status_code == 200, done.text

        async with serving(build(settings), settings) as url:
            yield SimpleNamespace(url=url, token=token, end=end, is_ended_by=ending, collection=collection, action=action, subject=subject, service=service)  # fmt: skip


def wrong(matter, language=None):
    """Status, path and token by what is wrong."""
    other = new_id()
    path = path_of(matter.collection, matter.subject, matter.action)
    stranger = "risk" if matter.service != "risk" else "proposal"
    good = matter.token(language)
    return {
        "expired": (401, path, matter.token(language, lasts=timedelta(hours=-1))),
        "wrong signature": (401, path, matter.token(language, by=stranger)),
        "cut off": (401, path, good[:-20]),
        "cut in half": (401, path, good[: good.index(".") + 20]),
        "of another": (403, path, matter.token(language, of=other)),
        "of nothing": (404, path_of(matter.collection, other, matter.action), matter.token(language, of=other)),
        "of something else": (403, f"/v1/{matter.collection}", good),
    }


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_link_that_opens_nothing_says_so_in_words_of_whoever_holds_it(matter, language):
    accept = {"Accept-Language": language}
    async with httpx.AsyncClient(base_url=matter.url, timeout=30) as client:
        answers = {}
        for why, (status, path, token) in wrong(matter).items():
            answers[why] = status, await client.get(path, headers=bearer(token) | accept)
            if matter.action == "follow" and path.endswith(".ics"):
                answers[f"{why}, in the address"] = (
                    status,
                    await client.get(path, params={"link": token}, headers=accept),
                )
        fine = await client.get(
            path_of(matter.collection, matter.subject, matter.action), headers=bearer(matter.token())
        )
        assert fine.status_code == 200, fine.text
        await matter.end()
        if matter.is_ended_by:
            path = path_of(matter.collection, matter.subject, matter.action)
            taken = await client.get(path, headers=bearer(matter.token()) | accept)
            answers["taken back"] = 410 if matter.collection == "calendar-feeds" else 409, taken

    for why, (status, answer) in answers.items():
        assert answer.status_code == status, (why, answer.text)
        said = f"{answer.json()['title']} {answer.json()['detail']}"
        assert not INTERNAL.search(said), (why, said)
        assert bool(re.search("[\u4e00-\u9fff]", said)) is (language == "zh"), (why, said)
        assert language == "en" or not FOREIGN.search(said), (why, said)


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
async def test_the_page_of_a_link_that_opens_nothing_says_so_in_the_language_of_the_link(matter):
    if matter.action == "follow":
        return  # a calendar has no page
    said = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        async def look(why, language, token):
            page = await browser.new_page(locale="zh-CN" if language == "zh" else "en-GB")
            await page.goto(f"{matter.url}/client#{token}")
            await page.locator("h1").first.wait_for()
            said[why, language] = await page.inner_text("body")
            await page.close()

        for language in ("en", "zh"):
            for why, (_, path, token) in wrong(matter, language).items():
                if path.endswith(("/view", "/form")) and why != "of another":
                    await look(why, language, token)
        await matter.end()
        for language in ("en", "zh"):
            await look("taken back", language, matter.token(language))
        await browser.close()

    words = {"expired": ("expired", "过期"), "taken back": ("no longer in use", "停用")}
    for (why, language), text in said.items():
        expected = words.get(why, ("does not work|not complete", "无法使用|不完整"))[language == "zh"]
        assert re.search(expected, text), (why, text)
        assert not INTERNAL.search(text), (why, text)
        assert bool(re.search("[\u4e00-\u9fff]", text)) is (language == "zh"), (why, text)
