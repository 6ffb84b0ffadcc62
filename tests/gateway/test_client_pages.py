"""The pages behind links for clients, as they are read in a browser: on a desk and on a telephone."""

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.async_api import async_playwright

from gateway.app import build
from services.requirements.handlers import heard
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.links import link_token
from shared.language.events.proposal import BrandingRecorded
from tests.conftest import TENANT, envelope, serving
from tests.support.gateway.pages import CHROMIUM, FORM

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture
async def site(start, gateway_settings):
    """The gateway's address and the requirements service behind it, with an opportunity."""
    async with start("requirements") as service, serving(service.app, is_started=True) as url:
        client = (await service.post("/clients", json={"name": "银行"})).json()
        wish = {"client_id": client["id"], "title": "信贷平台", "currency": "CNY"}
        deal = (await service.post("/opportunities", json=wish)).json()
        settings = gateway_settings(requirements_url=url)
        async with serving(build(settings)) as gateway:
            yield SimpleNamespace(service=service, deal=deal, gateway=gateway)


@pytest.fixture
async def read():
    """`await read(link)`: what the page says, on a screen of that width, to somebody whose browser speaks English."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        async def look(site, token, *, width=1280, act=None):
            page = await browser.new_page(viewport={"width": width, "height": 800}, locale="en-GB")
            wrong = []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            await page.goto(f"{site.gateway}/client#{token}")
            await page.locator("h1").first.wait_for()
            if act:
                await act(page)
            said = await page.inner_text("body")
            reach = await page.evaluate("document.documentElement.scrollWidth")
            await page.close()
            assert wrong == []
            assert reach <= width, f"{reach} px wide"
            return said

        yield look
        await browser.close()


async def invited(site, form=FORM, **wish):
    body = {"key": "discovery", "title": "Discovery", "title_zh": "需求调研", "form": form}
    questionnaire = (await site.service.post("/questionnaires", json=body)).json()
    await site.service.act(f"/questionnaires/{questionnaire['id']}/publish")
    own = {"opportunity_id": site.deal["id"], "questionnaire_id": questionnaire["id"], "recipient_name": "王敏"}
    made = await site.service.post("/invitations", json={**own, **wish})
    assert made.status_code == 201, made.text
    return made.json(), made.json()["link"].split("#")[1]


async def branded(site, **facts):
    told = BrandingRecorded(
        **{
            "opportunity_id": "00000000-0000-0000-0000-000000000000", "branding_id": new_id(), "version": 1,
            "company": {"en": "Harbour Software", "zh": "海港软件"},
            "contact": {"name": "林悦", "mail": "lin.yue@harbour-software-systems.example", "phone": "+86 21 5888 0000"},
            **facts,
        }
    )  # fmt: skip
    await heard.handle(site.service.app.state.database, [envelope(told)])


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_questionnaire_says_who_asks_about_what_and_whom_to_ask_and_shows_the_titles_of_its_parts(
    site, read, width
):
    await branded(site)
    _, token = await invited(site, language="zh")

    said = await read(site, token, width=width)

    for text in (
        "海港软件",
        "需求调研",
        "项目：信贷平台",
        "业务现状",
        "关于贵行的信贷业务。",
        "大致数字即可。",
        "人员",
        "使用者",
    ):
        assert text in said
    assert "如有疑问，请联系林悦，lin.yue@harbour-software-systems.example，+86 21 5888 0000。" in said
    assert "null" not in said
    assert "undefined" not in said


async def test_a_page_of_an_opportunity_with_a_branding_of_its_own_has_that_over_the_tenants(site, read):
    await branded(site)
    await branded(site, opportunity_id=site.deal["id"], company={"en": "Harbour Bank Unit"}, contact=None)
    _, token = await invited(site, language="en")

    said = await read(site, token)

    assert "Harbour Bank Unit" in said
    assert "Any questions? Please ask 林悦" in said
    assert "Your business" in said


async def test_without_a_branding_whoever_sent_the_link_is_asked(site, read):
    _, token = await invited(site, language="en")

    said = await read(site, token)

    assert "Please ask whoever sent you this link." in said
    assert "null" not in said


async def test_questions_within_panels_of_panels_are_answered(site, read):
    invitation, token = await invited(site, language="zh")

    async def answer(page):
        await page.locator("input[type=text]").fill("三百名客户经理")
        await page.locator("button[type=submit]").click()
        await page.get_by_text("感谢您，回复已收到。").wait_for()

    said = await read(site, token, act=answer)

    kept = (await site.service.get(f"/invitations/{invitation['id']}")).json()["answers"]
    assert kept == {"users": "三百名客户经理"}
    assert "如有疑问" in said


async def test_what_a_form_designer_makes_is_shown_and_answered(site, read):
    trial = Path(__file__).parents[1] / "requirements" / "trials" / "questionnaire.json"
    form = json.loads(trial.read_text())
    form["pages"][0]["elements"] += [
        {"type": "ranking", "name": "order", "choices": ["a", "b"]},
        {
            "type": "matrixdropdown",
            "name": "use",
            "rows": ["Mail"],
            "columns": [{"name": "often", "choices": ["daily"]}],
        },
        {"type": "imagepicker", "name": "look", "choices": [{"value": "dark", "text": "Dark"}]},
    ]
    invitation, token = await invited(site, form=form, language="en")

    async def answer(page):
        await page.get_by_label("Office").fill("12")
        await page.get_by_label("Payroll").check()
        await page.get_by_label("Other", exact=True).check()
        await page.get_by_label("Which?").fill("SAP")
        await page.get_by_label("model").first.fill("HP")
        await page.get_by_label("count").first.fill("2")
        await page.get_by_label("Town").fill("Graz")
        await page.get_by_role("button", name="Add").last.click()
        await page.get_by_label("Town").last.fill("Linz")
        await page.get_by_role("button", name="Earlier: b").click()
        await page.get_by_label("often").select_option(label="daily")
        await page.get_by_label("Dark").check()
        await page.get_by_label("Remarks").fill("none")
        await page.get_by_role("button", name="Send").click()
        await page.get_by_text("Thank you. Your answers have arrived.").wait_for()

    await read(site, token, width=390, act=answer)

    kept = (await site.service.get(f"/invitations/{invitation['id']}")).json()["answers"]
    assert kept == {
        "Staff": {"Office": 12}, "systems": ["Payroll", "other"], "systems-Comment": "SAP",
        "printers": [{"model": "HP", "count": 2}], "sites": [{"town": "Graz"}, {"town": "Linz"}],
        "order": ["b", "a"], "use": {"Mail": {"often": "daily"}}, "look": "dark", "问题1": "none",
    }  # fmt: skip


async def test_a_withdrawn_link_says_so_in_the_clients_words(site, read):
    invitation, token = await invited(site, language="zh")
    await site.service.act(f"/invitations/{invitation['id']}/withdraw")

    said = await read(site, token, width=390)

    assert "该链接已停用，请索取新的链接。" in said
    assert not set(said) & set("abcdefghijklmnopqrstuvwxyz_")


BROKEN = {
    "expired": ({"lasts": timedelta(hours=-1)}, "该链接已过期"),
    "of nothing": ({}, "该链接无法使用"),
    "forged": ({"by": "risk"}, "该链接无法使用"),
}


@pytest.mark.parametrize("why", BROKEN)
async def test_a_broken_link_says_so_in_the_clients_words(site, keys, read, why):
    knobs, words = BROKEN[why]
    key = keys.links[knobs.get("by", "requirements")].private
    until = now() + knobs.get("lasts", timedelta(hours=1))
    token = link_token(
        key, tenant=TENANT, subject=new_id(), scope="invitations:answer", expires_at=until, language="zh"
    )

    said = await read(site, token)

    assert words in said
    assert not set(said) & set("abcdefghijklmnopqrstuvwxyz_")


async def test_half_a_link_is_said_to_be_incomplete(site, read):
    said = await read(site, "eyJ0eXAiOi")

    assert "This link is not complete." in said


async def test_a_form_that_was_open_when_the_matter_was_closed_says_that_nothing_is_needed(site, read):
    _, token = await invited(site, language="zh")

    async def answer(page):
        await site.service.act(f"/opportunities/{site.deal['id']}/close", {"outcome": "not_bid", "reason": "预算取消"})
        await page.locator("textarea").fill("在线审批")
        await page.locator("button[type=submit]").click()
        await page.get_by_text("该事项已结束").wait_for()

    said = await read(site, token, act=answer)

    assert "该事项已结束，无需再填写。感谢您的支持。" in said
    assert "opportunity" not in said
