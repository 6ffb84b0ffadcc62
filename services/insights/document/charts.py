"""The charts of a review, from the same numbers as its tables; none where there is nothing to draw."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from services.insights.document.texts import TEXTS
from services.insights.domain.review import words
from services.insights.schemas.outcomes import WinLossOut
from services.insights.schemas.reviews import PeriodReviewOut, ReviewFigureOut
from shared.charts import Label
from shared.charts.shapes import SHARE, Bars, Chart, Columns, ColumnSeries, Range, Ranges

_MOST_REASONS, _MOST_MONTHS = 12, 24


def _text(name: str, **values: object) -> Label:
    en, zh = TEXTS[name]
    return Label(en.format(**values), zh.format(**values))


def funnel(figures: Sequence[ReviewFigureOut], review: PeriodReviewOut) -> Chart | None:
    """Conversion by stage, now and then."""
    shown = [one for one in figures if one.metric == "conversion" and one.figure.part == "rate"]
    ranges = [two for one in shown for two in _both(one, review)]
    return _ranges("funnel", ranges, of="interval_name", middle="share", axis="share", unit=SHARE) if ranges else None


def _both(one: ReviewFigureOut, review: PeriodReviewOut) -> Iterator[Range]:
    """A share in both periods; the interval of the other one is computed by its metric there, not here."""
    figure = one.figure
    if figure.value is not None and figure.interval:
        low, high = (float(end) for end in figure.interval)
        name = Label(one.label, one.label_zh)
        yield Range(key=figure.id, name=name, low=low, middle=float(figure.value), high=high, is_chosen=True)
    if figure.compared and figure.compared.value is not None and review.compared_to:
        then = float(figure.compared.value)
        name = Label.same(review.compared_to.label)
        yield Range(key=f"{figure.id};then", name=name, low=then, middle=then, high=then)


def cycles(figures: Sequence[ReviewFigureOut], review: PeriodReviewOut) -> Chart | None:
    """Median to P90 of each cycle, now and then."""
    ranges: list[Range] = []
    shown = [one for one in figures if one.metric == "cycle_time"]
    for _, own in groupby(shown, key=lambda one: one.figure.about["cycle"]):
        by_part = {one.figure.part: one for one in own}
        p50, p90 = by_part["p50"], by_part["p90"]
        cycle = words.of(words.CYCLES, p50.figure.about["cycle"])
        then = [one.figure.compared.value if one.figure.compared else None for one in (p50, p90)]
        sides = [(review.period.label, [p50.figure.value, p90.figure.value], True)]
        if review.compared_to:
            sides.append((review.compared_to.label, then, False))
        for label, (middle, high), is_chosen in sides:
            if middle is not None and high is not None:
                name = Label(*cycle) if is_chosen else Label.same(label)
                key = f"{p50.figure.id};{label}"
                ranges.append(
                    Range(
                        key=key,
                        name=name,
                        low=float(middle),
                        middle=float(middle),
                        high=float(high),
                        is_chosen=is_chosen,
                    )
                )
    return _ranges("cycles", ranges, of="range_name", middle="median", axis="days", unit="days") if ranges else None


def reliability(figures: Sequence[ReviewFigureOut]) -> Chart | None:
    """What was won of what was stated from … to …."""
    ranges = []
    for one in figures:
        figure = one.figure
        if one.metric == "win_probability" and figure.part == "reliability" and figure.interval:
            name = Label(f"{one.label} (n = {figure.cases})", f"{one.label_zh}（n = {figure.cases}）")
            low, high = (float(end) for end in figure.interval)
            middle = float(figure.value or 0)
            ranges.append(Range(key=figure.id, name=name, low=low, middle=middle, high=high, is_chosen=True))
    return (
        _ranges("reliability", ranges, of="interval_name", middle="share", axis="share", unit=SHARE) if ranges else None
    )


def reasons(outcomes: WinLossOut) -> Chart | None:
    """How many of what was won and lost name a reason."""
    won = {one.reason: one.count for one in outcomes.won_by.reasons}
    lost = {one.reason: one.count for one in outcomes.lost_by.reasons}
    named = sorted({*won, *lost}, key=lambda one: (-won.get(one, 0) - lost.get(one, 0), one))[:_MOST_REASONS]
    if not named:
        return None
    labels = [Label(*words.of(words.REASONS, one)) for one in named]
    counts = [(won.get(one, 0), lost.get(one, 0)) for one in named]
    return Bars(
        title=_text("reasons"),
        alt=_said(
            _text("reasons"), [(label, f"{one} / {other}") for label, (one, other) in zip(labels, counts, strict=True)]
        ),
        names=tuple(labels),
        series=(
            ColumnSeries("won", _text("won"), tuple(float(one) for one, _ in counts), "teal"),
            ColumnSeries("lost", _text("lost"), tuple(float(other) for _, other in counts), "red"),
        ),
        x_title=_text("named_by"),
        x_unit="count",
    )


def forecast(figures: Sequence[ReviewFigureOut]) -> list[Chart]:
    """What is expected of what is open, by month; a chart for each currency."""
    by_currency: dict[str, dict[str, dict[str, float]]] = {}
    for one in figures:
        about, value = one.figure.about, one.figure.value
        if about and value is not None:
            by_currency.setdefault(about["currency"], {}).setdefault(about["month"], {})[one.figure.part] = float(value)
    return [_forecast(currency, months) for currency, months in sorted(by_currency.items())]


def _forecast(currency: str, months: dict[str, dict[str, float]]) -> Chart:
    names = sorted(months)[:_MOST_MONTHS]
    expected = [months[name]["expected"] for name in names]
    rest = [months[name]["pipeline"] - value for name, value in zip(names, expected, strict=True)]
    title = _text("forecast", currency=currency)
    said = [(Label.same(name), f"{value:,.0f}") for name, value in zip(names, expected, strict=True)]
    return Columns(
        title=title, alt=_said(title, said), names=tuple(names),
        series=(
            ColumnSeries("expected", _text("expected"), tuple(expected), "navy"),
            ColumnSeries("rest", _text("rest"), tuple(rest), "sky"),
        ),
        y_title=Label.same(currency), y_unit=currency,
    )  # fmt: skip


def _ranges(title: str, ranges: Sequence[Range], *, of: str, middle: str, axis: str, unit: str) -> Ranges:
    numbers = [(one.name, f"{one.middle:.3g} ({one.low:.3g}–{one.high:.3g})") for one in ranges]
    return Ranges(
        title=_text(title), alt=_said(_text(title), numbers), ranges=tuple(ranges), range_name=_text(of),
        middle_name=_text(middle), x_title=_text(axis), x_unit=unit,
    )  # fmt: skip


def _said(title: Label, numbers: Sequence[tuple[Label, str]]) -> Label:
    """Every number in words, for who does not see the picture."""
    return Label(
        f"{title.en}. " + "; ".join(f"{name.en}: {value}" for name, value in numbers) + ".",
        f"{title.zh}。" + "；".join(f"{name.zh}：{value}" for name, value in numbers) + "。",
    )
