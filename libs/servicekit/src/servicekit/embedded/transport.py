"""The embedded broker as kombu sees it."""

import threading
import time
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import amqp
from amqp.exceptions import RecoverableConnectionError
from kombu.transport import base

from servicekit.embedded.broker import Broker
from servicekit.embedded.channel import Channel
from servicekit.embedded.deliveries import Delivery, Notice
from servicekit.embedded.journal import Journal, JournalError
from servicekit.embedded.letters import NEVER
from servicekit.embedded.places import MATCHES


class Connection:
    """One client of a broker: its channels, and what waits for it to drain."""

    def __init__(self, client: Any, broker: Broker) -> None:
        self.client = client
        self.broker = broker
        self.confirms = bool(client.transport_options.get("confirm_publish"))
        self.connected = True
        self.arrived = threading.Condition(broker.lock)
        self._inbox: deque[Delivery | Notice] = deque()
        self._channels: list[Channel] = []
        with broker.lock:
            broker.connections.add(self)

    def channel(self) -> Channel:
        if not self.connected:
            raise RecoverableConnectionError("connection already closed")
        self._channels = [channel for channel in self._channels if channel.connection]
        self._channels.append(Channel(self, len(self._channels) + 1))
        return self._channels[-1]

    def post(self, event: Delivery | Notice) -> None:
        self._inbox.append(event)
        self.arrived.notify()

    def drain_events(self, timeout: float | None = None) -> None:
        """Wait for one event and handle it; TimeoutError when none comes in time."""
        deadline = NEVER if timeout is None else time.monotonic() + timeout
        with self.broker.work():
            event = self._next(deadline)
            event.take()
        event.run()

    def _next(self, deadline: float) -> Delivery | Notice:
        while True:
            due = self.broker.ring()
            while self._inbox:
                event = self._inbox.popleft()
                if event.live():
                    return event
            if not self.connected:
                raise RecoverableConnectionError("connection already closed")
            wait = min(due, deadline) - time.monotonic()
            if deadline <= time.monotonic():
                raise TimeoutError("timed out")  # which is what socket.timeout is
            self.broker.journal.commit()
            self.arrived.wait(None if wait == NEVER else wait)

    def close(self) -> None:
        """As a lost socket is to a broker: nothing unsettled is lost, exclusive queues are."""
        self.connected = False
        for channel in self._channels:
            channel.close()
        with self.broker.work():
            for queue in [q for q in self.broker.queues.values() if q.owner is self]:
                self.broker.remove_queue(queue)
            self.broker.connections.discard(self)
            self.arrived.notify_all()


class Transport(base.Transport):
    """`embedded://` for kombu. The errors are py-amqp's, so kombu retries what it would there."""

    can_parse_url = True
    driver_type = driver_name = "embedded"
    connection_errors = amqp.Connection.connection_errors
    channel_errors = amqp.Connection.channel_errors
    recoverable_connection_errors = amqp.Connection.recoverable_connection_errors
    recoverable_channel_errors = amqp.Connection.recoverable_channel_errors
    implements = base.Transport.implements.extend(exchange_type=frozenset(MATCHES))

    def establish_connection(self) -> Connection:
        client: Any = self.client
        return Connection(client, _broker_for(client.hostname, client.transport_options))

    def close_connection(self, connection: Connection) -> None:
        connection.close()

    def create_channel(self, connection: Connection) -> Channel:
        return connection.channel()

    def drain_events(self, connection: Connection, **timeout: Any) -> None:
        connection.drain_events(**timeout)

    def verify_connection(self, connection: Connection) -> bool:
        return connection.connected

    def qos_semantics_matches_spec(self, connection: Connection) -> bool:
        return False  # a limit is per consumer, as in RabbitMQ

    def as_uri(self, uri: str, include_password: bool = False, mask: str = "**") -> str:
        return uri


brokers: dict[str, Broker] = {}
registry = threading.Lock()


def _broker_for(uri: str, options: dict[str, Any]) -> Broker:
    parts = urlsplit(uri)
    wanted = {**options, **dict(parse_qsl(parts.query))}
    path = str(Path(wanted["journal"]).absolute()) if "journal" in wanted else None
    with registry:
        broker = brokers.get(parts.netloc)
        if broker is None:
            journal = Journal(path, wanted.get("sync", "normal"))
            broker = brokers[parts.netloc] = Broker(parts.netloc, journal)
    if path not in {None, broker.journal.path}:
        raise JournalError(f"embedded://{parts.netloc} is open with another journal than {path}")
    return broker
