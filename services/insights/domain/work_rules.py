"""What an event says of one slot of work: the item that its data ask for, or that nothing is to be done."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.insights.domain.work_item import Data, Note, Told, Wanted

Rule = Callable[[Told], Note]
Choice = Callable[[Data], Wanted | None]


def of(slot: str, key: str, choose: Choice, within: str | None = None) -> Rule:
    """The slot of what `key` names in the data (or in its part `within`); versions of the aggregate order it."""

    def rule(told: Told) -> Note:
        data = told.data[within] if within else told.data
        return Note(slot, str(data[key]), told.opportunity_id, told.sequence, told.time, choose(data))

    return rule


def of_opportunity(slot: str, place: Callable[[Told], int], choose: Choice) -> Rule:
    """The slot of an opportunity that has one of these at a time, in an order of its own."""

    def rule(told: Told) -> Note:
        subject = str(told.opportunity_id)
        return Note(slot, subject, told.opportunity_id, place(told), told.time, choose(told.data))

    return rule


def nothing(_data: Data) -> Wanted | None:
    return None


# --- requirements ---


def numbered(told: Told) -> int:
    return int(told.data["baseline_number"]) << 32 | told.sequence


def baseline(kind: str) -> Choice:
    def choose(data: Data) -> Wanted:
        title = f"Baseline {data['baseline_number']}"
        besides = [data["submitted_by"]] if "submitted_by" in data else None
        return Wanted(kind, title=title, title_zh=f"基线 {data['baseline_number']}", why=data.get("reason"),
                      why_zh=data.get("reason"), besides=besides, path_id=data["baseline_id"])  # fmt: skip

    return choose


def change_request(data: Data) -> Wanted | None:
    kind = {"draft": "assessment", "assessed": "approval", "approved": "application"}.get(data["status"])
    return Wanted(f"change_request_{kind}", code=data["code"], title=data["title"]) if kind else None


# --- engagement ---


def clarification(data: Data) -> Wanted | None:
    is_ours, status = data["owed_by"] == "us", data["status"]
    if status in {"asked", "reopened"}:
        kind = "clarification_answer" if is_ours else "clarification_chase"
    elif status == "answered" and not is_ours:
        kind = "clarification_acceptance"
    else:
        return None
    is_owed = kind == "clarification_answer"
    since = data.get("answered_at" if status == "answered" else "asked_at")
    return Wanted(kind, code=data["code"], title=data["question"], owner=data.get("owner") if is_owed else None,
                  since=since, due_at=None if status == "answered" else data.get("due_at"),
                  blocks=bool(data["requirement_ids"]))  # fmt: skip


def commitment(data: Data) -> Wanted | None:
    if data["status"] != "open":
        return None
    is_ours = data["side"] == "us"
    return Wanted("commitment" if is_ours else "commitment_chase", code=data["code"], title=data["statement"],
                  owner=data["owner"] if is_ours else None, due_on=data["due_on"])  # fmt: skip


_ANSWERS = {
    "clarification": "/v1/clarifications/{}/answer",
    "support_request": "/v1/support-requests/{}/messages",
    "interaction": "/v1/interactions",
}
"""By what the answer is owed to: the request that gives it."""


def versions(slot: str, choose: Choice) -> Rule:
    """The slot of something that is known by its `key` in all its versions, the newest of which counts."""

    def rule(told: Told) -> Note:
        place = int(told.data["number"]) << 32 | told.sequence
        subject = str(uuid5(NAMESPACE_URL, f"{slot}:{told.data['key']}"))
        return Note(slot, subject, told.opportunity_id, place, told.time, choose(told.data))

    return rule


def review(kind: str, key: str) -> Choice:
    """A look that is overdue, at what `key` names."""

    def choose(data: Data) -> Wanted:
        title = data.get("title") or data.get("key")
        return Wanted(kind, code=data.get("code"), title=title, title_zh=data.get("title_zh"), owner=data["owner"],
                      due_on=data["review_on"], path_id=data[key])  # fmt: skip

    return choose


def section(data: Data) -> Wanted | None:
    return Wanted("section", title=data["code"], owner=data["owner"]) if data["status"] == "drafting" else None


def import_(data: Data) -> Wanted | None:
    kind = {"preview": "import", "failed": "import_failed"}.get(data["status"])
    return Wanted(kind, title=data["file_name"], owner=data["created_by"]) if kind else None


def clock(data: Data) -> Wanted:
    kind, subject = data["subject_kind"], data["subject_id"]
    path = _ANSWERS.get(kind, "/v1/response-clocks/{}").format(subject)
    return Wanted("response_clock", title=data["subject_label"], owner=data["owner"], since=data["started_at"],
                  due_at=data["due_at"], path=path, part_of=f"{kind}:{subject}")  # fmt: skip


def touched(moment: str | None) -> int:
    """A moment as a place, with room for what is said of it."""
    return 2 * int(datetime.fromisoformat(moment).timestamp() * 1_000_000) if moment else 0


def silence(data: Data) -> Wanted:
    return Wanted("talk", owner=data["owner"], due_at=data["due_at"], since=data["due_at"])


_SUPPORT = {
    # status: kind, whose it is
    "requested": ("support_triage", None),
    "triaged": ("support_assignment", None),
    "assigned": ("support_delivery", "assignee"),
    "in_progress": ("support_delivery", "assignee"),
    "delivered": ("support_rating", "requester"),
    "rated": ("support_closing", "assignee"),
}


def support(data: Data) -> Wanted | None:
    if data["status"] not in _SUPPORT:
        return None
    kind, whose = _SUPPORT[data["status"]]
    if data["waits_for"] == "requester" and data["status"] in {"requested", "triaged", "assigned", "in_progress"}:
        kind, whose = "support_answer", "requester"
    is_due = kind in {"support_triage", "support_assignment", "support_delivery", "support_answer"}
    return Wanted(kind, code=data["code"], title=data["title"], owner=data[whose] if whose else None,
                  due_on=data["needed_by"] if is_due else None)  # fmt: skip


def handover(data: Data) -> Wanted | None:
    match data["status"]:
        case "offered" if data["offered_to"]:
            return Wanted("handover_acceptance", code=data["code"], owner=data["offered_to"])
        case "offered":
            return Wanted("handover_offer", code=data["code"])
        case "returned":
            return Wanted("handover_rework", code=data["code"], owner=data["offered_by"], why=data["reason"],
                          why_zh=data["reason"])  # fmt: skip
        case _:
            return None


def training(data: Data) -> Wanted | None:
    kind = {"planned": "training", "held": "training_evaluation"}.get(data["status"])
    due = data["starts_at"] if kind == "training" else None
    return Wanted(kind, code=data["code"], title=data["topic"], due_at=due) if kind else None


def proof(data: Data) -> Wanted | None:
    kind = {"planned": "proof_start", "running": "proof_conclusion"}.get(data["status"])
    return Wanted(kind, code=data["code"], title=data["title"]) if kind else None


def advice(data: Data) -> Wanted | None:
    if data["status"] != "draft":
        return None
    return Wanted("advice_draft", code=data["code"], title=data["recommendation"])


# --- estimation ---


def estimated(rank: int) -> Callable[[Told], int]:
    """Epoch, revision of the estimate, and what comes later of one revision."""
    return lambda told: int(told.data["basis"]["epoch"]) << 32 | int(told.data["revision"]) << 8 | rank


def epoch(told: Told) -> int:
    """Before everything that is made from this epoch, after everything that was made from the one before."""
    return int(told.data["epoch"]) << 32


def because(kind: str, key: str) -> Choice:
    """Work on what `key` names, for the reason that the event tells."""

    def choose(data: Data) -> Wanted:
        reason = data["reason"]
        return Wanted(kind, why=reason["message"], why_zh=reason["message_zh"], path_id=data.get(key))

    return choose


def discount(data: Data) -> Wanted | None:
    if data["status"] != "requested":
        return None
    return Wanted("discount_approval", roles=list(data["approvers"]) or None)


# --- risk ---


def budgeted(rank: int) -> Callable[[Told], int]:
    """Epoch, revision of the estimate, revision of the budget (0 where there is none), what comes later of one."""

    def place(told: Told) -> int:
        epoch, estimate = int(told.data["basis"]["epoch"]), int(told.data.get("estimate_revision") or 0)
        return epoch << 40 | estimate << 24 | int(told.data.get("revision") or 0) << 8 | rank

    return place


def budget_epoch(told: Told) -> int:
    return int(told.data["epoch"]) << 40


def _named(kind: str, data: Data, **more: Any) -> Wanted:
    return Wanted(kind, code=data["code"], title=data["title"], title_zh=data["title_zh"], owner=data["owner"], **more)


def risk(data: Data) -> Wanted | None:
    if data["status"] == "candidate":
        return _named("risk_review", data)
    if data["status"] == "escalated":
        return _named("risk_decision", {**data, "owner": None}, why=data["reason"], why_zh=data["reason"])
    return None


def risk_passed(data: Data) -> Wanted:
    return _named("risk_passed", data, due_on=data["near_until"])


def acceptance_expired(data: Data) -> Wanted:
    return _named("risk_acceptance_expired", {**data, "owner": None}, due_on=data["accepted_until"])


def response(data: Data) -> Wanted | None:
    if data["status"] not in {"planned", "in_progress"}:
        return None
    return Wanted("risk_response", code=data["code"], title=data["statement"], title_zh=data["statement_zh"],
                  owner=data["owner"], due_on=data["due_on"])  # fmt: skip


def task(kind: str) -> Choice:
    def choose(data: Data) -> Wanted | None:
        is_open = data["status"] in {"planned", "in_progress"}
        return _named(kind, data, due_on=data["due_on"]) if is_open else None

    return choose


# --- proposals ---


def drafted(data: Data) -> Wanted:
    return Wanted("proposal_draft", code=data["code"])


def reviewed(data: Data) -> Wanted | None:
    match data["status"]:
        case "in_review":
            return Wanted("proposal_review", besides=[data["by"]])
        case "approved":
            return Wanted("proposal_submission")
        case "draft":
            return Wanted("proposal_draft", why="The draft was sent back.", why_zh="草稿被退回。")
        case _:
            return None


def outdated(data: Data) -> Wanted | None:
    if data["status"] in {"draft", "in_review", "approved"}:
        return because("proposal_stale", "proposal_id")(data)
    return because("offer_outdated", "proposal_id")(data) if data["status"] == "submitted" else None


def neared(data: Data) -> Wanted:
    return Wanted("offer_expiring", due_on=data["valid_until"])


def answered(data: Data) -> Wanted | None:
    kind = {"accepted": "outcome", "declined": "outcome", "expired": "offer_expired"}.get(data["status"])
    return Wanted(kind) if kind else None


def bid_reopened(data: Data) -> Wanted | None:
    return because("bid_decision", "bid_decision_id")(data)


def bid_decided(data: Data) -> Wanted | None:
    conditions = data["open_conditions"]
    return Wanted("bid_conditions", title="; ".join(conditions)) if conditions else None


# --- all services ---


def parked(data: Data) -> Wanted:
    service = data["consumer"].partition("-")[0]
    return Wanted("parked_event", title=f"{data['event_type']}: {data['detail']}",
                  path_id=f"{service}/parked-events/{data['parked_event_id']}")  # fmt: skip
