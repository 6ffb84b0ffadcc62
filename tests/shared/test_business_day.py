"""When a day is over: at the same moment in every service, by the calendar of the tenant."""

import importlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.kernel.base import DEFAULT_TIME_ZONE
from shared.kernel.context import Context, new_id
from shared.language import business_day
from shared.language.events.engagement import CalendarRecorded
from tests.conftest import envelope

HEARING = {
    "requirements": "heard",
    "estimation": "on_requirements",
    "risk": "on_requirements",
    "proposal": "on_engagement",
}
DAY = date(2026, 12, 1)


def told(**facts):
    return CalendarRecorded(
        **{
            "calendar_id": new_id(),
            "code": "CN",
            "time_zone": "Asia/Shanghai",
            "hours_per_day": "7.5",
            "version": 2,
            **facts,
        }
    )


async def ends(database, tenant="acme"):
    async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
        return business_day.end_of_day(session, DAY), await business_day.hours_per_day(session)


@pytest.mark.parametrize("service", HEARING)
async def test_a_day_ends_where_the_tenant_works_in_every_service(start, service):
    handlers = getattr(importlib.import_module(f"services.{service}.handlers"), HEARING[service])
    async with start(service) as client:
        database = client.app.state.database
        before = await ends(database)
        new_york = told(time_zone="America/New_York", hours_per_day="8", version=3)

        await handlers.handle(database, [envelope(new_york)])
        await handlers.handle(database, [envelope(told(version=2))])

        assert before == (datetime(2026, 12, 1, 16, tzinfo=UTC), Decimal("7.5"))
        assert await ends(database) == (datetime(2026, 12, 2, 5, tzinfo=UTC), Decimal(8))
        assert await ends(database, "other") == before


async def test_what_holds_without_a_word_is_the_shipped_calendar(start):
    async with start("engagement") as client:
        [calendar] = (await client.get("/calendars")).json()["items"]

    assert calendar["time_zone"] == DEFAULT_TIME_ZONE
    assert Decimal(calendar["hours_per_day"]) == business_day.DEFAULT_HOURS_PER_DAY


async def test_it_is_the_next_day_in_shanghai_before_it_is_in_utc(start):
    evening = datetime(2026, 12, 1, 16, 30, tzinfo=UTC)
    async with (
        start("risk") as client,
        client.app.state.database.transaction(Context(tenant="acme", actor="ann")) as session,
    ):
        assert business_day.day_of(session, evening) == date(2026, 12, 2)
