"""What a database that cannot be worked with is said to be: one sentence, told once and not at every attempt."""

from time import monotonic

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

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


READ_ONLY = "25006"
"""PostgreSQL's code for a change where it only reads."""


def is_away(error: BaseException) -> bool:
    """Whether the database cannot be reached, lets nobody in, is going down or only reads.

    What was asked of it is not at fault.
    """
    if isinstance(error, DBAPIError):
        code = state_of(error)
        # 08 connection, 53 resources, 57P operator intervention but for a statement that takes too long
        is_gone = error.connection_invalidated or not code or code[:2] in {"08", "53"} or code.startswith("57P")
        return is_gone or code == READ_ONLY or is_refusal(error)
    return isinstance(error, OSError | TimeoutError | NoConnectionFree)


def is_contended(error: BaseException) -> bool:
    """Whether somebody else was at the same: a deadlock, a conflict of transactions, a lock not got in time."""
    return isinstance(error, DBAPIError) and (state_of(error) == "55P03" or state_of(error)[:2] == "40")


def is_infrastructure(error: BaseException) -> bool:
    """Whether the same may succeed later: the database is away or takes too long, as opposed to a wrong statement."""
    # 57014 statement timeout
    takes_too_long = isinstance(error, DBAPIError) and state_of(error) == "57014"
    return takes_too_long or is_contended(error) or is_away(error)


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


def noted_outage(error: BaseException) -> bool:
    """Whether the same may succeed later, which is then told: whoever asked waits and goes on, and raises all else."""
    is_outage = is_infrastructure(error)
    if is_outage:
        note_outage(error)
    return is_outage
