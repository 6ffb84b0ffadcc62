"""What the gateway is told: where the services are, whose tokens it believes, and its limits."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.settings import Settings as Common

SERVICES = ("requirements", "engagement", "estimation", "risk", "proposal", "insights")


class Settings(Common):
    """Settings of the gateway."""

    requirements_url: str = Field(description="base URL of the requirements service")
    engagement_url: str = Field(description="base URL of the engagement service")
    estimation_url: str = Field(description="base URL of the estimation service")
    risk_url: str = Field(description="base URL of the risk service")
    proposal_url: str = Field(description="base URL of the proposal service")
    insights_url: str = Field(description="base URL of the insights service")
    internal_private_key: SecretStr = Field(description="PEM of the Ed25519 key that signs internal tokens")
    link_secret: SecretStr = Field(min_length=32, description="signs links for clients; the services' too")
    issuer: str = Field("presales-development", description="`iss` of the access tokens that are believed")
    audience: str = Field("presales", description="`aud` that an access token must have")
    jwks_url: str | None = Field(None, description="where the issuer publishes its keys")
    development_key: Path | None = Field(None, description="key file of the development issuer; refused in production")
    cors_origins: str = Field("", description="origins that browsers may call from, separated by commas")
    body_limit_bytes: int = Field(8 * 1024 * 1024, gt=0, description="largest request body")
    upload_limit_bytes: int = Field(32 * 1024 * 1024, gt=0, description="largest file of a client, to /v1/imports")
    rate_limit: int = Field(3000, gt=0, description="requests per caller in each rate window")
    rate_window_seconds: int = Field(10, gt=0, description="length of the rate window")
    metrics_port: int = Field(0, ge=0, description="internal port for /metrics; 0 for none")

    @model_validator(mode="after")
    def _one_issuer(self) -> Self:
        if self.environment == "production" and self.development_key:
            raise ValueError("the development issuer must not run in production")
        if (self.jwks_url is None) == (self.development_key is None):
            raise ValueError("set either PRESALES_JWKS_URL or, for local runs, PRESALES_DEVELOPMENT_KEY")
        return self

    def upstream(self, service: str) -> str:
        """The base URL of a service."""
        url: str = getattr(self, f"{service}_url")
        return url.rstrip("/")
