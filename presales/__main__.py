"""One command for whoever runs the system: `presales COMMAND …`, each with --help; a mistake is one sentence.

Only the command that is asked for is loaded: a container looks after its health with it every few seconds.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

COMMANDS = {
    "setup": ("deploy.setup", "make what is not there: keys, roles with passwords, databases, users, the stream"),
    "secrets": ("deploy.secrets", "print what setup made as Secrets of Kubernetes"),
    "check": ("deploy.check", "look at settings, connections, clocks and schemas; a sentence for each fault"),
    "migrate": ("shared.kernel.migrations", "bring databases to their newest schema"),
    "token": ("gateway.development", "print a token of the development issuer"),
    "sample": ("examples.demo", "take a sample opportunity through the running system"),
    "backup": ("deploy.backup", "six databases as of one moment, and the documents, in a folder"),
    "restore": ("deploy.restore", "everything as a backup holds it"),
    "reconcile": ("deploy.reconcile", "bring in step what was restored one by one"),
    "verify": ("deploy.verify", "name what must not be in the six databases, and repair it by hearing again"),
    "audit": ("deploy.audit", "prove the audit trail"),
    "parked": ("presales.parked", "list, retry or discard events that a service could not take in"),
    "bus": ("deploy.bus", "keys and users of NATS, the stream, outside subscribers"),
    "healthcheck": ("presales.healthcheck", "whether the deployable of this container is ready"),
    "version": ("presales.version", "the version of the product and the schemas that it wants"),
}
_USAGE = "usage: presales [--env FILE] COMMAND …"


def _help() -> str:
    commands = "\n".join(f"  {name:<12} {what}" for name, (_, what) in COMMANDS.items())
    return (
        f"{_USAGE}\n\nRuns and looks after Presales. COMMAND --help says more.\n\n{commands}\n\n"
        "  --env FILE   read settings from FILE first (presales.env, which setup writes)\n"
    )


def _read_environment(path: str) -> None:
    """Take what the file says where the environment does not say it already."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SystemExit(f"{path} cannot be read: {error.strerror}") from None
    for line in lines:
        name, is_set, value = line.partition("=")
        if is_set and not line.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())


def main() -> None:
    """Run the command that the command line names."""
    arguments = sys.argv[1:]
    if len(arguments) > 1 and arguments[0] == "--env":
        _read_environment(arguments[1])
        arguments = arguments[2:]
    if not arguments or arguments[0] in {"-h", "--help"}:
        sys.stdout.write(_help())
        raise SystemExit(0 if arguments else 2)
    name, *rest = arguments
    if name not in COMMANDS:
        raise SystemExit(f"There is no command {name!r}. There are: {', '.join(COMMANDS)}")
    try:
        module = import_module(COMMANDS[name][0])
    except ModuleNotFoundError as missing:
        # An image has what its deployable imports, and no more.
        raise SystemExit(f"{name} is not in this image ({missing.name}); the image of administration has it.") from None
    try:
        module.main(rest)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
