"""Scenarios: what if rates, scope, team, dates, risks or price were otherwise?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import scenario_runs
from services.estimation.commands.parameter_sets import install_shipped
from services.estimation.models.scenarios import Scenario
from services.estimation.queries import scenarios as queries
from services.estimation.schemas.scenarios import (
    CompareQuery,
    ComparisonOut,
    ScenarioIn,
    ScenarioItem,
    ScenarioOut,
    ScenarioPatch,
    ScenarioQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/scenarios", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("scenarios:read")]
Writer = Annotated[Principal, may("scenarios:write")]


@router.post("", status_code=201, operation_id="beginScenario")
async def begin_scenario(wish: ScenarioIn, session: Session, caller: Writer) -> ScenarioOut:
    """Ask what the newest estimate would become. All stages answer within a second; nothing else changes.

    Half a year after its estimate was superseded a scenario that nobody has touched since is deleted.
    """
    await install_shipped(session)
    return ScenarioOut.of(await scenario_runs.begin_scenario(session, wish), caller)


@router.get("", operation_id="listScenarios")
async def list_scenarios(
    query: Annotated[ScenarioQuery, Query()], session: Session, caller: Reader
) -> Page[ScenarioItem] | Page[ScenarioOut]:
    """Scenarios, newest first."""
    return page_of(query, await paginate(session, Scenario, query), ScenarioItem, ScenarioOut, caller)


@router.get("/compare", operation_id="compareScenarios")
async def compare_scenarios(query: Annotated[CompareQuery, Query()], session: Session, caller: Reader) -> ComparisonOut:
    """Several scenarios of an opportunity beside its estimate: figure by figure, line by line."""
    return await queries.compare(session, query, caller)


@router.get("/{scenario_id}", operation_id="getScenario")
async def get_scenario(scenario_id: UUID, session: Session, caller: Reader) -> ScenarioOut:
    """One scenario: effort, cost, reserves, price, margin, dates."""
    return ScenarioOut.of(await find(session, Scenario, scenario_id), caller)


@router.patch("/{scenario_id}", operation_id="changeScenario")
async def change_scenario(
    scenario_id: UUID, patch: ScenarioPatch, session: Session, seen: SeenVersion, caller: Writer
) -> ScenarioOut:
    """Change what is otherwise; it is run again."""
    return ScenarioOut.of(await scenario_runs.change_scenario(session, scenario_id, patch, version=seen), caller)


@router.post("/{scenario_id}/rebase", operation_id="rebaseScenario")
async def rebase_scenario(scenario_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> ScenarioOut:
    """Run the same changes on the newest estimate."""
    return ScenarioOut.of(await scenario_runs.rebase_scenario(session, scenario_id, version=seen), caller)


@router.delete("/{scenario_id}", status_code=204, operation_id="deleteScenario")
async def delete_scenario(scenario_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> None:
    """Delete a scenario."""
    await scenario_runs.delete_scenario(session, scenario_id, version=seen)
