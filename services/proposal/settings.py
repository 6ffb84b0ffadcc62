"""Settings of the proposal service."""

from pathlib import Path

from pydantic import Field

from shared.kernel.links import LinkSettings


class Settings(LinkSettings):
    """What every service is told, what makes links for clients, and where documents are kept."""

    documents_folder: Path = Field(
        Path("/var/lib/presales/documents"),
        description="folder of the rendered documents; replicas share it, and it is part of the backup",
    )
    template_seconds: int = Field(
        5,
        gt=0,
        description="seconds of the processor that a sample document, which is small, may take on an uploaded template",
    )
    documents_after_seconds: float = Field(
        2.5,
        ge=0,
        le=3600,
        description="how long a draft must stand until its PDFs are made; whoever asks for one has it made at once",
    )
