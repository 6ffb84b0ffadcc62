"""Parses Microsoft Project XML from strangers: no entities, no DTD, no depth, no flood; no namespace afterwards."""

from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from services.proposal.exchange.ms_project import NAMESPACE
from shared.kernel.problems import Problem

MOST_BYTES = 8_000_000
MOST_ELEMENTS = 500_000
DEEPEST = 25


class NotAProjectFile(Problem):
    status = 422
    title = ("Not a Microsoft Project XML file", "不是 Microsoft Project XML 文件")
    en = "The file cannot be taken: {why}"
    zh = "无法导入该文件：{why_zh}"


def parsed(data: bytes) -> Element:
    """The `Project` element. Raises `NotAProjectFile`."""
    depth = count = 0
    root: Element | None = None
    try:
        for step, element in iterparse(BytesIO(data), events=("start", "end"), forbid_dtd=True):
            depth += 1 if step == "start" else -1
            if step == "end":
                continue
            root = element if root is None else root
            count += 1
            _refuse_strange(element, depth, count)
    except DefusedXmlException:
        raise NotAProjectFile(
            why="it declares a document type or entities, which may do harm.",
            why_zh="其中声明了文档类型或实体，可能有害。",
        ) from None
    except (ParseError, ValueError, LookupError) as wrong:
        # ValueError and LookupError: an encoding that is none.
        said = str(wrong)[:100]
        raise NotAProjectFile(why=f"it is no well-formed XML: {said}", why_zh=f"XML 格式有误：{said}") from None
    if root is None or root.tag != "Project":
        raise NotAProjectFile(why="its root is no Project.", why_zh="根元素不是 Project。")
    return root


def _refuse_strange(element: Element, depth: int, count: int) -> None:
    if depth > DEEPEST or count > MOST_ELEMENTS:
        raise NotAProjectFile(
            why=f"it is nested deeper than {DEEPEST}, or has more than {MOST_ELEMENTS} elements.",
            why_zh=f"嵌套超过 {DEEPEST} 层，或元素超过 {MOST_ELEMENTS} 个。",
        )
    if depth == 1 and element.tag not in {f"{{{NAMESPACE}}}Project", "Project"}:
        raise NotAProjectFile(
            why="its root is no Project of Microsoft Project; save as XML there, not as MPP.",
            why_zh="根元素不是 Microsoft Project 的 Project，请在其中另存为 XML（而非 MPP）。",
        )
    element.tag = element.tag.rpartition("}")[2]


def text(element: Element | None, name: str) -> str | None:
    """The text of a child; None when there is none or it is blank."""
    said = element.findtext(name) if element is not None else None
    return said.strip() or None if said else None


def children(root: Element, group: str, name: str) -> Iterator[Element]:
    """The `name` elements of a `group` of the project."""
    within = root.find(group)
    yield from within.findall(name) if within is not None else ()
