"""Events out and in: an outbox row in the transaction of the change, an inbox row in the transaction of its effect."""

from shared.kernel.messaging.handlers import Handlers
from shared.kernel.messaging.outbox import Passing, publish, publish_all, publish_of

__all__ = ["Handlers", "Passing", "publish", "publish_all", "publish_of"]
