"""The whole system, and its team, for the tests of one file."""

import pytest

from examples.demo import Team
from tests.support.reliability.load import throwaway_system


@pytest.fixture(scope="module")
def system():
    with throwaway_system() as system:
        yield system


@pytest.fixture(scope="module")
def team(system):
    team = Team(system.url, system.issuer)
    yield team
    team.close()
