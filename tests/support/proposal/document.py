"""Documents read again: text, pages and amounts."""

import json
import re

import pypdfium2

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.client import for_client
from services.proposal.document.render import TEMPLATES
from services.proposal.domain.canonical import canonical
from services.proposal.domain.sections import TITLES
from shared.language.events.requirements import FitFacts
from tests.support.proposal.samples import events

CJK = re.compile(r"[\u4e00-\u9fff]")


TEXTS = json.loads((TEMPLATES / "texts.json").read_text(encoding="utf-8")) | TITLES


def content_of(*args, **kwargs):
    """What the client gets."""
    found = events(*args, **kwargs)
    return for_client(assemble(Ingredients(found.baseline, found.estimate, found.price, found.risk)))


def bytes_of(content):
    return canonical(content.model_dump(mode="json"))


def pages_of(pdf):
    return pages_in(pdf.data)


def pages_in(data):
    document = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def text_of(pdf):
    return re.sub(r"\s+", " ", " ".join(pages_of(pdf)))


def squeezed(text):
    return re.sub(r"[\s\u200b]", "", text)


def amount(value):
    return f"{value:,.2f}"


def fitted(name):
    """A sample whose requirements were compared with a product, with every verdict."""
    found = events(name)
    verdicts = ("full", "configuration", "partial", "customisation", "third_party", "roadmap", "none")
    is_zh = found.baseline.opportunity.language == "zh"
    fits = tuple(
        FitFacts(
            requirement_id=item.id,
            requirement_code=item.code,
            verdict=verdict,
            product="CoreLend 5.2",
            capability="授信审批" if is_zh else "Case handling",
            deviation="negative" if verdict in {"none", "roadmap"} else "none",
            response="标准功能支持，上线时完成配置。" if is_zh else "Part of the product, set up at go-live.",
            gap="internal: the module was never finished" if verdict == "partial" else None,
            client_visibility="client",
            client_wording=("缺少批量导入" if is_zh else "No batch import") if verdict == "partial" else None,
            alternative=("首期以人工导入替代" if is_zh else "Imported by hand at first") if verdict == "none" else None,
        )
        for item, verdict in zip(found.baseline.requirements, verdicts * 2, strict=False)
    )
    baseline = found.baseline.model_copy(update={"fits": fits})
    return for_client(assemble(Ingredients(baseline, found.estimate, found.price, found.risk)))
