"""Our products and what they can do, and how they meet a requirement."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.requirements.models.guards import Guarded, InOpportunity
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition


class Verdict(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    CONFIGURATION = "configuration"
    CUSTOMISATION = "customisation"
    THIRD_PARTY = "third_party"
    ROADMAP = "roadmap"
    NONE = "none"


class Deviation(StrEnum):
    """Of our offer from the requirement, as a tender's deviation table (偏离表) names it."""

    NONE = "none"
    POSITIVE = "positive"
    NEGATIVE = "negative"


class AssessedAlready(Problem):
    status = 409
    title = ("Assessed already", "已有评估")
    en = "{code} has an assessment, {assessment_id}; change that one."
    zh = "{code} 已有评估 {assessment_id}，请直接修改。"


class RetiredProduct(Problem):
    status = 409
    title = ("The product is retired", "产品已停用")
    en = "{name} is retired and cannot be offered any more."
    zh = "{name} 已停用，不能再用于方案。"


class Product(Searched, Resource):
    """Something that we sell, in one release of it."""

    __tablename__ = "product"
    searched = ("code", "name", "name_zh", "description", "description_zh")

    code: Mapped[str]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    release: Mapped[str]
    description: Mapped[str | None]
    description_zh: Mapped[str | None]
    list_price: Mapped[dict[str, Any] | None]
    status: Mapped[str] = mapped_column(default="active")

    __table_args__ = (sa.UniqueConstraint("tenant_id", "code", "release"), search_index("product"))

    machine = StateMachine(
        "product",
        (
            Transition("change", ("active",), "active"),
            Transition("retire", ("active",), "retired"),
            Transition("reactivate", ("retired",), "active"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    @property
    def retired(self) -> RetiredProduct:
        """What a retired product answers to every change of it."""
        return RetiredProduct(name=f"{self.name} {self.release}")

    def refuse_if_retired(self) -> None:
        """Raises `RetiredProduct`."""
        if self.status == "retired":
            raise self.retired


class Capability(Searched, Guarded):
    """One thing that a product can do, with what proves it."""

    __tablename__ = "capability"
    searched = ("code", "name", "name_zh", "description", "description_zh")

    product_id: Mapped[UUID] = mapped_column(sa.ForeignKey("product.id"), index=True)
    code: Mapped[str]
    name: Mapped[str]
    name_zh: Mapped[str | None]
    description: Mapped[str | None]
    description_zh: Mapped[str | None]
    evidence: Mapped[list[Any]]
    """Documents that prove it: document, location, url, on."""
    price: Mapped[dict[str, Any] | None]
    """Where it is sold apart."""
    configuration_days: Mapped[float | None]
    """Person-days that it usually takes to set up."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "product_id", "code"), search_index("capability"))

    machine = StateMachine.steady("capability", "change", collection="capabilities")

    @property
    def text(self) -> str:
        """All that is said of it, for matching."""
        return "\n".join(filter(None, (self.name, self.name_zh, self.description, self.description_zh)))


class FitAssessment(Searched, InOpportunity):
    """How our products meet one requirement. It counts once a person has confirmed it."""

    __tablename__ = "fit_assessment"
    searched = ("requirement_code", "reason", "gap", "alternative", "response")

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    requirement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("requirement.id"))
    requirement_code: Mapped[str]
    capability_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    verdict: Mapped[str]
    reason: Mapped[str | None]
    alternative: Mapped[str | None]
    evidence: Mapped[str | None]
    gap: Mapped[str | None]
    gap_effort_days: Mapped[dict[str, Any] | None]
    deviation: Mapped[str]
    response: Mapped[str | None]
    client_visibility: Mapped[str] = mapped_column(server_default="internal", default="internal")
    """Of the gap."""
    client_wording: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="proposed")
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    suspects: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)

    __table_args__ = (sa.UniqueConstraint("tenant_id", "requirement_id"), search_index("fit_assessment"))

    machine = StateMachine(
        "fit assessment",
        (
            Transition("change", ("proposed", "confirmed"), "proposed"),
            Transition("confirm", ("proposed", "confirmed"), "confirmed"),
            Transition("delete", ("proposed", "confirmed"), "deleted"),
        ),
    )
