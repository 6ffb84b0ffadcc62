"""What the proposal service does when a moment has come."""

from services.proposal.commands import bids, brandings, documents, materials, offering, typesetting
from shared.documents.limited import PROCESSORS
from shared.kernel.timers import Timers

timers = Timers(slow_at_once=PROCESSORS)

timers(materials.DUE)(materials.note_stale)
timers(bids.DUE)(bids.note_overdue)
timers(offering.NEARED)(offering.note_neared)
timers(offering.LAPSED)(offering.note_lapsed)
timers(brandings.DUE)(brandings.take_over_default)
timers(brandings.UNTOLD)(brandings.publish_again)
timers(documents.WANTED, is_slow=True)(typesetting.begin)
timers(documents.DRAFTED)(typesetting.begin_draft)
