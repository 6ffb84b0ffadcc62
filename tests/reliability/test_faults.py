"""Faults under load lose and double nothing; the whole of them is `make reliability`."""

import pytest

from tests.support.reliability.faults import replicated
from tests.support.reliability.kinds import KINDS
from tests.support.reliability.trial import Trial


@pytest.mark.parametrize(("replicas", "kills", "rate"), [(1, 5, 0.5), (2, 2, 0.3)])
async def test_kills_under_load_lose_and_double_nothing(replicas, kills, rate):
    async with replicated(replicas) as system:
        report = await Trial(system, KINDS["kill"], "kill", seed=1, times=kills, rate=rate).run(known=set())

    print(report)
    assert report.approvals > kills, report
    assert report.faults == []
