"""Writes the contracts as they are now: event schemas, OpenAPI documents, reference pages. `make contracts`.

The difference is reviewed: within a major version fields are only added.
"""

import importlib
import inspect
import json
import pkgutil
from pathlib import Path
from typing import Any

import services
import shared.events
from deploy.embedded import SERVICES
from shared.events import REGISTRY, Event
from shared.messaging.envelope import PREFIX, subject_filter
from shared.problems import CATALOGUE

ROOT = Path(__file__).parent.parent.parent
SCHEMAS = ROOT / "tests" / "contracts" / "events"
OPENAPI = ROOT / "tests" / "contracts" / "openapi"
_PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"


def load_everything() -> None:
    """Import every event and every service, so that the registries are whole."""
    for module in pkgutil.walk_packages(shared.events.__path__, "shared.events."):
        importlib.import_module(module.name)
    for service in SERVICES:
        importlib.import_module(f"services.{service}.app")


def events() -> dict[str, type[Event]]:
    """Every event class by its wire type."""
    load_everything()
    return dict(
        sorted((kind, cls) for kind, cls in REGISTRY.items() if kind and cls.__module__.startswith("shared.events"))
    )


def schema(event: type[Event]) -> dict[str, Any]:
    return event.model_json_schema(mode="serialization")


def openapi(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service."""
    module = importlib.import_module(f"services.{service}.app")
    links = {"link_secret": "x" * 32} if "link_secret" in module.Settings.model_fields else {}
    settings = module.Settings(
        database_url="postgresql+asyncpg://x@localhost/x",
        nats_url="nats://localhost",
        internal_public_key=_PEM,
        **links,
    )
    document: dict[str, Any] = module.build(settings).openapi()
    return document


def heard_by() -> dict[str, list[str]]:
    """The durable consumers that hear each event type."""
    load_everything()
    result: dict[str, list[str]] = {}
    for service in SERVICES:
        module = importlib.import_module(f"services.{service}.handlers")
        for handlers in {id(h): h for _, h in inspect.getmembers(module) if type(h).__name__ == "Handlers"}.values():
            for kind in handlers.event_types:
                result.setdefault(kind, []).append(handlers.durable)
    return {kind: sorted(durables) for kind, durables in result.items()}


def events_page() -> str:
    """docs/events.md."""
    heard = heard_by()
    lines = [
        "# Events",
        "",
        "Made by `make contracts` from the classes in `shared/events`; the JSON Schema of each is in",
        "`tests/contracts/events`. How to subscribe: README.",
        "",
        f"Each is a CloudEvents 1.0 message in structured JSON on the stream `PRESALES`, subject `{PREFIX}.<tenant>.<type>.<opportunity id>`.",
        "`insights-log` hears all of them.",
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


def problems_page() -> str:
    """docs/problems.md."""
    load_everything()
    lines = ["# Problems", "", "Every `code` of a problem+json answer. Made by `make contracts` from the classes.", "",
             "| code | status | English | 中文 |", "|---|---|---|---|"]  # fmt: skip
    for code, kind in sorted(CATALOGUE.items()):
        if kind.__module__.startswith(("shared", "services", "gateway")):
            lines.append(
                f"| `{code}` | {kind.status} | **{kind.title[0]}**: {kind.en} | **{kind.title[1]}**:{kind.zh} |"
            )
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """docs/settings.md."""
    from gateway.settings import Settings as GatewaySettings

    lines = ["# Settings", "", "Environment variables; `…_FILE` names a file that holds the value. An unknown `PRESALES_*` variable stops the",
             "start. Made by `make contracts` from the settings classes.", ""]  # fmt: skip
    classes = {"gateway": GatewaySettings} | {
        s: importlib.import_module(f"services.{s}.app").Settings for s in SERVICES
    }
    for name, cls in classes.items():
        lines += [f"## {name}", "", "| variable | default | meaning |", "|---|---|---|"]
        for field, info in cls.model_fields.items():
            default = (
                "**needed**" if info.is_required() else f"`{info.default}`" if info.default not in (None, "") else ""
            )
            lines.append(f"| `PRESALES_{field.upper()}` | {default} | {info.description or ''} |")
        lines.append("")
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """The generated reference pages and their text."""
    docs = ROOT / "docs"
    return {
        docs / "events.md": events_page(),
        docs / "problems.md": problems_page(),
        docs / "settings.md": settings_page(),
    }


def as_text(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    assert services
    SCHEMAS.mkdir(exist_ok=True)
    OPENAPI.mkdir(exist_ok=True)
    for kind, event in events().items():
        (SCHEMAS / f"{kind}.json").write_text(as_text(schema(event)), encoding="utf-8")
    for service in SERVICES:
        (OPENAPI / f"{service}.json").write_text(as_text(openapi(service)), encoding="utf-8")
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
