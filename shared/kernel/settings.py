"""Configuration from `PRESALES_*` environment variables; `PRESALES_X_FILE` names a file that holds the value of X."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

PREFIX = "PRESALES_"
DRIVER = "postgresql+asyncpg"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SHAPE = "postgresql://role:password@host:5432/database"


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


def read_file(variable: str, path: str) -> str:
    """What the file holds that `variable` names. Raises `SystemExit` with a plain sentence when it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SystemExit(f"{variable}: the file {path} cannot be read: {why}") from None


def _checked(secret: SecretStr) -> SecretStr:
    return SecretStr(database_url(secret.get_secret_value()))


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

    @property
    def largest_body(self) -> int:
        """The largest body that any path takes."""
        return max(self.body_limit_bytes, getattr(self, "upload_limit_bytes", 0))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; exits with a plain sentence when a variable is unknown, missing or wrong."""
        values: dict[str, str] = {}
        for key, value in environ.items():
            if not key.startswith(PREFIX):
                continue
            name = key.removeprefix(PREFIX).lower()
            if name not in cls.model_fields and name.removesuffix("_file") in cls.model_fields:
                name, value = name.removesuffix("_file"), read_file(key, value)  # noqa: PLW2901
            if name not in cls.model_fields:
                known = ", ".join(sorted(PREFIX + field.upper() for field in cls.model_fields))
                raise SystemExit(f"{key} is not a setting here. Known: {known}")
            values[name] = value
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
    nats_user_seed: SecretStr = Field(description="nkey seed of this service's NATS user (docs/operations.md)")
    internal_public_key: str = Field(description="PEM of the key that the gateway signs internal tokens with")
    audit_key: Annotated[SecretStr | None, AfterValidator(_signing)] = Field(
        None, description="PEM of this service's own Ed25519 key, which signs the seals of its audit trail"
    )
    reconcile_seconds: float = Field(300, gt=0, description="how often to prove that NATS holds what it acknowledged")
