"""What a database that cannot be worked with is said to be: one sentence, told once and not at every attempt."""

from time import monotonic

import structlog
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

_AGAIN_SECONDS = 60.0
"""An outage that lasts is told again after so long: whoever reads logs by the minute sees it."""
_told: dict[str, float] = {}
"""When each sentence was told last. All tasks of a process meet the same outage, and retry each second."""


def state_of(error: DBAPIError) -> str:
    """PostgreSQL's code of an error; empty where it comes from elsewhere."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def is_refusal(error: BaseException) -> bool:
    """Whether the server lets nobody in: a wrong password, a role or a database that is not there."""
    return isinstance(error, DBAPIError) and (state_of(error)[:2] == "28" or state_of(error) == "3D000")


def reason_of(error: BaseException) -> str:
    """Why a database cannot be worked with, in the words of PostgreSQL or of the network."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return str(error) or type(error).__name__
    words = str(error.orig.__cause__ or error.orig)
    # such as: password authentication failed for user "risk_app"
    return f"it refuses: {words} ({state_of(error)})" if is_refusal(error) else words


def note_outage(error: BaseException) -> None:
    """Tell that work waits for the database; the same reason once a minute, whoever meets it."""
    why = reason_of(error)[:300]
    if monotonic() - _told.get(why, -_AGAIN_SECONDS) >= _AGAIN_SECONDS:
        _told[why] = monotonic()
        log.error("database.unavailable", why=why)
