"""The register as a file that people open, and its history."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.risks import RegisteredRisk
from services.risk.queries.register import measures_of, shown
from services.risk.schemas.risks import HistoryEntryOut, RiskOut
from shared.files.tables import csv_file, workbook
from shared.kernel.audit import AuditEntry
from shared.kernel.auth import Principal
from shared.kernel.db import find
from shared.language.money import Money

MOST = 5_000
"""Risks of one file."""

_HEADINGS = {
    "code": ("Code", "编号"),
    "title": ("Risk", "风险"),
    "category": ("Category", "类别"),
    "kind": ("Kind", "类型"),
    "status": ("Status", "状态"),
    "cause": ("Cause", "原因"),
    "effect": ("Effect", "影响"),
    "owner": ("Owner", "责任人"),
    "probability": ("Probability before responses", "应对前概率"),
    "residual_probability": ("Probability after responses", "应对后概率"),
    "score": ("Score today", "当前分值"),
    "rating": ("Rating today", "当前等级"),
    "residual_rating": ("Rating after responses", "应对后等级"),
    "knowledge": ("Strength of knowledge", "认知强度"),
    "near": ("When it may happen", "可能发生时间"),
    "responses": ("Responses", "应对措施"),
    "requirements": ("Requirements", "相关需求"),
    "explanation": ("Why it is listed", "列入理由"),
}
_OF_MONEY = {
    "expected_value": ("Expected value today", "当前期望值"),
    "residual_expected_value": ("Expected value after responses", "应对后期望值"),
    "response_cost": ("Cost of responses", "应对成本"),
}
_NAMES_ZH = {
    "threat": "威胁", "opportunity": "机会", "low": "低", "moderate": "中", "high": "高", "weak": "弱", "strong": "强",
    "candidate": "候选", "identified": "已识别", "analysed": "已分析", "treated": "已应对", "monitored": "监控中",
    "escalated": "已升级", "materialised": "已发生", "closed": "已关闭", "technical": "技术", "management": "管理",
    "market": "市场", "resource": "资源", "commercial": "商务", "security": "安全", "schedule": "进度",
    "external": "外部",
}  # fmt: skip


async def register_file(
    session: AsyncSession, opportunity_id: UUID, caller: Principal, *, form: str, language: str
) -> bytes:
    """The register of an opportunity in one language, with money for who may see it."""
    statement = sa.select(RegisteredRisk).where(RegisteredRisk.opportunity_id == opportunity_id)
    rows = (await session.scalars(statement.order_by(RegisteredRisk.code).limit(MOST))).all()
    is_zh = language == "zh"
    headings = {**_HEADINGS, **(_OF_MONEY if caller.may("cost:read") else {})}
    table = [_row(risk, list(headings), is_zh=is_zh) for risk in await shown(session, rows, caller)]
    columns = [names[is_zh] for names in headings.values()]
    return workbook(columns, table) if form == "xlsx" else csv_file(columns, table)


def _row(risk: RiskOut, columns: Sequence[str], *, is_zh: bool) -> list[Any]:
    def word(text: str | None) -> str:
        return _NAMES_ZH.get(text or "", text or "") if is_zh else (text or "").replace("_", " ")

    measures = [one for one in risk.responses if one.status != "cancelled"]
    values: dict[str, Any] = {
        "code": risk.code,
        "title": risk.title_zh if is_zh else risk.title,
        "category": word(risk.category),
        "kind": word(risk.kind),
        "status": word(risk.status),
        "cause": risk.cause_zh if is_zh else risk.cause,
        "effect": risk.effect_zh if is_zh else risk.effect,
        "owner": risk.owner or "",
        "probability": risk.probability,
        "residual_probability": risk.residual.probability,
        "score": "" if risk.score is None else risk.score,
        "rating": word(risk.rating),
        "residual_rating": word(risk.residual.rating),
        "knowledge": word(risk.knowledge),
        "near": " – ".join(str(day) for day in (risk.near_from, risk.near_until) if day),
        "responses": "\n".join(one.statement_zh if is_zh else one.statement for one in measures),
        "requirements": ", ".join(risk.requirement_codes),
        "explanation": risk.explanation_zh if is_zh else risk.explanation,
        "expected_value": _amount(risk.expected_value),
        "residual_expected_value": _amount(risk.residual.expected_value),
        "response_cost": _amount(risk.response_cost),
    }
    return [values[name] for name in columns]


def _amount(money: Money | None) -> str:
    return "" if money is None else f"{money.amount} {money.currency}"


_MONEY = frozenset({"impact_cost", "inherent", "current", "residual", "expected_value", "cost"})
"""Fields of risks and measures that tell internal cost."""


async def history_of(session: AsyncSession, risk_id: UUID, caller: Principal) -> list[HistoryEntryOut]:
    """Every change of a risk and of its measures, oldest first; money only for who may see it. Raises `NotFound`."""
    risk = await find(session, RegisteredRisk, risk_id)
    codes = {risk.id: risk.code} | {one.id: one.code for one in (await measures_of(session, [risk.id]))[risk.id]}
    entries = sa.select(AuditEntry).where(AuditEntry.resource_id.in_(list(codes))).order_by(AuditEntry.id)
    hidden = frozenset() if caller.may("cost:read") else _MONEY
    return [_entry(entry, codes[entry.resource_id], hidden) for entry in await session.scalars(entries)]


def _entry(entry: AuditEntry, code: str, hidden: frozenset[str]) -> HistoryEntryOut:
    before, after = entry.before or {}, entry.after or {}
    fields = [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted((before.keys() | after.keys()) - hidden)
        if before.get(name) != after.get(name)
    ]
    return HistoryEntryOut.model_validate(
        {"at": entry.at, "actor": entry.actor, "action": entry.action, "code": code, "fields": fields}
    )
