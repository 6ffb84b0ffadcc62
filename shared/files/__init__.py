"""Reading what clients send: in a process of its own, with limits, since a file may be anything."""

from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Refused(Exception):
    """The file is not read, and why; what a reader may do about it is in the text."""

    code: str
    en: str
    zh: str
