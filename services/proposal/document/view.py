"""A proposal's content as Word templates see it: every figure written out, in one language.

Names are those of `ProposalContent`, without what is internal; `t` holds the headings. A template says
`{{ price_incl_tax }}` or `{%tr for need in requirements %}`.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from services.proposal.content.authored import AfterSalesPart, SectionText
from services.proposal.content.base import Part, Words
from services.proposal.content.client import ClientContent
from services.proposal.content.figures import figures, long_date, said_figures, said_share, tax_rates, warranty_of
from services.proposal.content.model import RisksPart
from services.proposal.content.room import shown_sections, title_of
from services.proposal.document.economics_sheet import price_label
from services.proposal.document.texts import Texts
from services.proposal.domain.sections import BY_CODE

_COLOURS = {"low": "CFE6D4", "moderate": "F6E2B3", "high": "EEBCB5"}
"""Of ratings, as in charts."""
_PLAIN = ("code", "version_label", "title", "opportunity_code", "currency")


def view_of(content: ClientContent, language: str) -> dict[str, Any]:
    """All that a template can name, as text, lists and objects of text."""
    price = content.price
    texts = Texts(language, is_taxed=bool(price.taxes))
    said = {name: (en, zh) for name, en, zh in said_figures(content)}
    view: dict[str, Any] = {name: texts_of[language == "zh"] for name, texts_of in said.items()}
    view |= {name: getattr(content, name) for name in _PLAIN}
    view |= {
        "owner": author_of(content, texts),
        "company": _plain(content.branding.company, language) if content.branding else "",
        "footer": _plain(content.branding.footer, language) if content.branding else "",
        "t": texts.all(content.currency) | _own_titles(content, language),
        "language": language,
        "dated": _written(content.dated),
        "has_words": "price_in_words" in figures(content),
        "client": _plain(content.client, language),
        "scope": _plain(content.scope, language),
        "modules": _plain(content.solution.modules, language),
        "design": _plain(content.solution.design, language),
        "strategy": _plain(content.strategy, language),
        "after_sales": _plain(content.after_sales, language),
        "sections": [
            {**_plain(one, language), "title": texts.name(title_of(content, one.code))} for one in _sections(content)
        ],
        "shown": shown_sections(content),
        "words": {one.code: _plain(one.text, language) for one in _sections(content)},
        "requirements": _plain(content.requirements, language),
        "deviations": _plain(content.deviations, language),
        "work": _plain(content.work, language),
        "items": _plain(price.items, language),
        "phases": _plain(price.phases, language),
        "payments": _plain(price.payments, language),
        "taxes": [{**_plain(one, language), "tax_rate": said_share("tax_rate", one.tax_rate)} for one in price.taxes],
        "discount": price.discount
        and {**_plain(price.discount, language), "share": said_share("discount_share", price.discount.share)},
        "tasks": _plain(content.schedule.tasks, language),
        "milestones": _plain(content.schedule.milestones, language),
        "roles": _plain(content.resources.roles, language),
        "risks": _plain(content.risks.items, language),
        "heat_map": heat_map_of(content.risks, texts),
        "constraints": _plain(content.constraints, language),
        "assumptions": _assumed(content, texts),
        "economics": _economics(content, texts, {name: view[name] for name in said}),
    }
    for rows, fields in _CODED.items():
        for row in view[rows]:
            for field, prefix in fields.items():
                row[field] = texts.coded(prefix, row[field])
    view["words"] = dict.fromkeys(BY_CODE, "") | view["words"]
    view["own_sections"] = [
        one for one in view["sections"] if one["code"] not in BY_CODE and one["code"] in view["shown"]
    ]
    view["terms"] = _terms(content, texts, {name: view[name] for name in said})
    if content.after_sales:
        view["after_sales"] |= _support(content.after_sales, texts)
    for row in view["requirements"]:
        row["checks"] = _checks(row, texts)
    return view


def author_of(content: ClientContent, texts: Texts) -> str:
    """Who makes the offer, as the files name their author: the company, never a person's login."""
    company = _plain(content.branding.company, texts.language) if content.branding else ""
    return str(company or texts("word.supplier"))


def _sections(content: ClientContent) -> tuple[SectionText, ...]:
    return content.sections.items if content.sections else ()


def _terms(content: ClientContent, texts: Texts, said: dict[str, str]) -> list[str]:
    """The terms as sentences, with the facts that other chapters print."""
    facts = {
        "days": str(content.validity_days),
        "currency": content.currency,
        "gross": said["price_incl_tax"],
        "rates": tax_rates(content),
        "count": str(len(content.price.payments)),
    }
    named = ["terms.validity", "terms.price", "terms.payment"]
    if (months := warranty_of(content)) is not None:
        facts["months"] = str(months)
        named.append("support.intro")
    named += ["terms.change", "terms.acceptance", "terms.confidential"]
    return [texts.say(name, facts) for name in named]


def _assumed(content: ClientContent, texts: Texts) -> dict[str, Any]:
    """What was agreed, what else an offer rests on, and what it does not include."""
    calendar = content.schedule.calendar
    days = texts("calendar.weekdays")
    if calendar.announced_until is not None:
        days = texts.say(f"calendar.{calendar.code}", {"until": long_date(calendar.announced_until, texts.language)})
        if calendar.statutory_until is not None and content.schedule.finish > calendar.announced_until:
            days += (" " if texts.language == "en" else "") + texts("calendar.statutory")
    left_out = [f"{item.code} {item.title}" for item in content.scope.excluded]
    given = content.assumptions
    return {
        **_plain(given, texts.language),
        "stated": [*given.stated, *_plain(given.of_estimate, texts.language)],
        "ours": [texts("assumptions.baseline"), days, texts("assumptions.team")],
        "not_included": [*content.scope.out_of_scope, *left_out, texts("assumptions.not-listed")],
    }


def _support(plan: AfterSalesPart, texts: Texts) -> dict[str, Any]:
    """How long the warranty lasts, and the service levels in hours."""

    def within(minutes: int | None) -> str:
        return "–" if minutes is None else texts.say("support.in-hours", {"hours": f"{round(minutes / 60, 1):g}"})

    return {
        "intro": texts.say("support.intro", {"months": str(plan.warranty_months)}),
        "service_levels": [
            {
                "priority": texts.coded("urgency.", level.priority),
                "response": within(level.response_minutes),
                "resolution": within(level.resolution_minutes),
                "hours": level.hours,
                **{name: getattr(level, name) for name in ("response_minutes", "resolution_minutes")},
            }
            for level in plan.service_levels
        ],
    }


def _own_titles(content: ClientContent, language: str) -> dict[str, str]:
    """What persons called a section, in place of its usual title."""
    own = [one for one in _sections(content) if one.code in BY_CODE]
    named = {BY_CODE[one.code].text: _plain(one.title, language) for one in own}
    return {f"{text}_title": title for text, title in named.items() if title}


def _checks(requirement: dict[str, Any], texts: Texts) -> str:
    """How it is measured and when it is accepted, a line each."""
    said = [
        ("requirements.metric", [requirement["metric"]]),
        ("requirements.accepted", requirement["acceptance_criteria"]),
    ]
    colon = "：" if texts.language == "zh" else ": "
    return "\n".join(f"{texts(key)}{colon}{one}" for key, lines in said for one in lines if one)


def _economics(content: ClientContent, texts: Texts, said: dict[str, str]) -> dict[str, Any]:
    """The economic case: its fields, `summary` in sentences and `figures` by name; nothing where there is none."""
    case = content.economics
    if case is None:
        return {}
    back = "payback" if case.discounted_payback_years is not None else "payback-only"
    sentences = ("summary", "no-payback" if case.payback_years is None else back)
    never = texts("economics.never")
    years = {
        name: texts.say("economics.years", {"years": said[name]}) if name in said else never
        for name in ("payback_years", "discounted_payback_years")
    }
    return {
        **_plain(case, texts.language),
        "summary": [texts.say(f"economics.{sentence}", said) for sentence in sentences],
        "price_label": texts(price_label(case, content)),
        "figures": [
            {"name": texts("economics.npv"), "value": said["net_present_value"]},
            {"name": texts("economics.irr"), "value": said.get("irr", texts("economics.irr-none"))},
            {"name": texts("economics.payback-period"), "value": years["payback_years"]},
            {"name": texts("economics.discounted-payback"), "value": years["discounted_payback_years"]},
            {"name": texts("economics.roi"), "value": said.get("return_on_investment", "–")},
            {"name": texts("economics.ratio"), "value": said.get("benefit_outlay_ratio", "–")},
            {"name": texts("economics.discount-rate"), "value": said["discount_rate"]},
        ],
    }


def heat_map_of(risks: RisksPart, texts: Texts) -> dict[str, Any]:
    """Names of the columns, and the rows from the most probable: name and cells (rating, its colour, codes)."""
    columns = [texts.name(level) for level in risks.impact_levels]
    cells = [
        {"rating": texts.coded("rating.", cell.rating), "colour": _COLOURS[cell.rating], "codes": list(cell.codes)}
        for cell in risks.matrix
    ]
    names = [texts.name(level) for level in reversed(risks.probability_levels)]
    width = len(columns)
    rows = [{"name": name, "cells": cells[at * width : (at + 1) * width]} for at, name in enumerate(names)]
    return {"columns": columns, "rows": rows}


_CODED = {
    "requirements": {"priority": "priority.", "kind": "kind."},
    "deviations": {"verdict": "verdict.", "deviation": "deviation."},
    "risks": {"rating": "rating."},
}


def _plain(value: Any, language: str) -> Any:
    """A part as objects, lists and text; what is in two languages in the one wanted, under the plain name."""
    match value:
        case Words():
            return value.said(language)
        case Part():
            said = {name: _plain(getattr(value, name), language) for name in type(value).model_fields}
            chinese = {name for name in said if name.endswith("_zh") and name[:-3] in said}
            if language == "zh":
                # What has no Chinese is said as it is.
                said |= {name[:-3]: said[name] for name in chinese if said[name] or not said[name[:-3]]}
            return {name: one for name, one in said.items() if name not in chinese}
        case tuple():
            return [_plain(one, language) for one in value]
        case dict():
            return {name: _plain(one, language) for name, one in value.items()}
        case bool():
            return value
        case _:
            return "" if value is None else _written(value)


def _written(value: Any) -> str:
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:,}"
        case float():
            return f"{round(value, 2):,g}" if abs(value) < 1e6 else f"{value:,.0f}"  # noqa: PLR2004 (where `g` goes over to powers)
        case _:
            return str(value)
