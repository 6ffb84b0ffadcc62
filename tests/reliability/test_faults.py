"""Nothing is lost and nothing doubled while processes are killed under load."""

import tempfile
from pathlib import Path

import pytest

from deploy.system import System
from examples.demo import wait_until_ready
from tests.reliability import faults


@pytest.fixture(scope="module")
def system():
    with tempfile.TemporaryDirectory(prefix="presales-system-") as folder:
        Path(folder).chmod(0o755)
        system = System(Path(folder), log_level="warning")
        system.gateway.settings["rate_limit"] = "1000000"
        system.start()
        try:
            wait_until_ready(system.url)
            yield system
        finally:
            system.stop()


async def test_kills_under_load_lose_and_double_nothing(system):
    report = await faults.run(system, kills=5, seed=1)

    assert report.operations > 5, report
    assert (report.lost, report.doubled, report.orphaned, report.parked) == ([], [], [], []), report
