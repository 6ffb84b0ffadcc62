"""Projections of other services' events: baselines, warranties, risk budgets, schedules."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base


class Head(Base):
    """What is newest of an opportunity. Whoever changes its estimates locks this row first."""

    __tablename__ = "estimation_head"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(default=0)
    """The newest epoch heard of: an approval, or a withdrawal or closing, after which nothing older counts."""


class KnownBaseline(Base):
    """An approved baseline as it was heard, to be estimated again."""

    __tablename__ = "heard_baseline"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    baseline_id: Mapped[UUID] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]


class KnownWarranty(Base):
    """The newest that was heard of a version of an after-sales plan; the agreed one says how long the warranty is."""

    __tablename__ = "heard_warranty"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    after_sales_plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID]
    number: Mapped[int]
    status: Mapped[str]
    warranty_months: Mapped[int]
    version: Mapped[int]

    __table_args__ = (sa.Index("ix_heard_warranty_opportunity", "tenant_id", "opportunity_id"),)


class KnownRiskBudget(Base):
    """The newest risk budget of an estimate as it was heard; it may come before its estimate."""

    __tablename__ = "heard_risk_budget"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    estimate_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]
    facts: Mapped[dict[str, Any]]


class KnownSchedule(Base):
    """The dates that a proposal said for an estimate, to compare scenarios with."""

    __tablename__ = "heard_schedule"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    estimate_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(sa.BigInteger)
    facts: Mapped[dict[str, Any]]
