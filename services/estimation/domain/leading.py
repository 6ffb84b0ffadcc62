"""Which method's effort an estimate is made of, and why.

Bottom-up is what an estimate begins with. Where a tenant's own past projects say better what such work takes, told by
trials on projects that the model had not seen, the calibrated model leads: its effort is shared out over the lines in
the proportions of bottom-up, so that each figure still leads to its requirement. A person may choose otherwise.
"""

from dataclasses import dataclass
from math import exp
from typing import Literal

from services.estimation.domain.calibration import Calibration, Record
from services.estimation.domain.expert_override import EXPERT, Overrides
from services.estimation.domain.parameters import LeadPolicy

LeadWish = Literal["by_record", "three_point", "productivity_model"]
BOTTOM_UP = "three_point"
MODEL = "productivity_model"
_COUNTED = 0.5
"""Of the requirements' effort, the share that must have function points: the model knows nothing of the rest."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided for an opportunity."""

    method: str
    """One of `LeadWish`."""
    reason: str


@dataclass(frozen=True, slots=True)
class Lead:
    """The method whose effort the estimate is made of, and why it is that one."""

    method: str
    code: str
    message: str
    message_zh: str


_JUDGED = Lead(
    EXPERT, "expert_judged", "A person judged the effort in the place of what was computed.", "由专家估计取代计算结果。"
)
_NO_MODEL = Lead(
    BOTTOM_UP, "no_calibration",
    "Bottom-up leads: no calibrated model is active, or nothing of this work has function points.",
    "以自下而上估算为准：没有启用校准模型，或本项工作没有功能点。",
)  # fmt: skip
_NO_RECORD = Lead(
    BOTTOM_UP, "no_record",
    "Bottom-up leads: there are too few past projects, or the active model was fitted before records were compared; fit"
    " it anew.",
    "以自下而上估算为准：历史项目过少，或启用的模型是在比较历史表现之前建立的，请重新建立。",
)  # fmt: skip
_POLICY = Lead(
    BOTTOM_UP, "policy", "Bottom-up leads, as the parameter set says, whatever the record.",
    "按参数集规定，无论历史表现如何均以自下而上估算为准。",
)  # fmt: skip
JUDGED_ABOVE = Lead(
    BOTTOM_UP, "judged_lines_exceed",
    "Bottom-up leads: the lines that persons judged leave nothing of the calibrated effort for the others.",
    "以自下而上估算为准：专家单独估计的工作项已用尽校准模型给出的工作量。",
)  # fmt: skip


def led_by(
    model: Calibration | None, counted_share: float, overrides: Overrides, policy: LeadPolicy, choice: Choice | None
) -> Lead:
    """What leads. `model` is None where there is none for this work; `counted_share` is of the requirements' effort."""
    if overrides.total is not None:
        return _JUDGED
    lead = _by_choice(choice) if model and choice else None
    lead = lead or _computed(model, counted_share, policy)
    return _JUDGED if overrides and lead.method == BOTTOM_UP else lead


def _by_choice(choice: Choice) -> Lead | None:
    if choice.method == "by_record":
        return None
    names = {BOTTOM_UP: ("Bottom-up", "自下而上估算"), MODEL: ("The calibrated model", "校准模型")}
    name, name_zh = names[choice.method]
    return Lead(
        choice.method, "chosen", f"{name} leads, as a person chose: {choice.reason}",
        f"由人员选定，以{name_zh}为准：{choice.reason}",
    )  # fmt: skip


def _computed(model: Calibration | None, counted_share: float, policy: LeadPolicy) -> Lead:
    if model is None:
        return _NO_MODEL
    if policy == "three_point":
        return _POLICY
    if model.basis == "prior" or model.record is None:
        return _NO_RECORD
    if counted_share < _COUNTED:
        return Lead(
            BOTTOM_UP, "little_is_counted",
            f"Bottom-up leads: only {counted_share:.0%} of the requirements' effort has function points, which is all"
            " that the calibrated model knows.",
            f"以自下而上估算为准：需求工作量中仅 {counted_share:.0%} 有功能点，而校准模型只了解这一部分。",
        )  # fmt: skip
    return _by_record(model.record)


def _by_record(record: Record) -> Lead:
    """Mean errors of the logarithm are told as factors: 0.69 is half or twice."""
    ours, theirs = exp(record.calibrated), exp(record.rival)
    of_estimates = record.rival_is == "estimates"
    rival, rival_zh = ("what had been estimated", "原估算") if of_estimates else ("the benchmark", "行业基准")
    why = f"on {record.projects} past projects, each left out in turn, it was off by a factor of {ours:.2f} on average,"
    why_zh = f"在 {record.projects} 个历史项目的留一检验中，其平均偏差为 {ours:.2f} 倍，{rival_zh}为 {theirs:.2f} 倍。"
    if record.is_better:
        return Lead(
            MODEL, "better_record", f"The calibrated model leads: {why} {rival} by {theirs:.2f}.",
            f"以校准模型为准：{why_zh}",
        )  # fmt: skip
    return Lead(
        BOTTOM_UP, "no_better_record", f"Bottom-up leads over the calibrated model: {why} {rival} by {theirs:.2f}.",
        f"以自下而上估算为准，不采用校准模型：{why_zh}",
    )  # fmt: skip
