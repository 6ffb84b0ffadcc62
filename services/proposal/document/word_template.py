"""The Word template that is shipped, written out: what tenants download and make their own.

Tags are those of docxtpl: `{{ }}` is text, `{%p %}` stands for its paragraph, `{%tr %}` for its table row.
"""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from services.proposal.document.word_child import packed_again
from services.proposal.domain.sections import SECTIONS, Section

_NAVY = RGBColor(0x14, 0x30, 0x4F)
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def shipped_template() -> bytes:
    """The template as a file."""
    document = Document()
    _look(document)
    _cover(document)
    for section in SECTIONS:
        _section(document, section)
    document.add_paragraph("{%p for one in own_sections %}")
    document.add_paragraph("{{ one.title }}", style="Heading 1")
    document.add_paragraph("{{ one.text }}")
    document.add_paragraph("{%p endfor %}")
    file = io.BytesIO()
    document.save(file)
    return packed_again(file.getvalue())


def _cover(document: Any) -> None:
    _when(document, "logo", lambda: document.add_paragraph("{{ logo }}"))
    document.add_paragraph("{{ title }}", style="Title")
    document.add_paragraph("{{ client.name }}", style="Subtitle")
    _facts(document, {
        "{{ t.control_code }}": "{{ code }}", "{{ t.control_version }}": "{{ version_label }}",
        "{{ t.control_date }}": "{{ dated }}", "{{ t.control_owner }}": "{{ owner }}",
    })  # fmt: skip
    document.add_page_break()


def _look(document: Any) -> None:
    document.core_properties.created = document.core_properties.modified = _LONG_AGO
    for name, size in (("Normal", 10), ("Title", 26), ("Heading 1", 16), ("Heading 2", 12)):
        style = document.styles[name]
        style.font.name, style.font.size = "Calibri", Pt(size)
        # Word takes Chinese characters from a face of their own.
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Microsoft YaHei")
        if name != "Normal":
            style.font.color.rgb = _NAVY


def _when(document: Any, condition: str, write: Any) -> None:
    document.add_paragraph(f"{{%p if {condition} %}}")
    write()
    document.add_paragraph("{%p endif %}")


def _section(document: Any, section: Section) -> None:
    """A heading with people's own words under it and what data say; not there where the proposal does not show it."""
    document.add_paragraph(f"{{%p if '{section.code}' in shown %}}")
    document.add_heading(f"{{{{ t.{section.text}_title }}}}", level=1)
    _when(document, f"words.{section.code}", lambda: document.add_paragraph(f"{{{{ words.{section.code} }}}}"))
    if section.code in _WRITERS:
        _WRITERS[section.code](document)
    document.add_paragraph("{%p endif %}")


def _summary(document: Any) -> None:
    _facts(document, {
        "{{ t.workbook_requirements }}": "{{ delivered_count }}", "{{ t.work_effort }}": "{{ effort_days }}",
        "{{ t.workbook_start }}": "{{ start }}", "{{ t.workbook_finish }}": "{{ finish }}",
        "{{ t.workbook_p80_finish }}": "{{ p80_finish }}", "{{ t.price_net }}": "{{ price_excl_tax }}",
        "{{ t.workbook_tax }}": "{% if taxes %}{{ tax }}{% else %}{{ t.workbook_no_tax }}{% endif %}",
        "{{ t.workbook_gross }}": "{{ price_incl_tax }}",
    })  # fmt: skip
    _when(document, "has_words", lambda: document.add_paragraph("{{ t.price_in_words }}{{ price_in_words }}"))


def _background(document: Any) -> None:
    _when(document, "client.background", lambda: document.add_paragraph("{{ client.background }}"))
    _list(document, "background_pains", "client.pains")


def _scope(document: Any) -> None:
    for title, items in (
        ("background_objectives", "client.objectives"),
        ("scope_in", "scope.in_scope"),
        ("scope_out", "scope.out_of_scope"),
        ("background_success", "client.success_criteria"),
    ):
        _list(document, title, items)


def _value(document: Any) -> None:
    _when(document, "strategy", lambda: _strategy(document))


def _strategy(document: Any) -> None:
    _bullets(document, "strategy.win_themes")
    _rows(document, "step", "strategy.value_story", {
        "value_pain": ("{{ step.pain }}", 4), "value_capability": ("{{ step.capability }}", 4),
        "value_benefit": ("{{ step.benefit }}", 4), "value_evidence": ("{{ step.evidence }}", 4),
    })  # fmt: skip


def _solution(document: Any) -> None:
    _when(document, "design and design.summary", lambda: document.add_paragraph("{{ design.summary }}"))
    _rows(document, "module", "modules", {
        "modules_name": ("{{ module.name }}", 9), "modules_requirements": ("{{ module.requirement_count }}", 3.5),
        "modules_effort": ("{{ module.effort_days }}", 3.5),
    })  # fmt: skip


def _requirements(document: Any) -> None:
    _rows(document, "need", "requirements", {
        "requirements_code": ("{{ need.code }}", 2.2),
        "requirements_requirement": (
            "{{ need.title }}: {{ need.statement }}{% if need.checks %}\n{{ need.checks }}{% endif %}", 9.8,
        ),
        "requirements_priority": ("{{ need.priority }}", 2), "requirements_wbs": ("{{ need.wbs|join(', ') }}", 2),
    })  # fmt: skip


def _deviations(document: Any) -> None:
    _rows(document, "row", "deviations", {
        "requirements_code": ("{{ row.code }}", 2.2), "requirements_requirement": ("{{ row.title }}", 5),
        "workbook_fit": ("{{ row.verdict }}", 2.2), "deviations_deviation": ("{{ row.deviation }}", 2),
        "deviations_response": ("{{ row.response }}", 4.6),
    })  # fmt: skip


def _price(document: Any) -> None:
    _when(document, "discount", lambda: _facts(document, {
        "{{ t.price_list }}": "{{ discount.list_price }}",
        "{{ t.workbook_discount }} {{ discount.share }}": "−{{ discount.amount }}",
        "{{ t.price_net }}": "{{ price_excl_tax }}",
    }))  # fmt: skip
    _rows(document, "phase", "phases", {
        "price_phase": ("{{ phase.name }}", 3.4), "component_services": ("{{ phase.services }}", 3.2),
        "component_material": ("{{ phase.material }}", 3.2), "component_financial": ("{{ phase.financial }}", 3),
        "price_total": ("{{ phase.total }}", 3.2),
    })  # fmt: skip
    _rows(document, "one", "taxes", {
        "workbook_tax_rate": ("{{ one.tax_rate }}", 4), "workbook_tax_base": ("{{ one.net }}", 6),
        "workbook_tax": ("{{ one.tax }}", 6),
    })  # fmt: skip
    _rows(document, "payment", "payments", {
        "payment_milestone": ("{{ payment.name }}", 8), "payment_due": ("{{ payment.due }}", 3.5),
        "payment_amount": ("{{ payment.amount }}", 4.5),
    })  # fmt: skip


def _schedule(document: Any) -> None:
    _rows(document, "point", "milestones", {
        "schedule_milestone": ("{{ point.name }}", 12), "schedule_date": ("{{ point.date }}", 4),
    })  # fmt: skip


def _resources(document: Any) -> None:
    _rows(document, "role", "roles", {
        "resources_role": ("{{ role.name }}", 8), "resources_team": ("{{ role.people }}", 4),
        "resources_days": ("{{ role.total_days }}", 4),
    })  # fmt: skip


def _risks(document: Any) -> None:
    _when(document, "risks and heat_map.rows", lambda: _heat_map(document))
    _rows(document, "risk", "risks", {
        "risks_code": ("{{ risk.code }}", 2.6), "risks_risk": ("{{ risk.title }}", 8.2),
        "workbook_rating": ("{{ risk.rating }}", 2.4), "risks_owner": ("{{ risk.owner }}", 2.8),
    })  # fmt: skip


def _support(document: Any) -> None:
    _when(document, "after_sales", lambda: _after_sales(document))


def _after_sales(document: Any) -> None:
    document.add_paragraph("{{ after_sales.intro }}")
    _rows(document, "level", "after_sales.service_levels", {
        "support_priority": ("{{ level.priority }}", 4), "support_response": ("{{ level.response }}", 4),
        "support_resolution": ("{{ level.resolution }}", 4), "support_hours": ("{{ level.hours }}", 4),
    })  # fmt: skip
    _when(document, "after_sales.warranty_terms", lambda: document.add_paragraph("{{ after_sales.warranty_terms }}"))


def _assumptions(document: Any) -> None:
    _list(document, "assumptions_stated", "assumptions.stated")
    _list(document, "assumptions_ours", "assumptions.ours")
    _list(document, "assumptions_exclusions", "assumptions.not_included")


def _terms(document: Any) -> None:
    _bullets(document, "terms")


def _list(document: Any, key: str, items: str) -> None:
    """Paragraphs under a heading, where there are any."""
    document.add_paragraph(f"{{%p if {items} %}}")
    document.add_paragraph(f"{{{{ t.{key} }}}}", style="Heading 2")
    _bullets(document, items)
    document.add_paragraph("{%p endif %}")


def _bullets(document: Any, items: str) -> None:
    document.add_paragraph(f"{{%p for one in {items} %}}")
    document.add_paragraph("{{ one }}", style="List Bullet")
    document.add_paragraph("{%p endfor %}")


def _facts(document: Any, facts: dict[str, str]) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in facts.items():
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
        cells[0].paragraphs[0].runs[0].bold = True
    _widths(table, (5.5, 10.5))


def _rows(document: Any, name: str, items: str, columns: dict[str, tuple[str, float]]) -> None:
    """A table with a row for each of `items`, if any; by the key of each heading, what it says and its width in cm."""
    document.add_paragraph(f"{{%p if {items} %}}")
    table = document.add_table(rows=1, cols=len(columns), style="Light Grid Accent 1")
    for cell, key in zip(table.rows[0].cells, columns, strict=True):
        cell.text = f"{{{{ t.{key} }}}}"
    # The heading comes again where the table goes on overleaf.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 (python-docx has no name for it)
    table.add_row().cells[0].text = f"{{%tr for {name} in {items} %}}"
    row = table.add_row()
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
    for cell, (value, _) in zip(row.cells, columns.values(), strict=True):
        cell.text = value
    table.add_row().cells[0].text = "{%tr endfor %}"
    for run in (run for row in table.rows for cell in row.cells for run in cell.paragraphs[0].runs):
        run.font.size = Pt(8.5)
    _widths(table, [width for _, width in columns.values()])
    document.add_paragraph()
    document.add_paragraph("{%p endif %}")


def _economics(document: Any) -> None:
    _when(document, "economics", lambda: _case(document))


def _case(document: Any) -> None:
    _bullets(document, "economics.summary")
    _rows(document, "one", "economics.figures", {
        "economics_measure": ("{{ one.name }}", 9), "economics_value": ("{{ one.value }}", 7),
    })  # fmt: skip
    _rows(document, "one", "economics.years", {
        "economics_year": ("{{ one.year }}", 1.4), "economics_benefits": ("{{ one.benefits }}", 3),
        "economics_price": ("{{ one.price }}", 3), "economics_own": ("{{ one.own_expenses }}", 2.8),
        "economics_net": ("{{ one.net }}", 3), "economics_cumulative": ("{{ one.cumulative }}", 3),
    })  # fmt: skip
    document.add_paragraph("{{ economics.price_label }}: {{ economics.price }} {{ currency }}")
    _list(document, "economics_assumptions", "economics.assumptions")


def _heat_map(document: Any) -> None:
    """A table with as many columns as the matrix of risks has; each cell in the colour of its rating."""
    document.add_paragraph("{{ t.figure_heat_map }}")
    table = document.add_table(rows=4, cols=4, style="Table Grid")
    table.rows[0].cells[0].text = "{{ t.chart_probability }} / {{ t.chart_impact }}"
    _abreast(table.rows[0], "{%tc for name in heat_map.columns %}", "{{ name }}")
    table.rows[1].cells[0].text = "{%tr for row in heat_map.rows %}"
    table.rows[2].cells[0].text = "{{ row.name }}"
    _abreast(table.rows[2], "{%tc for cell in row.cells %}", "{% cellbg cell.colour %}{{ cell.codes|join(', ') }}")
    table.rows[3].cells[0].text = "{%tr endfor %}"
    document.add_paragraph()


def _abreast(row: Any, loop: str, said: str) -> None:
    for cell, text in zip(row.cells[1:], (loop, said, "{%tc endfor %}"), strict=True):
        cell.text = text


def _widths(table: Any, widths: Sequence[float]) -> None:
    table.autofit = False
    # Word goes by the cells, other programs by the columns.
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)


_WRITERS: dict[str, Callable[[Any], None]] = {
    "executive_summary": _summary,
    "client_background": _background,
    "objectives_scope": _scope,
    "value": _value,
    "solution": _solution,
    "requirements": _requirements,
    "deviation": _deviations,
    "schedule": _schedule,
    "resources": _resources,
    "cost": _price,
    "economics": _economics,
    "risks": _risks,
    "support": _support,
    "assumptions": _assumptions,
    "terms": _terms,
}
"""What data say in each section."""
