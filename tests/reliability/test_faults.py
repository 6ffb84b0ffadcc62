"""Nothing is lost and nothing doubled while processes are killed under load."""

import pytest

from tests.support.reliability import faults
from tests.support.reliability.load import throwaway_system


@pytest.fixture(scope="module")
def system():
    with throwaway_system(rate_limit="1000000") as system:
        yield system


async def test_kills_under_load_lose_and_double_nothing(system):
    report = await faults.run(system, kills=5, seed=1)

    assert report.operations > 5, report
    assert (report.lost, report.broken) == ([], []), report
