"""What is refused before anything is parsed: bombs, macros, entities, links to elsewhere, files that are not theirs."""

import io
import re
import zipfile
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from shared.files import Refused

MOST_ROWS = 50_000
MOST_COLUMNS = 500
_MOST_MEMBERS = 2_000
_MOST_UNPACKED = 256 * 1024 * 1024
_MOST_RATIO = 200
_SMALL = 1024 * 1024
"""A member up to this size may be packed as tightly as it likes."""
_ARCHIVES = (".zip", ".jar", ".7z", ".rar", ".gz", ".tar", ".bz2", ".xz")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|<\x00!\x00(?:D\x00O\x00C|E\x00N\x00T)|\x00<\x00!\x00[DE]")
_HARMLESS = re.compile(r"/(?:hyperlink|image|externallink\w*)$")
"""Real workbooks are full of links to other workbooks; the values that were seen last are in the file."""
_TEMPLATE = re.compile(r"/attachedtemplate$")
"""Word notes where the template of a document was: nothing of the document is there, and readers never look."""
_MACROS = re.compile(r"vbaproject|macroenabled")
_MOST_LINKED = 16 * 1024 * 1024
"""Bytes of one list of links: a sheet full of hyperlinks has some ten million."""
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=\"(\d{1,9})\"|<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,6})(\d{1,9})\"")
_PIECE = 1 << 20

FORMATS = {
    ".xlsx": "xlsx",
    ".xls": "xls",
    ".ods": "ods",
    ".csv": "csv",
    ".docx": "docx",
    ".pdf": "pdf",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "markdown",
    ".reqif": "reqif",
    ".reqifz": "reqifz",
}
_PACKED = {"xlsx", "ods", "docx", "reqifz"}


def format_of(name: str, content: bytes) -> str:
    """The format of a file by its name, which its content must be. Raises `Refused`."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    kind = FORMATS.get(suffix)
    if kind is None:
        known = ", ".join(sorted(FORMATS))
        raise Refused(
            "unknown_format",
            f"Files named *{suffix or ' without an ending'} are not read; send one of {known}.",
            f"不支持 *{suffix or '（无扩展名）'} 文件；请提供以下格式之一：{known}。",
        )
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Refused("empty_file", "The file is empty.", "文件为空。")
    if kind != "xls" and content.startswith(_OLE):
        raise Refused(
            "encrypted_file",
            "The file is encrypted with a password, or an old format under a new name; save it anew without.",
            "文件已加密，或为旧格式改名；请去除密码后另存。",
        )
    is_packed, is_pdf = content.startswith(b"PK\x03\x04"), b"%PDF-" in content[:1024]
    if is_packed != (kind in _PACKED) or is_pdf != (kind == "pdf") or (kind == "xls") != content.startswith(_OLE):
        raise Refused(
            "wrong_extension",
            f"The content is not what a {suffix} file holds; give the file its right name, or save it anew.",
            f"文件内容与扩展名 {suffix} 不符；请改正扩展名或重新保存。",
        )
    return kind


_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    # an encoding that is none
    LookupError,
    ParseError,
    ValueError,
)


def check_package(content: bytes, *, is_only_read: bool = False) -> None:
    """Refuse an archive that would do harm, by its directory and its texts, before a library opens it.

    One that is only read may name the template that it was made from; one that goes on to others may not, since
    their programs would follow it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_directory(members)
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels", ".reqif", ".vml")):
                    _check_text(archive, member)
                if member.filename.lower().endswith((".rels", "[content_types].xml")):
                    _check_links(archive, member, is_only_read=is_only_read)
    except _BROKEN as broken:
        raise Refused(
            "broken_file",
            f"The file is broken or cut short ({broken}); save it anew and send it again.",
            f"文件损坏或不完整（{broken}）；请重新保存后再试。",
        ) from None


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MOST_MEMBERS or unpacked > _MOST_UNPACKED:
        raise _bomb(f"{len(members)} parts, {unpacked} bytes")
    for member in members:
        name = member.filename.lower()
        if member.file_size > _SMALL and member.file_size > _MOST_RATIO * max(member.compress_size, 1):
            raise _bomb(f"{member.filename[:80]}: {member.file_size} bytes from {member.compress_size}")
        if name.endswith(_ARCHIVES):
            raise Refused(
                "nested_archive",
                f"There is an archive within the file ({member.filename[:80]}); take it out.",
                f"文件内含压缩包（{member.filename[:80]}）；请先移除。",
            )
        if "vbaproject" in name or name.endswith((".bas", ".vbs")):
            raise _macros()
        if member.flag_bits & 1:
            raise Refused(
                "encrypted_file", "The file is encrypted; send it without a password.", "文件已加密；请去除密码。"
            )


def _check_text(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Entities and cells at the end of the world; read in pieces, never more than was announced."""
    is_sheet = "worksheets/" in member.filename
    tail, read = b"", 0
    with archive.open(member) as part:
        while piece := part.read(_PIECE):
            read += len(piece)
            if read > member.file_size:
                raise _bomb(member.filename[:80])
            text = tail + piece
            if _ENTITY.search(text):
                raise _entities(member)
            if is_sheet:
                _check_cells(text)
            tail = text[-300:]


def _check_links(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, is_only_read: bool) -> None:
    """What parts are and refer to: read as XML, for a link or a macro can be written in many ways."""
    if member.file_size > _MOST_LINKED:
        raise _bomb(f"{member.filename[:80]}: {member.file_size} bytes")
    try:
        with archive.open(member) as part:
            for _, element in iterparse(part, forbid_dtd=True):
                _check_link(element, is_only_read=is_only_read)
                element.clear()
    except DefusedXmlException:
        raise _entities(member) from None


def _check_link(element: Element, *, is_only_read: bool) -> None:
    kind = (element.get("Type") or element.get("ContentType") or "").lower()
    if _MACROS.search(kind):
        raise _macros()
    if element.get("TargetMode", "").strip().lower() != "external" or _HARMLESS.search(kind):
        return
    if not (is_only_read and _TEMPLATE.search(kind)):
        what, target = kind.rsplit("/", 1)[-1][:40], element.get("Target", "")[:100]
        raise Refused(
            "external_reference",
            f"The file draws content from elsewhere ({what}: {target}); break the link.",
            f"文件引用了外部内容（{what}：{target}）；请断开链接。",
        )


def _check_cells(text: bytes) -> None:
    for match in _ROW.finditer(text):
        row = int(match[1] or match[3])
        if row > MOST_ROWS:
            raise too_many_rows(row)
        if match[2] and _column(match[2]) > MOST_COLUMNS:
            raise too_many_columns(_column(match[2]))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def too_many_rows(found: int) -> Refused:
    return Refused(
        "too_many_rows",
        f"There is a row {found}; {MOST_ROWS} rows are read at most. Split the file, or delete what is empty.",
        f"存在第 {found} 行；最多读取 {MOST_ROWS} 行。请拆分文件或删除空行。",
    )


def too_many_columns(found: int) -> Refused:
    return Refused(
        "too_many_columns",
        f"There is a column {found}; {MOST_COLUMNS} columns are read at most. Delete what is empty.",
        f"存在第 {found} 列；最多读取 {MOST_COLUMNS} 列。请删除空列。",
    )


def _entities(member: zipfile.ZipInfo) -> Refused:
    return Refused(
        "external_entity",
        f"{member.filename[:80]} declares entities, which no office program writes.",
        f"{member.filename[:80]} 声明了外部实体，正常办公软件不会生成此类内容。",
    )


def _macros() -> Refused:
    return Refused(
        "macros",
        "The file holds macros; save it without (.xlsx or .docx).",
        "文件含宏；请另存为不含宏的 .xlsx 或 .docx。",
    )


def _bomb(what: str) -> Refused:
    return Refused(
        "zip_bomb",
        f"Unpacked, the file would be far larger than a document is ({what}).",
        f"文件解压后远超正常文档大小（{what}）。",
    )
