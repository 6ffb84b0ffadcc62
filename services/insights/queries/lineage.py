"""Looks up the events that figures come from, and follows a figure down to what it was computed from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.figures import Figure, Lineage, Name, Origin
from services.insights.domain.lineage import READERS
from services.insights.models import LoggedEvent
from shared.kernel.problems import NotFound

_SAID_BY = {
    "baseline": "requirements.baseline.approved.v1",
    "estimate": "estimation.estimate.completed.v1",
    "risk_budget": "risk.budget.calculated.v1",
    "price": "estimation.estimate.priced.v1",
    "economics": "estimation.economic_analysis.offered.v1",
    "proposal": "proposal.proposal.drafted.v1",
}
"""The event that says the figures of an artefact. An estimate is priced again and again: the key of a price is the
estimate's id and the sequence of the event; that of an economic analysis has its version for the same reason."""


class Tracer:
    """Reads each artefact once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._homes: dict[tuple[str, str], Mapping[str, Figure]] = {}
        self.origins: dict[tuple[str, str], Origin] = {}

    async def figures_of(self, home: tuple[str, str]) -> Mapping[str, Figure]:
        """The figures of an artefact by id; none when nobody said it."""
        if home not in self._homes:
            event = await self._event(*home)
            self._homes[home] = {} if event is None else await self._read(home, event)
        return self._homes[home]

    async def _read(self, home: tuple[str, str], event: LoggedEvent) -> Mapping[str, Figure]:
        artefact, key = home
        self.origins[home] = Origin(artefact, event.event_id, event.type, event.time, event.actor, event.data)
        context: dict[str, Any] = {}
        if artefact == "risk_budget":
            needs = await self.figures_of(("baseline", str(event.data["basis"]["baseline_id"])))
            context["requirements"] = {figure.value: figure.id for figure in needs.values() if figure.value}
        if artefact in {"proposal", "economics"}:
            context["price_key"] = await self._price_of(event)
        return {figure.id: figure for figure in READERS[artefact](key, event.data, **context)}

    async def _event(self, artefact: str, key: str) -> LoggedEvent | None:
        aggregate, _, sequence = key.partition("@")
        try:
            statement = sa.select(LoggedEvent).where(
                LoggedEvent.aggregate_id == UUID(aggregate), LoggedEvent.type == _SAID_BY[artefact]
            )
            if artefact == "price":
                statement = statement.where(sa.cast(LoggedEvent.sequence, sa.Text) == sequence)
            if artefact == "economics":
                statement = statement.where(LoggedEvent.data["version"].as_string() == sequence)
        except (ValueError, KeyError):
            return None
        return await self._session.scalar(statement.order_by(LoggedEvent.position.desc()).limit(1))

    async def _price_of(self, made: LoggedEvent) -> str:
        """The price that a proposal or an analysis was made with: the last one of its risk budget said before.

        What is told of an analysis comes just before its price: then it is the one after.
        """
        estimate = made.data["estimate_id"]
        priced = sa.select(LoggedEvent.sequence).where(
            LoggedEvent.aggregate_id == UUID(estimate),
            LoggedEvent.type == _SAID_BY["price"],
            LoggedEvent.data["risk_revision"].as_integer() == made.data["risk_revision"],
        )
        before = await self._session.scalar(
            priced.order_by((LoggedEvent.position > made.position), LoggedEvent.position.desc()).limit(1)
        )
        return f"{estimate}@{before}"


async def figure_of(session: AsyncSession, figure_id: str) -> Figure:
    """A figure. Raises `NotFound`."""
    tracer = Tracer(session)
    name = Name.parse(figure_id)
    figures = await tracer.figures_of(name.home) if name and name.artefact in _SAID_BY else {}
    if name is None or figure_id not in figures:
        raise NotFound(kind="figure", id=figure_id)
    return figures[figure_id]


def made_at(figure_id: str) -> datetime | None:
    """When that which a figure belongs to was made, as far as its id tells."""
    name = Name.parse(figure_id)
    return name.made_at if name and name.artefact in _SAID_BY else None


async def lineage_of(session: AsyncSession, figure_id: str, depth: int) -> Lineage:
    """Everything below a figure, `depth` steps down at most, level by level. Raises `NotFound`."""
    tracer, found = Tracer(session), Lineage()
    level: Sequence[str] = [figure_id]
    for at in range(depth + 1):
        below: dict[str, None] = {}
        for one in level:
            name = Name.parse(one)
            figure = (await tracer.figures_of(name.home)).get(one) if name and name.artefact in _SAID_BY else None
            if figure is not None and name is not None:
                found.figures[one], found.depths[one] = figure, at
                found.origins[name.home] = tracer.origins[name.home]
                below.update(dict.fromkeys(figure.inputs))
        level = [one for one in below if one not in found.figures]
    if figure_id not in found.figures:
        raise NotFound(kind="figure", id=figure_id)
    found.is_whole = not level
    return found


async def newest_figures(
    session: AsyncSession, opportunity_id: UUID, artefacts: Collection[str] | None
) -> list[Figure]:
    """The figures of an opportunity's newest baseline, estimate, risk budget, price …, or of some of them."""
    tracer = Tracer(session)
    figures: list[Figure] = []
    for one, said in _SAID_BY.items():
        if artefacts and one not in artefacts:
            continue
        version = LoggedEvent.data["version"].as_string().label("version")
        newest = sa.select(LoggedEvent.aggregate_id, LoggedEvent.sequence, version).where(
            LoggedEvent.opportunity_id == opportunity_id, LoggedEvent.type == said
        )
        row = (await session.execute(newest.order_by(LoggedEvent.position.desc()).limit(1))).first()
        if row:
            number = {"price": row.sequence, "economics": row.version}.get(one)
            key = str(row.aggregate_id) if number is None else f"{row.aggregate_id}@{number}"
            figures += (await tracer.figures_of((one, key))).values()
    return figures
