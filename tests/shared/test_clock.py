"""What is due is decided by the database's clock: one replica whose own clock is wrong ends nothing early."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import shared.kernel.clock
from shared.kernel.context import Context, new_id
from tests.conftest import TENANT
from tests.engagement.conftest import acted, heard, made, opened

CONTEXT = Context(tenant=TENANT, actor="ann")
AHEAD = timedelta(hours=2)
CLOCK_OF_A_MACHINE = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
WHO_MAY = {
    "shared/kernel/clock.py": "before the database was heard",
    "shared/kernel/auth.py": "tokens, which the gateway dates",
    "shared/kernel/service.py": "health, which shows how far it is from the gateway's",
}


class TwoHoursAhead(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + AHEAD


@pytest.fixture
async def engagement(start, monkeypatch):
    """A replica that has just started on a machine whose clock is two hours ahead."""
    monkeypatch.setattr(shared.kernel.clock, "datetime", TwoHoursAhead)
    monkeypatch.setattr(shared.kernel.clock, "_clock", shared.kernel.clock._Clock())
    async with start("engagement") as client:
        yield client


async def test_a_question_to_the_client_is_not_overdue_before_its_time_on_a_machine_that_is_ahead(engagement):
    deal = new_id()
    await heard(engagement, opened(deal))
    due = datetime.now(UTC) + timedelta(hours=1)
    wish = {"opportunity_id": str(deal), "question": "Who approves?", "owed_by": "client", "due_at": due.isoformat()}
    drafted = await made(engagement, "clarifications", owner="li", **wish)
    path = f"/clarifications/{drafted['id']}"

    asked = await acted(engagement, f"{path}/ask")
    done = await engagement.app.state.timers.run_due(engagement.app.state.database)

    assert done == 0
    seen = (await engagement.get(path)).json()
    assert (seen["is_overdue"], seen["overdue_since"]) == (False, None)
    assert datetime.fromisoformat(asked["asked_at"]) < due
    assert (await engagement.get("/clarifications?overdue=true")).json()["items"] == []


async def test_the_present_is_the_databases(engagement):
    async with engagement.app.state.database.transaction(CONTEXT) as session:
        told = await session.scalar(sa.text("select clock_timestamp()"))
        assert abs(shared.kernel.clock.now() - told) < timedelta(seconds=1)


def test_nobody_reads_the_clock_of_the_machine():
    root = Path(__file__).parents[2]
    found = {
        str(path.relative_to(root))
        for folder in ("shared", "services")
        for path in (root / folder).rglob("*.py")
        if CLOCK_OF_A_MACHINE.search(path.read_text())
    }

    assert found - WHO_MAY.keys() == set()
