"""The solution that persons decided, as the client gets it, and how complete it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.proposal.content.authored import (
    ComponentPart,
    ConnectionPart,
    CriterionPart,
    DecisionPart,
    DeliverablePart,
    DiagramPart,
    OptionPart,
    SolutionDesign,
    StandardPart,
    StepPart,
    ToolPart,
)
from services.proposal.content.base import Words
from services.proposal.domain.option_scoring import Criterion, Ranked, ranked, shares

Design = Mapping[str, Any]


def words(text: Mapping[str, Any] | None) -> Words:
    return Words(**text) if text else Words()


def named(text: Mapping[str, Any]) -> dict[str, str]:
    """A name in both languages: the one that is missing is said in the other."""
    en, zh = text.get("en"), text.get("zh")
    return {"name": str(en or zh), "name_zh": str(zh or en)}


def ranking(decision: Design) -> Ranked:
    """The options of a decision by score."""
    criteria = [Criterion(one["code"], one["weight"]) for one in decision["criteria"]]
    return ranked(criteria, {one["code"]: one["scores"] for one in decision["options"]})


def part_of(design: Design) -> SolutionDesign:
    """What the client reads of a design."""
    return SolutionDesign(
        summary=words(design["summary"]),
        objectives=tuple(map(words, design["objectives"])),
        scope=words(design["scope"]),
        decisions=tuple(map(_decision, design["decisions"])),
        components=tuple(map(_component, design["components"])),
        connections=tuple(
            ConnectionPart(**{**one, "name": words(one["name"]), "data": words(one["data"])})
            for one in design["connections"]
        ),
        diagrams=tuple(
            DiagramPart(**named(one["name"]), kind=one["kind"], component_codes=tuple(one["component_codes"]))
            for one in design["diagrams"]
        ),
        tools=tuple(ToolPart(**{**one, "purpose": words(one["purpose"])}) for one in design["tools"]),
        standards=tuple(
            StandardPart(**named(one["name"]), code=one["code"], applies_to=words(one["applies_to"]))
            for one in design["standards"]
        ),
        steps=tuple(
            StepPart(**named(one["name"]), phase=one["phase"], description=words(one["description"]))
            for one in design["steps"]
        ),
        assumptions=tuple(map(words, design["assumptions"])),
        exclusions=tuple(map(words, design["exclusions"])),
        deliverables=tuple(
            DeliverablePart(
                **named(one["name"]), code=one["code"], phase=one["phase"], acceptance=words(one["acceptance"])
            )
            for one in design["deliverables"]
        ),
    )


def _decision(decision: Design) -> DecisionPart:
    scores = ranking(decision).scores
    weights = shares([Criterion(one["code"], one["weight"]) for one in decision["criteria"]])
    return DecisionPart(
        question=words(decision["question"]),
        criteria=tuple(
            CriterionPart(**named(one["name"]), code=one["code"], weight=round(weights[one["code"]], 4))
            for one in decision["criteria"]
        ),
        options=tuple(
            OptionPart(
                **named(one["name"]),
                code=one["code"],
                description=words(one["description"]),
                score=scores[one["code"]],
                scores=one["scores"],
                is_chosen=one["code"] == decision["chosen"],
            )
            for one in decision["options"]
        ),
        reasons=words(decision["reasons"]),
    )


def _component(one: Design) -> ComponentPart:
    layer = one["layer"]
    return ComponentPart(
        **named(one["name"]),
        code=one["code"],
        kind=one["kind"],
        layer=layer and (layer.get("en") or layer.get("zh")),
        layer_zh=layer and (layer.get("zh") or layer.get("en")),
        description=words(one["description"]),
        technology=one["technology"],
        requirement_codes=tuple(one["requirement_codes"]),
    )


_CHAPTERS = {
    "summary": ("what the solution is", "方案概述"),
    "objectives": ("at least one objective", "至少一个目标"),
    "scope": ("what is in it", "范围说明"),
    "decisions": ("how the way was chosen", "选型过程"),
    "components": ("the components", "组件"),
    "connections": ("the interfaces between components", "组件间接口"),
    "diagrams": ("at least one diagram", "至少一张架构图"),
    "tools": ("the tools", "工具"),
    "standards": ("the standards kept", "遵循的标准"),
    "steps": ("the steps of implementation", "实施步骤"),
    "assumptions": ("the assumptions", "假设"),
    "exclusions": ("what is not in it", "不包含的内容"),
    "deliverables": ("the deliverables", "交付物"),
}


def gaps(design: Design, unmet: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """What each chapter lacks, in English and Chinese; nothing where it is complete."""
    found = {chapter: ([] if design.get(chapter) else [lack]) for chapter, lack in _CHAPTERS.items()}
    for one in design.get("decisions", ()):
        name = str(one["question"].get("en") or one["question"].get("zh"))
        if one["chosen"] is None:
            found["decisions"].append((f"a choice for: {name}", f"选定：{name}"))
        elif one["reasons"] is None:
            found["decisions"].append((f"the reasons for: {name}", f"理由：{name}"))
    found["deliverables"] += [
        (f"how {one['code']} is accepted", f"{one['code']} 的验收方式")
        for one in design.get("deliverables", ())
        if one["acceptance"] is None
    ]
    if unmet:
        codes = ", ".join(unmet[:20]) + (" …" if len(unmet) > 20 else "")  # noqa: PLR2004 (what fits a line)
        found["components"].append((f"what meets {codes}", f"满足以下需求的组件：{codes}"))
    return found
