"""What a proposal lacks, by section and by name: what must be mended before it goes out, and what is advised."""

from collections.abc import Iterable, Iterator

from services.proposal.content.authored import SectionText
from services.proposal.content.base import Part
from services.proposal.content.client import for_client
from services.proposal.content.figures import figures, known, warranty_of
from services.proposal.content.model import ProposalContent
from services.proposal.domain.basis import Basis
from services.proposal.domain.loose_figures import loose_figures, placeholders
from services.proposal.domain.part_names import PART_NAMES
from services.proposal.domain.sections import BY_CODE, OF_PART
from services.proposal.domain.stated_terms import DAYS_PER_MONTH, stated_period, subject_of
from shared.kernel.words import filled


class Gap(Part):
    """Something that a section lacks. One that `is_blocking` keeps the proposal from review and from the client."""

    section: str
    code: str
    is_blocking: bool
    message: str
    message_zh: str


_TEXTS: dict[str, tuple[str, str]] = {
    "nothing_offered": ("No requirement is delivered.", "没有任何需求被交付。"),
    "no_background": ("Nothing is said of the client's background.", "未说明客户背景。"),
    "no_objectives": ("Neither objectives nor scope are stated.", "未说明目标与范围。"),
    "no_design": ("Nobody has settled a solution.", "尚未确定技术方案。"),
    "requirements_unmet": (
        "No component meets {count:any requirement|this requirement|these requirements}: {codes}.",
        "以下需求没有对应的组件：{codes}。",
    ),
    "requirements_unknown": (
        "Components name {count:what is|a requirement that is|requirements that are} not offered: {codes}.",
        "组件引用了未提供的需求：{codes}。",
    ),
    "components_unused": (
        "{count:No component meets|This component meets|These components meet} no requirement: {codes}.",
        "以下组件未对应任何需求：{codes}。",
    ),
    "part_behind": (
        "The {name} was made for an earlier baseline or estimate; look at it and settle it again.",
        "{name_zh}依据较早的基线或估算，请检查后重新确认。",
    ),
    "not_compared": (
        "The requirements have not been compared with our products.",
        "尚未将需求与自有产品进行比对。",
    ),
    "partly_compared": (
        "The deviation table lacks {count:nothing|a requirement|# requirements} without a confirmed verdict: {codes}.",
        "以下需求没有经确认的符合性结论，未列入偏离表：{codes}。",
    ),
    "deviation_unanswered": (
        "{count:No deviation|A negative deviation|# negative deviations} without answer and alternative: {codes}.",
        "以下负偏离没有应答或替代方案：{codes}。",
    ),
    "over_allocated": ("More people are needed than the team has: {codes}.", "以下角色的需求超出团队人数：{codes}。"),
    "warranty_contradicts": (
        "After-sales plan: {agreed} months of warranty; schedule and price: {planned}. Estimate or agree it again.",
        "售后方案的质保期为 {agreed} 个月，进度计划与报价按 {planned} 个月编制：请重新估算，或另行商定售后方案。",
    ),
    "warranty_short": (
        "{count:Nobody asks|A requirement asks|# requirements ask} for more warranty than {agreed} months: {codes}.",
        "以下需求的文字要求的质保期长于所提供的 {agreed} 个月：{codes}。",
    ),
    "constraint_missed": (
        "{count:No hard limit|A hard limit|# hard limits} of the client {count:is|is|are} not met: {codes}.",
        "未满足客户的硬性约束：{codes}。",
    ),
    "risk_unanswered": (
        "{count:No high risk|A high risk|# high risks} without a response: {codes}.",
        "以下高风险没有应对措施：{codes}。",
    ),
    "risks_internal": (
        "All risks are internal ({count}): none is shown to the client. Word those that the client should know.",
        "全部风险均为内部信息（{count} 项），未向客户展示；请为应告知客户的风险填写对客表述。",
    ),
    "assumptions_internal": (
        "All assumptions are internal ({count}): none is shown to the client. Word those that the offer rests on.",
        "全部假设均为内部信息（{count} 项），未向客户展示；请为报价所依据的假设填写对客表述。",
    ),
    "no_after_sales_plan": ("There is no after-sales plan.", "没有售后方案。"),
    "no_economic_case": (
        "No economic analysis is offered to the client.",
        "尚未向客户提供经济分析。",
    ),
    "case_of_other_price": (
        "The economic analysis counts on a price of {counted}, but {asked} is asked: offer one that counts on that.",
        "经济分析按报价 {counted} 测算，而本方案报价为 {asked}，因此未予采用；请提供按本报价测算的分析。",
    ),
    "case_is_a_loss": (
        "The economic analysis shows the client a loss: its net present value is {value}.",
        "经济分析显示客户净现值为负：{value}。",
    ),
    "unsized": (
        "{count:No requirement was|# requirement was|# requirements were} estimated without a size: {codes}.",
        "以下需求未计量规模即估算：{codes}。",
    ),
    "section_is_empty": ("It is shown, but nobody has written it.", "该章节已启用，但没有内容。"),
    "untranslated": ("It is written in one language only.", "只有一种语言的文字。"),
    "loose_figure": (
        "It types {count:figures|a figure|figures} that the proposal does not say: {codes}. Use {{name}}.",
        "文字中的数字与方案数据不符：{codes}。请改用 {{名称}} 占位。",
    ),
    "unknown_figure": (
        "It names {count:figures|a figure|figures} that there {count:are|is|are} not: {codes}.",
        "引用了不存在的数据项：{codes}。",
    ),
}
_MANY = 12


def gaps(content: ProposalContent, required: frozenset[str] = frozenset()) -> tuple[Gap, ...]:
    """All that is missing, section by section. In the sections `required`, what is advised elsewhere is a must.

    `content` has its placeholders still, so that what they name can be looked at.
    """
    shown = {item.code: item for item in content.sections.items} if content.sections else {}
    hidden = {code for code, item in shown.items() if not item.is_shown}
    found = [*_of_data(content), *_of_parts(content), *_of_texts(content, shown.values())]
    order = [*shown] or [*BY_CODE]
    return tuple(
        gap.model_copy(update={"is_blocking": gap.is_blocking or gap.section in required})
        for gap in sorted(found, key=lambda gap: order.index(gap.section) if gap.section in order else len(order))
        if gap.section not in hidden
    )


def _gap(
    section: str, code: str, codes: Iterable[str] = (), *, is_blocking: bool = False, kind: str = "", **said: str
) -> Gap:
    named = list(codes)
    listed = ", ".join(named[:_MANY]) + (" …" if len(named) > _MANY else "")
    en, zh = _TEXTS[code]
    names = dict(zip(("name", "name_zh"), PART_NAMES[kind], strict=True)) if kind else {}
    values = {"codes": listed, "count": len(named), **names, **said}
    return Gap(
        section=section,
        code=code,
        is_blocking=is_blocking,
        message=filled(en, values),
        message_zh=filled(zh, values),
    )


def _of_data(content: ProposalContent) -> Iterator[Gap]:
    written = (
        {item.code for item in content.sections.items if item.text.en or item.text.zh} if content.sections else set()
    )
    judged = {row.code for row in content.deviations}
    lists = {
        ("deviation", "partly_compared"): [
            item.code for item in content.requirements if judged and item.code not in judged
        ],
        ("deviation", "deviation_unanswered"): [
            row.code
            for row in content.deviations
            if row.deviation == "negative" and not row.response and not row.alternative
        ],
        ("resources", "over_allocated"): [role.role for role in content.resources.roles if role.over_allocated_from],
        ("objectives_scope", "constraint_missed"): list(
            dict.fromkeys(limit.name for limit in content.constraints if limit.is_hard and limit.is_met is False)
        ),
        ("risks", "risk_unanswered"): [
            risk.code for risk in content.risks.items if risk.rating == "high" and not risk.strategy
        ],
        ("assumptions", "unsized"): list(content.assumptions.unsized_requirement_codes),
    }
    if not content.key_figures.delivered_count:
        yield _gap("requirements", "nothing_offered", is_blocking=True)
    if not content.client.background and "client_background" not in written:
        yield _gap("client_background", "no_background")
    if not content.client.objectives and not content.scope.in_scope and "objectives_scope" not in written:
        yield _gap("objectives_scope", "no_objectives")
    if not content.deviations:
        yield _gap("deviation", "not_compared")
    if content.after_sales is None and "support" not in written:
        yield _gap("support", "no_after_sales_plan")
    yield from _of_warranty(content)
    shown = for_client(content)
    if content.risks.items and not shown.risks.items:
        yield _gap("risks", "risks_internal", count=str(len(content.risks.items)))
    if content.assumptions.stated and not shown.assumptions.stated:
        yield _gap("assumptions", "assumptions_internal", count=str(len(content.assumptions.stated)))
    yield from _of_economics(content, has_words="economics" in written)
    for (section, code), codes in lists.items():
        if codes:
            yield _gap(section, code, codes)


def _of_warranty(content: ProposalContent) -> Iterator[Gap]:
    """One warranty in the whole document: agreed, planned, priced, and as long as the requirements ask for."""
    dates = {point.id: point.date for point in content.schedule.milestones}
    if "live" in dates and "closed" in dates:
        planned = (dates["closed"] - dates["live"]).days / DAYS_PER_MONTH
        agreed = warranty_of(content)
        if agreed is not None and abs(planned - agreed) > max(0.5, 0.03 * agreed):
            yield _gap(
                "support", "warranty_contradicts", is_blocking=True, agreed=str(agreed), planned=f"{planned:.0f}"
            )
        offered = round(planned) if agreed is None else agreed
        asked = {
            item.code: stated_period(item.statement, "months")
            for item in content.requirements
            if item.wbs and subject_of(item.statement) == "warranty"
        }
        longer = [code for code, months in asked.items() if months and months > offered]
        if longer:
            yield _gap("support", "warranty_short", longer, agreed=str(offered))


def _of_economics(content: ProposalContent, *, has_words: bool) -> Iterator[Gap]:
    case, other = content.economics, content.economics_of_other_price
    if other:
        counted = f"{other.counted_currency} {other.counted:,}"
        asked = f"{content.currency} {other.asked:,}"
        yield _gap("economics", "case_of_other_price", is_blocking=True, counted=counted, asked=asked)
    elif case is None and not has_words:
        yield _gap("economics", "no_economic_case")
    if case and case.net_present_value < 0:
        yield _gap("economics", "case_is_a_loss", value=f"{content.currency} {case.net_present_value:,}")


def _of_parts(content: ProposalContent) -> Iterator[Gap]:
    now = Basis(content.basis.epoch, content.basis.estimate_revision)
    for part in content.basis.settled:
        if part.kind in OF_PART and Basis(part.epoch, part.estimate_revision).is_behind(now):
            yield _gap(OF_PART[part.kind], "part_behind", is_blocking=True, kind=part.kind)
    yield from _of_design(content)


def _of_design(content: ProposalContent) -> Iterator[Gap]:
    design = content.solution.design
    if design is None:
        yield _gap("solution", "no_design")
        return
    if not design.components:
        return
    met = dict.fromkeys(code for component in design.components for code in component.requirement_codes)
    offered = [code for module in content.solution.modules for code in module.requirement_codes]
    must = {item.code for item in content.requirements if item.priority == "must"}
    for is_must in (True, False):
        unmet = [code for code in offered if code not in met and (code in must) is is_must]
        if unmet:
            yield _gap("solution", "requirements_unmet", unmet, is_blocking=is_must)
    delivered = {item.code for item in content.requirements}
    unknown = [code for code in met if code not in delivered]
    if unknown:
        yield _gap("solution", "requirements_unknown", unknown)
    unused = [component.code for component in design.components if not component.requirement_codes]
    if unused:
        yield _gap("solution", "components_unused", unused)


def _of_texts(content: ProposalContent, sections: Iterable[SectionText]) -> Iterator[Gap]:
    shown = for_client(content)
    named, said = figures(shown), known(shown)
    for section in sections:
        texts = [text for words in (section.title, section.text) for text in (words.en, words.zh) if text]
        if not (section.text.en or section.text.zh) and section.code not in BY_CODE:
            yield _gap(section.code, "section_is_empty", is_blocking=True)
        if bool(section.text.en) != bool(section.text.zh):
            yield _gap(section.code, "untranslated")
        unknown = [name for text in texts for name in placeholders(text) if name not in named]
        if unknown:
            yield _gap(section.code, "unknown_figure", dict.fromkeys(unknown), is_blocking=True)
        loose = [figure for text in texts for figure in loose_figures(text, said)]
        if loose:
            yield _gap(section.code, "loose_figure", dict.fromkeys(loose), is_blocking=True)
