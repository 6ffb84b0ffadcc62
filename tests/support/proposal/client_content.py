"""What of a proposal's content is said to a client."""

import io
import json
import re
import zipfile

import pypdfium2

from services.proposal.document.formats import PDF, XLSX


def said_in(data, media_type):
    """Everything that a file says: pages, cells, properties and attachments, without markup."""
    if media_type == PDF:
        document = pypdfium2.PdfDocument(data)
        parts = [page.get_textpage().get_text_bounded() for page in document]
        parts += [json.dumps(document.get_metadata_dict())]
        attached = [document.get_attachment(at) for at in range(document.count_attachments())]
        parts += [bytes(one.get_data()).decode() for one in attached]
        document.close()
        return "\n".join(parts)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        texts = [package.read(name).decode(errors="replace") for name in package.namelist()]
    return "\n".join(re.sub(r"<[^>]*>", " " if media_type == XLSX else "", text) for text in texts)
