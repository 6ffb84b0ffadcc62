"""A page of 200 answers to a questionnaire, and one client's answers to 200 questions, through the gateway."""

import statistics
import time
from typing import Any

import httpx

from deploy.system import System

_CLIENTS, _QUESTIONS, _ROUNDS = 200, 200, 20


async def run(system: System) -> None:
    """Print how long the page takes, and how long it takes to show, check and keep a long form's answers."""
    access = {"Authorization": f"Bearer {system.issuer.token('bench', 'admin')}"}
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", headers=access, timeout=60) as client:
        owner = (await client.post("/clients", json={"name": "bench"})).json()
        body = {"client_id": owner["id"], "title": "Questions", "currency": "CNY"}
        deal: str = (await client.post("/opportunities", json=body)).json()["id"]
        short = await _published(client, "short", _form(20, None))
        for _ in range(_CLIENTS):
            await _answer(client, deal, short, {f"q{n}": f"回答 {n} answer" for n in range(20)})
        page = await _times(client, f"/questionnaires/{short}/answers", _ROUNDS)
        long = await _published(client, "long", _form(_QUESTIONS, "requirement"))
        taken = [
            await _answer(client, deal, long, {f"q{n}": f"系统应支持第 {n} 项业务。" for n in range(_QUESTIONS)})
            for _ in range(5)
        ]
    print(f"page of {_CLIENTS} answers to 20 questions: p50 {page * 1000:.0f} ms")
    shown, kept = (statistics.median(one) for one in zip(*taken, strict=True))
    print(f"form of {_QUESTIONS} questions: shown in {shown * 1000:.0f} ms; answers checked and made into {_QUESTIONS}")
    print(f"  draft requirements in {kept * 1000:.0f} ms")


def _form(questions: int, becomes: str | None) -> dict[str, Any]:
    ours = {"presales": {"becomes": becomes}} if becomes else {}
    return {
        "elements": [
            {"type": "text", "name": f"q{n}", "title": {"default": f"Question {n}", "zh-cn": f"问题 {n}"}, **ours}
            for n in range(questions)
        ]
    }


async def _published(client: httpx.AsyncClient, key: str, form: dict[str, Any]) -> str:
    body = {"key": key, "title": key, "title_zh": key, "form": form}
    made = (await client.post("/questionnaires", json=body)).json()
    (await client.post(f"/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})).raise_for_status()
    key_of: str = made["id"]
    return key_of


async def _answer(client: httpx.AsyncClient, deal: str, questionnaire: str, answers: dict[str, str]) -> list[float]:
    """Seconds until the client sees the form, and until the answers are kept."""
    body = {"opportunity_id": deal, "questionnaire_id": questionnaire, "recipient_name": "bench"}
    invitation = (await client.post("/invitations", json=body)).json()
    link = {"Authorization": f"Bearer {invitation['link'].split('#')[1]}"}
    started = time.perf_counter()
    (await client.get(f"/invitations/{invitation['id']}/form", headers=link)).raise_for_status()
    shown = time.perf_counter()
    path = f"/invitations/{invitation['id']}/answers"
    (await client.post(path, json={"answers": answers}, headers=link)).raise_for_status()
    return [shown - started, time.perf_counter() - shown]


async def _times(client: httpx.AsyncClient, path: str, rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        answer = (await client.get(path, params={"limit": _CLIENTS})).raise_for_status()
        seconds.append(time.perf_counter() - started)
        assert len(answer.json()["items"]) == _CLIENTS
    return statistics.median(seconds)
