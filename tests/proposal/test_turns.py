"""Many documents at once: a few are made, the others wait without a connection, and nobody waits for ever."""

import asyncio
from types import SimpleNamespace

import pytest

from services.proposal.routes import concurrency
from tests.support.proposal import samples
from tests.support.proposal.makers import document, hear


@pytest.fixture
async def client(start, tmp_path):
    async with start("proposal", documents_folder=tmp_path) as client:
        found = samples.events("permits", 2)
        await hear(client, found)
        [proposal] = (await client.get("/proposals?view=full")).json()["items"]

        forms = [(language, form) for language in ("zh", "en") for form in ("pdf", "docx", "xlsx")]
        made = {(one, form): (await document(client, proposal, form, one)).json()["id"] for one, form in forms}

        async def asked(language, form):
            return await client.post(f"/documents/{made[language, form]}/verify")

        yield SimpleNamespace(asked=asked, pool=client.app.state.database.engine.pool)


async def test_whoever_waits_too_long_is_told_when_to_ask_again(client, monkeypatch):
    monkeypatch.setattr(concurrency, "_row", asyncio.Semaphore(1))
    monkeypatch.setattr(concurrency, "MOST_SECONDS", 0.02)

    answers = await asyncio.gather(client.asked("en", "pdf"), client.asked("zh", "pdf"))
    monkeypatch.setattr(concurrency, "MOST_SECONDS", 20)
    again = await client.asked("zh", "pdf")

    [late] = [answer for answer in answers if answer.status_code != 200]
    assert (late.status_code, late.json()["code"]) == (503, "documents_queued")
    assert int(late.headers["Retry-After"]) > 0
    assert again.status_code == 200


async def test_those_who_wait_have_no_connection(client):
    forms = [(language, form) for language in ("zh", "en") for form in ("pdf", "docx", "xlsx")] * 3
    most = 0

    async def watch():
        nonlocal most
        while True:
            most = max(most, client.pool.checkedout())
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    answers = await asyncio.gather(*(client.asked(*form) for form in forms))
    watching.cancel()

    assert {answer.status_code for answer in answers} == {200}
    assert most <= concurrency.AT_ONCE + 2
