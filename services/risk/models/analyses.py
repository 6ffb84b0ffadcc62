"""Quantitative analyses: what was asked, and the figures that the simulation answered with."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.risk.domain.monte_carlo import ENGINE_VERSION
from shared.kernel.base import Resource
from shared.kernel.clock import now
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class NotAnalysedYet(Problem):
    status = 409
    title = ("There are no figures yet", "尚无结果")
    en = "The analysis is {state}; its charts follow once it is done."
    zh = "该分析当前状态为 {state}；完成后才有图表。"


class RunNotReproducible(Problem):
    status = 409
    title = ("The run cannot be reproduced", "该次模拟无法重现")
    en = "It was computed by {kept}, this is {present}; the same bytes are only sure by the same engine."
    zh = "该次模拟由引擎 {kept} 计算，当前引擎为 {present}；只有同一引擎才能保证逐字节一致。"


class OtherBytes(RunNotReproducible):
    code = "run_not_reproducible"
    en = "The same engine gave other figures: {present} instead of {kept}; tell the operators."
    zh = "同一引擎得到了不同的结果：{present}，而非 {kept}；请联系运维人员。"


class RiskAnalysis(Resource):
    """A simulation with all that it takes to repeat it. It never changes once it is done."""

    __tablename__ = "risk_analysis"

    opportunity_id: Mapped[UUID | None]
    risk_budget_id: Mapped[UUID | None]
    name: Mapped[str | None]
    status: Mapped[str]
    """queued, running, done, failed."""
    progress: Mapped[float]
    problem: Mapped[dict[str, Any] | None]
    """Why it failed: code, message, message_zh."""
    currency: Mapped[str]
    samples: Mapped[int]
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    engine_version: Mapped[str]
    inputs: Mapped[dict[str, Any]]
    """`model` and `options`, whole: what they were made from may change."""
    result: Mapped[dict[str, Any] | None]
    result_hash: Mapped[str | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (sa.Index("ix_risk_analysis_created_at", "tenant_id", "created_at", "id"),)

    machine = StateMachine("analysis", (Transition("repeat", ("done",), "done"),), collection="risk-analyses")

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        gone = RunNotReproducible(kept=self.engine_version, present=ENGINE_VERSION)
        return self.machine.allowed(self.status, {"repeat": gone} if self.engine_version != ENGINE_VERSION else None)

    @property
    def answer_status(self) -> int:
        """201 when the figures are there, 202 while they are made."""
        return 201 if self.status == "done" else 202

    def finish(self, result: Mapping[str, Any]) -> None:
        """Keep the figures, and what they are byte for byte."""
        self.status, self.progress, self.finished_at = "done", 1.0, now()
        self.result, self.result_hash = dict(result), hash_of(result)

    def fail(self, refused: Problem) -> None:
        """Keep why there are no figures."""
        self.status, self.finished_at = "failed", now()
        self.problem = {
            "code": refused.code,
            "message": refused.detail("en"),
            "message_zh": refused.detail("zh"),
            "errors": [
                {"pointer": one.pointer, "code": one.code, "message": one.en, "message_zh": one.zh}
                for one in refused.errors
            ],
        }

    def compare(self, repeated: Mapping[str, Any]) -> None:
        """Raises `OtherBytes` when a repeated run says anything else."""
        if hash_of(repeated) != self.result_hash:
            raise OtherBytes(kept=self.result_hash, present=hash_of(repeated))

    def refuse_repeating(self) -> None:
        """Raises `IllegalTransition` when there is nothing to repeat, `RunNotReproducible` by another engine."""
        self.machine.next(self.status, "repeat")
        if self.engine_version != ENGINE_VERSION:
            raise RunNotReproducible(kept=self.engine_version, present=ENGINE_VERSION)


def hash_of(result: Mapping[str, Any]) -> str:
    """SHA-256 of the figures as canonical JSON."""
    return hashlib.sha256(orjson.dumps(result, option=orjson.OPT_SORT_KEYS)).hexdigest()
