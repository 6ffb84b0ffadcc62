"""Configuration from `PRESALES_*` environment variables; `PRESALES_X_FILE` names a file that holds the value of X.

One environment may serve every deployable: `PRESALES_RISK_X` is X for risk alone, and goes before `PRESALES_X`; what
only others know is theirs. What none knows stops the start.
"""

import difflib
import json
import os
import re
import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

PREFIX = "PRESALES_"
BESIDE_POOL = 16
"""Connections of a service process beside its pool, at most: 4 in haste, 6 of its machinery, 5 apart, 1 for health."""
DRIVER = "postgresql+asyncpg"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SHAPE = "postgresql://role:password@host:5432/database"

RECORD = Path(__file__).with_name("known_settings.json")
"""The settings of every deployable, as `make contracts` recorded them: none has the code of all."""
ADMINISTRATION = "administration"
"""Under this name the record has what only commands read."""
_LINK = re.compile(r"_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$")
_ADDRESS = re.compile(r"(tcp|udp|sctp)://")


def database_url(text: str) -> str:
    """The URL of a database for our driver, from one as PostgreSQL's own tools write it too.

    `postgres://` and `postgresql://` are taken, and `sslmode`. Raises `ValueError` with a plain sentence.
    """
    parts = urlsplit(text)
    if parts.scheme not in ("postgres", "postgresql", DRIVER):
        raise ValueError(f"{parts.scheme}:// is not PostgreSQL; write {_SHAPE}")
    if not parts.hostname or not parts.path.strip("/"):
        raise ValueError(f"host or database is missing; write {_SHAPE}")
    query = {"ssl" if name == "sslmode" else name: value for name, value in parse_qsl(parts.query)}
    if unknown := query.keys() - {"ssl"}:
        raise ValueError(f"{', '.join(sorted(unknown))} in the URL is not known here; of parameters only sslmode is")
    if query.get("ssl", "prefer") not in SSL_MODES:
        raise ValueError(f"sslmode is one of {', '.join(SSL_MODES)}")
    return urlunsplit((DRIVER, parts.netloc, parts.path, urlencode(query), ""))


@cache
def recorded() -> Mapping[str, list[str]]:
    """The names of settings by deployable."""
    names: Mapping[str, list[str]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return names


def variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Our variables, without those that Kubernetes sets for each Service of a namespace, whose names may begin so."""
    for variable, value in sorted(environ.items()):
        is_link = _LINK.search(variable) or (variable.endswith("_PORT") and _ADDRESS.match(value))
        if variable.startswith(PREFIX) and not is_link:
            yield variable, value


def chosen(environ: Mapping[str, str], names: set[str], deployable: str | None = None) -> dict[str, str]:
    """The values of `names` that the environment has for `deployable`.

    Raises `SystemExit` with a plain sentence for a variable that no deployable knows, and for a file that cannot be
    read.
    """
    values: dict[str, str] = {}
    own = f"{deployable}_" if deployable else None
    known = {*names, *_known(names, deployable)}
    for is_own in (False, True):
        for variable, value in variables(environ):
            name = variable.removeprefix(PREFIX).lower()
            if is_own and own and name.startswith(own) and name not in names:
                name = name.removeprefix(own)
            elif is_own:
                continue
            setting = name if name in names else name.removesuffix("_file")
            if setting in names:
                values[setting] = value if setting == name else read_file(variable, value)
            elif name not in known and name.removesuffix("_file") not in known and not is_own:
                raise SystemExit(f"{variable} is not a setting{_nearest(name, known)}.")
    return values


def _known(names: set[str], deployable: str | None) -> Iterator[str]:
    """Every name of every deployable, also with the name of the one that it is for."""
    for one, settings in {**recorded(), **({deployable: names} if deployable else {})}.items():
        for setting in settings:
            yield setting
            yield f"{one}_{setting}"


def _nearest(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name.removesuffix("_file"), known, 1)
    if not near:
        return ": docs/settings.md has them all"
    return f"; did you mean {PREFIX}{near[0].upper()}? All are in docs/settings.md"


def read_file(variable: str, path: str) -> str:
    """What the file holds that `variable` names. Raises `SystemExit` with a plain sentence when it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SystemExit(f"{variable}: the file {path} cannot be read: {why}") from None


def _checked(secret: SecretStr) -> SecretStr:
    return SecretStr(database_url(secret.get_secret_value()))


def tls_of(authority: str | None) -> ssl.SSLContext | None:
    """For speaking to a server whose certificate is from `authority` (PEM); None where there is none."""
    return ssl.create_default_context(cadata=authority) if authority else None


def _authority(pem: str | None) -> str | None:
    try:
        tls_of(pem)
    except (ssl.SSLError, ValueError):
        raise ValueError("it is no certificate in PEM") from None
    return pem


def _collector(url: str) -> str:
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("write http://host:4318 or https://host")
    return url


def _signing(pem: SecretStr | None) -> SecretStr | None:
    if pem is not None:
        try:
            is_fit = isinstance(load_pem_private_key(pem.get_secret_value().encode(), None), Ed25519PrivateKey)
        except (ValueError, TypeError):
            is_fit = False
        if not is_fit:
            raise ValueError("it is no Ed25519 private key in PEM without a password")
    return pem


class Settings(BaseModel):
    """What every deployable is told. A misspelt variable stops the start, so that it is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Literal["development", "production"] = Field(
        "production", description="development allows the local token issuer"
    )
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, description="port to listen on")
    header_limit_bytes: int = Field(64 * 1024, gt=0, description="largest address and headers of a request")
    body_limit_bytes: int = Field(8 * 1024 * 1024, gt=0, description="largest request body")
    receive_seconds: float = Field(
        20, gt=0, description="time for a request to arrive; a body has it again for each 4 KiB/s that came"
    )
    log_format: Literal["json", "console"] = Field("json", description="how log lines look")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least severe line written")
    otlp_endpoint: Annotated[str, AfterValidator(_collector)] = Field(
        "",
        description="base URL of an OpenTelemetry collector (OTLP over HTTP) that gets spans; empty: none",
    )
    trace_ratio: float = Field(1, ge=0, le=1, description="share of the traces that begin here which are recorded")

    @property
    def largest_body(self) -> int:
        """The largest body that any path takes."""
        return max(self.body_limit_bytes, getattr(self, "upload_limit_bytes", 0))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, *, deployable: str | None = None) -> Self:
        """Read the settings of `deployable`; exits with a plain sentence when one is unknown, missing or wrong."""
        values = chosen(environ, set(cls.model_fields), deployable)
        try:
            return cls.model_validate(values)
        except ValidationError as wrong:
            problems = "; ".join(
                f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in wrong.errors()
            )
            raise SystemExit(f"Settings are wrong: {problems}") from None


class ServiceSettings(Settings):
    """What every service is told beside that; a service with knobs of its own adds them in a subclass."""

    database_url: Annotated[SecretStr, AfterValidator(_checked)] = Field(
        description="postgresql:// URL of this service's own database, with ?sslmode= where wanted"
    )
    nats_url: str = Field(description="nats:// URLs of the servers, separated by commas")
    nats_ca: Annotated[str | None, AfterValidator(_authority)] = Field(
        None, description="PEM of the authority that NATS's certificate is from; with it, NATS is spoken to by TLS"
    )
    nats_user_seed: SecretStr = Field(description="nkey seed of this service's NATS user (docs/operations.md)")
    internal_public_key: str = Field(description="PEM of the key that the gateway signs internal tokens with")
    audit_key: Annotated[SecretStr | None, AfterValidator(_signing)] = Field(
        None, description="PEM of this service's own Ed25519 key, which signs the seals of its audit trail"
    )
    pool_size: int = Field(
        8, gt=0, description=f"connections kept for requests and events; at its peak a process has {BESIDE_POOL} more"
    )
    reconcile_seconds: float = Field(300, gt=0, description="how often to prove that NATS holds what it acknowledged")
    keep_events_days: int = Field(
        90, ge=1, le=400, description="how long what was said is kept, from which a stream that is lost is filled again"
    )

    @property
    def keep_events(self) -> timedelta:
        return timedelta(days=self.keep_events_days)
