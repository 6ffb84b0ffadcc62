"""Figures and their lineage over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.insights.domain.figures import Figure, Lineage, Origin, agrees, recomputed
from shared.kernel import cursor as cursors
from shared.kernel.asked import Several


class FigureQuery(BaseModel):
    """Which figures: of one opportunity, and of one artefact if named."""

    model_config = ConfigDict(extra="forbid")

    opportunity_id: UUID
    artefact: Several[Literal["baseline", "estimate", "risk_budget", "price", "economics", "proposal"]] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str | None, Field(max_length=400)] = None


class FigureOut(BaseModel):
    """A figure: its value, how it follows from its inputs, and the ids of these."""

    id: str
    name: str
    name_zh: str
    value: str | None
    is_hidden: bool
    """Whether the value is internal and the caller may not see costs."""
    unit: str
    operation: str
    formula: str
    inputs: list[str]
    details: dict[str, Any]

    @classmethod
    def of(cls, figure: Figure, *, shows_costs: bool) -> "FigureOut":
        """As the caller may see it."""
        is_hidden = figure.is_internal and not shows_costs
        return cls(
            id=figure.id,
            name=figure.name,
            name_zh=figure.name_zh,
            value=None if is_hidden else figure.value,
            is_hidden=is_hidden,
            unit=figure.unit,
            operation=figure.operation,
            formula="" if is_hidden else figure.formula,
            inputs=list(figure.inputs),
            details={} if is_hidden else dict(figure.details),
        )


class FigurePage(BaseModel):
    items: list[FigureOut]
    next_cursor: str | None

    @classmethod
    def of(cls, figures: Sequence[Figure], query: FigureQuery, *, shows_costs: bool) -> "FigurePage":
        """The page of `figures` that `query` asks for."""
        start = 0
        if query.cursor is not None:
            [last] = cursors.decode(query.cursor, 1)
            start = next((at for at, figure in enumerate(figures, 1) if figure.id == last), -1)
            if start < 0:
                raise cursors.wrong()
        page = figures[start : start + query.limit]
        is_last = start + query.limit >= len(figures)
        return cls(
            items=[FigureOut.of(figure, shows_costs=shows_costs) for figure in page],
            next_cursor=None if is_last else cursors.encode([page[-1].id]),
        )


class LineageQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    depth: Annotated[int, Field(ge=1, le=20, description="how many steps down")] = 20


class TracedFigure(FigureOut):
    """A figure of a lineage."""

    depth: int
    """Steps from the figure that was asked for."""
    agrees: bool | None
    """Whether computing it again from its inputs gives the stated value; null where `operation` is not arithmetic."""


class OriginOut(BaseModel):
    """The event that said the figures of an artefact."""

    artefact: str
    event_id: UUID
    event_type: str
    at: datetime
    by: str
    revision: int | None
    baseline_number: int | None
    versions: dict[str, Any]
    """Engine, parameter set, seed, hash: what makes it possible to compute it again."""

    @classmethod
    def of(cls, origin: Origin) -> "OriginOut":
        data = origin.data
        return cls(
            artefact=origin.artefact,
            event_id=origin.event_id,
            event_type=origin.event_type,
            at=origin.at,
            by=origin.by,
            revision=data.get("revision"),
            baseline_number=data.get("baseline_number") or (data.get("basis") or {}).get("baseline_number"),
            versions={name: data[name] for name in _VERSIONS if data.get(name) is not None},
        )


_VERSIONS = ("content_hash", "parameter_set", "engine_version", "seed", "samples", "confidence", "risk_revision")


class LineageOut(BaseModel):
    """A figure and everything below it."""

    figure_id: str
    figures: list[TracedFigure]
    origins: list[OriginOut]
    requirement_codes: list[str]
    """The requirements at the ends."""
    is_whole: bool
    """False when `depth` cut something off."""

    @classmethod
    def of(cls, figure_id: str, lineage: Lineage, *, shows_costs: bool) -> "LineageOut":
        """As the caller may see it."""
        figures = lineage.figures
        return cls(
            figure_id=figure_id,
            figures=[
                TracedFigure(
                    **FigureOut.of(figure, shows_costs=shows_costs).model_dump(),
                    depth=lineage.depths[figure.id],
                    agrees=_agreement(figure, figures),
                )
                for figure in figures.values()
            ],
            origins=[OriginOut.of(origin) for origin in lineage.origins.values()],
            requirement_codes=sorted(
                figure.value for figure in figures.values() if figure.unit == "requirement" and figure.value
            ),
            is_whole=lineage.is_whole,
        )


def _agreement(figure: Figure, figures: Mapping[str, Figure]) -> bool | None:
    again = recomputed(figure, [figures[one].value if one in figures else None for one in figure.inputs])
    return None if again is None else agrees(figure, again)
