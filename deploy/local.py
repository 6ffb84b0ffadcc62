"""`make run`: the whole system on this machine, the sample opportunity through it, then serve until Ctrl-C."""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from deploy.embedded import CouldNotStart, is_listening
from deploy.system import System, wait_while_running
from examples import demo
from gateway.development import PEOPLE, TENANT

FOLDER = Path(".presales")


def _say(text: str = "") -> None:
    print(text, flush=True)


def interrupt_once() -> None:
    """The first SIGINT or SIGTERM raises `KeyboardInterrupt`; later ones cannot cut the stopping short.

    `make` passes on what it gets, so that two often come together.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def main() -> int:
    """Run until Ctrl-C; 1 when something did not start or ended by itself."""
    argparse.ArgumentParser(
        prog="make run", description=f"{__doc__} PORT=8081 serves it there; its data is in {FOLDER}/."
    ).parse_args()
    started = time.monotonic()
    port = demo.chosen_port()
    if is_listening(port):
        _say(f"Port {port} is in use. Choose another one: make run PORT=8081")
        return 1
    interrupt_once()
    system = System(FOLDER, port=port)
    try:
        _say("Starting PostgreSQL, NATS, six services and the gateway …")
        system.start()
        demo.wait_until_ready(system.url)
        _say(f"Ready in {time.monotonic() - started:.1f} s: {system.url}")
        _show_addresses(system)
        if demo.is_empty(system.url, system.issuer):
            demo.run(system.url, system.issuer, "epermit")
        else:
            _say("\nYour data of the last run is there. `make demo` takes a sample through it again.")
        _say("\nServing. Ctrl-C stops everything.")
        failed = wait_while_running(system)
        _say(f"{failed} ended by itself; its log: {FOLDER}/logs/{failed}.log")
    except CouldNotStart as error:
        _say(str(error))
    except KeyboardInterrupt:
        _say("\nStopping …")
        return 0
    finally:
        _ignore_signals()
        system.stop()
        _say("Stopped.")
    return 1


def _show_addresses(system: System) -> None:
    _say(f"  console         {system.url}/console")
    _say(f"  API reference   {system.url}/docs")
    _say(f"  live feed       {system.url}/v1/events   (Server-Sent Events)")
    _say(f"  health          {system.url}/readyz")
    _say(f"  NATS            {system.nats.url}   stream PRESALES")
    _say(f"  logs            {FOLDER}/logs/")
    _say(f"Tokens for this machine (tenant {TENANT}), also in {FOLDER}/tokens/:")
    folder = FOLDER / "tokens"
    folder.mkdir(exist_ok=True)
    for name, roles in PEOPLE.items():
        token = system.issuer.token(name, *roles)
        (folder / name).write_text(token, encoding="utf-8")
        _say(f"  {name:<6} {', '.join(roles):<16} {token}")


if __name__ == "__main__":
    sys.exit(main())
