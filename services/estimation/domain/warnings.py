"""What an estimate takes for granted, or what looks wrong in it: told in both languages, to be judged by a person.

A warning names what it is about and with which figures, so that a judgement of it holds as long as these are the same.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from uuid import UUID, uuid5

from services.estimation.domain.apportion import in_days
from services.estimation.domain.baseline import Baseline
from services.estimation.domain.benchmark import benchmark_of
from services.estimation.domain.cost_items import PARAMETER_SET_ITEM, Wanted, stood_back
from services.estimation.domain.costing import Costing, Inputs
from services.estimation.domain.exchange_rates import PARAMETER_SET
from services.estimation.domain.parameters import Parameters
from services.estimation.domain.plan import Plan
from services.estimation.domain.rates import RoleRate
from services.estimation.domain.wbs import WorkBreakdown
from services.estimation.domain.working import Caution

_NAMED = 10
"""So many subjects stand in a message; all of them are in `subjects`."""


def warning_id(opportunity_id: UUID, found: Caution) -> UUID:
    """The same for the same subjects and figures of an opportunity, in whichever revision they come up."""
    return uuid5(opportunity_id, "\0".join(("warning", found.code, *found.subjects, found.message, found.internal)))


def warnings_of(
    baseline: Baseline, work: WorkBreakdown, plan: Plan, costing: Costing, parameters: Parameters, inputs: Inputs
) -> Iterator[Caution]:
    """Everything of an estimate that nobody has said, or that contradicts itself."""
    return chain(
        _of_sizes(work),
        _of_start(baseline, plan, inputs),
        _of_calendar(plan),
        _of_benchmark(baseline, parameters),
        _of_rates(costing, parameters),
        _of_conversion(costing),
        _of_exchange_rates(costing),
        _of_items(costing, parameters, inputs),
        _of_warranty(baseline, parameters.planning.warranty_months, inputs),
        _of_terms(baseline, parameters, inputs),
    )


def _of_sizes(work: WorkBreakdown) -> Iterator[Caution]:
    texts = {
        "default_size": (
            "requirements_unsized",
            "{count} requirements have no size and were given the usual one of their kind, {days:g} days: {who}.",
            "{count} 项需求未给出规模，按同类典型规模计，共 {days:g} 人日：{who}。",
        ),
        "days": (
            "requirements_with_usual_days",
            "{count} requirements of kinds that have no size were given the usual days, {days:g} in all: {who}.",
            "{count} 项需求的类别不计规模，按典型工作量计，共 {days:g} 人日：{who}。",
        ),
    }
    for method, (code, en, zh) in texts.items():
        codes = work.codes_by(method)
        if codes:
            units = sum(line.units for line in work.lines if line.method == method and not line.is_gap)
            yield _about(code, en, zh, codes, days=in_days(units))
    empty = tuple(
        line.requirement.code
        for line in work.lines
        if line.requirement and line.method == "sized" and not line.function_points and not line.is_gap
    )
    if empty:
        en = "{count} requirements have a size of nothing, and nearly no effort: {who}."
        yield _about("requirements_of_no_size", en, "{count} 项需求的规模为零，几乎不计工作量：{who}。", empty)
    gaps = tuple(
        line.requirement.code for line in work.lines if line.requirement and line.is_gap and line.method in _ASSUMED
    )
    if gaps:
        units = sum(line.units for line in work.lines if line.is_gap and line.method in _ASSUMED)
        yield _about(
            "gaps_with_usual_days",
            "Nobody has judged what it takes to close the gaps of {count} requirements; the usual share stands for it,"
            " {days:g} days in all: {who}.",
            "{count} 项需求的差距工作量无人判断，按常用比例计，共 {days:g} 人日：{who}。",
            gaps,
            days=in_days(units),
        )


_ASSUMED = frozenset({"sized", "default_size", "days"})
"""How the effort of a gap is computed where no person judged it."""


def _of_start(baseline: Baseline, plan: Plan, inputs: Inputs) -> Iterator[Caution]:
    day = plan.start.isoformat()
    if inputs.today and plan.start < inputs.today:
        yield Caution(
            "start_in_the_past",
            f"The work is planned to start on {day}, which is before the day of the estimate.",
            f"计划开始日期 {day} 早于估算日期。",
            (day,),
        )
    if baseline.planned_start is None:
        yield Caution(
            "start_assumed",
            f"Nobody has said when the work starts; {day} is taken, the usual time after the approval.",
            f"尚未确定开始日期；按批准后的常用间隔取 {day}。",
            (day,),
        )


def _of_calendar(plan: Plan) -> Iterator[Caution]:
    years = plan.calendar.unknown_years(plan.start, plan.windows[-1].finish)
    if years:
        yield _about(
            "calendar_years_without_data",
            "No public holidays are known of {who}: every weekday of these years is counted as a working day.",
            "尚无 {who} 年的节假日数据：这些年份的工作日按全部周一至周五计。",
            tuple(map(str, years)),
        )


def _of_benchmark(baseline: Baseline, parameters: Parameters) -> Iterator[Caution]:
    found = benchmark_of(baseline.industry, parameters.benchmarking.benchmarks)
    if found == parameters.benchmarking.general:
        name = baseline.industry or "-"
        yield Caution(
            "industry_without_benchmark",
            f"There is no benchmark of the client's industry ({name}); that of all industries is taken,"
            f" {found.p50_hours_per_fp:g} h/FP.",
            f"没有客户行业（{name}）的基准数据；采用全行业基准，每功能点 {found.p50_hours_per_fp:g} 人时。",
            (name,),
        )


def _of_rates(costing: Costing, parameters: Parameters) -> Iterator[Caution]:
    assumed = [rate for _, rate in sorted(costing.rates.items()) if _is_assumed(rate, parameters)]
    if assumed:
        yield _about(
            "rates_assumed",
            "No rate says exactly what these roles cost; the mean of the seniorities, or the rate of all, is taken:"
            " {who}.",
            "以下角色没有完全对应的费率，取各级别均值或通用费率：{who}。",
            tuple(rate.role for rate in assumed),
            internal=" ".join(f"{rate.daily_cost:.4f}" for rate in assumed),
        )


def _of_conversion(costing: Costing) -> Iterator[Caution]:
    converted = [rate for _, rate in sorted(costing.rates.items()) if rate.quotes]
    if converted:
        pairs = sorted({f"{quote.currency}/{quote.to}" for rate in converted for quote in rate.quotes})
        yield _about(
            "rates_converted",
            "No rate card in the currency of the price says what these roles cost; rates were converted ({pairs}):"
            " {who}.",
            "报价货币的费率表中没有以下角色，费率按汇率折算（{pairs}）：{who}。",
            tuple(rate.role for rate in converted),
            internal=" ".join(f"{rate.daily_cost:.4f}" for rate in converted),
            pairs=", ".join(pairs),
        )


def _is_assumed(rate: RoleRate, parameters: Parameters) -> bool:
    asked = {name for name, share in parameters.commerce.grades.get(rate.role, {}).items() if share}
    if asked:
        return any(grade.rate.seniority is None for grade in rate.grades)
    return len(rate.grades) > 1


def _of_exchange_rates(costing: Costing) -> Iterator[Caution]:
    used = {(quote.currency, quote.to): quote for quote in costing.quotes if PARAMETER_SET in quote.source}
    if used:
        yield _about(
            "exchange_rates_assumed",
            "Nobody has recorded these exchange rates; those of the parameter set, as of {day}, are taken: {who}.",
            "以下汇率无人登记，采用参数集中 {day} 的汇率：{who}。",
            tuple(f"{one}/{other}" for one, other in sorted(used)),
            internal=" ".join(f"{quote.rate:.10g}" for _, quote in sorted(used.items())),
            day=min(quote.as_of for quote in used.values()),
        )


def _of_items(costing: Costing, parameters: Parameters, inputs: Inputs) -> Iterator[Caution]:
    usual = [item for item in costing.items if item.origin == PARAMETER_SET_ITEM]
    if usual:
        yield Caution(
            "cost_items_assumed",
            "Nobody has entered these costs; the usual ones are taken: " + "; ".join(item.name for item in usual) + ".",
            "以下成本无人录入，按常用值计：" + "；".join(item.name_zh for item in usual) + "。",
            tuple(item.name for item in usual),
            " ".join(str(item.amount) for item in usual),
        )
    back = stood_back(parameters.commerce, inputs.items)
    if back:
        yield Caution(
            "cost_items_stood_back",
            "Usual costs stand back, as costs of their kind were entered: "
            + "; ".join(item.name for item in back)
            + ". Enter them too where both are meant.",
            "已录入同类成本，以下常用成本不再计入："
            + "；".join(item.name_zh for item in back)
            + "。如两者均需计入，请一并录入。",
            tuple(item.name for item in back),
        )
    twice = _entered_twice(inputs.items)
    if twice:
        en = "{count} costs seem to be entered more than once: {who}."
        yield _about("cost_items_entered_twice", en, "{count} 项成本疑似重复录入：{who}。", twice)


def _entered_twice(items: Sequence[Wanted]) -> tuple[str, ...]:
    counts: dict[tuple[str, str], list[str]] = {}
    for item in items:
        counts.setdefault((item.kind, item.name.casefold()), []).append(item.name)
    return tuple(names[0] for names in counts.values() if len(names) > 1)


def _of_warranty(baseline: Baseline, months: int, inputs: Inputs) -> Iterator[Caution]:
    if inputs.warranty_months is None:
        yield Caution(
            "warranty_assumed",
            f"No after-sales plan is agreed; a warranty of {months} months is taken, as is usual.",
            f"尚未约定售后方案；质保期按常用值取 {months} 个月。",
            (str(months),),
        )
    others = [need for need in baseline.delivered if need.warranty_months not in {None, months}]
    if others:
        asked = ", ".join(f"{need.code} {need.warranty_months}" for need in others[:_NAMED])
        yield Caution(
            "warranty_differs",
            f"The estimate has a warranty of {months} months; requirements ask for another, in months: {asked}.",
            f"估算的质保期为 {months} 个月，与以下需求要求的月数不同：{asked}。",
            tuple(need.code for need in others),
        )


def _of_terms(baseline: Baseline, parameters: Parameters, inputs: Inputs) -> Iterator[Caution]:
    commerce = parameters.commerce
    if inputs.terms is None:
        shares = ", ".join(f"{part.name} {part.share:.0%}" for part in commerce.payments)
        shares_zh = "、".join(f"{part.name_zh} {part.share:.0%}" for part in commerce.payments)
        yield Caution(
            "payment_terms_assumed",
            f"Nobody has entered terms of payment; the usual ones are taken: {shares}.",
            f"未录入付款条款，按常用条款计：{shares_zh}。",
        )
    if baseline.currency not in commerce.tax_rates:
        yield Caution(
            "tax_rate_missing",
            f"There is no tax rate for prices in {baseline.currency}: the price is without tax.",
            f"没有 {baseline.currency} 报价的税率：报价不含税。",
            (baseline.currency,),
        )


def _about(code: str, en: str, zh: str, subjects: tuple[str, ...], *, internal: str = "", **figures: object) -> Caution:
    """A warning with a list of what it is about, of which the message names the first."""
    named, more = ", ".join(subjects[:_NAMED]), len(subjects) - _NAMED
    facts = {"count": len(subjects), **figures}
    return Caution(
        code,
        en.format(who=f"{named} and {more} more" if more > 0 else named, **facts),
        zh.format(who=f"{named} 等" if more > 0 else named, **facts),
        subjects,
        internal,
    )
