"""Products: what we sell and what it can do."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.requirements.commands import fit
from services.requirements.models.fit import Capability, Product
from services.requirements.queries import guards
from services.requirements.schemas.fit import (
    CapabilityIn,
    CapabilityOut,
    CapabilityPatch,
    CapabilityQuery,
    ProductBatch,
    ProductIn,
    ProductOut,
    ProductPatch,
    ProductQuery,
    ProductsOut,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion, located
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/products", tags=["requirements"], route_class=Route)
capabilities = APIRouter(prefix="/v1/capabilities", tags=["requirements"], route_class=Route)
batch = APIRouter(tags=["requirements"], route_class=Route)

Reader = Annotated[Principal, may("products:read")]
Writer = Annotated[Principal, may("products:write")]


@router.post("", status_code=201, response_model=ProductOut, operation_id="recordProduct")
async def record_product(wish: ProductIn, session: Session, _caller: Writer) -> Product:
    """Record a product in one release, with its capabilities."""
    [product] = await fit.record_products(session, [wish])
    return product


@batch.post("/v1/products:batch", status_code=201, response_model=ProductsOut, operation_id="recordProducts")
async def record_products(wish: ProductBatch, session: Session, _caller: Writer) -> dict[str, list[Product]]:
    """Record many products with their capabilities, all or none."""
    return {"items": await fit.record_products(session, wish.items)}


@router.get("", response_model=Page[ProductOut], operation_id="listProducts")
async def list_products(query: Annotated[ProductQuery, Query()], session: Session, _caller: Reader) -> Slice[Product]:
    """Products, newest first; `q` looks in names and descriptions, Chinese and English."""
    return await paginate(session, Product, query)


@router.get("/{product_id}", response_model=ProductOut, operation_id="getProduct")
async def get_product(product_id: UUID, session: Session, _caller: Reader) -> Product:
    """One product."""
    return await find(session, Product, product_id)


@router.patch("/{product_id}", response_model=ProductOut, operation_id="changeProduct")
async def change_product(
    product_id: UUID, patch: ProductPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Product:
    """Change what is sent, keep the rest. A new release is a new product."""
    return await fit.change_product(session, product_id, patch, version=seen)


@router.post("/{product_id}/retire", response_model=ProductOut, operation_id="retireProduct")
async def retire_product(product_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Product:
    """No longer offered: verdicts that stand on it are suspect."""
    return await fit.move_product(session, product_id, "retire", version=seen)


@router.post("/{product_id}/reactivate", response_model=ProductOut, operation_id="reactivateProduct")
async def reactivate_product(product_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> Product:
    """Offered again."""
    return await fit.move_product(session, product_id, "reactivate", version=seen)


@router.post("/{product_id}/capabilities", status_code=201, response_model=CapabilityOut, operation_id="addCapability")
async def add_capability(
    product_id: UUID, wish: CapabilityIn, response: Response, session: Session, _caller: Writer
) -> Capability:
    """Add something that the product can do."""
    capability = await fit.add_capability(session, product_id, wish)
    located(response, "capabilities", capability.id)
    return capability


@capabilities.get("", response_model=Page[CapabilityOut], operation_id="listCapabilities")
async def list_capabilities(
    query: Annotated[CapabilityQuery, Query()], session: Session, _caller: Reader
) -> Slice[Capability]:
    """Capabilities, newest first; `q` looks in names and descriptions."""
    rows: Slice[Capability] = await paginate(session, Capability, query)
    await guards.look_at_products(session, rows.items)
    return rows


@capabilities.get("/{capability_id}", response_model=CapabilityOut, operation_id="getCapability")
async def get_capability(capability_id: UUID, session: Session, _caller: Reader) -> Capability:
    """One capability."""
    capability = await find(session, Capability, capability_id)
    await guards.look_at_products(session, [capability])
    return capability


@capabilities.patch("/{capability_id}", response_model=CapabilityOut, operation_id="changeCapability")
async def change_capability(
    capability_id: UUID, patch: CapabilityPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Capability:
    """Change what is sent, keep the rest. Verdicts that stand on a changed text are suspect."""
    return await fit.change_capability(session, capability_id, patch, version=seen)
