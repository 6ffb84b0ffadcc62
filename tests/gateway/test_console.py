"""The console, as it is looked at in a browser: on a desk and on a telephone, in both languages, by keyboard alone."""

from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import get_args
from uuid import UUID

import httpx
import pytest
from playwright.async_api import async_playwright, expect

from gateway.app import build
from gateway.development import PEOPLE, PERSONS
from gateway.settings import SERVICES
from services.insights.domain.journey import STEPS
from services.insights.domain.search_entries import Kind
from services.insights.domain.status import _PERSON
from services.insights.domain.win_loss import RESULTS
from services.insights.handlers import on
from services.insights.schemas.journeys import Status
from services.proposal.models.outcomes import OutcomeReason
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.events import REGISTRY
from shared.kernel.messaging import parking
from shared.kernel.messaging.envelope import decode, encode
from shared.language.events.proposal import OutcomeRecorded
from shared.language.events.requirements import OpportunityClosed
from shared.language.money import Money
from tests.conftest import TENANT, envelope, serving
from tests.support.gateway.console import CONTROLS, PALE, STICKING_OUT, UNNAMED, UNTRANSLATED
from tests.support.gateway.pages import CHROMIUM, bearer
from tests.support.insights.journeys import opened
from tests.support.insights.work import submitted

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")

SCREENS = ("lead", "figures", "work", "journeys", "operations")


@pytest.fixture
async def site(start, gateway_settings):
    """The gateway before the insights service; the others do not answer."""
    async with start("insights") as service, serving(service.app, is_started=True) as url:
        settings = gateway_settings(insights_url=url)
        async with serving(build(settings)) as gateway:
            yield SimpleNamespace(service=service, database=service.app.state.database, url=gateway)


@pytest.fixture
async def open_page():
    """`async with open_page(site, token)`: the console of whoever has that token; at the end nothing was wrong with it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        @asynccontextmanager
        async def look(site, token=None, *, screen="lead", width=1440, locale="en-GB"):
            context = await browser.new_context(viewport={"width": width, "height": 900}, locale=locale)
            page = await context.new_page()
            page.wrong, page.asked = [], []
            page.on("pageerror", lambda error: page.wrong.append(str(error)))
            page.on("console", lambda said: page.wrong.append(said.text) if "Content Security" in said.text else None)
            page.on("request", lambda request: page.asked.append(request.url))
            await page.goto(f"{site.url}/console#/{screen}")
            if token:
                await page.get_by_label("令牌" if locale == "zh-CN" else "Access token", exact=False).fill(token)
                await page.locator("form button[type=submit]").click()
                await settled(page)
            yield page
            await context.close()
            assert page.wrong == []
            assert {httpx.URL(one).host for one in page.asked} == {"127.0.0.1"}

        yield look
        await browser.close()


@pytest.fixture
def token(issuer):
    return issuer.token("root", "admin", tenant=TENANT)


async def settled(page):
    await page.locator("nav").wait_for()
    await page.locator("h1").first.wait_for()
    await expect(page.locator("[aria-busy]")).to_have_count(0, timeout=15_000)


def cny(amount):
    return Money(amount=Decimal(amount), currency="CNY")


def outcome(opportunity_id, result, decided_on, **facts):
    usual = {
        "outcome_id": new_id(), "reasons": ("price", "fit"), "reason": None, "lessons": (), "competitor_id": UUID(int=1),
        "competitor_name": "北辰软件", "proposal_id": new_id(), "submitted_at": None, "win_probability": 0.6,
        "offered_price": cny(1_234_567), "final_price": None, "winning_price": None, "version": 1,
    }  # fmt: skip
    return OutcomeRecorded(opportunity_id=opportunity_id, result=result, decided_on=decided_on, **{**usual, **facts})


async def decided(site, *, title="信贷平台"):
    """Twelve opportunities of 2026, seven of them won, and one of 2025, lost."""
    told = []
    for at in range(13):
        key = new_id()
        day = date(2025, 3, 1) if at == 12 else date(2026, 3, 1 + at)
        told += [opened(key, f"{title} {at}"), outcome(key, "won" if at < 7 else "lost", day)]
    await on.handle(site.database, [envelope(one) for one in told])


async def api(site, token, path):
    async with httpx.AsyncClient(base_url=site.url, headers=bearer(token)) as client:
        return (await client.get(path)).json()


def percent(share):
    return f"{share:.1%}".replace(".0%", "%")


async def parked(site, event, why="it came too early"):
    """An event that insights could not take in, and can by now."""
    body = encode(
        event, Context(tenant=TENANT, actor="ann"), event_id=new_id(), aggregate_id=new_id(), sequence=1, time=now()
    )
    await parking.park(
        site.database, "insights-log", parking.Unhandled.of(decode(body), body, 3), parking.NotAnEvent(why=why)
    )


async def test_somebody_at_this_machine_chooses_who_to_be_and_leaves_again(site, open_page):
    async with open_page(site) as page:
        await page.get_by_role("button", name="Continue as Wang Jian").click()
        await settled(page)
        kept = await page.evaluate("() => [Object.keys(sessionStorage), Object.keys(localStorage), document.cookie]")
        await page.reload()
        await settled(page)
        who = await page.locator(".who").inner_text()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("heading", name="Who are you?").wait_for()

        assert "Wang Jian" in who
        assert kept == [["presales.token"], [], ""]
        assert await page.evaluate("() => sessionStorage.length") == 0


async def test_people_of_development_are_for_this_machine_alone(site, gateway_settings):
    async with httpx.AsyncClient() as client:
        here = await client.get(f"{site.url}/console/people")
        led_here = await client.get(f"{site.url}/console/people", headers={"Host": "presales.example"})
    settings = gateway_settings(
        environment="production", development_key=None, issuer="https://id.example", jwks_url="http://127.0.0.1:1/keys"
    )
    async with serving(build(settings)) as url, httpx.AsyncClient() as client:
        in_production = await client.get(f"{url}/console/people")

    assert [one["name"] for one in here.json()["people"]] == [PERSONS[one]["name"] for one in PEOPLE]
    assert here.headers["Cache-Control"] == "no-store"
    assert led_here.json() == in_production.json() == {"people": []}


async def test_figures_are_those_of_the_api_beside_those_of_another_period(site, open_page, token):
    await decided(site)
    now_, before = [await api(site, token, f"/v1/win-loss?from={year}-01-01&to={year}-12-31") for year in (2026, 2025)]
    expected = await api(site, token, "/v1/win-calibration?from=2026-01-01&to=2026-12-31")

    async with open_page(site, token, screen="lead?period=2026&compare=previous") as page:
        rate = await page.get_by_role("region", name="Win rate").inner_text()
        reasons = await page.get_by_role("region", name="Why we lost").locator("tbody").inner_text()
        rivals = await page.get_by_role("region", name="Competitors").locator("tbody").inner_text()
        calibration = await page.get_by_role("region", name="Are our win").inner_text()

    assert (now_["win_rate"]["numerator"], now_["win_rate"]["denominator"], before["win_rate"]["value"]) == (7, 12, 0)
    assert percent(now_["win_rate"]["value"]) in rate
    assert "+58.3 points" in rate
    assert all(percent(end) in rate for end in now_["win_rate"]["interval"])
    assert "8,641,969.00 CNY ÷ 14,814,804.00 CNY" in rate
    assert reasons.split() == ["fit", "5", "1", "price", "5", "1"]
    assert rivals.split()[:4] == ["北辰软件", "7", "5", "0"]
    assert f"{expected['brier_score']:.3f}" in calibration
    assert percent(expected["mean_forecast"]) in calibration


async def test_metrics_are_those_of_the_api_with_their_names_parts_and_reasons(site, open_page, token):
    await decided(site)
    found = await api(site, token, "/v1/metrics/win_rate?period=2026&compare_to=2025&group_by=competitor")
    named = {one["key"]: one for one in (await api(site, token, "/v1/metrics"))["items"]}
    [rate] = found["figures"]

    screen = "figures?metric=win_rate&period=2026&compare=previous&group_by=competitor"
    async with open_page(site, token, screen=screen, locale="zh-CN") as page:
        said = await page.locator("tbody").first.inner_text()
        definition = await page.get_by_role("region", name="定义").inner_text()
        await page.get_by_text("12 个商机").click()
        links = page.get_by_role("region", name="指标").get_by_role("link")
        await expect(links).to_have_count(12)
        chosen = await page.locator("select").first.locator("option").all_inner_texts()

    assert percent(float(rate["value"])) in said
    assert "北辰软件" in said
    assert "7 ÷ 12" in said
    assert named["win_rate"]["formula_zh"] in definition
    assert chosen == [one["name_zh"] for one in named.values()]


async def test_the_leads_screen_shows_the_funnel_the_forecast_and_how_soon_answers_come(site, open_page, token):
    await decided(site)
    funnel = await api(site, token, "/v1/metrics/conversion?period=2026")
    whole = [one for one in funnel["figures"] if one["about"].get("cohort") == "all" and one["part"] == "rate"]

    async with open_page(site, token, screen="lead?period=2026") as page:
        shown = await page.get_by_role("region", name="From stage to stage").locator("tbody").inner_text()
        forecast = await page.get_by_role("region", name="Forecast").inner_text()
        responses = await page.get_by_role("region", name="How soon we answer").inner_text()

    assert whole
    assert all(f"{int(one['numerator'])} ÷ {int(one['denominator'])}" in shown for one in whole)
    assert "Nothing that is open has an expected day" in forecast
    assert "there is nothing in the period" in responses


@pytest.mark.parametrize(("name", "begins"), [("Review report (PDF)", b"%PDF-"), ("Review slides (PowerPoint)", b"PK")])
async def test_the_review_of_a_period_is_saved_as_a_file(site, open_page, token, tmp_path, name, begins):
    await decided(site)

    async with open_page(site, token, screen="lead?period=2026&compare=previous") as page:
        async with page.expect_download() as coming:
            await page.get_by_role("button", name=name).click()
        download = await coming.value
        await download.save_as(tmp_path / "review")

    assert download.suggested_filename.startswith("review-2026.")
    assert (tmp_path / "review").read_bytes().startswith(begins)


async def test_a_figure_leads_to_the_opportunities_behind_it(site, open_page, token):
    await decided(site)

    async with open_page(site, token, screen="lead?period=2026") as page:
        results = page.get_by_role("region", name="Results")
        await results.get_by_text("5 opportunities").click()
        links = results.get_by_role("link")
        await expect(links).to_have_count(5)
        names = await links.all_inner_texts()
        await links.first.click()
        await page.get_by_role("heading", name=names[0]).wait_for()

    assert sorted(name.split()[-1] for name in names) == ["10", "11", "7", "8", "9"]


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("width", [1440, 390])
async def test_every_screen_fits_is_dark_on_light_and_names_its_controls(site, open_page, token, width, locale):
    await decided(site)
    await parked(site, OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1), why="x" * 300)
    [first] = (await api(site, token, "/v1/journeys?limit=1"))["items"]

    for screen in (
        "lead?period=2026&compare=previous",
        "figures?metric=conversion&group_by=language",
        "work",
        "search?q=10",
        "journeys",
        f"journeys/{first['opportunity_id']}",
        "operations",
    ):
        async with open_page(site, token, screen=screen, width=width, locale=locale) as page:
            reach = await page.evaluate("() => document.documentElement.scrollWidth")
            outside = await page.locator(".panel").evaluate_all(STICKING_OUT)
            unnamed = await page.locator(CONTROLS).evaluate_all(UNNAMED)
            pale = await page.locator("body").evaluate(PALE)
            language = await page.locator("html").get_attribute("lang")
            headings = await page.locator("h1").count()

            assert (outside, unnamed, pale) == ([], [], []), screen
            assert reach <= width, screen
            assert (language, headings) == ("zh-CN" if locale == "zh-CN" else "en", 1)


async def test_every_word_is_there_in_both_languages(site, open_page):
    families = {
        "status": get_args(Status), "step": STEPS, "waits": sorted({one for one in _PERSON.values() if one}),
        "result": RESULTS, "reason": [str(one) for one in OutcomeReason], "service": [*SERVICES, "gateway"],
        "kind": [str(one) for one in Kind],
        "role": sorted({role for roles in PEOPLE.values() for role in roles}),
    }  # fmt: skip

    async with open_page(site, locale="zh-CN") as page:
        lacking = await page.evaluate(UNTRANSLATED, [families, [f"presales.{one}" for one in sorted(REGISTRY)]])

    assert lacking == []


async def test_another_language_is_chosen_and_stays(site, open_page, token):
    async with open_page(site, token) as page:
        await page.get_by_role("button", name="切换为中文").click()
        await page.get_by_role("heading", name="售前表现").wait_for()
        await page.reload()
        await page.get_by_role("heading", name="售前表现").wait_for()
        await settled(page)
        said = await page.locator("main").inner_text()

    assert "该时段内没有已决结果。" in said


@pytest.mark.parametrize("screen", SCREENS)
async def test_the_keyboard_reaches_everything_and_shows_where_it_is(site, open_page, token, screen):
    await decided(site)
    await parked(site, OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1))

    async with open_page(site, token, screen=f"{screen}?period=2026") as page:
        there = await page.locator(CONTROLS).evaluate_all(
            "(all) => all.filter((one) => one.checkVisibility() && !one.disabled).length"
        )
        reached = []
        for _ in range(there):
            await page.keyboard.press("Tab")
            where = "() => [[...document.querySelectorAll('*')].indexOf(document.activeElement), getComputedStyle(document.activeElement).outlineStyle]"
            reached.append(tuple(await page.evaluate(where)))

    assert there > 5
    assert len(set(reached)) == there
    assert {style for _, style in reached} <= {"solid", "auto"}


async def test_what_somebody_wrote_is_text_and_never_markup(site, open_page, token):
    await decided(site, title="<img src=x onerror=alert(1)>")

    async with open_page(site, token, screen="journeys") as page:
        assert await page.locator("main img").count() == 0
        assert "<img src=x onerror=alert(1)>" in await page.locator("main").inner_text()


async def test_a_parked_event_is_retried(site, open_page, token):
    deal = new_id()
    await parked(site, opened(deal, "来得太早"))

    async with open_page(site, token, screen="operations") as page:
        card = page.get_by_role("article")
        said = await card.inner_text()
        await card.get_by_text("What it says").click()
        await card.get_by_text("来得太早").wait_for()
        await card.get_by_role("button", name="Retry").click()
        await card.get_by_text("was taken in.").wait_for()

    assert "it came too early" in said
    assert (await api(site, token, f"/v1/journeys/{deal}"))["title"] == "来得太早"


async def test_a_parked_event_is_given_up_with_a_reason(site, open_page, token):
    await parked(site, opened(new_id()))

    async with open_page(site, token, screen="operations", locale="zh-CN") as page:
        card = page.get_by_role("article")
        await card.get_by_role("button", name="放弃").click()
        await card.get_by_label("放弃的理由").fill("重复导入")
        await card.get_by_role("button", name="放弃").click()
        await card.get_by_text("已放弃。").wait_for()

    [resolved] = (await api(site, token, "/v1/ops/insights/parked-events"))["items"]
    assert (resolved["status"], resolved["reason"]) == ("discarded", "重复导入")


async def test_what_another_operator_has_done_meanwhile_is_told_in_the_pages_language(site, open_page, token):
    await parked(site, opened(new_id()))

    async with open_page(site, token, screen="operations", locale="zh-CN") as page:
        [one] = (await api(site, token, "/v1/ops/insights/parked-events"))["items"]
        path = f"/v1/ops/insights/parked-events/{one['id']}/discard"
        async with httpx.AsyncClient(base_url=site.url, headers=bearer(token)) as client:
            other = await client.post(path, json={"reason": "x"}, headers={"If-Match": f'"{one["version"]}"'})
        await page.get_by_role("button", name="重试").click()
        alert = page.get_by_role("article").get_by_role("alert")
        await alert.wait_for()
        said = await alert.inner_text()

    assert other.status_code == 200
    assert "已被修改" in said or "已变更" in said or "版本" in said


async def test_who_may_not_operate_is_told_so_once(site, open_page, issuer):
    async with open_page(site, issuer.token("guest", "viewer", tenant=TENANT), screen="operations") as page:
        alerts = page.get_by_role("region", name="Parked events").get_by_role("alert")

        assert await alerts.count() == 1
        assert "You may not do this" in await alerts.inner_text()


async def test_of_services_that_are_away_each_is_named_and_the_others_are_shown(site, open_page, token):
    await parked(site, opened(new_id()))

    async with open_page(site, token, screen="operations") as page:
        health = await page.get_by_role("region", name="Services").inner_text()
        region = page.get_by_role("region", name="Parked events")

        assert await region.get_by_role("article").count() == 1
        assert await region.get_by_role("alert").count() == 5
        assert "The risk service" in await region.inner_text()
        assert health.count("does not answer") == 5


async def test_a_panel_whose_service_is_away_says_so_and_is_asked_again(gateway_settings, open_page, token):
    async with serving(build(gateway_settings())) as url, open_page(SimpleNamespace(url=url), token) as page:
        region = page.get_by_role("region", name="Win rate")
        said = await region.inner_text()
        before = len(page.asked)
        await region.get_by_role("button", name="Try again").click()
        await settled(page)

        assert "The insights service" in said
        assert len(page.asked) > before


async def test_a_token_that_no_longer_counts_leads_back_to_the_door(site, open_page):
    async with open_page(site) as page:
        await page.get_by_label("Access token").fill("Bearer not.a.token")
        await page.locator("form button[type=submit]").click()
        await page.get_by_role("alert").wait_for()

        assert "The token was not accepted" in await page.get_by_role("alert").inner_text()
        assert await page.evaluate("() => sessionStorage.length") == 0


async def test_a_journey_goes_on_live_and_after_a_broken_connection_behind_the_last_event(site, open_page, token):
    deal = new_id()
    await on.handle(site.database, [envelope(opened(deal))])

    async with open_page(site, token, screen=f"journeys/{deal}") as page:
        events = page.locator(".events li")
        await expect(events).to_have_count(1)
        await page.context.set_offline(True)
        await on.handle(
            site.database, [envelope(OpportunityClosed(opportunity_id=deal, outcome="won", reason=None, epoch=1))]
        )
        await page.context.set_offline(False)
        await expect(events).to_have_count(2, timeout=15_000)
        await expect(page.locator(".standing .badge")).to_have_text("done", timeout=10_000)
        told = await events.all_inner_texts()

    assert ["opened" in told[1], "closed" in told[0]] == [True, True]


async def test_work_is_what_waits_with_why_and_the_request_that_does_it_and_follows_events(site, open_page, token):
    deal = new_id()
    await on.handle(site.database, [envelope(opened(deal, "信贷平台"))])

    async with open_page(site, token, screen="work") as page:
        nothing = await page.get_by_role("region", name="My work").inner_text()
        await on.handle(site.database, [envelope(submitted(deal))])
        row = page.get_by_role("row", name="Baseline to review")
        await row.wait_for(timeout=15_000)
        said = await row.inner_text()
        await page.get_by_role("button", name="Baseline to review (1)").click()
        await settled(page)
        kept = await page.locator("tbody tr").count()
        await page.get_by_role("row", name="Baseline to review").get_by_role("link").click()
        await page.get_by_role("heading", name="信贷平台").wait_for()

    [item] = (await api(site, token, "/v1/work"))["items"]
    assert "Nothing waits for you." in nothing
    assert [text in said for text in (item["why"], item["reason_text"], item["action"]["path"])] == [True] * 3
    assert kept == 1


async def test_persons_are_called_by_their_names_and_others_by_their_subject(site, open_page, token):
    deal = new_id()
    headers = bearer(token)
    async with httpx.AsyncClient(base_url=site.url, headers=headers) as client:
        await client.put("/v1/people/ann", json={"name": "Ann Lee", "name_zh": "李安"})
    told = [envelope(opened(deal)), envelope(submitted(deal, by="bob"), actor="bob")]
    await on.handle(site.database, told)

    async with open_page(site, token, screen=f"journeys/{deal}", locale="zh-CN") as page:
        await page.get_by_text("李安").wait_for()
        said = await page.locator(".events").inner_text()

    assert "bob" in said
    assert "ann" not in said


async def test_one_box_finds_what_has_the_words_and_marks_them(site, open_page, token):
    await decided(site, title="信贷平台 <b>")
    found = (await api(site, token, "/v1/search?q=信贷平台 10"))["items"]

    async with open_page(site, token) as page:
        await page.get_by_role("searchbox").fill("信贷平台 10")
        await page.keyboard.press("Enter")
        row = page.get_by_role("region", name="Found").get_by_role("listitem").first
        await row.wait_for()
        marks = await row.locator("mark").all_inner_texts()
        await row.get_by_role("link").click()
        await page.get_by_role("heading", name="信贷平台 <b> 10").wait_for()

    assert [one["title"] for one in found] == ["信贷平台 <b> 10"]
    assert "10" in marks
