"""The whole system on one machine: PostgreSQL, NATS, every service and the gateway, each a process of its own."""

import json
import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy import bus
from deploy.embedded import SERVICES, CouldNotStart, Nats, Postgres, Server, free_port
from gateway.development import DevelopmentIssuer, private_key, public_pem
from gateway.links import ISSUERS

_ROOT = Path(__file__).parent.parent


class Python(Server):
    """A service or the gateway: `python -m …` with settings in its environment."""

    def __init__(self, name: str, port: int, log: Path, *, module: list[str], settings: dict[str, str]) -> None:
        super().__init__(name, port, log)
        self.module = module
        self.settings = settings

    def command(self) -> list[str]:
        return [sys.executable, "-m", *self.module]

    def environment(self) -> dict[str, str]:
        # Settings of the caller's shell are not for these processes: an unknown one would stop their start.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PRESALES_")}
        own = {f"PRESALES_{name.upper()}": value for name, value in self.settings.items()}
        # One thread each: numpy would start one per core in every process, for arrays that are small.
        return {**inherited, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", **own}


class System:
    """Everything in one folder: data, logs, keys. Started again on the same folder it finds its data."""

    def __init__(self, folder: Path, *, port: int = 0, is_durable: bool = True, log_level: str = "info") -> None:
        self.folder = folder.resolve()
        self._is_durable, self._log_level = is_durable, log_level
        self.folder.mkdir(parents=True, exist_ok=True)
        ports = self._ports()
        self.postgres = Postgres(self.folder, ports["postgres"], is_durable=is_durable)
        self.nats = Nats(self.folder, ports["nats"])
        self.issuer = DevelopmentIssuer(self.folder / "keys" / "development.pem")
        key = private_key(self.folder / "keys" / "internal.pem")
        self._internal_public = public_pem(key)
        self._link_keys = {name: self.folder / "keys" / f"links-{name}.pem" for name in ISSUERS}
        # The secret of a folder from before services had keys: links made with it are out, and so are digests.
        earlier = self.folder / "keys" / "links"
        self._link_secret = earlier if earlier.exists() else None
        self._digest_secret = self._link_secret or _secret(self.folder / "keys" / "digests")
        self.gateway = self._gateway(port or ports["gateway"], ports)
        self.services = {name: self._service(name, ports[name]) for name in SERVICES}

    @property
    def url(self) -> str:
        """Where the public API is."""
        return f"http://127.0.0.1:{self.gateway.port}"

    @property
    def metrics_urls(self) -> dict[str, str]:
        """Where each process of ours tells its metrics."""
        ports = {name: service.port for name, service in self.services.items()}
        ports["gateway"] = int(self.gateway.settings["metrics_port"])
        return {name: f"http://127.0.0.1:{port}/metrics" for name, port in ports.items()}

    @property
    def owner_urls(self) -> dict[str, str]:
        """The database of each service, as the role that owns it."""
        return {name: self.postgres.url(name, f"{name}_owner") for name in SERVICES}

    @property
    def servers(self) -> list[Server]:
        """All processes, in the order in which they start."""
        return [self.postgres, self.nats, *self.services.values(), self.gateway]

    def _ports(self) -> dict[str, int]:
        """Ports stay the same from run to run, so that bookmarks and subscribers find us again."""
        kept = self.folder / "ports.json"
        if kept.exists():
            ports: dict[str, int] = json.loads(kept.read_text(encoding="utf-8"))
        else:
            ports = {}
        wanted = ("postgres", "nats", *SERVICES, "gateway", "gateway-metrics")
        if missing := [name for name in wanted if name not in ports]:
            ports |= {name: free_port() for name in missing}
            kept.write_text(json.dumps(ports), encoding="utf-8")
        return ports

    def _service(self, name: str, port: int) -> Python:
        settings = {
            "environment": "development",
            "port": str(port),
            "database_url": self.postgres.url(name, f"{name}_app"),
            "nats_url": self.nats.url,
            "nats_user_seed_file": str(bus.seed_file(self.nats.keys, name)),
            "internal_public_key": self._internal_public,
            "log_level": self._log_level,
            "audit_key_file": str(self._audit_key(name)),
        }
        if name in ISSUERS:
            settings |= {
                "link_private_key_file": str(self._link_keys[name]),
                "digest_secret_file": str(self._digest_secret),
                "public_url": self.url,
            }
        if name == "proposal":
            settings["documents_folder"] = str(self.folder / "documents")
            settings["documents_after_seconds"] = "0.5"
        log = self.folder / "logs" / f"{name}.log"
        return Python(name, port, log, module=["shared.kernel.service", name], settings=settings)

    def _audit_key(self, name: str) -> Path:
        path = self.folder / "keys" / f"audit-{name}.pem"
        private_key(path)
        return path

    def _gateway(self, port: int, ports: dict[str, int]) -> Python:
        settings = {
            "environment": "development",
            "port": str(port),
            "metrics_port": str(ports["gateway-metrics"]),
            "internal_private_key_file": str(self.folder / "keys" / "internal.pem"),
            **{f"{name}_link_key": public_pem(private_key(path)) for name, path in self._link_keys.items()},
            "development_key": str(self.folder / "keys" / "development.pem"),
            "log_level": self._log_level,
            **({"link_secret_file": str(self._link_secret)} if self._link_secret else {}),
            **{f"{name}_url": f"http://127.0.0.1:{ports[name]}" for name in SERVICES},
        }
        return Python("gateway", port, self.folder / "logs" / "gateway.log", module=["gateway.app"], settings=settings)

    def start(self) -> None:
        """Start everything and wait until it serves. Raises `CouldNotStart`, with nothing left running."""
        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(lambda server: server.start(), (self.postgres, self.nats)))
                self.migrate()
                list(pool.map(lambda server: server.start(), (*self.services.values(), self.gateway)))
        except BaseException:
            self.stop()
            raise

    def migrate(self) -> None:
        """Bring every service's database to head, as the role that owns it."""
        urls = {f"PRESALES_MIGRATION_URL_{name.upper()}": url for name, url in self.owner_urls.items()}
        ran = subprocess.run(
            [sys.executable, "-m", "presales", "migrate"],
            env={**os.environ, "PYTHONPATH": str(_ROOT), **urls}, capture_output=True, check=False,
        )  # fmt: skip
        if ran.returncode:
            raise CouldNotStart(f"migrations failed:\n{ran.stderr.decode(errors='replace')[-2000:]}")

    def stop(self) -> None:
        """Stop in the reverse order, so that nobody loses what they stand on."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.stop(), (self.gateway, *self.services.values())))
        self.nats.stop()
        self.postgres.stop()

    def failed(self) -> list[str]:
        """Names of the processes that ended by themselves."""
        return [s.name for s in self.servers if s.process is not None and s.process.poll() is not None]

    def memory_bytes(self) -> dict[str, int]:
        """Resident memory of each process with its children, counting shared pages by their share."""
        return {server.name: _proportional_memory(server) for server in self.servers}


def _secret(path: Path) -> Path:
    """The file of a random secret; made on first use, readable by its owner alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path


def _proportional_memory(server: Server) -> int:
    if server.process is None:
        return 0
    pids, total = {server.process.pid}, 0
    for _ in range(2):
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) in pids:
                pids.add(int(stat.parent.name))
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total * 1024


def wait_while_running(system: System) -> str | None:
    """Block until a process ends by itself; returns its name. Ctrl-C ends the wait with KeyboardInterrupt."""
    while not (failed := system.failed()):
        time.sleep(0.5)
    return failed[0]
