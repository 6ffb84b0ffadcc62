"""What can be found by words, as events tell it; the newest that is told of a thing counts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.insights.domain.work_item import Data, Told
from shared.kernel.events import NO_OPPORTUNITY
from shared.kernel.words import tokens


class Kind(StrEnum):
    CLIENT = "client"
    OPPORTUNITY = "opportunity"
    REQUIREMENT = "requirement"
    PROPOSAL = "proposal"
    RISK = "risk"
    INTERACTION = "interaction"
    CLARIFICATION = "clarification"
    COMMITMENT = "commitment"
    SUPPORT_REQUEST = "support_request"
    ARTICLE = "article"
    MATERIAL = "material"
    PRODUCT = "product"
    CAPABILITY = "capability"


COLLECTIONS: Mapping[Kind, str] = {
    Kind.CLIENT: "clients",
    Kind.OPPORTUNITY: "opportunities",
    Kind.REQUIREMENT: "requirements",
    Kind.PROPOSAL: "proposals",
    Kind.RISK: "risks",
    Kind.INTERACTION: "interactions",
    Kind.CLARIFICATION: "clarifications",
    Kind.COMMITMENT: "commitments",
    Kind.SUPPORT_REQUEST: "support-requests",
    Kind.ARTICLE: "articles",
    Kind.MATERIAL: "materials",
    Kind.PRODUCT: "products",
    Kind.CAPABILITY: "capabilities",
}
"""Where each is read."""
READ_AS: Mapping[Kind, str] = {**COLLECTIONS, Kind.CAPABILITY: "products"}
"""Of which collection it takes the right to read: who has that may find it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an event says of something that can be found; `title` and all texts None where it is to be found no more."""

    kind: Kind
    id: str
    opportunity_id: UUID
    place: int
    """Orders what is told of it."""
    at: datetime
    code: str | None = None
    title: str | None = None
    title_zh: str | None = None
    body: str | None = None

    def as_row(self) -> dict[str, Any]:
        """The entry as its row keeps it, in JSON."""
        return {
            "kind": self.kind.value,
            "id": self.id,
            "opportunity_id": str(self.opportunity_id),
            "place": self.place,
            "at": self.at.isoformat(),
            "code": self.code,
            "title": self.title,
            "title_zh": self.title_zh,
            "body": self.body,
        }


Rule = Callable[[Told], Entry | None]


def entries_of(told: Told) -> list[Entry]:
    """What an event says of what can be found."""
    return [entry for rule in RULES.get(told.type, ()) if (entry := rule(told))]


def newest_entries(entries: Iterable[Entry]) -> list[Entry]:
    """One of each thing: that of the greatest place."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        known = kept.get(entry.id)
        if known is None or known.place < entry.place:
            kept[entry.id] = replace(entry, code=entry.code or (known.code if known else None))
        elif known.code is None:
            kept[entry.id] = replace(known, code=entry.code)
    return list(kept.values())


def _of(kind: Kind, key: str, **texts: str) -> Rule:
    """A thing whose id is `key` of the data, with the texts that `texts` name; gone where its state says so."""

    def rule(told: Told) -> Entry:
        entry = Entry(kind, str(told.data[key]), told.opportunity_id, told.sequence, told.time)
        if told.data.get("status") in _GONE:
            return entry
        said: dict[str, Any] = {name: told.data.get(field) for name, field in texts.items()}
        said["title"] = said["title"] or said.get("title_zh")
        return replace(entry, **said)

    return rule


_GONE = frozenset({"withdrawn", "deleted", "retired"})


def _joined(data: Data, *names: str) -> str | None:
    """The texts under these names, lists of them too, one a line."""
    found: list[str] = []
    for name in names:
        value = data.get(name)
        found += value if isinstance(value, list) else [value] if value else []
    return "\n".join(found) or None


def _opportunity(told: Told) -> Entry:
    facts = told.data["opportunity"]
    body = _joined(facts, "client_name", "region", "objectives", "pains", "in_scope", "success_criteria", "assumptions")
    key = str(told.opportunity_id)
    return Entry(Kind.OPPORTUNITY, key, told.opportunity_id, told.sequence, told.time,
                 facts["code"], facts["title"], body=body)  # fmt: skip


def _client(told: Told) -> Entry | None:
    facts, key = told.data["opportunity"], told.data.get("client_id")
    if key is None:
        return None
    place = int(told.time.timestamp() * 1_000_000)  # told by each of its opportunities: the latest knows it best
    body = _joined(facts, "client_industry", "client_background")
    return Entry(Kind.CLIENT, key, NO_OPPORTUNITY, place, told.time, title=facts["client_name"], body=body)


def _proposal(told: Told) -> Entry:
    title = " ".join(filter(None, (told.data["code"], told.data.get("version_label"))))
    return Entry(Kind.PROPOSAL, str(told.data["proposal_id"]), told.opportunity_id, told.sequence, told.time,
                 told.data["code"], title)  # fmt: skip


def _superseded(told: Told) -> Entry:
    return Entry(Kind.PROPOSAL, str(told.data["proposal_id"]), told.opportunity_id, told.sequence, told.time)


def _article(told: Told) -> Entry:
    data, key = told.data, str(told.data["article_id"])
    if data["status"] in {*_GONE, "draft"}:
        return Entry(Kind.ARTICLE, key, told.opportunity_id, told.sequence, told.time)
    body = _joined(data, "body", "body_zh")
    title = data["title"] or data["title_zh"]
    return Entry(Kind.ARTICLE, key, told.opportunity_id, told.sequence, told.time, data["key"], title,
                 data["title_zh"], body)  # fmt: skip


def _sold(kind: Kind) -> Rule:
    """A product, or what one can do."""

    def rule(told: Told) -> Entry:
        data, key = told.data, str(told.data[f"{kind}_id"])
        entry = Entry(kind, key, told.opportunity_id, told.sequence, told.time, data["code"])
        if data.get("status") in _GONE:
            return entry
        body = _joined(data, "description", "description_zh")
        return replace(entry, title=data["name"], title_zh=data["name_zh"], body=body)

    return rule


_of_opportunity: tuple[Rule, ...] = (_opportunity, _client)
RULES: Mapping[str, tuple[Rule, ...]] = {
    "requirements.opportunity.opened.v1": _of_opportunity,
    "requirements.opportunity.changed.v1": _of_opportunity,
    "requirements.requirement.recorded.v1": (
        _of(Kind.REQUIREMENT, "requirement_id", code="code", title="title", body="statement"),
    ),
    "requirements.product.recorded.v1": (_sold(Kind.PRODUCT),),
    "requirements.capability.recorded.v1": (_sold(Kind.CAPABILITY),),
    "proposal.proposal.drafted.v1": (_proposal,),
    "proposal.proposal.superseded.v1": (_superseded,),
    "risk.risk.recorded.v1": (
        _of(Kind.RISK, "risk_id", code="code", title="title", title_zh="title_zh", body="reason"),
    ),
    "engagement.article.recorded.v1": (_article,),
    "proposal.material.recorded.v1": (
        _of(Kind.MATERIAL, "material_id", code="key", title="title", title_zh="title_zh", body="summary"),
    ),
    "engagement.interaction.recorded.v1": (_of(Kind.INTERACTION, "interaction_id", title="subject"),),
    "engagement.clarification.recorded.v1": (
        _of(Kind.CLARIFICATION, "clarification_id", code="code", title="question", body="answer"),
    ),
    "engagement.commitment.recorded.v1": (_of(Kind.COMMITMENT, "commitment_id", code="code", title="statement"),),
    "engagement.support_request.recorded.v1": (
        _of(Kind.SUPPORT_REQUEST, "support_request_id", code="code", title="title"),
    ),
}

_BEFORE, _SHOWN = 40, 160


@dataclass(frozen=True, slots=True)
class Snippet:
    """The part of a text that words were found in, and where in it they are."""

    field: str
    text: str
    hits: list[tuple[int, int]]


def snippet(texts: Mapping[str, str | None], q: str) -> Snippet | None:
    """The first of `texts` in which a word of `q` is, around its first hit; places count characters of the snippet."""
    words = tokens(q)
    for field, text in texts.items():
        low = (text or "").lower()
        places = sorted({(at, at + len(word)) for word in words if (at := _begins(low, word)) is not None})
        if text and places:
            start = max(0, places[0][0] - _BEFORE)
            shown = text[start : start + _SHOWN]
            inside = [(first - start, last - start) for first, last in places if last <= start + len(shown)]
            return Snippet(field, shown, _merged(inside))
    return None


def _begins(text: str, word: str) -> int | None:
    """Where `word` begins a word of `text`; Chinese has no blanks between words, so anywhere."""
    at = text.find(word)
    while at > 0 and word[0] < "㐀" and text[at - 1].isalnum() and text[at - 1] < "㐀":
        at = text.find(word, at + 1)
    return at if at >= 0 else None


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
