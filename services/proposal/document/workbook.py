"""A proposal as a workbook that can be counted through: every total is a formula, with its value beside it.

A reader that does not compute (a preview, a script) sees the values; in a spreadsheet the formulas are live. Text is
always text: a cell that begins with `=` is none.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib.metadata import version

from services.proposal.content.client import ClientContent
from services.proposal.document.economics_sheet import economics_sheet
from services.proposal.document.stamp import code, released
from services.proposal.document.texts import Texts
from services.proposal.document.view import author_of, heat_map_of
from services.proposal.document.worksheets import Column, Sheet, Workbook
from services.proposal.domain.tracing import trace
from shared.language.money import MINOR_UNITS, quantised


def workbook(kept: bytes, language: str) -> bytes:
    """The workbook in `zh` or `en` of what the client gets of a canonical content. Equal content gives equal bytes."""
    content, stamp = released(kept, engine())
    texts = Texts(language, is_taxed=bool(content.price.taxes))
    font = "Microsoft YaHei" if language == "zh" else "Calibri"
    book = Workbook(content, font=font, author=author_of(content, texts), stamp=stamp)
    front = book.sheet(texts("summary.title"))
    cells: dict[str, str] = {}
    for fill in _SHEETS:
        cells |= fill(book, content, texts)
    _summary(front, content, texts, cells)
    return book.bytes()


def engine() -> str:
    """What makes a workbook here and now."""
    return f"xlsxwriter {version('xlsxwriter')}, code {code()}"


Filled = dict[str, str]
"""Names of figures and the cells that they are in."""


def _summary(sheet: Sheet, content: ClientContent, texts: Texts, cells: Filled) -> None:
    key = content.key_figures
    sheet.heading(content.title)
    sheet.widths(34, 26)
    for label, value in (
        ("control.code", content.code),
        ("control.version", content.version_label),
        ("workbook.client", content.client.name),
        ("control.date", content.dated),
        ("workbook.currency", content.currency),
    ):
        sheet.fact(texts(label), "date" if isinstance(value, date) else "text", value)
    sheet.row += 1
    sheet.fact(texts("workbook.requirements"), "count", key.delivered_count)
    if key.short_count:
        sheet.fact(texts("workbook.short"), "count", key.short_count)
    sheet.fact(texts("work.effort"), "days", key.effort_days, cells.get("effort_days"))
    sheet.fact(texts("workbook.start"), "date", key.start)
    sheet.fact(texts("workbook.finish"), "date", key.finish)
    sheet.fact(texts("workbook.p80_finish"), "date", key.p80_finish)
    sheet.row += 1
    discounted = _discounted(sheet, content, texts)
    net = sheet.fact(texts("price.net"), "money", key.price_excl_tax, f"{cells['work_price']}+{cells['items_price']}")
    gross, bases = _taxed(sheet, content, texts, net)
    if key.price_in_words:
        sheet.fact(texts("price.in-words"), "text", key.price_in_words)
    sheet.row += 1
    for label, cell, against in (
        ("workbook.check_phases", cells.get("phases_price"), net),
        ("workbook.check_payments", cells.get("payments"), gross),
        ("workbook.check_taxes", bases, net),
        ("workbook.check_discount", discounted, net),
    ):
        if cell:
            sheet.fact(texts(label), "money", 0, f"ROUND({cell}-{against},{MINOR_UNITS[content.currency]})")


def _discounted(sheet: Sheet, content: ClientContent, texts: Texts) -> str | None:
    """List price and discount; what they leave, as a formula."""
    discount = content.price.discount
    if discount is None:
        return None
    listed = sheet.fact(texts("price.list"), "money", discount.list_price)
    sheet.fact(texts("workbook.discount_share"), "rate", discount.share)
    off = sheet.fact(texts("workbook.discount"), "money", discount.amount)
    return f"({listed}-{off})"


def _taxed(sheet: Sheet, content: ClientContent, texts: Texts, net: str) -> tuple[str, str | None]:
    """A tax for each rate, and the price with them: its cell, and where there are several rates what they are of.

    Where tax is not included, that is said, and the price is the net one.
    """
    key, taxes = content.key_figures, content.price.taxes
    if not taxes:
        sheet.fact(texts("workbook.tax"), "text", texts("workbook.no_tax"))
        return net, None
    places = MINOR_UNITS[content.currency]
    bases, found = [], []
    for one in taxes:
        rate = sheet.fact(texts("workbook.tax_rate"), "rate", one.tax_rate)
        bases.append(net if len(taxes) == 1 else sheet.fact(texts("workbook.tax_base"), "money", one.net))
        # Tax that was rounded by phases is not its base times the rate: then it is a value as it is.
        is_product = quantised(one.net * Decimal(str(one.tax_rate)), content.currency) == one.tax
        formula = f"ROUND({bases[-1]}*{rate},{places})" if is_product else None
        found.append(sheet.fact(texts("workbook.tax"), "money", one.tax, formula))
    gross = sheet.fact(texts("workbook.gross"), "money", key.price_incl_tax, "+".join((net, *found)))
    return gross, f"({'+'.join(bases)})" if len(taxes) > 1 else None


def _requirements(book: Workbook, content: ClientContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("requirements.title"))
    fits = {row.code: row for row in content.deviations}
    design = content.solution.design
    meant = {one.code: one.requirement_codes for one in design.components} if design else {}
    components = trace([item.code for item in content.requirements], meant).met
    sheet.table(
        [
            Column(texts("requirements.code"), width=10), Column(texts("requirements.requirement"), width=34),
            Column(texts("workbook.statement"), width=60), Column(texts("requirements.priority"), width=10),
            Column(texts("qualities.kind"), width=12), Column(texts("workbook.module"), width=22),
            Column(texts("requirements.metric"), width=30), Column(texts("workbook.acceptance"), width=40),
            Column(texts("requirements.source"), width=28),
            Column(texts("workbook.fit"), width=14), Column(texts("workbook.components"), width=18),
            Column(texts("requirements.wbs"), width=12),
        ],
        [
            (
                item.code, item.title, item.statement, texts.coded("priority.", item.priority),
                texts.coded("kind.", item.kind), texts.either(item, "module"), item.metric,
                "\n".join(item.acceptance_criteria),
                "\n".join(f"{source.document} {source.location}" for source in item.sources),
                texts.coded("verdict.", fits[item.code].verdict) if item.code in fits else None,
                ", ".join(components[item.code]), ", ".join(item.wbs),
            )
            for item in content.requirements
        ],
    )  # fmt: skip
    return {}


def _work(book: Workbook, content: ClientContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("sheet.work"))
    sums = sheet.table(
        [
            Column(texts("work.code"), width=10), Column(texts("work.package"), width=48),
            Column(texts("work.requirement"), width=12), Column(texts("workbook.module"), width=24),
            Column(texts("work.effort"), "days", 14, is_summed=True),
            Column(texts.say("word.price", {"currency": content.currency}), "money", 16, is_summed=True),
        ],
        [
            (
                line.code, texts.name(line), line.requirement_code, texts.either(line, "module"), line.effort_days,
                line.price,
            )
            for line in content.work
        ],
        texts("work.total"),
    )  # fmt: skip
    return {"effort_days": sums[4], "work_price": sums[5]}


def _price(book: Workbook, content: ClientContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("price.title"))
    amount = texts.say("word.price", {"currency": content.currency})
    sheet.heading(texts("price.title"))
    items = sheet.table(
        [Column(texts("price.item"), width=34), Column(amount, "money", 18, is_summed=True)],
        [(texts.name(item), item.price) for item in content.price.items] or [("–", Decimal(0))],
        texts("price.total"),
    )
    parts = ("services", "material", "financial")
    phases = sheet.table(
        [
            Column(texts("price.phase"), width=34),
            *(Column(texts(f"component.{part}"), "money", 18, is_summed=True) for part in parts),
            Column(texts("price.total"), "money", 18, is_summed=True),
        ],
        [(texts.name(row), *(getattr(row, part) for part in parts), row.total) for row in content.price.phases],
        texts("price.total"),
    )
    sheet.table(
        [
            Column(texts("workbook.month"), width=34), Column(texts("workbook.planned"), "money", 18, is_summed=True),
            Column(texts("workbook.cumulative"), "money", 18),
        ],
        [(row.month, row.planned, row.cumulative) for row in content.price.months],
        texts("price.total"),
    )  # fmt: skip
    payments = sheet.table(
        [
            Column(texts("payment.milestone"), width=34), Column(texts("payment.due"), "date", 18),
            Column(texts("payment.share"), "share", 18, is_summed=True),
            Column(texts.say("payment.amount", {"currency": content.currency}), "money", 18, is_summed=True),
        ],
        [(texts.name(row), row.due, row.share, row.amount) for row in content.price.payments],
        texts("price.total"),
    )  # fmt: skip
    found = {"items_price": items[1], "phases_price": phases[4]}
    return found | ({"payments": payments[3]} if payments else {})


def _schedule(book: Workbook, content: ClientContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("schedule.title"))
    sheet.table(
        [
            Column(texts("work.code"), width=18), Column(texts("chart.task"), width=46),
            Column(texts("workbook.start"), "date", 13), Column(texts("workbook.finish"), "date", 13),
            Column(texts("workbook.duration"), "days", 12), Column(texts("work.effort"), "days", 12, is_summed=True),
            Column(texts("workbook.float"), "days", 12), Column(texts("schedule.is-critical"), width=10),
            Column(texts("workbook.predecessors"), width=34),
        ],
        [
            (
                task.id, texts.name(task), task.start, task.finish, task.duration_days, task.effort_days,
                task.total_float_days, texts("word.yes") if task.is_critical else None,
                ", ".join(f"{link.predecessor} {link.kind}{link.lag_days:+d}" for link in task.links),
            )
            for task in content.schedule.tasks
        ],
        texts("work.total"),
    )  # fmt: skip
    sheet.table(
        [
            Column(texts("work.code"), width=18), Column(texts("schedule.milestone"), width=46),
            Column(texts("schedule.date"), "date", 13),
        ],
        [(point.id, texts.name(point), point.date) for point in content.schedule.milestones],
    )  # fmt: skip
    return {}


def _resources(book: Workbook, content: ClientContent, texts: Texts) -> Filled:
    plan = content.resources
    sheet = book.sheet(texts("resources.title"))
    sheet.table(
        [
            Column(texts("resources.role"), width=26), Column(texts("resources.team"), "days", 10),
            *(Column(month, "days", 10, is_summed=True) for month in plan.months),
            Column(texts("work.total"), "days", 12, is_summed=True),
        ],
        [(texts.name(role), role.people, *role.days, sum(map(Decimal, map(str, role.days)))) for role in plan.roles],
        texts("work.total"),
    )  # fmt: skip
    return {}


def _risks(book: Workbook, content: ClientContent, texts: Texts) -> Filled:
    if not content.risks.items:
        return {}
    sheet = book.sheet(texts("risks.title"))
    sheet.table(
        [
            Column(texts("risks.code"), width=16), Column(texts("risks.risk"), width=80),
            Column(texts("workbook.rating"), width=12), Column(texts("risks.owner"), width=20),
        ],
        [
            (
                risk.code, texts.either(risk, "title"), texts.coded("rating.", risk.rating),
                texts.either(risk, "owner"),
            )
            for risk in content.risks.items
        ],
    )  # fmt: skip
    heat_map = heat_map_of(content.risks, texts)
    if heat_map["rows"]:
        sheet.grid(
            f"{texts('chart.probability')} / {texts('chart.impact')}",
            heat_map["columns"],
            [
                (row["name"], [(", ".join(cell["codes"]), cell["colour"]) for cell in row["cells"]])
                for row in heat_map["rows"]
            ],
        )
    return {}


def _deviations(book: Workbook, content: ClientContent, texts: Texts) -> Filled:
    if content.deviations:
        book.sheet(texts("deviations.title")).table(
            [
                Column(texts("requirements.code"), width=10), Column(texts("requirements.requirement"), width=36),
                Column(texts("workbook.fit"), width=16), Column(texts("workbook.product"), width=24),
                Column(texts("deviations.deviation"), width=12), Column(texts("deviations.response"), width=40),
                Column(texts("workbook.gap"), width=36), Column(texts("workbook.alternative"), width=36),
            ],
            [
                (
                    row.code, row.title, texts.coded("verdict.", row.verdict), texts.either(row, "product"),
                    texts.coded("deviation.", row.deviation), row.response, row.gap, row.alternative,
                )
                for row in content.deviations
            ],
        )  # fmt: skip
    return {}


def _assumptions(book: Workbook, content: ClientContent, texts: Texts) -> Filled:
    given = content.assumptions
    rows = [*given.stated, *(one.said(texts.language) for one in given.of_estimate)]
    if rows:
        book.sheet(texts("assumptions.title")).table(
            [Column(texts("assumptions.stated"), width=100)], [(one,) for one in rows]
        )
    return {}


_SHEETS: tuple[Callable[[Workbook, ClientContent, Texts], Filled], ...] = (
    _requirements,
    _work,
    _price,
    economics_sheet,
    _schedule,
    _resources,
    _risks,
    _deviations,
    _assumptions,
)
