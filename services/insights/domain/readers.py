"""Readers of the live feed that wait for news in this process."""

import asyncio


class Readers:
    """Wakes everybody who waits. It keeps no event: what there is to read is in the log."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def wake(self) -> None:
        """There is news."""
        for reader in self._waiting:
            if not reader.done():
                reader.set_result(None)

    async def wait(self, seconds: float) -> bool:
        """Wait for news at most so long; whether there was any."""
        reader: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(reader)
        try:
            done, _ = await asyncio.wait([reader], timeout=seconds)
        finally:
            self._waiting.discard(reader)
        return bool(done)


READERS = Readers()
"""Those of this process."""
