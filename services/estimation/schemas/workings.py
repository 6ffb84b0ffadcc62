"""How a calculated figure was come by, over HTTP."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from services.estimation.domain.working import Caution, Step


class WorkingOut(BaseModel):
    """One step: its formula in general, and with the numbers of this case."""

    model_config = ConfigDict(from_attributes=True)

    symbol: str
    meaning: str
    meaning_zh: str
    formula: str
    numbers: str
    value: float
    unit: str


class CautionOut(BaseModel):
    """What stops nothing, but should be known."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    message: str
    message_zh: str


class CalculatedOut(BaseModel):
    """What every calculation says beside its figures."""

    steps: list[WorkingOut]
    warnings: list[CautionOut]
    source: str = Field(description="whose method it is")


def steps_out(steps: Iterable[Step]) -> list[WorkingOut]:
    return [WorkingOut.model_validate(step) for step in steps]


def cautions_out(cautions: Iterable[Caution]) -> list[CautionOut]:
    return [CautionOut.model_validate(caution) for caution in cautions]
