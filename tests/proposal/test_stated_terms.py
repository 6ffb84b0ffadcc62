"""Terms that are data are said as data: one source for each, and what the client asks for beside what is offered."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from services.proposal.content.assembly import Ingredients, assemble
from services.proposal.content.authored import ValidityPart
from services.proposal.content.client import for_client
from services.proposal.content.completeness import gaps
from services.proposal.content.difference import hard_limits_missed
from services.proposal.content.offer import offer_of
from services.proposal.content.part_types import Authored
from services.proposal.content.room import room_section
from services.proposal.document.render import render
from services.proposal.document.word import word
from services.proposal.document.word_template import shipped_template
from services.proposal.document.workbook import workbook
from services.proposal.domain.stated_terms import stated_period, stated_share, subject_of
from shared.language.events.estimation.sources import PaymentTermFacts, TermsFacts
from shared.language.events.requirements import ConstraintFacts
from tests.support.proposal.authored import RICH
from tests.support.proposal.document import bytes_of, squeezed, text_of
from tests.support.proposal.office import sheets
from tests.support.proposal.office import text_of as text_of_word
from tests.support.proposal.samples import events, key


@pytest.mark.parametrize(
    ("text", "unit", "period"),
    [
        ("Quotation must be valid for at least 60 calendar days.", "days", 60),
        ("投标有效期不少于 90 日", "days", 90),
        ("投标有效期九十天", "days", None),
        ("A warranty of three years", "months", 36),
        ("三年质保", "months", 36),
        ("质保期 18 个月", "months", 18),
        ("The warranty ends on 31 December 2028.", "months", None),
        ("质保期至 2028 年底", "months", None),
        ("12 months, or 24 months for hardware", "months", None),
        ("Retained for 1095 days", "days", 1095),
        ("自验收起两年", "days", 730),
    ],
)
def test_a_period_is_read_where_the_words_name_exactly_one(text, unit, period):
    assert stated_period(text, unit) == period


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Quotation valid for 60 days", "validity"), ("质保三年", "warranty"), ("付款方式：3-3-3-1", "payment"),
        ("投标保证金 20 万元", "guarantee"), ("质保金 5%，质保期满后支付", "retention"), ("质量保证金 3%", "retention"),
        ("Retention of 5% is paid at the end of the warranty", "retention"), ("5% retained; warranty of 24 months", None),
        ("Data retention of 7 years", None), ("Labor hours order", None), ("实施地点", None),
    ],
)  # fmt: skip
def test_a_limit_in_words_is_known_by_what_it_speaks_of(text, subject):
    assert subject_of(text) == subject


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Retention 5 %", "0.05"), ("质保金为合同价的百分之五", "0.05"), ("retain 2.5 per cent", "0.025"),
        ("5% or 10%", None), ("Retention of at most 5%", None), ("质保金不超过 3%", None), ("质保金", None),
    ],
)  # fmt: skip
def test_a_share_is_read_where_the_words_name_exactly_one_as_the_least(text, share):
    assert stated_share(text) == (share and Decimal(share))


def limit(name, statement=None, is_hard=True):
    return ConstraintFacts(id=key("limit", name), kind="other", name=name, statement=statement, is_hard=is_hard)


def content_of(*limits, authored=None, statement=None):
    found = events("permits", 4)
    needs = found.baseline.requirements
    if statement:
        needs = (needs[0].model_copy(update={"statement": statement}), *needs[1:])
    baseline = found.baseline.model_copy(update={"constraints": limits, "requirements": needs})
    return assemble(Ingredients(baseline, found.estimate, found.price, found.risk), authored or Authored())


LIMITS = (
    limit("Quotation valid for 60 days"), limit("Bid bond", "A bid bond of 20,000."), limit("Payment by milestones"),
    limit("On site", "Work is done on site."), limit("Warranty", "Two years of warranty."),
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_term_that_is_data_is_never_left_open_beside_the_data(language):
    authored = Authored(after_sales_plan=RICH.after_sales_plan)
    content = content_of(*LIMITS, authored=authored)

    text = squeezed(text_of(await render(bytes_of(content), language)))

    assert [(one.limit, one.offered, one.is_met) for one in content.constraints] == [
        ("60", "60", True), (None, None, None), (None, None, None), (None, None, None), ("24", "6", False),
    ]  # fmt: skip
    assert "tobeagreed" not in text
    assert "待商定" not in text
    shares = "/".join(f"{one.share:.0%}" for one in content.price.payments)
    assert f"{shares}{'seepriceandpayment' if language == 'en' else '见报价与付款'}" in text
    assert ("60days60days" if language == "en" else "60天60天") in text


def terms(rate, days, *payments):
    return TermsFacts(
        payments=tuple(
            PaymentTermFacts(code=f"p{i}", name="P", name_zh="P", phase=phase, share=Decimal(share), days_after=after)
            for i, (phase, share, after) in enumerate(payments or (("deployment", "1", 0),))
        ),
        payment_days=30, invoice_days=0, advance_rate=Decimal(0), retention_rate=Decimal(rate), retention_days=days,
        supplier_days=0, staff_days=0,
    )  # fmt: skip


RETENTION = limit("质保金", "质保金 5%，自验收起保留两年")


@pytest.mark.parametrize(
    ("asked", "agreed", "compared"),
    [
        (RETENTION, terms("0.05", 365), [("0.05", "0.05", True), ("730", "730", True)]),
        (RETENTION, terms("0.03", 364), [("0.05", "0.03", False), ("730", "729", False)]),
        (RETENTION, terms("0.05", 1095), [("0.05", "0.05", True), ("730", "1460", True)]),
        (RETENTION, terms("0", 365), [("0.05", "0", False), ("730", "0", False)]),
        # what is paid at the end of the warranty is kept back until then, whatever it is called
        (RETENTION, terms("0", 0, ("build", "0.9", 0), ("warranty", "0.1", 30)),
         [("0.05", "0.1", True), ("730", "395", False)]),
        (limit("Retention", "5% until 90 days after the end of the warranty"), terms("0.05", 60),
         [("0.05", "0.05", True), ("90", "60", False)]),
        (limit("Retention of at most 5%"), terms("0.1", 60), [(None, "0.1", None)]),
        (RETENTION, None, [(None, None, None)]),
    ],
)  # fmt: skip
async def test_a_retention_that_the_client_asks_for_is_compared_with_the_terms_of_payment(asked, agreed, compared):
    found = events("permits", 3)
    baseline = found.baseline.model_copy(update={"constraints": (asked,)})
    price = found.price.model_copy(update={"warranty_months": 12, "terms": agreed})

    content = assemble(Ingredients(baseline, found.estimate, price, found.risk))

    assert [(one.limit, one.offered, one.is_met) for one in content.constraints] == compared
    missed = [one for one in content.constraints if one.is_met is False]
    assert [(one.constraint_id, one.kind) for one in hard_limits_missed(content)] == [(asked.id, one.term) for one in missed]  # fmt: skip
    assert sum(one.code == "constraint_missed" for one in gaps(content)) == bool(missed)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_retention_that_is_printed_as_offered_is_that_of_the_payments(language):
    found = events("permits", 3)
    kept = found.price.milestones[-1].model_copy(update={"code": "retention", "name": "Release of the retention", "name_zh": "质保金返还"})  # fmt: skip
    baseline = found.baseline.model_copy(update={"constraints": (RETENTION,)})
    told = {"warranty_months": 12, "terms": terms("0.1", 365), "milestones": (*found.price.milestones[:-1], kept)}
    content = assemble(Ingredients(baseline, found.estimate, found.price.model_copy(update=told), found.risk))

    text = squeezed(text_of(await render(bytes_of(content), language)))

    assert content.price.payments[-1].share == pytest.approx(float(content.constraints[0].offered))
    assert ("5%10%" in text, ("730days730days" if language == "en" else "730天730天") in text) == (True, True)
    assert [one.share for one in offer_of(for_client(content)).payments] == [one.share for one in content.price.payments]  # fmt: skip


def test_an_offer_that_holds_shorter_than_asked_misses_the_limit():
    content = content_of(LIMITS[0], authored=Authored(validity=ValidityPart(days=30)))

    assert [(gap.code, gap.message) for gap in gaps(content) if gap.code == "constraint_missed"] == [
        ("constraint_missed", "A hard limit of the client is not met: Quotation valid for 60 days.")
    ]


def warranty(months):
    return Authored(after_sales_plan=RICH.after_sales_plan.model_copy(update={"warranty_months": months}))


def test_a_warranty_that_schedule_and_price_do_not_have_blocks():
    codes = {
        months: [one.code for one in gaps(content_of(authored=warranty(months))) if one.is_blocking]
        for months in (6, 36)
    }

    assert codes[36] == [*codes[6], "warranty_contradicts"]


def test_a_requirement_that_asks_for_a_longer_warranty_is_named():
    content = content_of(authored=warranty(6), statement="The supplier gives three years of warranty.")

    [told] = [one for one in gaps(content) if one.code == "warranty_short"]
    assert told.message.endswith("than 6 months: REQ-001.")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_validity_warranty_and_payment_are_the_same_facts_wherever_they_are_printed(language):
    """Changing a fact changes every place: no number of the old one is left in any format."""
    old, new = content_of(authored=warranty(6)), content_of(authored=Authored(after_sales_plan=warranty(7).after_sales_plan, validity=ValidityPart(days=47)))  # fmt: skip

    for content, days, months in ((old, 60, 6), (new, 47, 7)):
        pdf = squeezed(text_of(await render(bytes_of(content), language)))
        letter = squeezed(text_of_word(await word(bytes_of(content), language, shipped_template())))
        room = json.loads(room_section(content, "terms").model_dump_json())
        said = {"en": (f"{days}days", f"lasts{months}months"), "zh": (f"{days}天", f"质保期自正式上线起{months}个月")}[
            language
        ]
        assert [pdf.count(one) for one in said] == [2, 2]
        assert [letter.count(one) for one in said] == [1, 2]
        assert room["figures"]["validity_days"] == days
        assert room_section(content, "support").after_sales.warranty_months == months
        paid = [(str(one.amount), one.due.isoformat()) for one in content.price.payments]
        assert [(one["amount"], one["due"]) for one in room["price"]["payments"]] == paid
        cells = [
            cell for rows in sheets(workbook(bytes_of(content), language)).values() for row in rows for cell in row
        ]
        for one in content.price.payments:
            assert squeezed(f"{one.amount:,}") in pdf
            assert squeezed(f"{one.amount:,}") in letter
            assert float(one.amount) in cells
            assert one.due in cells


def test_the_end_of_the_warranty_is_as_long_after_going_live_as_agreed():
    content = content_of(authored=warranty(6))
    dates = {point.id: point.date for point in content.schedule.milestones}

    assert abs(dates["closed"] - dates["live"] - timedelta(days=182)) < timedelta(days=15)


@pytest.mark.parametrize("plan", [None, RICH.after_sales_plan.model_copy(update={"warranty_months": 36})])
async def test_the_warranty_that_the_price_pays_for_is_the_only_one_that_is_printed(plan):
    found = events("permits", 3)
    baseline = found.baseline.model_copy(update={"constraints": (limit("Warranty", "Two years of warranty."),)})
    price = found.price.model_copy(update={"warranty_months": 6})
    content = assemble(Ingredients(baseline, found.estimate, price, found.risk), Authored(after_sales_plan=plan))

    pdf = squeezed(text_of(await render(bytes_of(content), "en")))
    letter = squeezed(text_of_word(await word(bytes_of(content), "en", shipped_template())))

    [asked] = content.constraints
    assert (asked.limit, asked.offered, asked.is_met) == ("24", "6", False)
    for text in (pdf, letter):
        assert text.count("Thewarrantylasts6monthsfromgoinglive.") == (2 if plan else 1)
        assert "36months" not in text
