"""Files of the store as answers."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from services.proposal.document.logo import JPEG, PNG, SVG
from services.proposal.document.store import store_of
from services.proposal.exchange.attachment import attachment


async def stored_file(
    request: Request, sha256: str, *, name: str, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A kept file, to save. Raises `DocumentUnavailable`."""
    store = store_of(request.app.state.settings)
    content = await asyncio.to_thread(store.get, sha256)
    return attachment(content, name=name, media_type=media_type, headers=headers)


async def stored_logo(request: Request, sha256: str, media_type: str) -> Response:
    """A kept logo. An SVG that is opened by itself may do nothing: no script, nothing from elsewhere."""
    headers = {"ETag": f'"{sha256}"', "Content-Security-Policy": "sandbox; default-src 'none'"}
    return await stored_file(request, sha256, name="logo", media_type=media_type, headers=headers)


LOGO: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (PNG, JPEG, SVG)}}
}
"""How a logo is described."""
