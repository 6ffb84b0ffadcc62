"""Limits of a schedule that cannot be kept, for people."""

_TEXTS = {
    "start_no_later_than": (
        "{id} can start on {found} at the earliest, later than {wanted}, the latest that was set.",
        "{id} 最早 {found} 开始，晚于所设的最晚开始 {wanted}。",
    ),
    "must_start_on": (
        "{id} must start on {wanted}, but what it waits for lets it start on {found} at the earliest.",
        "{id} 须于 {wanted} 开始，但紧前活动使其最早 {found} 才能开始。",
    ),
    "finish_no_later_than": (
        "{id} can finish on {found} at the earliest, later than {wanted}, the latest that was set.",
        "{id} 最早 {found} 完成，晚于所设的最晚完成 {wanted}。",
    ),
    "must_finish_on": (
        "{id} must finish on {wanted}, but what it waits for lets it finish on {found} at the earliest.",
        "{id} 须于 {wanted} 完成，但紧前活动使其最早 {found} 才能完成。",
    ),
    "deadline": (
        "{id} finishes on {found} and misses its deadline, {wanted}.",
        "{id} 于 {found} 完成，超过期限 {wanted}。",
    ),
}


def conflict_texts(activity: str, kind: str, *, wanted: str, found: str) -> tuple[str, str]:
    """What is wrong with a limit, in English and Chinese; `kind` is that of the constraint, or `deadline`."""
    en, zh = _TEXTS[kind]
    facts = {"id": activity, "wanted": wanted, "found": found}
    return en.format(**facts), zh.format(**facts)
