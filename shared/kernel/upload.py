"""A file as the body of a request: by itself, or as the one file of a form (RFC 7578), as browsers send it."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File, FormParser, parse_options_header

from shared.kernel.auth import Principal, current_principal
from shared.kernel.problems import FieldError, Invalid, Problem, TooLarge

FORM = "multipart/form-data"
ANYTHING = "*/*"
BYTES = "application/octet-stream"
TABLES = (
    "text/csv",
    "application/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
)
"""What programs call tables; a CSV file is `application/vnd.ms-excel` where Excel is installed."""
DOCUMENTS = (
    *TABLES,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/pdf",
    "text/markdown",
    "text/x-markdown",
    "text/xml",
    "application/xml",
    "application/reqif+xml",
    "application/zip",
    "application/x-zip-compressed",
)
_ENVELOPE = 64 * 1024
"""Bytes that a form may have around its file."""
_MOST_PARTS = 20
_URLENCODED = "application/x-www-form-urlencoded"
_IS_URLENCODED = re.compile(rb"[\w%+.*~-]+=[\w%+.*~-]*(?:&[\w%+.*~-]+=[\w%+.*~-]*)*")
_BINARY = {"type": "string", "format": "binary"}


class UnsupportedMediaType(Problem):
    status = 415
    title = ("This is no file", "请求体不是文件")
    en = "A body of the type {given} is not read here; send the file as it is as one of {accepted}, or as a form."
    zh = "此处不接受类型为 {given} 的请求体；请以下列类型之一直接发送文件：{accepted}，或以表单上传。"

    def headers(self) -> Mapping[str, str]:
        return {"Accept": str(self.facts["accepted"])}


class UnreadableForm(Problem):
    status = 400
    title = ("The form cannot be read", "表单无法读取")
    en = "The body is not the form that its Content-Type announces ({why}); let the program that sends it set both."
    zh = "请求体与其 Content-Type 声明的表单不符；请由发送程序自行设置请求头与内容。"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent: what it holds, and what its sender calls it."""

    content: bytes
    file_name: str | None
    """None for a body that is the file itself."""
    media_type: str
    """As its sender says, which may be wrong."""

    def named(self, name: str | None) -> str:
        """The name: `name`, as the query has it, before the form's. Raises `Invalid` when neither says one."""
        # some programs send the whole path
        own = re.split(r"[/\\]", self.file_name or "")[-1].strip()
        if found := name or own[:300]:
            return found
        text = "is needed where the file is no part of a form", "未以表单上传文件时必填"
        raise Invalid([FieldError("?file_name", "missing", *text)])


@dataclass(frozen=True, slots=True)
class FileBody:
    """The file that a route takes: how it is described, which types of it are read, and how large it may be."""

    description: str
    media_types: Sequence[str]
    limit: int | None = None
    """Bytes; None for the service's setting `upload_limit_bytes`."""
    received: Dependency = field(init=False)

    def __post_init__(self) -> None:
        async def receive(request: Request, _caller: Annotated[Principal, Depends(current_principal)]) -> Upload:
            return await self._read(request)

        object.__setattr__(self, "received", Depends(receive))

    @property
    def openapi(self) -> dict[str, Any]:
        """`openapi_extra` of the route."""
        form = {"type": "object", "required": ["file"], "properties": {"file": _BINARY}}
        raw = {kind: {"schema": _BINARY} for kind in dict.fromkeys((BYTES, *self.media_types)) if kind != ANYTHING}
        content = {**raw, FORM: {"schema": form}}
        return {"requestBody": {"required": True, "description": self.description, "content": content}}

    async def _read(self, request: Request) -> Upload:
        """The file of a request. Raises `UnsupportedMediaType`, `UnreadableForm`, `TooLarge`, `Invalid`."""
        limit = self.limit or request.app.state.settings.upload_limit_bytes
        media_type = request.headers.get("content-type", "")[:200]
        kind = media_type.partition(";")[0].strip().lower()
        if kind == FORM:
            return await _file_of_form(request, limit)
        if kind and kind != _URLENCODED and not self._takes(kind):
            raise self._unsupported(kind)
        content = b"".join([piece async for piece in _pieces(request, limit, limit)])
        # curl calls any file a form unless it is told otherwise; what no form can hold is none
        if kind == _URLENCODED and (not content or _IS_URLENCODED.fullmatch(content)):
            raise self._unsupported(kind)
        return Upload(content, None, BYTES if kind in {"", _URLENCODED} else media_type)

    def _takes(self, kind: str) -> bool:
        if kind.startswith("multipart/"):
            return False
        return kind == BYTES or not {kind, f"{kind.partition('/')[0]}/*", ANYTHING}.isdisjoint(self.media_types)

    def _unsupported(self, kind: str) -> UnsupportedMediaType:
        accepted = ", ".join(dict.fromkeys((FORM, BYTES, *self.media_types)))
        return UnsupportedMediaType(given=kind[:100], accepted=accepted)


async def _pieces(request: Request, most: int, limit: int) -> AsyncGenerator[bytes]:
    """The body as it comes, `most` bytes of it. Raises `TooLarge`, which names the `limit` of a file."""
    received = 0
    async for piece in request.stream():
        received += len(piece)
        if received > most:
            raise TooLarge(limit=limit)
        yield piece


async def _file_of_form(request: Request, limit: int) -> Upload:
    files: list[File] = []
    fields: list[str] = []
    ends: list[bool] = []
    boundary = parse_options_header(request.headers["content-type"])[1].get(b"boundary")
    try:
        parser = FormParser(
            FORM,
            on_field=lambda part: fields.append(_text(part.field_name)),
            # a form in which nothing was chosen has a file without name and content
            on_file=lambda part: files.append(part) if part.file_name or part.size else None,
            on_end=lambda: ends.append(True),
            boundary=boundary,
            config={"MAX_MEMORY_FILE_SIZE": float("inf")},
        )
        async for piece in _pieces(request, limit + _ENVELOPE, limit):
            parser.write(piece)
            if len(files) + len(fields) > _MOST_PARTS:
                raise UnreadableForm(why=f"it has more than {_MOST_PARTS} parts")
    except FormParserError as broken:
        raise UnreadableForm(why=str(broken).rstrip(".")[:200]) from None
    if not ends:
        raise UnreadableForm(why="it is cut short")
    text = "is said in the query, not in the form", "须写在查询参数中，而非表单中"
    wrong = [FieldError(f"/{name}", "not_allowed", *text) for name in fields]
    if len(files) != 1:
        text = f"must be one file; there are {len(files)}", f"须恰好包含一个文件；实际 {len(files)} 个"
        wrong.append(FieldError("/file", "too_many" if files else "missing", *text))
    if wrong:
        raise Invalid(wrong)
    [file] = files
    file.file_object.seek(0)
    content = file.file_object.read()
    if len(content) > limit:
        raise TooLarge(limit=limit)
    return Upload(content, _text(file.file_name), (file.content_type or BYTES)[:200])


def _text(sent: bytes | None) -> str:
    """A name in a form: UTF-8, as browsers have it."""
    return (sent or b"").decode("utf-8", "replace")
