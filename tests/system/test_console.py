"""The console before the whole system: a journey moves while somebody looks at it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from examples import demo
from gateway.development import PEOPLE
from tests.support.gateway.pages import CHROMIUM

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")


def test_a_journey_moves_live_when_its_baseline_is_approved(system, team):
    deal = demo.enter(team, demo.load("bank-lending"))
    baseline = team.post("lin", "/baselines", {"opportunity_id": deal["id"], "title": "Baseline 1"})
    team.act("lin", f"/baselines/{baseline['id']}/submit")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="en-GB")
        page.goto(f"{system.url}/console#/journeys/{deal['id']}")
        expect(page.locator("ul.people button")).to_have_count(len(PEOPLE))
        page.get_by_role("button", name="Continue as Wang Jian").click()
        page.locator("tr", has_text="Baseline").get_by_text("in review").wait_for()
        page.locator(".feed.live").wait_for()
        before = page.locator("tbody .badge").all_inner_texts()
        team.act("wang", f"/baselines/{baseline['id']}/approve")
        expect(page.locator("tbody .badge")).to_have_text(
            ["done", "done", "done", "done", "draft", "done"], timeout=60_000
        )
        expect(page.locator(".standing .badge")).to_have_text("waits for somebody")
        told = page.locator(".events").inner_text()
        browser.close()

    assert before == ["in review", *["waiting"] * 5]
    assert [name in told for name in ("Baseline approved", "Estimate priced", "Proposal drafted")] == [True] * 3
