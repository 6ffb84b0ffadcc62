"""Files of the store as answers."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Request, Response

from services.proposal.document.store import Store


async def stored_file(
    request: Request, sha256: str, *, name: str, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A kept file, to save: a browser never shows it in place. Raises `DocumentUnavailable`."""
    store = Store(request.app.state.settings.documents_folder)
    return Response(
        await asyncio.to_thread(store.get, sha256),
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
    )
