"""`presales sample portfolio`: brings the portfolio to the running system, through the public API."""

import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from examples.issuers import Issuer
from examples.portfolio.pursuits import made
from examples.portfolio.recording import recorded

SEED = 2
_BATCH = 300


def run(url: str, issuer: Issuer) -> None:
    """Bring two years that end yesterday; the tenant that has them already gets nothing more."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    pursuits = made(SEED, yesterday)
    events = recorded(pursuits)
    _say(f"{len(pursuits)} opportunities in {len(events):,} events, {pursuits[0].opened} to {yesterday}")
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {issuer.token('root', 'admin')}"}
    with httpx.Client(base_url=f"{url}/v1", headers=headers, timeout=60) as client:
        if _bring(client, events[:1])["known"]:
            _say("They are there already.")
            return
        for place in range(0, len(events), _BATCH):
            batch = events[place : place + _BATCH]
            _bring(client, batch)
            _say(f"  {place + len(batch):>6,} events, up to {batch[-1]['time'][:10]}")
    won = sum(one.result == "won" for one in pursuits)
    lost = sum(one.result in {"lost", "no_decision"} for one in pursuits)
    is_open = sum(one.is_open for one in pursuits)
    _say(f"In {time.monotonic() - began:.0f} s. {won} were won, {lost} were not, {is_open} are open.")
    _say(f"  win and loss:  {url}/v1/win-loss")
    _say(f"  journeys:      {url}/v1/journeys")
    _say("They are history: only figures, journeys and the feed know them.")


def _bring(client: httpx.Client, events: list[dict[str, Any]]) -> dict[str, int]:
    answer = client.post("/history", json={"events": events})
    if not answer.is_success:
        raise SystemExit(f"The history was refused: {answer.text[:2000]}")
    taken: dict[str, int] = answer.json()
    return taken


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
