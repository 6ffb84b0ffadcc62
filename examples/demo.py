"""Takes a sample opportunity through the public API and shows each step as its event arrives.

`presales sample [epermit|bank-lending|portfolio]` against a running system (`make demo SAMPLE=bank-lending`).
"""

import argparse
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from deploy.embedded import is_listening
from examples.issuers import GivenTokens, Issuer
from examples.portfolio import sample as portfolio
from gateway.development import PEOPLE, DevelopmentIssuer

SAMPLES = ("epermit", "bank-lending")
_FOLDER = Path(__file__).parent
_PATIENCE = 60.0
_DOCUMENT_SECONDS = 20.0
_TOLD = {"requirement_count", "effort_days", "contingency", "price_incl_tax", "margin", "finish", "p80_finish"}
_STEPS = {
    "requirements.baseline.approved.v1": "baseline approved",
    "estimation.estimate.completed.v1": "estimate completed",
    "estimation.estimate.failed.v1": "estimate FAILED",
    "risk.budget.calculated.v1": "risk budget calculated",
    "risk.budget.failed.v1": "risk budget FAILED",
    "estimation.estimate.priced.v1": "estimate priced",
    "estimation.economic_analysis.offered.v1": "economic case offered",
    "proposal.proposal.drafted.v1": "proposal drafted",
    "proposal.proposal.outdated.v1": "proposal outdated",
    "proposal.proposal.superseded.v1": "proposal superseded",
    "proposal.document.rendered.v1": "document rendered",
    "platform.event.parked.v1": "event PARKED",
}


def _say(text: str = "") -> None:
    print(text, flush=True)


@dataclass
class Feed:
    """The live feed of one opportunity, read in the background."""

    client: httpx.Client
    opportunity_id: str
    arrived: "queue.Queue[dict[str, Any]]" = field(default_factory=queue.Queue)

    last_id: str = "0"

    def start(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        """Read until the client is closed; after a break go on behind the last event seen."""
        while not self.client.is_closed:
            try:
                self._read_until_it_breaks()
            except httpx.HTTPError:
                time.sleep(0.5)

    def _read_until_it_breaks(self) -> None:
        query = {"opportunity_id": self.opportunity_id}
        headers = {"Accept": "text/event-stream", "Last-Event-ID": self.last_id}
        with self.client.stream("GET", "/events", params=query, headers=headers, timeout=60) as answer:
            for line in answer.iter_lines():
                if self.client.is_closed:
                    return
                if line.startswith("id:"):
                    self.last_id = line.removeprefix("id:").strip()
                if line.startswith("data:"):
                    self.arrived.put(json.loads(line.removeprefix("data:")))

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The type and data of each event, as they come."""
        while True:
            try:
                event = self.arrived.get(timeout=_PATIENCE)
            except queue.Empty:
                raise SystemExit(f"Nothing came for {_PATIENCE:.0f} s") from None
            yield event["type"].removeprefix("presales."), event.get("data") or {}


class Team:
    """The people of the demonstration, each with a token of their own."""

    def __init__(self, url: str, issuer: Issuer) -> None:
        self._url = f"{url}/v1"
        self._clients = {name: self._client(issuer.token(name, *roles)) for name, roles in PEOPLE.items()}

    def _client(self, token: str) -> httpx.Client:
        return httpx.Client(base_url=self._url, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def close(self) -> None:
        """Close everybody's connections; feeds end with their next line."""
        for client in self._clients.values():
            client.close()

    def __getitem__(self, name: str) -> httpx.Client:
        return self._clients[name]

    def post(self, name: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a POST; a refusal ends the demonstration with its explanation."""
        answer = self[name].post(path, json=body, headers=headers)
        if answer.is_error:
            raise SystemExit(
                f"POST {path}: {answer.status_code}\n{json.dumps(answer.json(), indent=1, ensure_ascii=False)}"
            )
        return answer.json()

    def act(self, name: str, path: str, body: Any = None) -> Any:
        """Do an action on a resource as it is now."""
        seen = self[name].get(path.rsplit("/", 1)[0]).headers["ETag"]
        return self.post(name, path, body, **{"If-Match": seen})

    def get(self, name: str, path: str, **query: Any) -> Any:
        return self[name].get(path, params=query).raise_for_status().json()


def wait_until_ready(url: str, within: float = 30.0) -> None:
    """Wait until the gateway and all services are ready."""
    deadline = time.monotonic() + within
    while True:
        try:
            answer = httpx.get(f"{url}/readyz", timeout=5).json()
            if answer["status"] == "ready":
                return
        except (httpx.HTTPError, ValueError):
            answer = {}
        if time.monotonic() > deadline:
            raise SystemExit(f"The system is not ready: {answer}")
        time.sleep(0.05)


def load(sample: str) -> dict[str, Any]:
    """A sample by name. Raises `SystemExit`, naming those there are."""
    if sample not in SAMPLES:
        raise SystemExit(f"There is no sample {sample!r}; choose one of: {', '.join(SAMPLES)}, portfolio")
    content: dict[str, Any] = json.loads((_FOLDER / sample / "sample.json").read_text(encoding="utf-8"))
    return content


def enter(team: Team, sample: dict[str, Any]) -> dict[str, Any]:
    """Record the sample: client, opportunity, constraints, requirements, concerns, rates, a talk."""
    client = team.post("lin", "/clients", sample["client"])
    opportunity: dict[str, Any] = team.post(
        "lin", "/opportunities", {"client_id": client["id"], **sample["opportunity"]}
    )
    belongs = {"opportunity_id": opportunity["id"]}
    for constraint in sample["constraints"]:
        team.post("lin", "/constraints", {**belongs, **constraint})
    wanted = [{**belongs, **requirement} for requirement in sample["requirements"]]
    recorded = team.post("lin", "/requirements:batch", {"items": wanted})["items"]
    ids = {requirement["code"]: requirement["id"] for requirement in recorded}
    for concern in sample["concerns"]:
        team.post("lin", "/concerns", {**belongs, **concern})
    _enter_rates(team, sample["rate_card"])
    _enter_talk(team, sample["interaction"], belongs, ids)
    return opportunity


def _enter_rates(team: Team, card: dict[str, Any]) -> None:
    known = team.get("chen", "/rate-cards", limit=200)["items"]
    if not any(other["name"] == card["name"] for other in known):
        team.post("chen", "/rate-cards", card)


def _enter_talk(team: Team, talk: dict[str, Any], belongs: dict[str, str], ids: dict[str, str]) -> None:
    body = {name: value for name, value in talk.items() if name != "requirement_codes"}
    body["requirement_ids"] = [ids[code] for code in talk["requirement_codes"]]
    # Engagement hears of the requirements by events: give them a moment.
    for _ in range(100):
        answer = team["lin"].post("/interactions", json={**belongs, **body})
        if answer.is_success:
            return
        time.sleep(0.05)
    raise SystemExit(f"POST /interactions: {answer.text}")


def approve(team: Team, baseline: dict[str, Any], feed: Feed) -> None:
    """Review and approval; then show what follows by itself."""
    title = baseline["title"]
    team.act("lin", f"/baselines/{baseline['id']}/submit")
    started = time.monotonic()
    team.act("wang", f"/baselines/{baseline['id']}/approve")
    _say(f"\n{title}: approved by wang. What follows comes from events alone:")
    _follow(feed, started)


def offer_case(team: Team, opportunity: dict[str, Any], wish: dict[str, Any], feed: Feed) -> None:
    """What the solution is worth to the client, in the next draft; from then on it follows each price."""
    case = {"opportunity_id": opportunity["id"], "perspective": "client", **wish}
    made = team.post("chen", "/economic-analyses", case)
    found = made["results"]
    worth, rate = f"{float(found['net_present_value']):,.2f} {found['currency']}", found["rate_of_return"]["value"]
    _say(
        f"\nThe case for the client: a net present value of {worth}, {rate:.1%} a year, "
        f"back after {found['payback_years']:.1f} years. chen offers it:"
    )
    started = time.monotonic()
    team.act("chen", f"/economic-analyses/{made['id']}/offer")
    _follow(feed, started)


def _follow(feed: Feed, started: float) -> None:
    """Show what comes of it, until the newest draft is set in the client's language."""
    draft = None
    for kind, data in feed.events():
        if kind == "proposal.proposal.drafted.v1":
            draft = data["proposal_id"]
        is_rendered = kind == "proposal.document.rendered.v1"
        if kind not in _STEPS or (is_rendered and data["proposal_id"] != draft):
            continue
        _say(f"  {time.monotonic() - started:6.2f} s  {_STEPS[kind]:<24} {_detail(data)}")
        if is_rendered:
            return


def _detail(data: dict[str, Any]) -> str:
    basis = data.get("basis") or {}
    number = basis.get("baseline_number", data.get("baseline_number"))
    revisions = [data.get(name) for name in ("estimate_revision", "risk_revision")]
    revisions = revisions if all(revisions) else [data.get("revision")]
    parts = [".".join([f"v{number}", *(str(r) for r in revisions if r)]) if number else ""]
    if "language" in data:
        parts.append(f"{data['language']}, {data['pages']} pages, {data['size_bytes'] // 1024} KiB")
    if "reason" in data and isinstance(data["reason"], dict):
        parts.append(data["reason"]["message"])
    if "detail" in data:
        parts.append(data["detail"])
    return " ".join(part for part in parts if part)


def run(url: str, issuer: Issuer, name: str) -> None:
    """The whole demonstration: first baseline, results, a change, what the change did."""
    sample = load(name)
    team = Team(url, issuer)
    _say(f"\nSample {name}: {sample['opportunity']['title']} ({sample['client']['name']})")
    opportunity = enter(team, sample)
    feed = Feed(team["root"], opportunity["id"])
    feed.start()
    _say(f"  {opportunity['code']}: {len(sample['requirements'])} requirements recorded")
    first = team.post("lin", "/baselines", {"opportunity_id": opportunity["id"], "title": "Baseline 1"})
    approve(team, first, feed)
    if "economic_analysis" in sample:
        offer_case(team, opportunity, sample["economic_analysis"], feed)
    _show(team, url, opportunity)
    change = _change(team, opportunity, sample["change"])
    approve(team, team.get("lin", f"/baselines/{change['baseline_id']}"), feed)
    _show_difference(team, opportunity)
    team.close()


def _change(team: Team, opportunity: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """A change request: what it would do is known before it is decided; applying it drafts the next baseline."""
    _say(f"\nThe client changes its mind: {change['reason']}")
    operations = [
        *({"op": "add", "requirement": requirement} for requirement in change.get("add", [])),
        *({"op": "change", "code": one.pop("code"), "changes": one} for one in map(dict, change.get("change", []))),
        *({"op": "withdraw", "code": code} for code in change.get("withdraw", [])),
    ]
    wish = {"opportunity_id": opportunity["id"], "title": change["reason"], "reason": change["reason"]}
    request = team.post("lin", "/change-requests", {**wish, "operations": operations})
    path = f"/change-requests/{request['id']}"
    started = time.monotonic()
    team.act("lin", f"{path}/assess")
    while team.get("wang", path)["status"] == "assessing" and time.monotonic() - started < _PATIENCE:
        time.sleep(0.05)
    impact = team.get("wang", path)["impact"]
    _say(f"{request['code']} is assessed in {time.monotonic() - started:.2f} s, nothing is changed yet:")
    for row in impact["figures"]:
        if row["figure"] in _TOLD:
            _say(f"  {row['figure']:<20} {row['before']} → {row['after']} ({row['delta']})")
    team.act("wang", f"{path}/approve")
    applied: dict[str, Any] = team.act("lin", f"{path}/apply", {"baseline_title": "Baseline 2"})
    return applied


def _money(money: dict[str, str]) -> str:
    return f"{float(money['amount']):>16,.2f} {money['currency']}"


def _newest(team: Team, collection: str, opportunity: dict[str, Any]) -> dict[str, Any]:
    [found] = team.get("wang", f"/{collection}", opportunity_id=opportunity["id"], limit=1)["items"]
    newest: dict[str, Any] = found
    return newest


def _show(team: Team, url: str, opportunity: dict[str, Any]) -> None:
    estimate = _newest(team, "estimates", opportunity)
    risk = _newest(team, "risk-budgets", opportunity)
    proposal = _newest(team, "proposals", opportunity)
    baseline = _newest(team, "baselines", opportunity)
    is_taxed = proposal["price_incl_tax"] != proposal["price_excl_tax"]
    rows = [
        ("requirements", f"{baseline['requirement_count']:>16}"),
        ("effort", f"{estimate['effort_days']:>16,.1f} person-days"),
        ("base cost", _money(estimate["base_cost"])),
        ("cost at P80", _money({"amount": risk["percentiles"]["p80"], "currency": risk["currency"]})),
        ("contingency", _money(risk["contingency"])),
        ("price with tax" if is_taxed else "price, untaxed", _money(proposal["price_incl_tax"])),
        ("start", f"{proposal['start']:>16}"),
        ("finish", f"{proposal['finish']:>16}"),
    ]
    _say("\n  " + "-" * 46)
    for name, value in rows:
        _say(f"  {name:<16} {value}")
    _say("  " + "-" * 46)
    documents = _in_both_languages(team, proposal["id"])
    token = "$(cat .presales/tokens/lin)"  # noqa: S105 (a shell expression, not a secret)
    for document in sorted(documents, key=lambda d: str(d["language"])):
        language = document["language"]
        _say(f'  PDF {language}:  curl -H "Authorization: Bearer {token}" -o proposal-{language}.pdf \\')
        _say(f"           {url}/v1/documents/{document['id']}/file")
    _say(f"  overview: {url}/v1/opportunities/{opportunity['id']}/overview")


def _in_both_languages(team: Team, proposal: str) -> list[dict[str, Any]]:
    """The PDFs of a proposal: whoever lists them has the other language made too."""
    deadline = time.monotonic() + _DOCUMENT_SECONDS
    while True:
        found: list[dict[str, Any]] = team.get("lin", "/documents", proposal_id=proposal)["items"]
        if len(found) > 1 or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def _show_difference(team: Team, opportunity: dict[str, Any]) -> None:
    proposal = _newest(team, "proposals", opportunity)
    diff = team.get("wang", f"/proposals/{proposal['id']}/diff")
    _say("\nWhat the change did (GET /v1/proposals/{id}/diff):")
    for name, entry in diff.items():
        if isinstance(entry, dict) and {"before", "after"} <= entry.keys():
            _say(f"  {name:<28} {_plain(entry['before']):>22} → {_plain(entry['after']):>22}")


def _plain(value: Any) -> str:
    if isinstance(value, dict) and "amount" in value:
        return f"{float(value['amount']):,.2f} {value['currency']}"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def chosen_port() -> int:
    """Where the gateway listens: `PORT`, or 8080. Raises `SystemExit` when it is no port."""
    text = os.environ.get("PORT", "") or "8080"
    if not text.isdecimal() or int(text) not in range(1, 2**16):
        raise SystemExit(f"PORT={text} is no port; choose one between 1 and 65535.")
    return int(text)


def is_empty(url: str, issuer: Issuer) -> bool:
    """Whether nothing was recorded yet."""
    team = Team(url, issuer)
    try:
        return not team.get("root", "/clients", limit=1)["items"]
    finally:
        team.close()


def main(arguments: Sequence[str]) -> None:
    """Take a sample through the system that runs here, or at another address."""
    parser = argparse.ArgumentParser(prog="presales sample", description=__doc__)
    parser.add_argument(
        "sample", nargs="?", default="epermit", help=f"one of {', '.join(SAMPLES)}, portfolio (SAMPLE=)"
    )
    parser.add_argument("--url", help="of a gateway elsewhere (default: what `make run` started)")
    team = "; ".join(f"{name}: {', '.join(roles)}" for name, roles in PEOPLE.items())
    parser.add_argument("--tokens", type=Path, help=f"folder with a token for each of the team in a file ({team})")
    parser.add_argument("--key", type=Path, help="key of its development issuer, in the place of tokens")
    wanted = parser.parse_args(arguments)
    sample = wanted.sample
    take: Callable[[str, Issuer], None] = portfolio.run
    if sample != "portfolio":
        load(sample)
        take = partial(run, name=sample)
    if wanted.url:
        if not (wanted.tokens or wanted.key):
            parser.error("--url needs --tokens or --key")
        url = wanted.url.rstrip("/")
        wait_until_ready(url)
        take(url, GivenTokens(wanted.tokens) if wanted.tokens else DevelopmentIssuer(wanted.key))
        return
    port, key = chosen_port(), Path(".presales") / "keys" / "development.pem"
    if not key.exists() or not is_listening(port):
        raise SystemExit(f"Nothing serves on port {port}. Start the system first: make run")
    url = f"http://127.0.0.1:{port}"
    wait_until_ready(url)
    take(url, DevelopmentIssuer(key))
