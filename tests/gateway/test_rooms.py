"""A client room behind the gateway: by its link, and in a browser."""

import asyncio
import os
import re
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import async_playwright

from gateway.app import build
from services.proposal.handlers import on
from tests.conftest import envelope, serving
from tests.support.gateway.pages import CHROMIUM, bearer
from tests.support.proposal.economics import case_of
from tests.support.proposal.makers import hear, newest, submitted
from tests.support.proposal.pictures import svg
from tests.support.proposal.samples import events


@pytest.fixture
async def room(start, gateway_settings, tmp_path, request):
    """The gateway's address, and the link of a room of a submitted proposal, in Chinese unless a test wants another."""
    async with start("proposal", documents_folder=tmp_path) as proposal, serving(proposal.app, is_started=True) as url:
        found = events("lending", 6)
        await hear(proposal, found)
        await on.handle(proposal.app.state.database, [envelope(case_of(found))])
        where = {"opportunity_id": str(found.baseline.opportunity_id)}
        branding = await proposal.post("/brandings", json={**where, "company": {"en": "Harbour", "zh": "海港"}})
        logo = f"/brandings/{branding.json()['id']}/logo"
        await proposal.put(logo, content=svg(), headers={"If-Match": branding.headers["ETag"]})
        offer = await submitted(proposal, await newest(proposal, found))
        wish = {"proposal_id": offer["id"], "recipient_name": "李华", "language": getattr(request, "param", "zh")}
        link = (await proposal.post("/rooms", json=wish)).json()["link"]
        settings = gateway_settings(proposal_url=url)
        async with serving(build(settings)) as gateway:
            yield gateway, link.split("#")[1], offer


async def test_the_link_opens_the_room_and_no_proposal(room):
    gateway, token, offer = room
    async with httpx.AsyncClient(base_url=gateway, headers=bearer(token)) as holder:
        answers = {
            path: (await holder.get(path)).status_code
            for path in ("/v1/rooms", f"/v1/proposals/{offer['id']}", f"/v1/proposals/{offer['id']}/content")
        }
        other = await holder.post(f"/v1/proposals/{offer['id']}/accept", headers={"If-Match": '"1"'})

    assert set(answers.values()) == {403}
    assert other.status_code == 403


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
async def test_the_page_behind_the_link_shows_the_proposal_in_a_browser(room, tmp_path):
    gateway, token, offer = room

    browser = await asyncio.create_subprocess_exec(
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-sync", f"--user-data-dir={tmp_path / 'browser'}",
        "--virtual-time-budget=8000", "--dump-dom", f"{gateway}/client#{token}",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    page, _ = await asyncio.wait_for(browser.communicate(), 60)

    shown = page.decode()
    assert offer["title"] in shown
    assert "技术方案" in shown
    assert f"报价有效期至 {offer['valid_until']}" in shown
    assert "接受方案" in shown
    assert re.search(r'<img [^>]*src="data:image/svg\+xml;base64,[^>]*alt="海港"', shown)


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
async def test_every_section_opens_in_a_browser_with_its_figures_in_words_of_the_reader(room):
    gateway, token, _ = room

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda asked: wrong.append(asked.url) if not asked.url.startswith((gateway, "data:")) else None
        )
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        await page.goto(f"{gateway}/client#{token}")
        sections = page.locator("details")
        await sections.first.wait_for()
        for one in await sections.all():
            await one.locator("summary").click()
            await one.locator("div").first.locator("*").first.wait_for()
        said = await page.inner_text("body")
        widths = await page.locator("img").evaluate_all("shown => shown.map((one) => one.naturalWidth)")
        await browser.close()

    assert wrong == []
    assert len(widths) == 1
    assert widths[0] > 0, "the logo is not shown"
    assert "操作未成功" not in said
    assert "净现值" in said
    assert "净现金流" in said
    assert not re.search(r"\d\.\d{2,}%", said)
    assert "。、" not in said
    names = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", said)) | {"build", "warranty", "signing"} & set(said.split())
    assert names == set()


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
@pytest.mark.parametrize("room", ["en"], indirect=True)
async def test_a_room_in_english_has_no_amounts_in_chinese_words_and_fits_a_telephone(room):
    gateway, token, _ = room

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 390, "height": 800})
        await page.goto(f"{gateway}/client#{token}")
        prices = page.locator("details", has_text="Price and payment")
        await prices.locator("summary").click()
        await prices.locator("table").first.wait_for()
        said = await prices.inner_text()
        reach = await page.evaluate("document.documentElement.scrollWidth")
        await browser.close()

    assert "Price with tax" in said
    assert "人民币" not in said
    assert reach <= 390


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
@pytest.mark.parametrize("room", ["en", "zh"], indirect=True)
async def test_no_cell_of_a_room_is_a_code_and_every_heading_weighs_the_same(room):
    gateway, token, _ = room
    async with opened(gateway, token, width=1280) as page:
        cells = await page.locator("td").all_inner_texts()
        weights = await page.locator("th").evaluate_all("all => all.map((one) => getComputedStyle(one).fontWeight)")

    assert cells
    assert [one for one in cells if re.fullmatch(r"[a-z]+(_[a-z]+)*", one.strip())] == []
    assert set(weights) == {"600"}


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
@pytest.mark.parametrize("room", ["en", "zh"], indirect=True)
async def test_the_tables_of_a_room_are_read_on_a_telephone_without_scrolling_sideways(room):
    gateway, token, _ = room
    async with opened(gateway, token, width=390) as page:
        wide = await page.locator(".scroll").evaluate_all(
            "all => all.filter((one) => one.scrollWidth > one.clientWidth).length"
        )
        cells = await page.locator("td:not(:empty)").evaluate_all(
            "all => all.map((one) => [one.dataset.label, getComputedStyle(one, '::before').content])"
        )
        if shots := os.environ.get("PRESALES_TEST_PICTURES"):
            await page.screenshot(path=Path(shots) / f"room-390-{len(cells)}.png", full_page=True)

    assert wide == 0
    assert cells
    assert all(label and label in shown for label, shown in cells)


@asynccontextmanager
async def opened(gateway, token, *, width):
    """The page of a room with all its sections open."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": 800})
        await page.goto(f"{gateway}/client#{token}")
        sections = page.locator("details")
        await sections.first.wait_for()
        for one in await sections.all():
            await one.locator("summary").click()
            await one.locator("div").first.locator("*").first.wait_for()
        yield page
        await browser.close()
