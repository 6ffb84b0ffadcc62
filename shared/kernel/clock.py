"""The present moment, by the clock of the service's database: replicas whose own clocks differ agree on what is due.

Every transaction hears it in its first statement, so it costs no way of its own; between two, what has passed is
measured, not read from the machine's clock, which may be wrong or be set.
"""

from datetime import UTC, datetime, timedelta
from time import monotonic

_LATE = timedelta(seconds=1)
"""An answer may reach us this late: one that is earlier than what we knew does not put the clock back by less."""


class _Clock:
    def __init__(self) -> None:
        self.origin: datetime | None = None
        """When `monotonic` was 0; None before the database was heard."""


_clock = _Clock()


def note_moment(moment: datetime) -> None:
    """The database has said that it is `moment`."""
    origin = moment - timedelta(seconds=monotonic())
    if _clock.origin is None or origin > _clock.origin or _clock.origin - origin > _LATE:
        _clock.origin = origin


def now() -> datetime:
    """The present moment, in UTC: by the database's clock, or before it was heard by the machine's."""
    if _clock.origin is None:
        return datetime.now(UTC)
    return (_clock.origin + timedelta(seconds=monotonic())).astimezone(UTC)
