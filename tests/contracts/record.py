"""Writes the contracts as they are now: event schemas, the OpenAPI document, reference pages. `make contracts`.

The difference is reviewed: within a major version fields are only added.
"""

import argparse
import functools
import html
import importlib
import inspect
import json
import pkgutil
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import examples.subscriber
import gateway.app
import gateway.settings
import shared.language.events
from deploy import bus
from deploy.embedded import SERVICES
from gateway.links import ISSUERS
from shared.kernel.events import REGISTRY, Event
from shared.kernel.messaging import Handlers
from shared.kernel.messaging.envelope import MAX_BYTES, PREFIX, subject_filter
from shared.kernel.messaging.large import DATA
from shared.kernel.problems import CATALOGUE, Problem
from shared.kernel.settings import ADMINISTRATION, RECORD, Settings
from tests.contracts.merged import merged

ROOT = Path(__file__).parent.parent.parent
SCHEMAS = ROOT / "tests" / "contracts" / "events"
SHIPPED = ROOT / "gateway"
_PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"


def load_everything() -> None:
    """Import every event and every service, so that the registries are whole."""
    for module in pkgutil.walk_packages(shared.language.events.__path__, "shared.language.events."):
        importlib.import_module(module.name)
    for service in SERVICES:
        importlib.import_module(f"services.{service}.app")


def events() -> dict[str, type[Event]]:
    """Every event class by its wire type."""
    load_everything()
    return dict(sorted((kind, cls) for kind, cls in REGISTRY.items() if kind and cls.__module__.startswith("shared.")))


def schema(event: type[Event]) -> dict[str, Any]:
    return event.model_json_schema(mode="serialization")


@functools.cache
def openapi(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service, or what the gateway answers itself; not to be changed."""
    if service == "gateway":
        app = FastAPI(title="Presales")
        for router in gateway.app.ROUTERS:
            app.include_router(router)
        return app.openapi()
    module = importlib.import_module(f"services.{service}.app")
    links = {"link_private_key": "x", "digest_secret": "x" * 32} if service in ISSUERS else {}
    settings = module.Settings(
        database_url="postgresql+asyncpg://x@localhost/x",
        nats_url="nats://localhost",
        nats_user_seed="x",
        internal_public_key=_PEM,
        **links,
    )
    document: dict[str, Any] = module.build(settings).openapi()
    return document


def whole_openapi() -> dict[str, Any]:
    """The OpenAPI document of the gateway: all of the API as one."""
    return merged({name: openapi(name) for name in (*SERVICES, "gateway")})


def handlers_of(service: str) -> list[Handlers]:
    """What a service hears, as its handlers declare it."""
    module = importlib.import_module(f"services.{service}.handlers")
    return list({id(h): h for _, h in inspect.getmembers(module) if isinstance(h, Handlers)}.values())


def heard_by() -> dict[str, list[str]]:
    """The consumers that hear each event type."""
    load_everything()
    result: dict[str, list[str]] = {}
    for handlers in (one for service in SERVICES for one in handlers_of(service)):
        for kind in handlers.event_types:
            result.setdefault(kind, []).append(handlers.durable)
    return {kind: sorted(durables) for kind, durables in result.items()}


def durables() -> dict[str, dict[str, str]]:
    """deploy/nats/durables.json: what the NATS user of each service may hear by."""
    load_everything()
    return {
        service: {name: subjects for one in handlers_of(service) for name, subjects in one.durables.items()}
        for service in SERVICES
    }


def events_page() -> str:
    """docs/events.md."""
    heard = heard_by()
    lines = [
        "# Events",
        "",
        "Made by `make contracts` from the classes in `shared/language/events`; the JSON Schema of each is in",
        "`tests/contracts/events`. How to subscribe: README.",
        "",
        f"Each is a CloudEvents 1.0 message in structured JSON on the stream `PRESALES`, subject `{PREFIX}.<tenant>.<type>.<opportunity id>`.",
        "`insights-log` hears all of them.",
        "",
        f"An event larger than {MAX_BYTES // 2**20} MiB has no `data`. It says where they are instead (`dataref` of CloudEvents, and three extensions), and they",
        f"are in the same stream before it, in `dataparts` messages on `{DATA}.<tenant>.<type>.<opportunity id>.<event id>.<number>`, from 1 on:",
        "",
        "| attribute | says |",
        "|---|---|",
        "| `dataref` | `nats:` and their subject without the number. Believe it only where it lies beside the subject of the event |",
        "| `datasize`, `dataparts` | bytes of all together, and number of messages |",
        "| `datasha256` | of the messages' bodies one after the other, which are the JSON that `data` would be |",
        "",
        "No durable hears the parts: they are asked for one by one, which the user of a subscriber may do for what it hears. With nats-py (`examples/subscriber.py`):",
        "",
        "```python",
        inspect.getsource(examples.subscriber.event_in).strip(),
        "```",
        "",
        "| type | says | heard by |",
        "|---|---|---|",
    ]
    for kind, event in events().items():
        says = (
            (inspect.getdoc(event) if "__doc__" in event.__dict__ and event.__doc__ else "")
            .split("\n\n")[0]
            .replace("\n", " ")
        )
        lines.append(f"| `{kind}` | {says} | {', '.join(f'`{d}`' for d in heard.get(kind, [])) or '–'} |")
    lines += ["", "## Fields", ""]
    for kind, event in events().items():
        lines += [f"### {kind}", "", f"filter `{subject_filter(kind)}`", ""]
        lines += [
            f"- `{name}`" + (f": {field.description}" if field.description else "")
            for name, field in event.model_fields.items()
        ]
        lines.append("")
    return "\n".join(lines)


def problems() -> dict[str, type[Problem]]:
    """Every problem of the product by its code."""
    load_everything()
    of_product = ("shared", "services", "gateway")
    return {code: kind for code, kind in sorted(CATALOGUE.items()) if kind.__module__.startswith(of_product)}


def problems_page() -> str:
    """docs/problems.md."""
    lines = ["# Problems", "", "Every `code` of a problem+json answer. Made by `make contracts` from the classes.", "",
             "| code | status | English | 中文 |", "|---|---|---|---|"]  # fmt: skip
    lines += [
        f"| `{code}` | {kind.status} | **{kind.title[0]}**: {kind.en} | **{kind.title[1]}**:{kind.zh} |"
        for code, kind in problems().items()
    ]
    return "\n".join(lines) + "\n"


def shipped_problems_page() -> str:
    """gateway/problems.html: where the `type` of a problem points."""
    rows = "\n".join(
        f'<tr id="{code}"><td><code>{code}</code></td><td>{kind.status}</td>'
        f"<td><b>{html.escape(kind.title[0])}</b><br>{html.escape(kind.en)}</td>"
        f"<td><b>{html.escape(kind.title[1])}</b><br>{html.escape(kind.zh)}</td></tr>"
        for code, kind in problems().items()
    )
    return f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Problems</title>
<style>body{{font:15px system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem}}
table{{border-collapse:collapse}}
td,th{{border-bottom:1px solid #ddd;padding:.5rem;text-align:left;vertical-align:top}}
tr:target{{background:#fff3c4}}
@media(max-width:40rem){{th{{display:none}}tr,td{{display:block}}tr{{border-bottom:1px solid #ddd}}td{{border:0;padding:.2rem}}}}
td{{overflow-wrap:anywhere}}</style>
<h1>Problems</h1>
<p>What <code>type</code> and <code>code</code> of a problem+json answer mean. 错误代码说明。</p>
<table><tr><th>code</th><th>status</th><th>English</th><th>中文</th></tr>
{rows}
</table></html>
"""


def settings_classes() -> dict[str, type[Settings]]:
    """The settings of each deployable."""
    services = {service: importlib.import_module(f"services.{service}.app").Settings for service in SERVICES}
    return {"gateway": gateway.settings.Settings, **services}


def known_settings() -> dict[str, list[str]]:
    """shared/kernel/known_settings.json: the names that are theirs who have not our code."""
    names = {name: sorted(cls.model_fields) for name, cls in settings_classes().items()}
    return {**names, ADMINISTRATION: [f"migration_url_{service}" for service in SERVICES]}


def settings_page() -> str:
    """docs/settings.md."""
    lines = ["# Settings", "", "Environment variables; `…_FILE` names a file that holds the value. One environment may serve all: `PRESALES_RISK_X`",
             "is X for risk alone and goes before `PRESALES_X`, and what only others know is theirs. What none knows stops the start.",
             "Made by `make contracts` from the settings classes.", ""]  # fmt: skip
    for name, cls in settings_classes().items():
        lines += [f"## {name}", "", "| variable | default | meaning |", "|---|---|---|"]
        for field, info in cls.model_fields.items():
            default = (
                "**needed**" if info.is_required() else f"`{info.default}`" if info.default not in (None, "") else ""
            )
            lines.append(f"| `PRESALES_{field.upper()}` | {default} | {info.description or ''} |")
        lines.append("")
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """The generated pages and records, and their text."""
    docs = ROOT / "docs"
    return {
        docs / "events.md": events_page(),
        docs / "problems.md": problems_page(),
        docs / "settings.md": settings_page(),
        bus.RECORD: as_text(durables()),
        RECORD: as_text(known_settings()),
    }


def shipped() -> dict[Path, str]:
    """What the gateway ships with and serves as it is."""
    return {SHIPPED / "openapi.json": as_text(whole_openapi()), SHIPPED / "problems.html": shipped_problems_page()}


def as_text(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    argparse.ArgumentParser(prog="make contracts", description=__doc__).parse_args()
    SCHEMAS.mkdir(exist_ok=True)
    for kind, event in events().items():
        (SCHEMAS / f"{kind}.json").write_text(as_text(schema(event)), encoding="utf-8")
    for path, text in {**pages(), **shipped()}.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
