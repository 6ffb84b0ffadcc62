"""Who gives the team its tokens."""

from pathlib import Path
from typing import Protocol


class Issuer(Protocol):
    """Whoever gives the team its tokens."""

    def token(self, subject: str, *roles: str) -> str: ...


class GivenTokens:
    """Tokens of an issuer of yours, one file for each of the team: `<folder>/<name>`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def token(self, subject: str, *roles: str) -> str:
        """The token of one of the team. Raises `SystemExit` where there is none."""
        try:
            return (self.folder / subject).read_text(encoding="utf-8").strip()
        except OSError as error:
            needed = f"a token with the roles {', '.join(roles)}"
            raise SystemExit(f"{self.folder / subject} has to hold {needed}: {error.strerror}") from None
