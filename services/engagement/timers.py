"""What the engagement service does when a moment has come."""

from services.engagement.commands import (
    articles,
    cadences,
    clarifications,
    colleagues,
    commitments,
    contacts,
    response_clocks,
)
from shared.kernel.timers import Timers

timers = Timers()

timers(response_clocks.NEARED)(response_clocks.note_neared)
timers(response_clocks.BREACHED)(response_clocks.note_breached)
timers(commitments.DUE)(commitments.note_overdue)
timers(cadences.DUE)(cadences.note_lapsed)
timers(clarifications.DUE)(clarifications.note_overdue)
timers(articles.DUE)(articles.note_stale)
timers(contacts.UNTOLD)(contacts.publish_again)
timers(colleagues.UNTOLD)(colleagues.publish_again)
