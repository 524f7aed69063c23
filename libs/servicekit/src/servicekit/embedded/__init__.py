"""The broker in the process: a kombu transport with AMQP's semantics and no server.

After `install()`, `embedded://NAME` is a broker URI like any other: whatever names NAME in this
process meets on one broker, and nothing outside the process does. With
`embedded://NAME?journal=/path/file.sqlite`, durable queues and their persistent messages outlive a
crash of the process; `&sync=full` lets them outlive a power cut too, at one fsync per operation.

One conformance suite, run against this broker and RabbitMQ, says what "AMQP's semantics" means.
"""

from kombu.transport import TRANSPORT_ALIASES

from servicekit.embedded.journal import JournalError
from servicekit.embedded.places import QueueStats
from servicekit.embedded.transport import Transport, brokers, registry

__all__ = ["JournalError", "QueueStats", "Transport", "install", "queues", "reset"]


def install() -> None:
    """Teach kombu the scheme `embedded://`; doing it again changes nothing."""
    TRANSPORT_ALIASES["embedded"] = "servicekit.embedded.transport:Transport"


def queues(name: str) -> dict[str, QueueStats]:
    """What is in the queues of `embedded://NAME` now; empty if nobody has connected yet."""
    broker = brokers.get(name)
    if broker is None:
        return {}
    with broker.work():
        return {queue.name: queue.stats() for queue in broker.queues.values()}


def reset(name: str) -> None:
    """Cut every connection to `embedded://NAME` and forget all but what its journal keeps."""
    with registry:
        broker = brokers.pop(name, None)
        if broker is not None:
            for connection in list(broker.connections):
                connection.close()
            broker.journal.close()
