"""Proposals to try templates and logos on: small ones that every template has to cope with."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.proposal.content.model import ProposalContent
from services.proposal.domain.canonical import canonical

GOLDEN = Path(__file__).parent / "golden"
LOGO = GOLDEN / "logo.png"
"""What the branding of one of them names."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A content as it is kept, with the file of the logo that it names."""

    name: str
    content: bytes
    logo: bytes | None


@cache
def samples() -> tuple[Sample, ...]:
    """By name: two as they are drafted, and `settled` with everything that persons can add."""
    return tuple(_sample(path) for path in sorted(GOLDEN.glob("*.json")))


def _sample(path: Path) -> Sample:
    content = ProposalContent.model_validate_json(path.read_bytes())
    has_logo = content.branding is not None and content.branding.logo_sha256 is not None
    return Sample(path.stem, canonical(content.model_dump(mode="json")), LOGO.read_bytes() if has_logo else None)
