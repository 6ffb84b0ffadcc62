"""The release before is replaced by this one while people work: nothing refused, lost, doubled or parked."""

import asyncpg
import pytest

from deploy.embedded import throwaway_folder
from shared.kernel.db import EVERY_TENANT
from tests.support.reliability.load import Load, settled
from tests.support.reliability.replicas import ROOT
from tests.support.reliability.upgrade import Rolling, Visitors, previous_release

_FIRST_HALF = ("requirements", "risk", "insights")
"""After these, each side of the bus has new producers for old consumers, and old ones for new."""
_SECOND_HALF = ("estimation", "engagement", "proposal", "gateway")
_LEAST_APPROVALS = 10


@pytest.fixture
def previous(tmp_path):
    tree = previous_release(tmp_path)
    if tree is None:
        pytest.skip("this clone has not the commit of the release before (deploy/previous_release): a shallow one?")
    return tree


async def drafted(system):
    """The baselines that have a draft of a proposal."""
    connection = await asyncpg.connect(
        system.owner_urls["proposal"].replace("+asyncpg", ""), server_settings=EVERY_TENANT
    )
    try:
        return [str(row[0]) for row in await connection.fetch("select baseline_id from proposal")]
    finally:
        await connection.close()


async def test_the_release_before_is_replaced_under_load_and_nobody_notices(previous):
    with throwaway_folder("presales-upgrade-") as folder:
        rolling = Rolling(folder, previous)
        system = rolling.system
        async with rolling.running():
            load = Load(system.url, system.issuer, requirements=5)
            await load.rates()
            visitors = Visitors(load, approvals_every=2.0, reads_every=1.0)

            async with visitors.visiting():
                await rolling.migrate(ROOT)
                rolling.permit()
                for name in (*_FIRST_HALF, *_SECOND_HALF):
                    await rolling.replace(name, ROOT)

            await settled(system)
            drafts = await drafted(system)
            await load.close()

    print(f"answers {dict(visitors.answers)}, approved {len(visitors.approved)}")
    assert visitors.refusals == [], visitors.answers
    assert len(visitors.approved) >= _LEAST_APPROVALS, visitors.answers
    assert sorted(drafts) == sorted(visitors.approved)
