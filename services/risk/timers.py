"""What the risk service does when a moment has come."""

from services.risk.commands import analyses, budgets, control, register, settings, staleness
from shared.kernel.timers import Timers

timers = Timers()

timers(register.EXPIRED)(register.note_expired)
timers(register.PASSED)(register.note_passed)
timers(staleness.RECOMPUTE)(budgets.follow_register)
timers(control.NEARED)(control.note_neared)
timers(control.OVERDUE)(control.note_overdue)
timers(control.REVIEW)(control.note_review_overdue)
timers(settings.FOLLOW)(settings.follow_settings)
timers(analyses.ANALYSE)(analyses.run_queued)
