"""Events that a service could not take in, of one tenant, over the API: `presales parked list`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from gateway.settings import SERVICES


def _shown(service: str, event: dict[str, Any]) -> str:
    return f"{service}/{event['id']}  {event['status']}  {event['event_type']}  {event['consumer']}  {event['detail']}"


def _refused(answer: httpx.Response) -> SystemExit:
    try:
        problem = answer.json()
        why = f"{problem.get('title')}: {problem.get('detail')}"
    except json.JSONDecodeError:
        why = answer.text[:200]
    return SystemExit(f"{answer.request.url}: {answer.status_code} {why}")


class _Api:
    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/v1/ops", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **how)
        except httpx.HTTPError as error:
            raise SystemExit(f"{self._client.base_url} does not answer: {error}") from None
        if answer.is_error:
            raise _refused(answer)
        return answer

    def parked(self, service: str) -> list[dict[str, Any]]:
        found, query = [], {"status": "parked", "limit": "200"}
        while True:
            page = self.ask("GET", f"/{service}/parked-events", params=query).json()
            found += page["items"]
            if not page.get("next_cursor"):
                return found
            query["cursor"] = page["next_cursor"]

    def settle(self, service: str, key: str, action: str, body: Any) -> dict[str, Any]:
        path = f"/{service}/parked-events/{key}"
        seen = self.ask("GET", path).headers["ETag"]
        settled: dict[str, Any] = self.ask("POST", f"{path}/{action}", json=body, headers={"If-Match": seen}).json()
        return settled


def main(arguments: Sequence[str]) -> None:
    """List what is parked, or settle one of them; 1 when it is refused."""
    parser = argparse.ArgumentParser(prog="presales parked", description=__doc__)
    asking = argparse.ArgumentParser(add_help=False)
    asking.add_argument("--url", default="http://127.0.0.1:8080", help="of the gateway (default: this machine's)")
    asking.add_argument("--token-file", type=Path, required=True, help="holds a token with the role admin")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", parents=[asking], help="of one service or of all")
    listing.add_argument("service", nargs="?", choices=SERVICES, help="which one (default: all)")
    for action, what in (("retry", "give an event its effect now"), ("discard", "give an event up, with a reason")):
        settling = commands.add_parser(action, parents=[asking], help=what)
        settling.add_argument("event", help="SERVICE/ID, as list shows it")
        if action == "discard":
            settling.add_argument("reason", help="why it is not needed; it stays in the audit trail")
    wanted = parser.parse_args(arguments)
    try:
        api = _Api(wanted.url.rstrip("/"), wanted.token_file.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise SystemExit(f"{wanted.token_file} cannot be read: {error.strerror}") from None
    if wanted.command == "list":
        found = {one: api.parked(one) for one in ([wanted.service] if wanted.service else SERVICES)}
        lines = [_shown(service, event) for service, events in found.items() for event in events]
        sys.stdout.write("".join(f"{line}\n" for line in lines) + f"{len(lines)} parked\n")
        return
    service, _, key = wanted.event.partition("/")
    if service not in SERVICES or not key:
        parser.error(f"{wanted.event!r} is no SERVICE/ID")
    body = {"reason": wanted.reason} if wanted.command == "discard" else None
    sys.stdout.write(_shown(service, api.settle(service, key, wanted.command, body)) + "\n")
