"""Productivity models: what one's own past projects say."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import productivity_models
from services.estimation.models.history import ProductivityModel
from services.estimation.schemas.productivity_models import (
    PredictionIn,
    PredictionOut,
    ProductivityModelIn,
    ProductivityModelItem,
    ProductivityModelOut,
    ProductivityModelQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/productivity-models", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("productivity-models:read")]
Writer = Annotated[Principal, may("productivity-models:write")]


@router.post("", status_code=201, operation_id="createProductivityModel")
async def create_productivity_model(
    wish: ProductivityModelIn, session: Session, _caller: Writer
) -> ProductivityModelOut:
    """Fit your past projects. The result says how it did on each project left out, and whether it counts.

    From 20 projects another model counts where its log error is less by more than a standard error: one without groups,
    or the median productivity times size. Below that it is the shrunk model, with fewer than three the benchmark alone.
    """
    return ProductivityModelOut.of(await productivity_models.fit_productivity_model(session, wish))


@router.get("", operation_id="listProductivityModels")
async def list_productivity_models(
    query: Annotated[ProductivityModelQuery, Query()], session: Session, _caller: Reader
) -> Page[ProductivityModelItem] | Page[ProductivityModelOut]:
    """Models, newest first; they never change but for whether they are used."""
    return page_of(
        query, await paginate(session, ProductivityModel, query), ProductivityModelItem, ProductivityModelOut
    )


@router.get("/{productivity_model_id}", operation_id="getProductivityModel")
async def get_productivity_model(
    productivity_model_id: UUID, session: Session, _caller: Reader
) -> ProductivityModelOut:
    """One model."""
    return ProductivityModelOut.of(await find(session, ProductivityModel, productivity_model_id))


@router.post("/{productivity_model_id}/predict", operation_id="predictProductivityModel")
async def predict(productivity_model_id: UUID, wish: PredictionIn, session: Session, _caller: Reader) -> PredictionOut:
    """Effort for a size, with its interval; nothing is kept."""
    return await productivity_models.predict(session, productivity_model_id, wish)


@router.post("/{productivity_model_id}/activate", operation_id="activateProductivityModel")
async def activate(
    productivity_model_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> ProductivityModelOut:
    """Use it as a method in every estimate from now on; the one of its unit of size that was used is retired."""
    row = await productivity_models.activate_productivity_model(session, productivity_model_id, version=seen)
    return ProductivityModelOut.of(row)


@router.post("/{productivity_model_id}/retire", operation_id="retireProductivityModel")
async def retire(
    productivity_model_id: UUID, session: Session, seen: SeenVersion, _caller: Writer
) -> ProductivityModelOut:
    """Use it no longer; estimates made with it stay what they are."""
    row = await productivity_models.retire_productivity_model(session, productivity_model_id, version=seen)
    return ProductivityModelOut.of(row)
