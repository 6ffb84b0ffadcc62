"""The economic case as a worksheet: flows at their dates, present value and rate of return as formulas."""

from datetime import date, timedelta

from services.proposal.content.client import ClientContent
from services.proposal.content.economics import EconomicsPart
from services.proposal.document.texts import Texts
from services.proposal.document.worksheets import Column, Formula, Workbook

_YEAR_DAYS = 365


def economics_sheet(book: Workbook, content: ClientContent, texts: Texts) -> dict[str, str]:
    """Nothing where there is no case.

    A year has 365 days here, as XNPV and XIRR count: their results are those of the analysis.
    """
    case = content.economics
    if case is None:
        return {}
    sheet = book.sheet(texts("economics.title"))
    sheet.heading(texts("economics.title"))
    rate = sheet.fact(texts("economics.discount-rate"), "share", case.discount_rate)
    sheet.row += 1
    first, flows = sheet.row + 2, case.flows
    last = first + len(flows) - 1
    net = [flow.benefits - flow.price - flow.own_expenses for flow in flows]
    label = texts(price_label(case, content))
    totals = sheet.table(
        [
            Column(texts("workbook.counted_on"), "date", 34),
            *(
                Column(name, "money", 18, is_summed=True)
                for name in (texts("economics.benefits"), label, texts("economics.own"), texts("economics.net"))
            ),
            Column(texts("economics.cumulative"), "money", 18),
            Column(texts("economics.discounted"), "money", 18, is_summed=True),
        ],
        [
            (
                _day(case, flow.time_years), flow.benefits, flow.price, flow.own_expenses,
                Formula("B{row}-C{row}-D{row}", net[at]), Formula(f"SUM(E${first}:E{{row}})", sum(net[: at + 1])),
                Formula(
                    f"E{{row}}/(1+{rate})^((A{{row}}-A${first})/{_YEAR_DAYS})",
                    float(net[at]) / (1 + case.discount_rate) ** flow.time_years,
                ),
            )
            for at, flow in enumerate(flows)
        ],
        texts("price.total"),
    )  # fmt: skip
    dates, moved = f"A{first}:A{last}", f"E{first}:E{last}"
    worth = f"{{}}/(1+{rate})^(({dates}-A{first})/{_YEAR_DAYS})"
    # Spreadsheets know XNPV for positive rates only.
    value = f"XNPV({rate},{moved},{dates})" if case.discount_rate > 0 else totals[6]
    sheet.fact(texts("economics.npv"), "money", case.net_present_value, f"ROUND({value},{book.places})")
    if case.irr is not None:
        # What comes before the first movement is left out: spreadsheets fail when the first amount is nil.
        begin = first + next(at for at, amount in enumerate(net) if amount)
        ranges = f"E{begin}:E{last},A{begin}:A{last}"
        sheet.fact(texts("economics.irr"), "share", case.irr, f"XIRR({ranges},{case.irr!r})")
    if case.return_on_investment is not None:
        spent = f"({totals[2]}+{totals[3]})"
        sheet.fact(texts("economics.roi"), "share", case.return_on_investment, f"({totals[1]}-{spent})/{spent}")
    if case.benefit_outlay_ratio is not None:
        gained, spent = worth.format(f"B{first}:B{last}"), worth.format(f"(C{first}:C{last}+D{first}:D{last})")
        ratio = f"SUMPRODUCT({gained})/SUMPRODUCT({spent})"
        sheet.fact(texts("economics.ratio"), "ratio", case.benefit_outlay_ratio, ratio)
    periods = {"payback-period": case.payback_years, "discounted-payback": case.discounted_payback_years}
    for name, years in periods.items():
        if years is None:
            sheet.fact(texts(f"economics.{name}"), "text", texts("economics.never"))
        else:
            sheet.fact(f"{texts(f'economics.{name}')} ({texts('workbook.in_years')})", "days", years)
    for said in case.assumptions:
        sheet.fact(said.said(texts.language), "text", None)
    return {}


def _day(case: EconomicsPart, time: float) -> date:
    return case.start + timedelta(days=round(time * _YEAR_DAYS))


def price_label(case: EconomicsPart, content: ClientContent) -> str:
    """The key of what the price is called: with or without tax, where there is any."""
    if not content.key_figures.tax_rate:
        return "economics.price"
    return "economics.price-gross" if case.price_includes_tax else "economics.price-net"
