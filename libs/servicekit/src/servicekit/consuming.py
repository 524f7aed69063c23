"""The handler entry point: events in batches, each applied once, failures retried and then parked.

A queue ``Q`` (``<service>.<method>``) has ``Q.retry.<ms>`` beside it, whose messages come back by
themselves, and ``Q.parked``, whose messages wait for an operator. Batches don't linger: each takes
what arrived while the one before was at work. Two things go on at once: batches are applied and
acknowledged, and what failed is put aside, so that no good event waits for a bad one.

What is suspect (it failed before, or was delivered and never settled) is handled among other
suspects, each time among others and often alone: should it kill the process, it takes few with it,
and after it was in hand ``IN_HAND_LIMIT`` times it is parked. A batch is one event at first, and
few where each takes long: what a process has in hand when it dies is done again.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, islice, takewhile
from typing import Any

import eventlet
from kombu import Exchange
from nameko.extensions import Entrypoint

from servicekit import clock, failpoints, parking
from servicekit.applying import Received
from servicekit.connection import Inbound
from servicekit.errors import Unavailable
from servicekit.events import EXCHANGE, Unreadable, read
from servicekit.publishing import Outgoing, Publisher
from servicekit.reading import give_way
from servicekit.settings import settings_of
from servicekit.telemetry import HANDLED, HANDLER_SECONDS, describe, log
from servicekit.tolerance import UNREADABLE
from servicekit.working import run

BATCH_SECONDS = 0.25
WINDOW = 500
WINDOW_BYTES = 8_000_000

EXTERNAL = "external"
"""The source of events that come from other systems (setting EXTERNAL_SYSTEMS)."""


def names_of(sources: Sequence[str], settings: Any) -> list[str]:
    """Who publishes: EXTERNAL stands for all the other systems."""
    systems = settings.external_systems
    return [name for source in sources for name in (systems if source == EXTERNAL else (source,))]


def next_size(size: int, handled: int, seconds: float, most: int) -> int:
    """How many events the next batch may have, after one of ``handled`` took ``seconds``.

    Half as many after a slow one, twice as many after one that was full and quick; one by one
    where nothing could be read: such messages may be large.
    """
    if seconds > BATCH_SECONDS or not handled:
        return max(1, handled // 2)
    return min(2 * size, most) if handled >= size and seconds < BATCH_SECONDS / 4 else size


class EventHandler(Entrypoint):
    """Reads one queue and hands its events in batches to a method of the service."""

    inbound = Inbound()

    def __init__(self, types: Sequence[str], sources: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.types = types
        self.sources = sources
        self._fresh: deque[Received] = deque()
        self._suspects: list[Received] = []
        self._aside: deque[Received] = deque()
        self._working = self._putting_aside = False

    def setup(self) -> None:
        self.settings = settings_of(self.container)
        self._size = 1
        self.name = f"{self.container.service_name}.{self.method_name}"
        self.delays = self.settings.delays_of(self.method_name)
        self.queues = parking.queues(self.name, self.delays, self.settings.queue_type)
        self.queue = self.queues[-1]
        # a place that an operator deleted is there again with the next connection
        self._publisher = Publisher(self.settings.amqp_uri, self.declare)
        self.inbound.add(self)

    def stop(self) -> None:
        self.inbound.drain()
        self._publisher.close()

    def busy(self) -> bool:
        return self._working or self._putting_aside

    @property
    def prefetch(self) -> int:
        """How many messages to hold: the batch at work, and the next one read meanwhile."""
        return 2 * self._size

    def oldest(self) -> datetime | None:
        """When the oldest event that waits here happened."""
        waiting = map(self._read, [*self._fresh, *self._suspects])
        return min((each.event.time for each in waiting if each.event), default=None)

    def retry_queues(self) -> list[str]:
        """Where its failed events wait for their next try."""
        return [queue.name for queue in self.queues if ".retry." in queue.name]

    def declare(self, channel: Any) -> None:
        """Declare the queue with its retry and parking places, and bind it to its sources."""
        for queue in self.queues:
            queue(channel).declare()
        for source in names_of(self.sources, self.settings):
            exchange = Exchange(EXCHANGE.format(source), "topic", durable=True)(channel)
            exchange.declare()
            for type_ in self.types:
                self.queue(channel).bind_to(exchange, routing_key=type_)

    def on_message(self, message: Any) -> None:
        waiting = self._suspects if parking.is_suspect(message) else self._fresh
        waiting.append(Received(message))
        if not self._working:
            self._working = True
            self.container.spawn_managed_thread(self._work, identifier=self.name)
            give_way(message.channel.connection)

    def forget(self) -> None:
        """What waits here came on a connection that is gone: the broker delivers it again."""
        for waiting in (self._fresh, self._suspects, self._aside):
            waiting.clear()

    def _read(self, received: Received) -> Received:
        """Make the message's event, or note in place why there is none."""
        if received.event or received.error:
            return received
        message = received.message
        headers = message.headers or {}
        exchange, routing_key = parking.origin(message)
        try:
            if UNREADABLE in headers:
                raise Unreadable("the message's properties cannot be read")
            received.event = read(
                message.body,
                content_type=message.content_type,
                headers=headers,
                exchange=exchange,
                routing_key=routing_key,
                message_id=message.properties.get("message_id"),
                now=clock.now(),
            )
        except Unreadable as error:
            received.error = error
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the service
            received.error = Unreadable(f"the message cannot be read: {type(error).__name__}")
        return received

    def _work(self) -> None:
        try:
            while self._fresh or self._suspects:
                if self._fresh:
                    size = min(len(self._fresh), self._size)
                    self._run_batch([self._fresh.popleft() for _ in range(size)])
                if self._suspects:
                    self._run_batch(self._some_suspects(random.random()))  # noqa: S311 - no secret
        finally:
            self._working = False

    def _some_suspects(self, fortune: float) -> list[Received]:
        """A random one to all of them, as likely to be few as many; ``fortune`` lies below 1.

        Alone, innocent ones would be too slow where processes die often. Among all, the one that
        kills would never be alone.
        """
        random.shuffle(self._suspects)
        size = min(int(len(self._suspects) ** fortune), self._size)
        some, self._suspects = self._suspects[:size], self._suspects[size:]
        return some

    def _run_batch(self, batch: list[Received]) -> None:
        began = time.monotonic()
        handled = sum(self._read(received).error is None for received in batch)
        try:
            run(self, {"received": batch})
        except Exception as error:  # noqa: BLE001 - the service ends: others shall have them
            log.warning("handler.given_up", queue=self.name, **describe(error))
            for received in batch:
                self.inbound.settle(received.message.requeue)
        else:
            self._settle(batch)
        seconds = time.monotonic() - began
        HANDLER_SECONDS.labels(self.container.service_name, self.method_name).observe(seconds)
        self._size = next_size(self._size, handled, seconds, self.settings.event_batch)

    def _settle(self, batch: list[Received]) -> None:
        for received in batch:
            if received.error is not None:
                self._put_aside(received)
        self._acknowledge([received for received in batch if received.error is None])

    def _acknowledge(self, batch: Sequence[Received]) -> None:
        unsettled = [*self._suspects, *self._aside, *list(self._fresh)[:1]]
        oldest = min((each.message.delivery_tag for each in unsettled), default=math.inf)
        self.inbound.acknowledge([received.message for received in batch], oldest)
        self._count(batch)
        failpoints.reached("handler.acknowledged")

    def _count(self, batch: Sequence[Received]) -> None:
        for outcome, number in Counter(received.outcome for received in batch).items():
            labels = (self.container.service_name, self.method_name, outcome)
            HANDLED.labels(*labels).inc(number)

    def _put_aside(self, received: Received) -> None:
        """Send it to a retry queue or to the parking place, soon and beside the handler's work."""
        self._aside.append(received)
        if not self._putting_aside:
            self._putting_aside = True
            identifier = f"{self.name} aside"
            self.container.spawn_managed_thread(self._empty_aside, identifier=identifier)

    def _empty_aside(self) -> None:
        try:
            while self._aside:
                window = self._window()
                sent = self._sent_aside(window)
                if not self._aside or self._aside[0] is not window[0]:
                    continue  # the connection has gone meanwhile
                for received in window:
                    self._aside.popleft()
                    message = received.message
                    self.inbound.settle(message.ack if sent else message.requeue)
                if sent:
                    self._count(window)
        finally:
            self._putting_aside = False

    def _window(self) -> list[Received]:
        """The next few to be sent, which stay there until settled; of large ones, fewer."""
        sizes = accumulate(len(received.message.body) for received in self._aside)
        few = sum(1 for _ in takewhile(lambda size: size < WINDOW_BYTES, sizes))
        return list(islice(self._aside, min(max(few, 1), WINDOW)))

    def _sent_aside(self, window: Sequence[Received]) -> bool:
        try:
            self._send_aside(window)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be lost by it
            log.warning("event.comes_again", queue=self.name, **describe(error))
            eventlet.sleep(1)  # not at once: the broker is away or blocked
            return False
        failpoints.reached("retry.confirmed")
        return True

    def _send_aside(self, window: Sequence[Received]) -> None:
        """Have the broker confirm each in its new place; raises Unavailable."""
        outgoing = [self._letter(received) for received in window]
        if returned := self._publisher.send(outgoing):
            self._publisher.close()  # the next connection declares what is missing
            if self._publisher.send([outgoing[position] for position in returned]):
                raise Unavailable(
                    "there is no place for failed events; look at the broker's queues"
                )

    def _letter(self, received: Received) -> Outgoing:
        error = received.error or Unreadable("")
        jitter = random.random()  # noqa: S311 - no secret
        letter = parking.put_aside(received.message, error, self.name, self.delays, jitter=jitter)
        received.outcome = parking.outcome(letter)
        log.warning(
            f"event.{received.outcome}",
            queue=self.name,
            event_id=received.event.id if received.event else None,
            attempt=letter.headers["x-attempt"],
            **describe(error),
        )
        return letter
