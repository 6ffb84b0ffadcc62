"""What the writer of a typst template needs at a desk: all that is in its reach, with a proposal, as an archive."""

import io
import zipfile

from services.proposal.content.client import for_client
from services.proposal.content.model import ProposalContent
from services.proposal.document.render import TEMPLATES, titles
from services.proposal.document.samples import samples
from services.proposal.document.word_child import LONG_AGO
from services.proposal.domain.canonical import canonical
from shared.charts.picture import DRAWING


def template_kit() -> bytes:
    """The shipped `main.typ` with the parts, the words and a proposal with its logo, as `typst compile` wants them."""
    everything = next(sample for sample in samples() if sample.logo)
    shown = canonical(for_client(ProposalContent.model_validate_json(everything.content)).model_dump(mode="json"))
    parts = (path for folder in (DRAWING, TEMPLATES) for path in sorted(folder.iterdir()) if path.is_file())
    files = {path.name: path.read_bytes() for path in parts}
    files |= {"titles.json": titles().encode(), "content.json": shown, "logo": everything.logo or b""}
    kit = io.BytesIO()
    with zipfile.ZipFile(kit, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return kit.getvalue()
