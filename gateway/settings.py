"""What the gateway is told: where the services are, whose tokens it believes, and its limits."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from gateway.claims import PERSON, ClaimPaths
from gateway.links import ISSUERS
from shared.kernel.settings import Settings as Common

SERVICES = ("requirements", "engagement", "estimation", "risk", "proposal", "insights")

_LINK_KEY = "PEM of the public key that this service signs links with; several, one after another, while it changes"


class Settings(Common):
    """Settings of the gateway."""

    requirements_url: str = Field(description="base URL of the requirements service")
    engagement_url: str = Field(description="base URL of the engagement service")
    estimation_url: str = Field(description="base URL of the estimation service")
    risk_url: str = Field(description="base URL of the risk service")
    proposal_url: str = Field(description="base URL of the proposal service")
    insights_url: str = Field(description="base URL of the insights service")
    internal_private_key: SecretStr = Field(description="PEM of the Ed25519 key that signs internal tokens")
    requirements_link_key: str = Field(description=_LINK_KEY)
    engagement_link_key: str = Field(description=_LINK_KEY)
    risk_link_key: str = Field(description=_LINK_KEY)
    proposal_link_key: str = Field(description=_LINK_KEY)
    link_secret: SecretStr | None = Field(
        None, min_length=32, description="what links were signed with before services had keys, while such are out"
    )
    issuer: str = Field("presales-development", description="`iss` of the access tokens that are believed")
    audience: str = Field("presales", description="`aud` that an access token must have")
    jwks_url: str | None = Field(
        None,
        description="where the issuer publishes its keys; without it, `<issuer>/.well-known/openid-configuration` says",
    )
    subject_claim: str = Field("sub", description="claim that says who it is; `a.b` is `b` in `a`, for all of these")
    tenant_claim: str = Field("tenant", description="claim that says of which tenant: a-z, 0-9 and -")
    roles_claim: str = Field("roles", description="claims that hold roles, separated by commas; `realm_access.roles`")
    scopes_claim: str = Field("scope", description="claims that hold scopes, separated by commas")
    person_claims: str = Field(
        "name=name,name_zh=name_zh,title=title,picture_url=picture,team=team,time_zone=zoneinfo",
        description="what is shown of a person, each with the claim that says it, separated by commas",
    )
    development_key: Path | None = Field(None, description="key file of the development issuer; refused in production")
    cors_origins: str = Field("", description="origins that browsers may call from, separated by commas")
    header_limit_bytes: int = Field(32 * 1024, gt=0, description="largest address and headers of a request")
    upload_limit_bytes: int = Field(32 * 1024 * 1024, gt=0, description="largest file of a client, to /v1/imports")
    rate_limit: int = Field(3000, gt=0, description="requests per caller in each rate window and gateway process")
    rate_limit_per_tenant: int = Field(12_000, gt=0, description="the same per tenant")
    rate_limit_per_address: int = Field(6000, gt=0, description="the same per address, before it is known who calls")
    answer_seconds: float = Field(
        30, gt=0, description="how long a service may take to answer, or to go on answering (its live feed: every 15)"
    )
    ask_again_seconds: float = Field(
        2,
        ge=0,
        description="a read that a service says nothing of for so long is asked again, of another replica; 0: not",
    )
    rate_window_seconds: int = Field(10, gt=0, description="length of the rate window")
    trusted_proxies: str = Field(
        "", description="addresses and networks, separated by commas, whose `X-Forwarded-For` is believed"
    )
    metrics_port: int = Field(0, ge=0, description="internal port for /metrics; 0 for none")

    @model_validator(mode="after")
    def _one_issuer(self) -> Self:
        if self.environment == "production" and self.development_key:
            raise ValueError("the development issuer must not run in production")
        is_outside = self.jwks_url is not None or self.issuer.startswith(("https://", "http://"))
        if is_outside == (self.development_key is not None):
            raise ValueError(
                "set PRESALES_ISSUER to the URL of an issuer, PRESALES_JWKS_URL, or, for local runs alone, "
                "PRESALES_DEVELOPMENT_KEY"
            )
        return self

    @model_validator(mode="after")
    def _known_of_persons(self) -> Self:
        if unknown := self.claim_paths.person.keys() - PERSON.keys():
            raise ValueError(f"PRESALES_PERSON_CLAIMS says {', '.join(sorted(unknown))}; known: {', '.join(PERSON)}")
        return self

    def upstream(self, service: str) -> str:
        """The base URL of a service."""
        url: str = getattr(self, f"{service}_url")
        return url.rstrip("/")

    @property
    def link_keys(self) -> dict[str, str]:
        """The public keys of each service that makes links."""
        return {service: getattr(self, f"{service}_link_key") for service in ISSUERS}

    @property
    def claim_paths(self) -> ClaimPaths:
        """Where the issuer puts what is read from its tokens."""

        def several(names: str) -> tuple[str, ...]:
            return tuple(name.strip() for name in names.split(",") if name.strip())

        person = dict(pair.partition("=")[::2] for pair in several(self.person_claims))
        return ClaimPaths(
            self.subject_claim, self.tenant_claim, several(self.roles_claim), several(self.scopes_claim), person
        )
