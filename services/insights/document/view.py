"""A review in one language, as blocks that pages and slides set alike: key figures, tables, charts, quotes, notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from services.insights.document import charts
from services.insights.document.texts import NPS, change, money, number, plain, say
from services.insights.domain.metrics.definitions import METRICS
from services.insights.domain.metrics.measure import SHARE
from services.insights.domain.review import words
from services.insights.domain.review.rules import Verdict
from services.insights.schemas.outcomes import ReasonsOut, WinLossOut
from services.insights.schemas.reviews import (
    PeriodReviewOut,
    RestsOnOut,
    ReviewFigureOut,
    ReviewRuleOut,
    ReviewSectionOut,
)
from shared.charts.shapes import Chart

_MOST_QUOTES, _MOST_ROWS = 12, 30


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure."""

    title: str
    value: str
    note: str
    before: str


@dataclass(frozen=True, slots=True)
class Tiles:
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; a row of one cell is the heading of those after it."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[float, ...]
    """How wide columns are, beside each other."""
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    """Columns of numbers."""


@dataclass(frozen=True, slots=True)
class Drawing:
    chart: Chart


@dataclass(frozen=True, slots=True)
class Quotes:
    """What people said, each with who."""

    title: str
    quotes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Note:
    text: str


Block = Tiles | Table | Drawing | Quotes | Note


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter, with the definitions of the figures in it."""

    title: str
    blocks: tuple[Block, ...]
    definitions: tuple[str, ...]
    is_annex: bool = False
    """Definitions alone: slides have those in their notes."""


@dataclass(frozen=True, slots=True)
class View:
    language: str
    title: str
    subtitle: str
    span: str
    tenant: str
    made_on: str
    notes: tuple[str, ...]
    parts: tuple[Part, ...]


def view_of(review: PeriodReviewOut, language: str) -> View:
    """What is read of a review in `zh` or `en`."""
    maker = _Maker(review, language)
    period, other = review.period, review.compared_to
    label = say("against", language, period=period.label, other=other.label) if other else period.label
    return View(
        language=language,
        title=say("title", language),
        subtitle=label,
        span=say("of", language, first=period.first, last=period.last),
        tenant=review.tenant,
        made_on=say("made_on", language, day=review.made_on),
        notes=maker.notes(),
        parts=(*(maker.part(section) for section in review.sections), maker.definitions()),
    )


class _Maker:
    """Makes the parts of one review in one language."""

    def __init__(self, review: PeriodReviewOut, language: str) -> None:
        self.review, self.language, self.is_zh = review, language, language == "zh"

    def say(self, name: str, **values: object) -> str:
        return say(name, self.language, **values)

    def notes(self) -> tuple[str, ...]:
        found = []
        if not self.review.is_over:
            found.append(self.say("lasts", last=self.review.period.last))
        if self.review.not_folded:
            found.append(self.say("not_folded", count=self.review.not_folded))
        return tuple(found)

    def part(self, section: ReviewSectionOut) -> Part:
        makers = {
            "summary": self._summary, "pipeline": self._pipeline, "times": self._times, "outcomes": self._outcomes,
            "calibration": self._calibration, "satisfaction": self._satisfaction,
            "retrospectives": self._retrospectives, "forecast": self._forecast, "changes": self._changes,
        }  # fmt: skip
        blocks = makers.get(section.code, self._figures)(section)
        keys = dict.fromkeys(one.metric for one in section.figures)
        return Part(
            section.title_zh if self.is_zh else section.title,
            tuple(blocks) or (Note(self.say("nothing")),),
            tuple(self._definition(key) for key in keys),
        )

    def definitions(self) -> Part:
        rows = []
        for one in self.review.definitions:
            left = (reason.text_zh if self.is_zh else reason.text for reason in one.exclusions)
            rows.append((
                one.name_zh if self.is_zh else one.name, one.formula_zh if self.is_zh else one.formula,
                one.dated_by_zh if self.is_zh else one.dated_by, ("；" if self.is_zh else "; ").join(left) or "—",
            ))  # fmt: skip
        columns = tuple(self.say(name) for name in ("metric", "formula", "dated_by", "left_out"))
        return Part(self.say("definitions"), (Table("", columns, (2, 5, 2, 3), tuple(rows)),), (), is_annex=True)

    def _definition(self, key: str) -> str:
        metric = METRICS[key]
        parts = "; ".join(
            f"{words.of(words.PARTS, part)[self.is_zh]}: {text[self.is_zh]}" for part, text in metric.parts.items()
        )
        name, formula, dated_by = (text[self.is_zh] for text in (metric.name, metric.formula, metric.dated_by))
        return f"{name}: {formula} ({self.say('dated_by')}: {dated_by}). {parts}"

    # chapters

    def _summary(self, section: ReviewSectionOut) -> list[Block]:
        tiles = [self._tile(one) for one in section.figures]
        return [Tiles(tuple(tiles)), Note(self.say("few_note"))]

    def _tile(self, one: ReviewFigureOut) -> Tile:
        figure, unit = one.figure, _unit(one)
        name = METRICS[one.metric].name[self.is_zh]
        label = one.label_zh if self.is_zh else one.label
        title = name if one.metric == "win_rate" else f"{name} · {label}"
        then = figure.compared.value if figure.compared else None
        before = ""
        if then is not None:
            before = f"{self.say('before')} {number(then, unit, self.language)}"
        return Tile(title, number(figure.value, unit, self.language), self._made_from(one, is_short=True), before)

    def _figures(self, section: ReviewSectionOut) -> list[Block]:
        shown = [one for one in section.figures if one.figure.part not in {"verbatims", "reliability"}]
        return [self._table(shown)] if shown else []

    def _pipeline(self, section: ReviewSectionOut) -> list[Block]:
        return [*self._drawn(charts.funnel(section.figures, self.review)), *self._figures(section)]

    def _times(self, section: ReviewSectionOut) -> list[Block]:
        return [*self._drawn(charts.cycles(section.figures, self.review)), *self._figures(section)]

    def _calibration(self, section: ReviewSectionOut) -> list[Block]:
        return [*self._drawn(charts.reliability(section.figures)), *self._figures(section)]

    def _outcomes(self, _section: ReviewSectionOut) -> list[Block]:
        now, then = self.review.win_loss, self.review.win_loss_then
        if not now.count:
            return []
        blocks: list[Block] = [self._results(now, then)]
        blocks += self._drawn(charts.reasons(now))
        blocks.append(Note(self._without_reason(now.won_by, now.lost_by)))
        if now.competitors:
            rows = [
                (one.name or self.say("unnamed"), str(one.won), str(one.lost), str(one.other))
                for one in now.competitors[:_MOST_ROWS]
            ]
            columns = tuple(self.say(name) for name in ("competitor", "won", "lost", "other"))
            blocks.append(Table(self.say("competitors"), columns, (5, 1, 1, 1), tuple(rows), (1, 2, 3)))
            blocks += self._rest(now.competitors, _MOST_ROWS)
        return blocks

    def _results(self, now: WinLossOut, then: WinLossOut | None) -> Table:
        before = {one.result: one.count for one in then.results} if then else {}
        rows = [
            (
                words.of(words.RESULTS, one.result)[self.is_zh], str(one.count),
                str(before.get(one.result, 0)) if then else "—",
                self._amounts([(sum_.amount, sum_.currency) for sum_ in one.amounts]),
                self._amounts([(sum_.amount, sum_.currency) for sum_ in one.final_amounts]),
            )
            for one in now.results
        ]  # fmt: skip
        columns = tuple(self.say(name) for name in ("result", "number", "then", "offered", "final"))
        return Table(self.say("results"), columns, (3, 1.3, 1.3, 4, 4), tuple(rows), (1, 2, 3, 4))

    def _amounts(self, amounts: Sequence[tuple[Decimal, str]]) -> str:
        return "\n".join(money(amount, currency, self.language) for amount, currency in amounts) or "—"

    def _without_reason(self, won: ReasonsOut, lost: ReasonsOut) -> str:
        return self.say("without_reason", won=won.without_reason, lost=lost.without_reason)

    def _satisfaction(self, section: ReviewSectionOut) -> list[Block]:
        quotes = self.review.quotes
        blocks = self._figures(section)
        if quotes:
            shown = [
                (one.text, " · ".join(part for part in (one.client_name, one.code) if part))
                for one in quotes[:_MOST_QUOTES]
            ]
            blocks.append(Quotes(self.say("quotes"), tuple(shown)))
        return [*blocks, *self._rest(quotes, _MOST_QUOTES)]

    def _retrospectives(self, _section: ReviewSectionOut) -> list[Block]:
        blocks: list[Block] = []
        kinds = ("went_well", "went_badly", "learnt")
        rows: list[tuple[str, ...]] = []
        for kind in kinds:
            own = [one for one in self.review.findings if one.kind == kind]
            rows += [(self.say(kind),)] if own else []
            for one in own:
                state = f" · {self.say('draft')}" if one.status == "draft" else ""
                rows.append((one.statement, "\n".join(one.causes) or "—", f"{one.title} · {one.held_on}{state}"))
        if rows:
            columns = tuple(self.say(name) for name in ("findings", "causes", "retrospective"))
            blocks.append(Table(self.say("findings"), columns, (5, 4, 3), tuple(rows)))
        else:
            blocks.append(Note(self.say("no_findings")))
        actions = self.review.actions
        if actions:
            due = [
                (one.statement, one.owner, f"{one.due_on}" + (f" · {self.say('overdue')}" if one.is_overdue else ""))
                for one in actions[:_MOST_ROWS]
            ]
            columns = tuple(self.say(name) for name in ("action", "owner", "due"))
            blocks.append(Table(self.say("actions"), columns, (6, 2, 3), tuple(due)))
            blocks += self._rest(actions, _MOST_ROWS)
        else:
            blocks.append(Note(self.say("no_actions")))
        if self.review.actions_ended:
            ended = [(one.statement, self.say(one.status), one.result or "—") for one in self.review.actions_ended]
            columns = tuple(self.say(name) for name in ("action", "ended", "outcome"))
            blocks.append(Table(self.say("ended"), columns, (5, 2, 5), tuple(ended[:_MOST_ROWS])))
            blocks += self._rest(ended, _MOST_ROWS)
        return blocks

    def _forecast(self, section: ReviewSectionOut) -> list[Block]:
        blocks: list[Block] = [Note(self.say("forecast_note", day=self.review.made_on))]
        for chart in charts.forecast(section.figures):
            blocks += self._drawn(chart)
        wanted = ("pipeline", "expected", "p10", "p50", "p90")
        rows = []
        key = lambda one: tuple(one.figure.about.items())  # noqa: E731 (twice)
        for about, own in groupby((one for one in section.figures if one.figure.about), key=key):
            by_part = {one.figure.part: one.figure for one in own}
            currency = dict(about)["currency"]
            amounts = [money(by_part[part].value or Decimal(0), currency, self.language) for part in wanted]
            rows.append((dict(about)["month"], str(by_part["pipeline"].cases), *amounts))
        if rows:
            columns = ("", "n", *(words.of(words.PARTS, part)[self.is_zh] for part in wanted))
            blocks.append(Table("", columns, (1.6, 0.8, 3, 3, 3, 3, 3), tuple(rows), (1, 2, 3, 4, 5, 6)))
        left = {one.reason: one for figure in section.figures for one in figure.figure.excluded}
        if left:
            said = [f"{one.text_zh if self.is_zh else one.text} {one.cases}" for one in left.values()]
            blocks.append(Note(self.say("forecast_left", reasons=("、" if self.is_zh else ", ").join(said))))
        return blocks

    def _changes(self, _section: ReviewSectionOut) -> list[Block]:
        rules = self.review.rules
        fired = [one for one in rules if one.verdict == Verdict.CHANGE]
        blocks: list[Block] = []
        if fired:
            columns = tuple(self.say(name) for name in ("changes", "rests_on", "rule"))
            blocks.append(Table("", columns, (4, 4, 3), tuple(self._change(one) for one in fired)))
        else:
            blocks.append(Note(self.say("no_changes")))
        unjudged = [one for one in rules if one.verdict in {Verdict.TOO_FEW, Verdict.NOTHING}]
        if unjudged:
            rows = [(one.when_zh if self.is_zh else one.when, self._why(one)) for one in unjudged]
            columns = (self.say("rule"), self.say("causes"))
            blocks += [Note(self.say("unjudged_note")), Table(self.say("unjudged"), columns, (6, 2), tuple(rows))]
        return blocks

    def _change(self, one: ReviewRuleOut) -> tuple[str, ...]:
        is_one = len(one.rests_on) == 1
        seen = [self._seen(figure) for figure in one.rests_on if is_one or figure.value]
        seen += [f"{self.say('before')} {self._seen(figure)}" for figure in one.then]
        return (one.advice_zh if self.is_zh else one.advice, "\n".join(seen), one.when_zh if self.is_zh else one.when)

    def _seen(self, one: RestsOnOut) -> str:
        said = f"{one.label_zh if self.is_zh else one.label} {number(one.value, one.unit, self.language)}"
        made = (
            f" ({plain(one.numerator)} / {plain(one.denominator)})"
            if one.unit == SHARE and one.numerator is not None
            else ""
        )
        return said + made + (f", n = {one.cases}" if not made and one.unit != "count" else "")

    def _why(self, one: ReviewRuleOut) -> str:
        if one.verdict == Verdict.NOTHING:
            return self.say("no_figure")
        return self.say("too_few", n=min(figure.cases for figure in (*one.rests_on, *one.then)), least=one.least)

    # pieces

    def _rest(self, whole: Sequence[object], shown: int) -> list[Block]:
        """Says how many are not shown."""
        return [Note(self.say("more", count=len(whole) - shown))] if len(whole) > shown else []

    def _drawn(self, chart: Chart | None) -> list[Block]:
        return [Drawing(chart)] if chart else []

    def _table(self, figures: Sequence[ReviewFigureOut]) -> Table:
        rows: list[tuple[str, ...]] = []
        for key, own in groupby(figures, key=lambda one: one.metric):
            rows.append((METRICS[key].name[self.is_zh],))
            rows += [self._row(one) for one in own]
        columns = tuple(self.say(name) for name in ("figure", "value", "made_from", "interval", "then", "change"))
        return Table("", columns, (5.2, 2.3, 4, 2.7, 2.2, 2.7), tuple(rows), (1, 3, 4, 5))

    def _row(self, one: ReviewFigureOut) -> tuple[str, ...]:
        figure, unit = one.figure, _unit(one)
        then = figure.compared
        low_high = "–".join(number(end, SHARE, self.language) for end in figure.interval) if figure.interval else ""
        return (
            one.label_zh if self.is_zh else one.label,
            number(figure.value, unit, self.language),
            self._made_from(one),
            low_high,
            number(then.value, unit, self.language) if then else "",
            change(then.change, unit, self.language) if then and then.change is not None else "",
        )

    def _made_from(self, one: ReviewFigureOut, *, is_short: bool = False) -> str:
        """Numerator and denominator of a share, else how many cases; why there is no value; whether they are few."""
        figure = one.figure
        if figure.value is None and figure.reason:
            return figure.reason.text_zh if self.is_zh else figure.reason.text
        made = self.say("cases", n=figure.cases)
        if figure.unit == SHARE and figure.numerator is not None and figure.denominator is not None:
            made = f"{plain(figure.numerator)} / {plain(figure.denominator)}"
            if currency := figure.about.get("currency"):
                sides = (figure.numerator, figure.denominator)
                made = " / ".join(money(side, currency, self.language, is_short=True) for side in sides)
            if figure.cases != figure.denominator and not is_short:
                made += f", n = {figure.cases}"
        return made if figure.is_enough or figure.unit == "count" else f"{made} · {self.say('few')}"


def _unit(one: ReviewFigureOut) -> str:
    """The unit that a figure is written in."""
    return NPS if one.figure.part == "nps" else one.figure.unit
