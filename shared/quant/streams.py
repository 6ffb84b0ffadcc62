"""Random numbers that belong to a name: a stream for each, so that one more leaves the draws of the others alone."""

import hashlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """The stream of `name` in a run with `seed`: the same on each machine (Philox, Salmon et al. 2011)."""
    key = hashlib.sha256(f"{seed}:{name}".encode()).digest()[:16]
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key)))
