"""All that a client gets of an opportunity: documents, the room with its files, and the page behind every kind of link."""

import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from examples.demo import Team
from services.proposal.document.formats import DOCX, PDF, XLSX
from tests.support.proposal.client_content import said_in

FORMATS = {"pdf": ("zh", "en", "bilingual"), "docx": ("zh", "en"), "xlsx": ("zh", "en")}
OURS = {"calendar-feeds", "control-plans"}
"""Kinds of link that only our own people get: their calendars follow what they owe."""
_SERVICES = Path(__file__).parents[3] / "services"
_FORM = {"elements": [{"type": "comment", "name": "users", "title": "谁使用？"}]}

Files = dict[str, bytes]


def kinds_of_link() -> set[str]:
    """The collections that a link opens, by the permissions that only links bring."""
    sources = (path.read_text(encoding="utf-8") for path in _SERVICES.glob("*/routes/**/*.py"))
    return {kind for source in sources for kind in re.findall(r'may\("([a-z-]+):(?:answer|follow)"\)', source)}


def documents(team: Team, proposal: dict[str, Any]) -> Files:
    found = {}
    for form, languages in FORMATS.items():
        for language in languages:
            wish = {"proposal_id": proposal["id"], "language": language, "format": form}
            made = team.post("lin", "/documents", wish)
            found[f"{language}.{form}"] = _file(team, made["id"])
    return found


def _file(team: Team, document: str) -> bytes:
    """It is made at once; until then the answer is 202."""
    for _ in range(200):
        answer = team["lin"].get(f"/documents/{document}/file")
        if answer.status_code != 202:
            return answer.content
        time.sleep(0.3)
    raise TimeoutError(document)


def pages(url: str, team: Team, proposal: dict[str, Any]) -> dict[str, Files]:
    """What each kind of link shows to whoever has it, with what it answers to another's or a forged one."""
    deal, [need, *_] = (
        proposal["opportunity_id"],
        team.get("lin", "/requirements", opportunity_id=proposal["opportunity_id"])["items"],
    )
    asked = {"opportunity_id": deal, "recipient_name": "周敏"}
    survey = team.get("lin", "/surveys", key="nps", view="full")["items"][0]
    forms = {
        "confirmations": {"requirement_codes": [need["code"]]},
        "invitations": {"questionnaire_id": _questionnaire(team, deal)},
        "survey-invitations": {"survey_id": survey["id"], "stage": "submitted"},
    }
    room = team.post("lin", "/rooms", {"proposal_id": proposal["id"], "recipient_name": "周敏"})
    opened, found = {"rooms": room}, {"rooms": dict(_room(url, room))}
    for kind, wish in forms.items():
        opened[kind] = team.post("lin", f"/{kind}", {**asked, **wish})
        with _client(url, kind, opened[kind]) as holder:
            found[kind] = {"form": holder.get("/form").raise_for_status().content}
    for kind, made in opened.items():
        door, other = ("/view", "confirmations") if kind == "rooms" else ("/form", "rooms")
        stranger = _client(url, kind, {**made, "link": opened[other]["link"]})
        forged = _client(url, kind, {**made, "link": made["link"][:-4] + "AAAA"})
        with stranger, forged:
            found[kind] |= {"of another": stranger.get(door).content, "forged": forged.get(door).content}
    [schedule] = team.get("lin", "/schedules", opportunity_id=deal)["items"]
    feed = team.post("lin", f"/schedules/{schedule['id']}/feed", {})["url"]
    found["schedules"] = {"feed": httpx.get(feed, timeout=30).content, "forged": httpx.get(f"{feed}x").content}
    return found


def _questionnaire(team: Team, deal: str) -> str:
    made = team.post(
        "lin", "/questionnaires", {"key": f"q{deal[-6:]}", "title": "Users", "title_zh": "使用者", "form": _FORM}
    )
    team.act("lin", f"/questionnaires/{made['id']}/publish")
    return str(made["id"])


def _client(url: str, kind: str, made: dict[str, Any]) -> httpx.Client:
    bearer = {"Authorization": f"Bearer {made['link'].split('#')[1]}"}
    return httpx.Client(base_url=f"{url}/v1/{kind}/{made['id']}", headers=bearer, timeout=30)


def _room(url: str, room: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    with _client(url, "rooms", room) as client:
        view = client.get("/view").raise_for_status()
        yield "view", view.content
        for section in view.json()["sections"]:
            yield section["code"], client.get(f"/sections/{section['code']}").raise_for_status().content
        for file in view.json()["files"]:
            yield file["file_name"], client.get(f"/documents/{file['id']}/file").raise_for_status().content
        yield "question", client.post("/questions", json={"question": "由谁支持？"}).raise_for_status().content


def text_of(data: bytes) -> str:
    """All that a file or an answer says, with its properties, attachments, hidden parts and pictures' texts."""
    if data.startswith(b"%PDF"):
        packets = re.findall(rb"<x:xmpmeta.*?</x:xmpmeta>", data, re.DOTALL)
        return "\n".join([said_in(data, PDF), *(packet.decode(errors="replace") for packet in packets)])
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            is_workbook = "xl/workbook.xml" in package.namelist()
        return said_in(data, XLSX if is_workbook else DOCX)
    if data.startswith((b"{", b"[")):
        return json.dumps(json.loads(data), ensure_ascii=False)
    return data.decode().replace("\r\n ", "")
