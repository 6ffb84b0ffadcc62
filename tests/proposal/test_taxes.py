"""Several tax rates, a discount, and a price that tax is not included in: what every document says of them."""

import io
import json
import re
from decimal import Decimal

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from services.proposal.content.figures import said_figures
from services.proposal.content.room import room_section
from services.proposal.document.render import TEMPLATES, render
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from tests.support.proposal.document import amount, bytes_of, squeezed, text_of
from tests.support.proposal.office import formulas
from tests.support.proposal.taxes import THREE, content_of

TEXTS = json.loads((TEMPLATES / "texts.json").read_text(encoding="utf-8"))


RATES = st.dictionaries(
    st.sampled_from(["services", "goods", "works", "licences"]),
    st.tuples(
        st.sampled_from([Decimal(text) for text in ("0", "0.06", "0.09", "0.13", "0.08875")]), st.integers(1, 50)
    ),
    min_size=1,
)


@settings(max_examples=25, deadline=None)
@given(rates=RATES, off=st.decimals(0, 9_000, places=2))
def test_what_is_taxed_at_each_rate_adds_up_to_the_price_to_the_cent(rates, off):
    content = content_of(rates, off, size=1)

    key, price = content.key_figures, content.price
    assert len({one.tax_rate for one in price.taxes}) == len(price.taxes)
    if any(rate for rate, _ in rates.values()):
        assert sum(one.net for one in price.taxes) == key.price_excl_tax
        assert sum(one.tax for one in price.taxes) == key.tax
        assert key.price_excl_tax + sum(one.tax for one in price.taxes) == key.price_incl_tax
    else:
        assert (price.taxes, key.tax) == ((), 0)
    if off:
        assert price.discount.list_price - price.discount.amount == key.price_excl_tax
    else:
        assert price.discount is None


@pytest.mark.parametrize("language", ["zh", "en", "bilingual"])
async def test_a_document_has_a_tax_line_for_each_rate_and_the_discount(language):
    content = content_of(THREE, Decimal("12345.67"))

    text = squeezed(text_of(await render(bytes_of(content), language)))

    low, high = content.price.taxes
    discount = content.price.discount
    part = "zh" if language == "bilingual" else language
    for one, rate in ((low, "6%"), (high, "13%")):
        said = TEXTS["price.tax-of"][part].replace("{rate}", rate).replace("{net}", amount(one.net))
        assert squeezed(said) in text
        assert amount(one.tax) in text
    assert "6%/13%" in text
    assert amount(discount.list_price) in text
    assert "−12,345.67" in text
    assert f"{discount.share * 100:.4g}%" in text


async def test_word_and_workbook_have_a_tax_line_for_each_rate_and_the_discount():
    content = content_of(THREE, Decimal("12345.67"))
    low, high = content.price.taxes

    document = docx.Document(io.BytesIO(await word(bytes_of(content), "en", shipped_template())))
    data = workbook(bytes_of(content), "en")

    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert [["6%", amount(low.net), amount(low.tax)], ["13%", amount(high.net), amount(high.tax)]] == [
        row for row in cells if row[0] in {"6%", "13%"}
    ]
    assert [f"Discount {content.price.discount.share * 100:.4g}%", "−12,345.67"] in cells
    summary = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Executive summary").to_python()
    said = [row[:2] for row in summary if row]
    wanted = {"Tax rate": [0.06, 0.13], "Taxed at this rate": [low.net, high.net], "Tax": [low.tax, high.tax]}
    for label, values in wanted.items():
        assert [value for name, value in said if name == label] == [float(value) for value in values]
    assert ["Discount", 12345.67] in said
    assert [value for name, value in said if str(name).endswith("(must be nil)")] == [0, 0, 0, 0]
    gross = float(content.key_figures.price_incl_tax)
    assert [formula for formula, value in formulas(data).values() if value == gross and formula.count("+") == 2]


def test_texts_name_every_rate_and_never_a_mean_of_several():
    content = content_of(THREE, Decimal("12345.67"))

    said = {name: (en, zh) for name, en, zh in said_figures(content)}

    assert said["tax_rate"] == ("6% / 13%", "6% / 13%")
    assert said["discount"] == ("CNY 12,345.67", "12,345.67 元")


def test_a_rate_is_said_as_it_is():
    content = content_of({"services": (Decimal("0.08875"), 1)})

    assert {name: en for name, en, _ in said_figures(content)}["tax_rate"] == "8.875%"


def test_a_room_names_no_tax_where_none_is_in_the_price():
    known, unknown = (room_section(one, "cost").figures for one in (content_of(THREE), content_of()))

    assert (unknown.tax_rate, unknown.tax) == (None, None)
    assert unknown.price_incl_tax == unknown.price_excl_tax
    assert known.tax > 0


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_where_no_rate_is_known_the_price_reads_as_one_without_tax(language):
    content = content_of({"services": (Decimal(0), 1)}, name="permits")
    wanted = "不含税" if language == "zh" else "tax not included"

    text = text_of(await render(bytes_of(content), language))
    document = docx.Document(io.BytesIO(await word(bytes_of(content), language, shipped_template())))
    data = workbook(bytes_of(content), language)

    written = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    cells = str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    for said in (text, written, cells):
        assert squeezed(wanted) in squeezed(said)
        assert not re.search("(?<!不)含税|with tax|including tax", said)
    assert amount(content.key_figures.price_incl_tax) in text


def test_a_client_room_shows_taxes_and_discount():
    content = content_of(THREE, Decimal(100))

    price = room_section(content, "cost").price

    assert (price.taxes, price.discount) == (content.price.taxes, content.price.discount)
