"""Applying events: a batch is one transaction of inbox marks, effects and outgoing events.

Where a batch fails, the event that was in hand is tried alone and the rest again together. Where
nobody knows which it was, or many are bad, each is applied behind a savepoint. Each keeps its error
and harms no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import clock, failpoints, in_hand, inbox, parking
from servicekit.errors import Invalid
from servicekit.events import Event
from servicekit.schemas import Schema, load
from servicekit.telemetry import log

BLAMED = 5
"""So many bad events of a batch are found one by one, as long as that proves right; more of them
behind savepoints, because each time what is good in the batch is done again."""


@dataclass(slots=True)
class Received:
    """A message and what became of it: its event, and the error where there was one."""

    message: Any
    event: Event | None = None
    error: Exception | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Handler:
    """A service's method that handles events: one by one, or with ``batch`` all of a batch."""

    name: str
    act: Callable[..., None]
    schemas: Mapping[str, Schema]
    batch: bool = False

    def load(self, received: Received) -> None:
        """Check the event's data by its schema; a mistake is noted in place."""
        event = received.event
        if event is None or received.error is not None:
            return
        try:
            schema = self.schemas.get(event.type)
            if schema is None:
                problem = f"{event.type} is not handled here; publish it under a documented type"
                raise Invalid({"type": [problem]})
            event.data = load(schema, event.data)
        except Exception as error:  # noqa: BLE001 - it is kept with its message
            received.error = error


def apply_batch(service: Any, handler: Handler, batch: Sequence[Received]) -> None:
    """Apply the readable events of ``batch`` once each, and note errors in place.

    A database that is away is waited for; nothing is parked because of it. Raises Unavailable
    where the service has to end while it waits: the broker keeps the events.
    """
    for received in batch:
        handler.load(received)
    _take_in_hand(service, handler, [each for each in _good(batch) if _is_redelivered(each)])
    _apply(service, handler, _good(batch))


def _good(batch: Sequence[Received]) -> list[Received]:
    return [received for received in batch if received.error is None]


def _is_redelivered(received: Received) -> bool:
    return parking.is_redelivered(received.message)


def _take_in_hand(service: Any, handler: Handler, held: Sequence[Received]) -> None:
    """Count the redelivered ones, lest one that kills its process does so for ever."""
    if not held:
        return
    events: list[Any] = [received.event for received in held]
    times: dict[tuple[str, str], int] = {}

    def count(session: Session) -> None:
        times.update(in_hand.count(session, handler.name, events, now=clock.now()))

    error = _failure(service, handler, count)
    for received, event in zip(held, events, strict=True):
        received.error = error or parking.unsettled(times[event.source, event.id])


def _apply(service: Any, handler: Handler, todo: Sequence[Received]) -> None:
    """Apply all that can be: together, then without those that were in hand as it failed."""
    blame = BLAMED
    while todo:
        at_work: list[Received] = []
        apply = partial(_apply_in, service, handler, todo, at_work)
        error = _failure(service, handler, apply)
        if error is None:
            failpoints.reached("handler.committed")
            return
        if len(todo) == 1:
            todo[0].error = error
            return
        if not blame or len(at_work) != 1:
            _apply_each(service, handler, todo)
            return
        blamed = at_work[0]
        _apply(service, handler, [blamed])
        todo = [received for received in todo if received is not blamed]
        blame = blame - 1 if blamed.error else 0


def _failure(service: Any, handler: Handler, act: Callable[[Session], None]) -> Exception | None:
    """Act in one transaction; what stood in the way, other than a database that is away."""
    while True:
        try:
            with service.database.transaction() as session:
                act(session)
        except Exception as error:  # noqa: BLE001 - it is kept with its message
            if not (isinstance(error, sa.exc.SQLAlchemyError) and service.database.away()):
                return error
            log.warning("handler.waiting", handler=handler.name, error=type(error).__name__)
            service.database.wait()
        else:
            return None


def _apply_each(service: Any, handler: Handler, todo: Sequence[Received]) -> None:
    """In one transaction, each behind a savepoint: what fails takes nothing back but itself."""
    try:
        with service.database.transaction() as session:
            for received in todo:
                try:
                    with session.begin_nested():
                        _apply_in(service, handler, [received], [], session)
                except Exception as error:  # noqa: BLE001 - it is kept with its message
                    received.error = error
        failpoints.reached("handler.committed")
    except Exception:  # noqa: BLE001 - whichever it was, each by itself will show
        for received in todo:
            received.error = None
            _apply(service, handler, [received])


def _apply_in(
    service: Any,
    handler: Handler,
    todo: Sequence[Received],
    at_work: list[Received],
    session: Session,
) -> None:
    events: list[Any] = [received.event for received in todo]
    new = inbox.mark(session, handler.name, events, now=clock.now())
    failpoints.reached("inbox.stored")
    fresh = []
    for received, event in zip(todo, events, strict=True):
        received.outcome = "applied" if (event.source, event.id) in new else "duplicate"
        new.discard((event.source, event.id))  # it may be in the batch twice
        if received.outcome == "applied":
            fresh.append(received)
    for group in [fresh] if handler.batch else ([received] for received in fresh):
        at_work[:] = group
        _act(service, session, handler, [received.event for received in group])
    at_work.clear()
    if any(map(_is_redelivered, todo)):
        in_hand.forget(session, handler.name, events)
    session.flush()
    failpoints.reached("handler.applied")


def _act(service: Any, session: Session, handler: Handler, events: list[Any]) -> None:
    """Call the method; what a whole batch publishes belongs to the trace of its first event."""
    if events:
        call = service.database.call(session, traceparent=events[0].traceparent)
        handler.act(service, call, events if handler.batch else events[0])
