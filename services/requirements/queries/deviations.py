"""The deviation table 偏离表."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.domain.fit import PRIORITY_WEIGHTS
from services.requirements.models.fit import FitAssessment
from services.requirements.models.requirements import Requirement
from services.requirements.queries.fit import fits_of
from services.requirements.queries.requirements import requirements_of
from shared.language.events.requirements import MetricFacts

COLUMNS = {
    "zh": ("序号", "需求编号", "招标要求", "投标响应", "偏离情况", "说明"),
    "en": ("No.", "Code", "Requirement", "Response", "Deviation", "Remark"),
}


_DEVIATIONS = {
    "zh": {"none": "无偏离", "positive": "正偏离", "negative": "负偏离", None: "待评估"},
    "en": {"none": "none", "positive": "positive", "negative": "negative", None: "to be assessed"},
}


_VERDICTS = {
    "zh": {
        "full": "完全满足",
        "partial": "部分满足",
        "configuration": "通过配置满足",
        "customisation": "需定制开发",
        "third_party": "由第三方产品满足",
        "roadmap": "已列入产品规划",
        "none": "不满足",
    },
    "en": {
        "full": "Met in full.",
        "partial": "Met in part.",
        "configuration": "Met by configuration.",
        "customisation": "Met by customisation.",
        "third_party": "Met by a third party's product.",
        "roadmap": "Planned for a coming release.",
        "none": "Not met.",
    },
}


async def deviation_rows(session: AsyncSession, opportunity_id: UUID, language: str) -> list[dict[str, Any]]:
    """The deviation table 偏离表: every requirement but won't-haves, by code; what nobody confirmed is named so."""
    fits = {row.requirement_id: row for row in await fits_of(session, opportunity_id)}
    needs = [row for row in await requirements_of(session, opportunity_id) if row.priority in PRIORITY_WEIGHTS]
    return [_deviation(number, need, fits.get(need.id), language) for number, need in enumerate(needs, start=1)]


def _deviation(number: int, need: Requirement, fit: FitAssessment | None, language: str) -> dict[str, Any]:
    counted = fit if fit and fit.status == "confirmed" else None
    return {
        "number": number,
        "requirement_code": need.code,
        "requirement": "\n".join([need.statement, *([MetricFacts(**need.metric).said] if need.metric else [])]),
        "response": (counted.response or _VERDICTS[language][counted.verdict]) if counted else "",
        "deviation": _DEVIATIONS[language][counted.deviation if counted else None],
        # Clients get this table: of what is missing it says what was worded for them.
        "remark": (counted.client_wording or "") if counted and counted.client_visibility == "client" else "",
    }
