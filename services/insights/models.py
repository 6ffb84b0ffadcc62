"""Tables of the insights service: the log of events, what is folded of it, and what teams make of the figures."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, AppendOnly, Base, Resource
from shared.kernel.problems import Problem
from shared.kernel.revisions import Revised
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition


class LoggedEvent(Base):
    """An event as it was heard. `position` grows in the order of commits, so that a reader never misses one."""

    __tablename__ = "logged_event"

    position: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(server_default=TENANT)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    type: Mapped[str]
    opportunity_id: Mapped[UUID]
    time: Mapped[datetime]
    aggregate_id: Mapped[UUID]
    sequence: Mapped[int] = mapped_column(sa.BigInteger)
    actor: Mapped[str]
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID | None]
    traceparent: Mapped[str]
    data: Mapped[dict[str, Any]]

    __table_args__ = (
        sa.Index("ix_logged_event_tenant", "tenant_id", "position"),
        sa.Index("ix_logged_event_opportunity", "tenant_id", "opportunity_id", "position"),
        sa.Index("ix_logged_event_aggregate", "tenant_id", "aggregate_id", "type"),
    )


class LogHead(Base):
    """The last position given; its row lock makes writers of the log take turns."""

    __tablename__ = "log_head"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(sa.BigInteger)


class PastOpportunity(Base):
    """An opportunity of before Presales: whatever the log has of it was brought, and no service of ours says more."""

    __tablename__ = "past_opportunity"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)


def _section() -> Mapped[dict[str, Any] | None]:
    return mapped_column(deferred=True, deferred_group="dossier")


class JourneyRow(Base):
    """The folded journey of one opportunity, and its dossier; can be thrown away and made again from the log.

    Both stand in one row, so that an event is folded into both by the statements that it takes for one. The sections
    of the dossier are read when asked for: `sa.orm.undefer_group("dossier")`.
    """

    __tablename__ = "journey"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    folded: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="open")
    """As `status.view` says it, to be asked for; `stalled` is `running` here, for a time that has passed."""
    stalls_at: Mapped[datetime | None]
    """When a journey that is running has stalled, if nothing is heard of it until then."""
    code: Mapped[str | None]
    title: Mapped[str | None]
    owner: Mapped[str | None]
    """Of the opportunity: subject of a person."""
    is_over: Mapped[bool] = mapped_column(server_default="false")
    """Whether the opportunity is closed."""
    dossier_to: Mapped[int | None] = mapped_column(sa.BigInteger)
    """The position in the log up to which the dossier is folded; None before it was folded at all."""
    told: Mapped[dict[str, Any] | None] = _section()
    work: Mapped[dict[str, Any] | None] = _section()
    needs: Mapped[dict[str, Any] | None] = _section()
    clocks: Mapped[dict[str, Any] | None] = _section()
    surveys: Mapped[dict[str, Any] | None] = _section()
    support: Mapped[dict[str, Any] | None] = _section()
    effort: Mapped[dict[str, Any] | None] = _section()
    risks: Mapped[dict[str, Any] | None] = _section()
    deliveries: Mapped[dict[str, Any] | None] = _section()
    materials: Mapped[dict[str, Any] | None] = _section()

    __table_args__ = (
        sa.Index("ix_journey_updated_at", "tenant_id", "updated_at", "opportunity_id"),
        sa.Index("ix_journey_status", "tenant_id", "status", "updated_at", "opportunity_id"),
    )


class RecordedOutcome(Base):
    """What was told last of how an opportunity ended; can be thrown away and made again from the log."""

    __tablename__ = "recorded_outcome"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    decided_on: Mapped[date]
    told: Mapped[dict[str, Any]]
    """The data of `proposal.outcome.recorded`."""

    __table_args__ = (sa.Index("ix_recorded_outcome_decided_on", "tenant_id", "decided_on", "opportunity_id"),)


class Person(Base):
    """Who a subject is, as several sources say it."""

    __tablename__ = "person"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    subject: Mapped[str] = mapped_column(primary_key=True)
    told: Mapped[dict[str, Any]]
    """By source, as `domain.person` names them: what it says."""


class SearchEntry(Searched, Base):
    """Something that can be found by words, as `domain.search_entries` says; can be made again from the log."""

    __tablename__ = "search_entry"
    searched = ("code", "title", "title_zh", "body")

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    opportunity_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime]
    code: Mapped[str | None]
    title: Mapped[str | None]
    """None, as `body`, where it is to be found no more."""
    title_zh: Mapped[str | None]
    body: Mapped[str | None]

    __table_args__ = (search_index("search_entry"), sa.Index("ix_search_entry_at", "tenant_id", "at", "id"))


class WorkItem(Base):
    """Something that waits, or waited, for somebody, as `domain.work_item` says; can be made again from the log."""

    __tablename__ = "work_item"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    slot: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(sa.BigInteger)
    """The greatest that was heard of: only a greater one takes its place."""
    is_open: Mapped[bool]
    kind: Mapped[str | None]
    """None, as the next ones, where nothing is to be done."""
    code: Mapped[str | None]
    title: Mapped[str | None]
    title_zh: Mapped[str | None]
    why: Mapped[str | None]
    why_zh: Mapped[str | None]
    owner: Mapped[str | None]
    roles: Mapped[list[str] | None] = mapped_column(ARRAY(sa.Text))
    besides: Mapped[list[str] | None] = mapped_column(ARRAY(sa.Text))
    blocks: Mapped[bool | None]
    since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    path: Mapped[str | None]
    part_of: Mapped[str | None]

    __table_args__ = (sa.Index("ix_work_item_open", "tenant_id", "owner", "kind", postgresql_where=sa.text("is_open")),)


class MetricPolicy(Revised):
    """Whether figures may be told apart by person, and who may do that. A change is a new revision."""

    __tablename__ = "metric_policy"

    by_person_roles: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    by_person_subjects: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    note: Mapped[str | None]

    def lets(self, subject: str, roles: Collection[str]) -> bool:
        """Whether somebody is named, or has a role that is."""
        return subject in self.by_person_subjects or not set(roles).isdisjoint(self.by_person_roles)


class PersonsAreNotCompared(Problem):
    status = 403
    title = ("Persons are not compared", "不按人员比较")
    en = "Figures are told apart by {dimension} only for those whom the metric policy names; group by something else."
    zh = "仅指标政策指定的人员可按 {dimension} 查看；请改用其他维度。"


class Snapshot(AppendOnly, Resource):
    """The figures of a period as they were on a day; what comes later is told beside it, and changes nothing here."""

    __tablename__ = "snapshot"

    period: Mapped[str]
    """What it is called: a month, a quarter or a year."""
    first: Mapped[date]
    last: Mapped[date]
    note: Mapped[str | None]
    figures: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """By metric: each number with its id, unit, value, numerator, denominator and cases."""


class RetrospectiveIsConcluded(Problem):
    status = 409
    title = ("The retrospective is concluded", "复盘已结束")
    en = "{title} is concluded; nothing in it can change. Its actions go on, and what is new belongs to the next one."
    zh = "《{title}》已结束，内容不能再修改；其行动项仍可继续，新的内容请记入下一次复盘。"


class RetrospectiveIsNotConcluded(Problem):
    status = 409
    title = ("The retrospective is not concluded", "复盘尚未结束")
    en = "The findings of {title} can still change; conclude it, then they can become something."
    zh = "《{title}》的结论仍可修改；请先结束复盘，再转化其结论。"


class FindingHasBecomeThat(Problem):
    status = 409
    title = ("The finding has become that already", "该结论已转化")
    en = "Finding {finding} became {kind} {id} with other texts; change them there."
    zh = "第 {finding} 条结论已转化为{kind} {id}，文字不同；请在该处修改。"


class Retrospective(Resource):
    """What a team makes of an opportunity, or of a period: findings with their causes, and what is to be done."""

    __tablename__ = "retrospective"

    opportunity_id: Mapped[UUID | None]
    period: Mapped[str | None]
    """One of the two: what it looks back at."""
    title: Mapped[str]
    held_on: Mapped[date]
    findings: Mapped[list[Any]]
    """Each with `kind`, `statement`, `causes` and `metric`."""
    status: Mapped[str] = mapped_column(default="draft")

    __table_args__ = (sa.Index("ix_retrospective_subject", "tenant_id", "opportunity_id", "held_on"),)

    machine = StateMachine(
        "retrospective",
        (Transition("change", ("draft",), "draft"), Transition("conclude", ("draft",), "concluded")),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        over = RetrospectiveIsConcluded(title=self.title)
        return self.machine.allowed(self.status, instead=None if self.status == "draft" else {"change": over})

    def refuse_if_concluded(self) -> None:
        """Raises `RetrospectiveIsConcluded`."""
        if self.status != "draft":
            raise RetrospectiveIsConcluded(title=self.title)

    def refuse_unless_concluded(self) -> None:
        """Raises `RetrospectiveIsNotConcluded`."""
        if self.status == "draft":
            raise RetrospectiveIsNotConcluded(title=self.title)


class RetrospectiveAction(Resource):
    """What is to be done after a retrospective, by whom and until when; the next one shows what came of it."""

    __tablename__ = "retrospective_action"

    retrospective_id: Mapped[UUID] = mapped_column(sa.ForeignKey("retrospective.id"), index=True)
    statement: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(default="open")
    """open, done, cancelled."""
    result: Mapped[str | None]
    """What came of it, or why it was not done."""
    ended_on: Mapped[date | None]

    machine = StateMachine(
        "retrospective action",
        (
            Transition("change", ("open",), "open"),
            Transition("complete", ("open",), "done"),
            Transition("cancel", ("open",), "cancelled"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    def is_overdue(self, today: date) -> bool:
        """Open after its day."""
        return self.status == "open" and self.due_on < today


class Lesson(Resource):
    """A finding that becomes something of another service, with the texts as they were handed on and never change.

    What it becomes has its id.
    """

    __tablename__ = "lesson"

    retrospective_id: Mapped[UUID] = mapped_column(sa.ForeignKey("retrospective.id"), index=True)
    finding: Mapped[int]
    """Its place among the findings of the concluded retrospective, from 1."""
    kind: Mapped[str]
    """Of `LessonKind`."""
    title: Mapped[str | None]
    title_zh: Mapped[str | None]
    text: Mapped[str | None]
    text_zh: Mapped[str | None]

    def refuse_other(self, texts: Mapping[str, str | None]) -> None:
        """Raises `FindingHasBecomeThat` when `texts` are not those that were handed on."""
        if any(getattr(self, name) != text for name, text in texts.items()):
            raise FindingHasBecomeThat(finding=self.finding, kind=self.kind, id=self.id)
