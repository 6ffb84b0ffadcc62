"""Reads the links of a Microsoft Project XML file: those of summary tasks hold for the tasks in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from services.proposal.exchange.ms_project import LINKS
from services.proposal.exchange.ms_project_tasks import ELAPSED, Units
from services.proposal.exchange.ms_project_xml import text
from services.proposal.exchange.remarks import Remarks
from services.proposal.schemas.networks import MOST_LINKS_OF_TASK
from shared.quant.network import LinkKind

_KIND_OF = {str(number): kind for kind, number in LINKS.items()}
_SHARES = {"19", "20", "51", "52"}
"""Formats of lags that are a part of the predecessor's duration, in per cent."""
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Outline:
    """Rows by number, the tasks in each summary task, and the summary tasks above each task."""

    rows: Mapping[str, Element]
    tasks_in: Mapping[str, Sequence[str]]
    above: Mapping[str, Sequence[str]]

    def waits_within(self, uid: str, summary: str) -> set[str]:
        """The tasks of a summary task whose end a task of it waits for."""
        others = set(self.tasks_in[summary]) - {uid}
        return {
            before
            for link in self.rows[uid].iterfind("PredecessorLink")
            if (before := text(link, "PredecessorUID") or "") in others
            and _kind(link) == LinkKind.FINISH_START
            and not (text(link, "LinkLag") or "0").startswith("-")
        }

    def first(self, summary: str) -> list[str]:
        """Its tasks that wait for none of the others: when they may start, the others follow."""
        return [uid for uid in self.tasks_in[summary] if not self.waits_within(uid, summary)]

    def last(self, summary: str) -> list[str]:
        """Its tasks that none of the others waits for: when they are done, it is done."""
        awaited = {before for uid in self.tasks_in[summary] for before in self.waits_within(uid, summary)}
        return [uid for uid in self.tasks_in[summary] if uid not in awaited]


def links_of(
    uid: str, outline: Outline, ids: Mapping[str, str], units: Units, remarks: Remarks
) -> list[dict[str, Any]]:
    """The links of a task, those of the summary tasks above it among them; what holds nothing here is told."""
    found: dict[tuple[str, LinkKind], dict[str, Any]] = {}
    name = text(outline.rows[uid], "Name") or ""
    for link in _links(uid, outline, remarks):
        before, kind = text(link, "PredecessorUID") or "", _kind(link)
        targets = _targets(uid, before, kind, outline, remarks)
        if not targets or text(link, "CrossProject") == "1":
            remarks.note(
                "link", name, en=f"a link to {before or '?'}, which is no task here, is left out",
                zh=f"未导入指向 {before} 的依赖",
            )  # fmt: skip
            continue
        lag = _lag(link, name, outline.rows[before], units, remarks)
        for target in targets:
            found.setdefault((target, kind), {"predecessor": ids[target], "kind": kind, "lag_days": lag})
    if len(found) > MOST_LINKS_OF_TASK:
        remarks.note(
            "link", name, en=f"it waits for {len(found)} tasks; {MOST_LINKS_OF_TASK} are kept",
            zh=f"依赖 {len(found)} 项，仅保留 {MOST_LINKS_OF_TASK} 项",
        )  # fmt: skip
    return list(found.values())[:MOST_LINKS_OF_TASK]


def _links(uid: str, outline: Outline, remarks: Remarks) -> Iterator[Element]:
    yield from outline.rows[uid].iterfind("PredecessorLink")
    for summary in outline.above[uid]:
        links = outline.rows[summary].findall("PredecessorLink")
        if links and uid in outline.first(summary):
            for link in links:
                if _kind(link).holds_finish:
                    remarks.note(
                        "summary", text(outline.rows[summary], "Name") or summary,
                        en="a link to the end of a summary task is left out", zh="未导入指向摘要任务结束的依赖",
                    )  # fmt: skip
                else:
                    yield link


def _targets(uid: str, before: str, kind: LinkKind, outline: Outline, remarks: Remarks) -> Sequence[str]:
    """The tasks whose ends a link to `before` is about; none when it is no task, or one that `uid` is part of."""
    if before not in outline.rows or before == uid or before in outline.above[uid]:
        return ()
    if before not in outline.tasks_in:
        return (before,)
    if kind.holds_from_finish:
        return outline.last(before)
    first = sorted(outline.first(before), key=lambda one: text(outline.rows[one], "Start") or "")
    if len(first) > 1:
        remarks.note(
            "summary", text(outline.rows[before], "Name") or before,
            en="what waits for its start waits for that of its first task", zh="等待其开始的任务改为等待其首个任务开始",
        )  # fmt: skip
    return first[:1]


def _kind(link: Element) -> LinkKind:
    return _KIND_OF.get(text(link, "Type") or "1", LinkKind.FINISH_START)


def _lag(link: Element, name: str, before: Element, units: Units, remarks: Remarks) -> float:
    said, style = text(link, "LinkLag") or "0", text(link, "LagFormat")
    if not re.fullmatch(r"-?\d{1,12}", said):
        return 0.0
    if style in _SHARES:
        remarks.note("lag", name, en="a lag in per cent became days", zh="百分比延隔已折算为天")
        return round((units.work(text(before, "Duration")) or 0.0) * int(said) / 100, _DIGITS)
    if style in ELAPSED:
        remarks.note("lag", name, en="an elapsed lag became working days", zh="连续延隔已折算为工作日")
        return units.elapsed(int(said) / 10)
    return round(int(said) / 10 / units.minutes_per_day, _DIGITS)
