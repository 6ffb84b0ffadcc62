"""Whether a proposal is fit to send: one look, asked by its review, its approval and its submission alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from services.proposal.domain.limits import Missed
from services.proposal.models.bids import BidDecision
from services.proposal.models.projections import KnownWarnings, OpenMustHave
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import Reason


class LimitIsMissed(Problem):
    status = 409
    title = ("A hard limit of the client's is missed", "未满足客户的硬性约束")
    en = "{name}: the limit is {limit}, {offered} is offered. Offer within it, or have an approver waive it."
    zh = "{name}：限值为 {limit_zh}，本方案为 {offered_zh}。请调整方案，或由审批人说明理由后豁免。"


class MustHaveIsOpen(Problem):
    status = 409
    title = ("A question on a must-have is open", "必须需求存在未关闭的澄清")
    en = "{code} waits for an answer, about must-have {requirements}: settle it first."
    zh = "澄清 {code} 尚未关闭，涉及必须需求 {requirements}，请先完成澄清。"


class ChangeIsOpen(Problem):
    status = 409
    title = ("A change of a must-have that the client asked for is open", "客户对必须需求提出的变更尚未处理")
    en = "The client asked for change {code}, of must-have {requirements}: decide it first, and apply what is approved."
    zh = "客户提出变更 {code}，涉及必须需求 {requirements}，请先审批，批准的须先实施。"


class BidIsOpen(Problem):
    status = 409
    title = ("Whether to bid is not decided", "尚未作出投标决策")
    en = "The bid decision is open. {why}"
    zh = "投标决策尚未作出。{why_zh}"


class BidIsOff(Problem):
    status = 409
    title = ("It was decided not to bid", "已决定不投标")
    en = "{by} decided not to bid; reopen the bid decision first."
    zh = "{by} 已决定不投标；如需继续，请先重新打开投标决策。"


class BidConditionIsOpen(Problem):
    status = 409
    title = ("A condition of the bid is not met", "投标条件尚未满足")
    en = "Condition {number} of the bid decision is not met: {text} ({owner}, by {due})."
    zh = "投标决策的第 {number} 项条件尚未满足：{text}（{owner}，期限 {due}）。"


class NothingToWaive(Problem):
    status = 409
    title = ("No limit to waive", "没有可豁免的约束")
    en = "Every hard limit of the client's is met, or waived already."
    zh = "客户的硬性约束均已满足或已豁免。"


class LimitWaiver(Resource):
    """An approver lets an offer miss a hard limit of the client's, by no more than it did then. Never edited."""

    __tablename__ = "limit_waiver"

    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    proposal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("proposal.id"))
    """The one that it was given for; later ones that miss the same limit by no more have it too."""
    constraint_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[str]
    limit: Mapped[str]
    offered: Mapped[str]
    reason: Mapped[str]

    @property
    def given_for(self) -> Missed:
        return Missed(self.constraint_id, self.kind, self.name, self.limit, self.offered)


class WarningIsOpen(Problem):
    status = 409
    title = ("A warning of the estimate is not judged", "估算提示尚未判断")
    en = "The estimate warns: {message} A person must judge it first, with a reason."
    zh = "估算提示：{message_zh}请先由人员说明理由并判断。"


_NAMES = {
    "going_on": ("The opportunity goes on", "商机进行中"),
    "fresh": ("Nothing that it is made from has moved", "所依据的内容均为最新"),
    "complete": ("No section lacks what it must have", "各章节内容完整"),
    "requirements_unmoved": ("No requirement has moved since the baseline", "需求自基线以来未变化"),
    "must_haves_clear": ("No question or client's change on a must-have is open", "必须需求没有未关闭的澄清或客户变更"),
    "limits_met": ("Every hard limit of the client's is met or waived", "客户的硬性约束均已满足或豁免"),
    "warnings_judged": ("Every warning of the estimate is judged", "估算提示均已判断"),
    "bid_decided": ("It was decided to bid, and on no open condition", "已决定投标且条件均已满足"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist: passed, or what is to be mended."""

    code: str
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        return _NAMES[self.code][0]

    @property
    def name_zh(self) -> str:
        return _NAMES[self.code][1]

    @property
    def is_passed(self) -> bool:
        return not self.problems

    @property
    def reasons(self) -> list[Reason]:
        return [Reason(code=one.code, message=one.detail("en"), message_zh=one.detail("zh")) for one in self.problems]


class Judged:
    """Mixin of what is judged by facts that may move after it was made: they are read with it."""

    opportunity_id: Mapped[UUID]
    estimate_id: Mapped[UUID]
    currency: Mapped[str]
    limits_missed: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """Hard limits of the client's that it does not keep to, as `Missed`."""

    @declared_attr
    def bid(cls) -> Mapped[BidDecision | None]:  # noqa: N805
        """Whether we bid for its opportunity; None while nobody has begun to decide."""
        own = lambda: foreign(BidDecision.opportunity_id) == cls.opportunity_id  # noqa: E731
        return relationship(BidDecision, primaryjoin=own, viewonly=True, uselist=False, lazy="selectin")

    @declared_attr
    def waivers(cls) -> Mapped[list[LimitWaiver]]:  # noqa: N805
        """Hard limits that offers in its opportunity may miss."""
        own = lambda: foreign(LimitWaiver.opportunity_id) == cls.opportunity_id  # noqa: E731
        return relationship(LimitWaiver, primaryjoin=own, viewonly=True, uselist=True, lazy="selectin")

    @declared_attr
    def questions(cls) -> Mapped[list[OpenMustHave]]:  # noqa: N805
        """Open questions, and changes that the client asked for, on must-haves of its opportunity."""
        is_counted = sa.func.cardinality(OpenMustHave.must_codes) > 0
        return relationship(
            OpenMustHave,
            primaryjoin=lambda: sa.and_(
                foreign(OpenMustHave.opportunity_id) == cls.opportunity_id, OpenMustHave.is_open, is_counted
            ),
            viewonly=True,
            uselist=True,
            lazy="selectin",
            order_by=OpenMustHave.code,
        )

    @declared_attr
    def heard_warnings(cls) -> Mapped[KnownWarnings | None]:  # noqa: N805
        """Of its estimate; None for one from before warnings were judged."""
        own = lambda: foreign(KnownWarnings.estimate_id) == cls.estimate_id  # noqa: E731
        return relationship(KnownWarnings, primaryjoin=own, viewonly=True, uselist=False, lazy="selectin")

    @property
    def missed(self) -> list[Missed]:
        """Hard limits of the client's that it does not keep to."""
        return [Missed(**{**one, "constraint_id": UUID(one["constraint_id"])}) for one in self.limits_missed]

    @property
    def limits_left(self) -> list[Missed]:
        """Those of them that no waiver covers."""
        waived = [one.given_for for one in self.waivers]
        return [one for one in self.missed if not one.is_covered(waived)]

    def limit_to_waive(self, constraint_id: UUID) -> Missed:
        """The limit with this id, if it is missed and no waiver covers it. Raises `NothingToWaive`."""
        left = [one for one in self.limits_left if one.constraint_id == constraint_id]
        if not left:
            raise NothingToWaive
        return left[0]

    @property
    def judged_by(self) -> list[Check]:
        """The lines of the checklist about these facts."""
        return [
            Check("must_haves_clear", tuple(_of_question(one) for one in self.questions)),
            Check("limits_met", tuple(_of_limit(one, self.currency) for one in self.limits_left)),
            Check("warnings_judged", tuple(_of_warnings(self.heard_warnings))),
            Check("bid_decided", tuple(_of_bid(self.bid))),
        ]


def _of_question(question: OpenMustHave) -> Problem:
    problem = ChangeIsOpen if question.kind == "change_request" else MustHaveIsOpen
    return problem(code=question.code, requirements=", ".join(question.must_codes))


def _of_limit(missed: Missed, currency: str) -> Problem:
    en, zh = _SAID.get(missed.kind, ("{value}", "{value}"))
    write = _WRITTEN.get(missed.kind, str)
    limit, offered = write(missed.limit), write(missed.offered)
    return LimitIsMissed(
        name=missed.name,
        limit=en.format(currency=currency, value=limit),
        offered=en.format(currency=currency, value=offered),
        limit_zh=zh.format(currency=currency, value=limit),
        offered_zh=zh.format(currency=currency, value=offered),
    )


_SAID = {
    "budget": ("{currency} {value}", "{currency} {value}"),
    "validity": ("{value} days", "{value} 天"),
    "warranty": ("{value} months", "{value} 个月"),
    "retention": ("a retention of {value} %", "质保金比例 {value}%"),
    "retention_days": ("a retention for {value} days", "质保金保留 {value} 天"),
}
"""How a limit of each kind is written, in English and Chinese."""


_WRITTEN: dict[str, Callable[[str], str]] = {
    "budget": lambda value: f"{Decimal(value):,}",
    "retention": lambda value: f"{(Decimal(value) * 100).normalize():f}",
}


def _of_warnings(heard: KnownWarnings | None) -> Iterator[Problem]:
    for one in heard.left if heard else ():
        yield WarningIsOpen(message=one["message"], message_zh=one["message_zh"])


def _of_bid(decision: BidDecision | None) -> Iterator[Problem]:
    """What of the bid decision keeps an offer back; where nobody has begun one, nothing does."""
    if decision is None or decision.status == "go":
        return
    if decision.status == "no_go":
        yield BidIsOff(by=decision.decided_by)
    elif decision.status == "open":
        because: dict[str, Any] = decision.reopened_because or {}
        yield BidIsOpen(why=because.get("message", ""), why_zh=because.get("message_zh", ""))
    else:
        for number, one in enumerate(decision.conditions, 1):
            if not one["is_met"]:
                yield BidConditionIsOpen(number=number, **{name: one[name] for name in ("text", "owner", "due")})
