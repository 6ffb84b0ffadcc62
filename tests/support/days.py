"""Days as the tenants of the tests have them: where they work the next one begins at 16:00 UTC."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.kernel.base import DEFAULT_TIME_ZONE


def today():
    return datetime.now(ZoneInfo(DEFAULT_TIME_ZONE)).date()


def in_days(days):
    return (today() + timedelta(days=days)).isoformat()
