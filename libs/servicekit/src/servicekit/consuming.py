"""The handler entry point: events in batches, each applied once, failures retried and then parked.

A queue ``Q`` (``<service>.<method>``) has ``Q.retry.<ms>`` beside it, whose messages come back by
themselves, and ``Q.parked``, whose messages wait for an operator. A batch is one transaction:
inbox, effects and outgoing events. Where it fails, each of its events is tried alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from kombu import Exchange
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from servicekit import clock, failpoints, parking
from servicekit.connection import Inbound
from servicekit.db import inbox, insert_ignore
from servicekit.errors import Invalid, Unavailable
from servicekit.events import EXCHANGE, Event, Unreadable, read
from servicekit.publishing import Publisher
from servicekit.schemas import ForeignData, load
from servicekit.settings import settings_of
from servicekit.telemetry import HANDLED, HANDLER_SECONDS, describe, log
from servicekit.tolerance import UNREADABLE

EXTERNAL = "external"
"""The source of events that come from other systems (setting EXTERNAL_SYSTEMS)."""


@dataclass(slots=True)
class Received:
    """A message and what became of it: its event, and the error where there was one."""

    message: Any
    event: Event | None = None
    error: Exception | None = None
    outcome: str = ""


class EventHandler(Entrypoint):
    """Reads one queue and hands its events in batches to a method of the service."""

    inbound = Inbound()

    def __init__(self, types: Sequence[str], sources: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.types = types
        self.sources = sources
        self._waiting: deque[Received] = deque()
        self._working = False

    def setup(self) -> None:
        self.settings = settings_of(self.container)
        self.prefetch = 2 * self.settings.event_batch
        self.name = f"{self.container.service_name}.{self.method_name}"
        self.delays = [round(float(seconds) * 1000) for seconds in self.settings.retry_delays]
        self._queues = parking.queues(self.name, self.delays, self.settings.queue_type)
        self.queue = self._queues[-1]
        # a place that an operator deleted is there again with the next connection
        self._publisher = Publisher(self.settings.amqp_uri, self.declare)
        self.inbound.add(self)

    def stop(self) -> None:
        self.inbound.drain()
        self._publisher.close()

    def busy(self) -> bool:
        return self._working

    def declare(self, channel: Any) -> None:
        """Declare the queue with its retry and parking places, and bind it to its sources."""
        for queue in self._queues:
            queue(channel).declare()
        for source in self._source_names():
            exchange = Exchange(EXCHANGE.format(source), "topic", durable=True)(channel)
            exchange.declare()
            for type_ in self.types:
                self.queue(channel).bind_to(exchange, routing_key=type_)

    def on_message(self, message: Any) -> None:
        self._waiting.append(self._read(message))
        if not self._working:
            self._working = True
            self.container.spawn_managed_thread(self._work, identifier=self.name)

    def _source_names(self) -> list[str]:
        systems = self.settings.external_systems
        return [
            name
            for source in self.sources
            for name in (systems if source == EXTERNAL else (source,))
        ]

    def _read(self, message: Any) -> Received:
        received = Received(message)
        exchange, routing_key = parking.origin(message)
        try:
            if UNREADABLE in (message.headers or {}):
                raise Unreadable("the message's properties cannot be read")
            received.event = read(
                message.body,
                content_type=message.content_type,
                headers=message.headers or {},
                exchange=exchange,
                routing_key=routing_key,
                message_id=message.properties.get("message_id"),
                now=clock.now(),
            )
        except Unreadable as error:
            received.error = error
        return received

    def _work(self) -> None:
        """Batches without linger: each takes what arrived while the one before was at work."""
        try:
            while self._waiting:
                size = min(len(self._waiting), self.settings.event_batch)
                self._run_batch([self._waiting.popleft() for _ in range(size)])
        except ContainerBeingKilled:
            self._waiting.clear()  # unacknowledged: the broker hands them to the next process
        finally:
            self._working = False

    def _run_batch(self, batch: list[Received]) -> None:
        done = Signal()

        def handle_result(_worker: Any, result: Any, error: Any) -> tuple[Any, Any]:
            # nameko settles here, before worker_result: the method has committed by now
            try:
                self._settle(batch if error is None else [])
            finally:
                done.send()
            return result, error

        with HANDLER_SECONDS.labels(self.container.service_name, self.method_name).time():
            self.container.spawn_worker(self, (batch,), {}, handle_result=handle_result)
            done.wait()

    def _settle(self, batch: list[Received]) -> None:
        failed = [received for received in batch if received.error is not None]
        try:
            if failed:
                self._put_aside(failed)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing may be lost by it
            log.warning("event.comes_again", queue=self.name, **describe(error))
            eventlet.sleep(1)  # not at once: the broker is away or blocked
            for received in failed:
                self.inbound.settle(received.message.requeue)
            batch = [received for received in batch if received.error is None]
        for received in batch:
            self.inbound.settle(received.message.ack)
            HANDLED.labels(self.container.service_name, self.method_name, received.outcome).inc()
        failpoints.reached("handler.acknowledged")

    def _put_aside(self, failed: list[Received]) -> None:
        """Send each to a retry queue or to the parking place; raises Unavailable."""
        outgoing = []
        for received in failed:
            error = received.error or Invalid({})
            letter = parking.put_aside(received.message, error, self.name, self.delays)
            outgoing.append(letter)
            received.outcome = "parked" if "x-parked-at" in letter.headers else "retried"
            log.warning(
                f"event.{received.outcome}",
                queue=self.name,
                event_id=received.event.id if received.event else None,
                attempt=letter.headers["x-attempt"],
                **describe(error),
            )
        if returned := self._publisher.send(outgoing):
            self._publisher.close()  # the next connection declares what is missing
            if self._publisher.send([outgoing[position] for position in returned]):
                raise Unavailable(
                    "there is no place for failed events; look at the broker's queues"
                )
        failpoints.reached("retry.confirmed")


def apply_batch(
    service: Any,
    handler: str,
    schemas: Mapping[str, type[ForeignData]],
    act: Callable[..., None],
    batch: list[Received],
) -> None:
    """Apply the readable events of ``batch`` once each, and note errors in place.

    A database that is away is waited for; nothing is parked because of it. Raises Unavailable
    where the service has to end while it waits: the broker keeps the events.
    """
    while todo := [received for received in batch if received.error is None]:
        try:
            _apply_together(service, handler, schemas, act, todo)
            return
        except Exception as error:  # noqa: BLE001 - it is kept with its message
            if service.database.away():
                log.warning("handler.waiting", handler=handler, error=type(error).__name__)
                service.database.wait()
            elif len(todo) == 1:
                todo[0].error = error
            else:
                for received in todo:
                    apply_batch(service, handler, schemas, act, [received])
                return


def _apply_together(
    service: Any,
    handler: str,
    schemas: Mapping[str, type[ForeignData]],
    act: Callable[..., None],
    todo: list[Received],
) -> None:
    now = clock.now()
    events = [received.event for received in todo if received.event is not None]
    with service.database.transaction() as session:
        rows = [
            {"handler": handler, "source": event.source, "event_id": event.id, "handled_at": now}
            for event in events
        ]
        new = {(source, id_) for _, source, id_ in insert_ignore(session, inbox, rows)}
        failpoints.reached("inbox.stored")
        for received, event in zip(todo, events, strict=True):
            received.outcome = "applied" if (event.source, event.id) in new else "duplicate"
            new.discard((event.source, event.id))
            if received.outcome == "applied":
                _apply_one(service, session, schemas, act, event)
        failpoints.reached("handler.applied")
    failpoints.reached("handler.committed")


def _apply_one(
    service: Any, session: Any, schemas: Mapping[str, Any], act: Callable[..., None], event: Event
) -> None:
    schema = schemas.get(event.type)
    if schema is None:
        raise Invalid(
            {"type": [f"{event.type} is not handled here; publish it under a documented type"]}
        )
    data = load(schema(unknown="exclude"), event.data)
    session.info["traceparent"] = event.traceparent
    call = service.database.call(session, traceparent=event.traceparent)
    act(
        service,
        call,
        Event(
            event.type, event.source, event.subject, event.id, event.time, data, event.traceparent
        ),
    )
    session.flush()
