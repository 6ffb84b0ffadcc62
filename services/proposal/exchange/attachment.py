"""A file as an answer."""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Response


def attachment(content: bytes, *, name: str, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """A file to save under a name: a browser never shows it in place."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
    )
