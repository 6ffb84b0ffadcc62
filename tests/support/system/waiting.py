"""Waiting for what follows by events, on a system of processes."""

import time


def until(ask, instead=lambda: "did not come true", *, within):
    """The first true answer of `ask`; after `within` seconds, `instead` says what there was."""
    deadline = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < deadline, instead()
        time.sleep(0.05)
    return answer
