"""Parked events as an operator meets them: `presales parked` through the gateway."""

import asyncio
from uuid import uuid4

from shared.kernel.messaging import parking
from tests.conftest import TENANT, serving
from tests.support.system.commands import run

TYPE = "requirements.baseline.approved.v1"


async def test_parked_events_are_listed_retried_and_discarded(start, gateway, issuer, tmp_path):
    for name, roles in {"root": ("admin",), "guest": ("viewer",)}.items():
        (tmp_path / name).write_text(issuer.token(name, *roles, tenant=TENANT))
    subject = f"presales.{TENANT}.{TYPE}.{uuid4()}"
    unknown = parking.Unhandled.by_subject(subject, b"{}", 7, 1)

    async with (
        start("engagement") as engagement,
        serving(engagement.app, is_started=True) as url,
        gateway(engagement_url=url) as client,
    ):
        database = engagement.app.state.database
        await parking.park(database, "engagement-requirements", unknown, parking.NotAnEvent(why="it is empty"))

        async def parked(*arguments, who="root"):
            how = ("--url", str(client.base_url), "--token-file", str(tmp_path / who))
            return await asyncio.to_thread(run, "presales", "parked", *arguments, *how)

        [line, count] = (await parked("list", "engagement")).stdout.splitlines()
        event = line.split()[0]
        retried = await parked("retry", event)
        refused = await parked("list", "engagement", who="guest")
        discarded = await parked("discard", event, "nobody needs it")
        left = await parked("list", "engagement")

    assert count == "1 parked"
    assert f"parked  {TYPE}  engagement-requirements  The message is not an event of ours: it is empty." in line
    assert retried.returncode == 1
    assert "409 It still cannot be taken in" in retried.stderr
    assert refused.returncode == 1
    assert "403 You may not do this" in refused.stderr
    assert discarded.stdout.split()[1] == "discarded"
    assert left.stdout == "0 parked\n"
