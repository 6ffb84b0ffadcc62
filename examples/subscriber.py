"""What an outside system does to read the events that it hears: see `docs/events.md`."""

import hashlib
import json
from typing import Any


async def event_in(message: Any, stream: Any) -> dict[str, Any]:
    """The event in a message of nats-py, with the data that it refers to where they did not come with it.

    Raises `ValueError` where they are not what the event says, and nats-py's `NotFoundError` where a part is not there.
    """
    event: dict[str, Any] = json.loads(message.data)
    if "data" not in event:
        # What its producer alone may write lies beside the subject on which the event came.
        place = f"presales-data{message.subject.removeprefix('presales')}.{event['id']}"
        numbers = range(1, event["dataparts"] + 1)
        parts = [await stream.get_last_msg("PRESALES", f"{place}.{number}", direct=True) for number in numbers]
        data = b"".join(part.data for part in parts)
        if hashlib.sha256(data).hexdigest() != event["datasha256"]:
            raise ValueError(f"the data of {event['id']} are not what it says")
        event["data"] = json.loads(data)
    return event
