"""Pictures as tenants upload them, written out."""

import base64
import zlib

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4"
    "x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCAAU"
    "ABQDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAUG/8"
    "QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AlAJ7YAAAAAAP/9k="
)
"""20 × 20, red, written by ImageMagick."""
SVG_SPACE = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def chunk(kind, data):
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def png(width=120, height=40, *, rows=None):
    """One colour, in RGBA; `rows` in place of the pixels."""
    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 6, 0, 0, 0])
    pixels = (b"\0" + b"\x7a\x1f\x3d\xff" * width) * height if rows is None else rows
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def svg(inner="<path d='M0 0h90v30h-90z' fill='#7a1f3d'/>", *, before="", attributes=""):
    return f'{before}<svg {SVG_SPACE} viewBox="0 0 90 30" {attributes}>{inner}</svg>'.encode()
