"""ReqIF 1.2: requirements as other tools exchange them, read and written."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from shared.files import Refused
from shared.files.guard import MOST_ROWS, too_many_rows

_NAMESPACE = "http://www.omg.org/spec/ReqIF/20110401/reqif.xsd"
_BLOCKS = {"p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ESCAPED = re.compile(r"_x([0-9A-F]{4})_")
"""As in OOXML: what XML cannot hold is written _xHHHH_."""


def tables(content: bytes) -> list[dict[str, Any]]:
    """The objects of a ReqIF file as one table: its columns are their attributes, a row's place is its identifier.

    Raises `Refused` for a file that is broken, or refers to objects that are not in it.
    """
    root = _parsed(content)
    objects = {one.get("IDENTIFIER", ""): one for one in _all(root, "SPEC-OBJECT")}
    if len(objects) > MOST_ROWS:
        raise too_many_rows(len(objects))
    order = _order(root, objects)
    _check_relations(root, objects)
    names = {
        one.get("IDENTIFIER", ""): one.get("LONG-NAME") or one.get("IDENTIFIER") or ""
        for one in root.iter()
        if _tag(one).startswith("ATTRIBUTE-DEFINITION-")
    }
    values = {one.get("IDENTIFIER", ""): one.get("LONG-NAME") or "" for one in _all(root, "ENUM-VALUE")}
    rows = [(key, _attributes(objects[key], names, values)) for key in order]
    columns = list(dict.fromkeys(name for _, attributes in rows for name in attributes))
    if not rows:
        raise Refused("no_objects", "The file holds no requirement.", "文件中没有需求对象。")
    found = [{"place": key, "cells": [own.get(column, "") for column in columns]} for key, own in rows]
    return [{"name": "", "rows": [{"place": "", "cells": columns}, *found], "is_headed": True}]


def packed(content: bytes) -> list[dict[str, Any]]:
    """The tables of all ReqIF files in a ReqIFZ archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".reqif")]
        if not names:
            raise Refused("no_objects", "There is no .reqif file in the archive.", "压缩包中没有 .reqif 文件。")
        return [{**table, "name": name} for name in names for table in tables(archive.read(name))]


def _parsed(content: bytes) -> ET.Element:
    from defusedxml import DefusedXmlException  # noqa: PLC0415 (within the limits)
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    try:
        root: ET.Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise Refused(
            "external_entity",
            "The file declares a document type or entities, which ReqIF has none of.",
            "文件声明了文档类型或外部实体，ReqIF 不允许此类内容。",
        ) from None
    except (ET.ParseError, ValueError) as broken:
        raise Refused(
            "broken_file", f"The file is no well-formed XML ({broken}).", f"文件不是合法的 XML（{broken}）。"
        ) from None
    if _tag(root) != "REQ-IF":
        raise Refused("wrong_extension", "The file is XML, but no ReqIF.", "文件是 XML，但不是 ReqIF。")
    return root


def _order(root: ET.Element, objects: Mapping[str, ET.Element]) -> list[str]:
    """Identifiers in the order of the specifications; objects in none of them come last."""
    named = []
    for hierarchy in _all(root, "SPEC-HIERARCHY"):
        for key in _refs(hierarchy, "OBJECT", "SPEC-OBJECT-REF"):
            if key not in objects:
                raise _missing(hierarchy.get("IDENTIFIER", "?"), key)
            named.append(key)
    return list(dict.fromkeys([*named, *objects]))


def _check_relations(root: ET.Element, objects: Mapping[str, ET.Element]) -> None:
    for relation in _all(root, "SPEC-RELATION"):
        for end in ("SOURCE", "TARGET"):
            for key in _refs(relation, end, "SPEC-OBJECT-REF"):
                if key not in objects:
                    raise _missing(relation.get("IDENTIFIER", "?"), key)


def _missing(named_by: str, key: str) -> Refused:
    return Refused(
        "missing_object",
        f"{named_by[:100]} refers to {key[:100]}, which is not in the file; export it whole.",
        f"{named_by[:100]} 引用的对象 {key[:100]} 不在文件中；请完整导出。",
    )


def _attributes(element: ET.Element, names: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for value in element.iter():
        kind = _tag(value)
        if not kind.startswith("ATTRIBUTE-VALUE-"):
            continue
        definition = next(
            (ref.text or "" for ref in value.iter() if _tag(ref).endswith("-REF") and "ATTRIBUTE" in _tag(ref)), ""
        )
        if kind == "ATTRIBUTE-VALUE-ENUMERATION":
            keys = [ref.text or "" for ref in _all(value, "ENUM-VALUE-REF")]
            text = ", ".join(values.get(key, key) for key in keys)
        elif kind == "ATTRIBUTE-VALUE-XHTML":
            text = "\n".join(line for part in _all(value, "THE-VALUE") for line in _lines(part))
        else:
            text = value.get("THE-VALUE", "")
        found[names.get(definition, definition)] = unescaped(text.strip())
    return found


def _lines(element: ET.Element) -> list[str]:
    """XHTML as people read it: one line for each block."""
    parts: list[str] = []

    def walk(node: ET.Element) -> None:
        if _tag(node).lower() in _BLOCKS:
            parts.append("\n")
        parts.append(node.text or "")
        for child in node:
            walk(child)
            parts.append(child.tail or "")
        if _tag(node).lower() in _BLOCKS:
            parts.append("\n")

    walk(element)
    lines = (re.sub(r"\s+", " ", line).strip() for line in "".join(parts).split("\n"))
    return [line for line in lines if line]


def _refs(element: ET.Element, parent: str, ref: str) -> Iterator[str]:
    for child in element:
        if _tag(child) == parent:
            for one in _all(child, ref):
                yield one.text or ""


def _all(element: ET.Element, tag: str) -> Iterator[ET.Element]:
    return (one for one in element.iter() if _tag(one) == tag)


def _tag(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def escaped(text: str) -> str:
    return _ILLEGAL.sub(lambda match: f"_x{ord(match[0]):04X}_" if len(match[0]) == 1 else f"_x005F{match[0]}", text)


def unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def document(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], identifiers: Sequence[str]) -> bytes:
    """A ReqIF file of one specification: one object with string attributes for each row."""
    ET.register_namespace("", _NAMESPACE)
    root = _node(None, "REQ-IF")
    header = _node(_node(root, "THE-HEADER"), "REQ-IF-HEADER", IDENTIFIER="header")
    for name, text in (("REQ-IF-TOOL-ID", "Presales"), ("REQ-IF-VERSION", "1.0"), ("TITLE", title)):
        _node(header, name).text = escaped(text)
    content = _node(_node(root, "CORE-CONTENT"), "REQ-IF-CONTENT")
    _node(
        _node(content, "DATATYPES"), "DATATYPE-DEFINITION-STRING", **{"IDENTIFIER": "string", "MAX-LENGTH": "1000000"}
    )
    types = _node(content, "SPEC-TYPES")
    kind = _node(types, "SPEC-OBJECT-TYPE", **{"IDENTIFIER": "requirement", "LONG-NAME": "Requirement"})
    attributes = _node(kind, "SPEC-ATTRIBUTES")
    for number, column in enumerate(columns):
        own = {"IDENTIFIER": f"attribute-{number}", "LONG-NAME": column}
        definition = _node(attributes, "ATTRIBUTE-DEFINITION-STRING", **own)
        _node(_node(definition, "TYPE"), "DATATYPE-DEFINITION-STRING-REF").text = "string"
    _node(types, "SPECIFICATION-TYPE", **{"IDENTIFIER": "specification", "LONG-NAME": "Specification"})
    objects = _node(content, "SPEC-OBJECTS")
    for identifier, row in zip(identifiers, rows, strict=True):
        one = _node(objects, "SPEC-OBJECT", IDENTIFIER=identifier)
        values = _node(one, "VALUES")
        for number, text in enumerate(row):
            if text:
                value = _node(values, "ATTRIBUTE-VALUE-STRING", **{"THE-VALUE": text})
                _node(_node(value, "DEFINITION"), "ATTRIBUTE-DEFINITION-STRING-REF").text = f"attribute-{number}"
        _node(_node(one, "TYPE"), "SPEC-OBJECT-TYPE-REF").text = "requirement"
    _node(content, "SPEC-RELATIONS")
    whole = _node(_node(content, "SPECIFICATIONS"), "SPECIFICATION", **{"IDENTIFIER": "all", "LONG-NAME": title})
    children = _node(whole, "CHILDREN")
    for identifier in identifiers:
        entry = _node(children, "SPEC-HIERARCHY", IDENTIFIER=f"entry-{identifier}")
        _node(_node(entry, "OBJECT"), "SPEC-OBJECT-REF").text = identifier
    _node(_node(whole, "TYPE"), "SPECIFICATION-TYPE-REF").text = "specification"
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _node(parent: ET.Element | None, tag: str, **attributes: str) -> ET.Element:
    name = f"{{{_NAMESPACE}}}{tag}"
    texts = {key: escaped(value) for key, value in attributes.items()}
    return ET.Element(name, texts) if parent is None else ET.SubElement(parent, name, texts)
