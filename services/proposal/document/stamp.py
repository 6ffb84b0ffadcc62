"""What leaves of a kept content, and the stamp that each file of it carries for machines.

No page prints a stamp. By it `verify` finds what a file was made from; nothing of it tells how a figure came about.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from services.proposal.content import client
from services.proposal.content.client import ClientContent, for_client
from services.proposal.content.model import ProposalContent
from services.proposal.domain.canonical import content_hash
from services.proposal.domain.sections import TITLES

_HERE = Path(__file__).parent
_OURS = (
    "economics_sheet.py", "stamp.py", "view.py", "word_child.py", "word_template.py", "workbook.py", "worksheets.py",
    "texts.py", "texts.json", "templates/texts.json",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which proposal a file is of, the SHA-256 of the content that was kept, and what made the file."""

    code: str
    version_label: str
    content_hash: str
    engine: str

    @property
    def facts(self) -> dict[str, str]:
        return asdict(self)

    @property
    def data(self) -> str:
        """As JSON."""
        return json.dumps(self.facts, indent=1, sort_keys=True)


def released(content: bytes, engine: str) -> tuple[ClientContent, Stamp]:
    """What of a canonical content the client gets, and the stamp of a file that `engine` makes of it."""
    kept = ProposalContent.model_validate_json(content)
    return for_client(kept), Stamp(kept.code, kept.version_label, content_hash(content), engine)


@cache
def release_code() -> str:
    """The hash of what takes out the internal, shortened."""
    return hashlib.sha256(Path(client.__file__).read_bytes()).hexdigest()[:16]


@cache
def code() -> str:
    """The hash of what writes Word and workbooks, and of the words they share with the templates, shortened."""
    digest = hashlib.sha256(f"{release_code()} {json.dumps(TITLES, sort_keys=True)}".encode())
    for name in _OURS:
        digest.update(name.encode() + b"\0" + (_HERE / name).read_bytes())
    return digest.hexdigest()[:16]
