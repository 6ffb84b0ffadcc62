"""The kinds of templates that a tenant can have: what is set on them, what they have to be, and where to begin."""

from collections.abc import Callable
from dataclasses import dataclass

from services.proposal.document.formats import DOCX, PDF
from services.proposal.document.own_template import check_source
from services.proposal.document.render import BILINGUAL, LANGUAGES, TEMPLATES
from services.proposal.document.word_template import shipped_template
from shared.files.guard import check_package


@dataclass(frozen=True, slots=True)
class TemplateKind:
    """A kind of template. `check` raises `Refused`; `shipped` is the file that counts without a tenant's own."""

    sets: str
    """Media type of the documents that are set on it."""
    languages: tuple[str, ...]
    check: Callable[[bytes], None]
    shipped: Callable[[], bytes]
    shipped_name: str
    ending: str
    media_type: str


KINDS = {
    "word": TemplateKind(DOCX, LANGUAGES, check_package, shipped_template, "proposal-template.docx", "docx", DOCX),
    "typst": TemplateKind(
        PDF,
        (*LANGUAGES, BILINGUAL),
        check_source,
        (TEMPLATES / "main.typ").read_bytes,
        "main.typ",
        "typ",
        "text/plain; charset=utf-8",
    ),
}
