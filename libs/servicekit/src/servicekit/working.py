"""Running a method of a service: what nameko's worker does, in the greenlet that is there.

nameko gives each run a greenlet of its own and logs each of its steps: a third of a short call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import eventlet
from eventlet import getcurrent
from eventlet.hubs import get_hub
from eventlet.support.greenlets import greenlet
from nameko.extensions import Entrypoint

from servicekit.reading import read_out

_idle: list[Any] = []
"""Greenlets to be used again: the stack of a new one takes two system calls."""


def run(entrypoint: Entrypoint, kwargs: Mapping[str, Any]) -> Any:
    """What the method returns, or raises; it finds the service's dependencies in place.

    Their providers get no worker context: ours ask for none.
    """
    container = entrypoint.container
    service = container.service_cls()
    for provider in container.dependencies:
        setattr(service, provider.attr_name, provider.get_dependency(None))
    return getattr(service, entrypoint.method_name)(**kwargs)


def begin(work: Callable[[Any], None], message: Any) -> None:
    """Let a greenlet of its own do this: at once, unless more has come, which is read first."""
    if not read_out(message.channel.connection):
        eventlet.spawn_n(work, message)
        return
    hub = get_hub()
    back = hub.schedule_call_global(0, getcurrent().switch)
    while _idle and _idle[-1].dead:  # a timer that nobody cancelled has ended it
        _idle.pop()
    worker = _idle.pop() if _idle else greenlet(_work_on, hub.greenlet)
    try:
        worker.switch(work, message)  # by way of the hub it would be its turn later
    finally:
        back.cancel()


def _work_on(work: Callable[[Any], None], message: Any) -> None:
    while True:
        work(message)
        _idle.append(getcurrent())
        work, message = get_hub().switch()
