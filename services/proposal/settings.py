"""Settings of the proposal service."""

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from shared.kernel.links import LinkSettings


class DocumentStorage(BaseModel):
    """Where documents are kept, as the service and backups are told."""

    model_config = ConfigDict(frozen=True)

    documents_folder: Path = Field(
        Path("/var/lib/presales/documents"),
        description="folder of the rendered documents; replicas share it, and it is part of the backup",
    )
    documents_s3_bucket: str = Field(
        "", description="bucket that keeps the documents in the place of the folder; empty: the folder does"
    )
    documents_s3_prefix: str = Field("", description="what the names of objects in the bucket begin with, as a folder")
    documents_s3_endpoint: str = Field("", description="URL of the server that speaks S3; empty: that of Amazon")
    documents_s3_region: str = Field("us-east-1", description="region that requests to the bucket are signed for")
    documents_s3_key_id: SecretStr | None = Field(None, description="access key of the bucket")
    documents_s3_secret: SecretStr | None = Field(None, validate_default=True, description="its secret")

    @field_validator("documents_s3_secret")
    @classmethod
    def _comes_with_a_bucket(cls, secret: SecretStr | None, told: ValidationInfo) -> SecretStr | None:
        if told.data.get("documents_s3_bucket") and not (secret and told.data.get("documents_s3_key_id")):
            raise ValueError("a bucket needs a key and its secret")
        return secret


class Settings(LinkSettings, DocumentStorage):
    """What every service is told, what makes links for clients, and where documents are kept."""

    template_seconds: int = Field(
        5,
        gt=0,
        description="seconds of the processor that a sample document, which is small, may take on an uploaded template",
    )
    documents_after_seconds: float = Field(
        2.5,
        ge=0,
        le=3600,
        description="how long a draft must stand until its PDF in the client's language is made; whoever asks for one"
        " has it made at once",
    )
    keep_draft_documents_days: int = Field(
        30,
        ge=1,
        le=36500,
        description="how long the files of drafts that were replaced or taken back, and went nowhere, are kept;"
        " whoever asks for one later has it made anew",
    )

    @property
    def keep_draft_documents(self) -> timedelta:
        return timedelta(days=self.keep_draft_documents_days)
