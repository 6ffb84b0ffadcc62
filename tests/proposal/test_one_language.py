"""A document in one language says what there is in that language, and never the other beside it, in every format."""

from itertools import count

import pytest

from services.proposal.content.base import Part, Words
from services.proposal.content.model import ProposalContent
from services.proposal.document.render import render
from services.proposal.document.samples import GOLDEN
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from services.proposal.domain.canonical import canonical
from tests.support.proposal.document import squeezed, text_of
from tests.support.proposal.office import sheets
from tests.support.proposal.office import text_of as text_of_word


def everything():
    """The sample in which persons settled all there is, and its products have Chinese names."""
    content = ProposalContent.model_validate_json((GOLDEN / "settled.json").read_bytes())
    named = {"product": "CoreLend 5", "product_zh": "信贷核心 5", "capability": "Approval", "capability_zh": "授信审批"}
    rows = tuple(row.model_copy(update=named) for row in content.deviations)
    return content.model_copy(update={"deviations": rows, "branding": None})


class Marked:
    """A content with a mark in place of each text that there is in the other language too: equal for equal texts."""

    def __init__(self, content, unwanted):
        self.unwanted, self.marks, self._numbers = unwanted, {}, count(1)
        self.content = self._part(content)

    def mark(self, text):
        if not text:
            return text
        if isinstance(text, tuple):
            return tuple(self.mark(one) for one in text)
        return self.marks.setdefault(text, f"Zq{next(self._numbers)}x")

    def _part(self, value):
        match value:
            case Words(en=str(), zh=str()):
                return value.model_copy(update={self.unwanted: self.mark(getattr(value, self.unwanted))})
            case Part():
                fields = {name: self._part(getattr(value, name)) for name in type(value).model_fields}
                for name in [name for name in fields if fields.get(f"{name}_zh")]:
                    other = name if self.unwanted == "en" else f"{name}_zh"
                    fields[other] = self.mark(fields[other])
                return value.model_copy(update=fields)
            case tuple():
                return tuple(self._part(one) for one in value)
            case _:
                return value


@pytest.mark.parametrize(("language", "unwanted"), [("zh", "en"), ("en", "zh")])
async def test_no_text_is_printed_in_the_other_language(language, unwanted):
    marked = Marked(everything(), unwanted)
    content = marked.content
    assert len(marked.marks) > 100

    pdf = await render(canonical(content.model_dump(mode="json")), language)
    letter = await word(canonical(content.model_dump(mode="json")), language, shipped_template())
    book = sheets(workbook(canonical(content.model_dump(mode="json")), language))

    printed = {
        "pdf": squeezed(text_of(pdf)),
        "docx": squeezed(text_of_word(letter)),
        "xlsx": squeezed(" ".join(str(cell) for name, rows in book.items() for row in rows for cell in (name, *row))),
    }
    for form, text in printed.items():
        assert [said for said, mark in marked.marks.items() if mark in text] == [], form


async def test_a_product_without_a_chinese_name_is_named_as_it_is():
    content = everything()
    rows = tuple(row.model_copy(update={"product_zh": None}) for row in content.deviations)

    text = text_of(
        await render(canonical(content.model_copy(update={"deviations": rows}).model_dump(mode="json")), "zh")
    )

    assert "CoreLend 5" in text
