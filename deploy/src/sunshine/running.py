"""The embedded system that stays up, and how other processes find it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from rich.console import Console

from servicekit import clock
from servicekit.errors import Conflict, Unavailable
from sunshine import control, sample, tailing, year
from sunshine.desk import sample_password
from sunshine.place import SERVICES, Place
from sunshine.system import Remote, hosted, settle

Begin = Callable[[Remote, Place, Console], None]
"""What happens before a system is up."""


class _Target:
    """What the control socket leads to."""

    def __init__(self, system: Remote, broker: str) -> None:
        self._system, self._broker = system, broker

    def call(self, service: str, method: str, /, **kwargs: Any) -> Any:
        return self._system.call(service, method, **kwargs)

    def tail(self) -> Iterator[dict[str, Any]]:
        return tailing.tail(self._broker)


def run_until_stopped(
    place: Place, console: Console, *, begin: Begin | None, first_port: int
) -> None:
    """Host the services until SIGINT or SIGTERM; then stop them in order."""
    if control.answers(place.socket):
        raise Conflict(f"a system runs in {place.data} already; stop it, or give another --data")
    stop = Signal()
    with hosted(place, first_port=first_port) as (system, host):
        if begin is not None:
            begin(system, place, console)
        eventlet.spawn_n(control.serve, place.socket, _Target(system, place.broker))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None if stop.ready() else stop.send())
        for service in SERVICES:
            port = host.extension(service, "web").port
            console.print(f"  {service:14} http://127.0.0.1:{port}/readyz")
        port = host.extension("notifications", "web").port
        console.print(f"  {'desk':14} http://127.0.0.1:{port}/desk/", style="bold")
        if begin is not None:
            word = sample_password(system, place.data)
            console.print(f"  {'':14} sign in as S01 (a coordinator) … S09, or operator: {word}")
        console.print("阳光百分百 Sunshine is up. Ctrl-C ends it; its data stays in", place.data)
        stop.wait()
    place.socket.unlink(missing_ok=True)


def sample_today(system: Remote, place: Place, console: Console) -> None:
    """The sample, matched: there is something to look at. Begun twice it changes nothing."""
    with console.status("importing the sample community …"):
        sample.prepare(system, place.broker, lambda *_: None)
        system.call("volunteers", "match", community=sample.COMMUNITY, dry_run=False)
        settle(system)


def sample_after_a_year(system: Remote, place: Place, console: Console) -> None:
    """The sample's year is behind it, and the clock runs on from there. Played once only."""
    played = place.data / "year.played"
    if not played.exists():
        with console.status("a year of the sample community (a minute or two) …") as status:
            year.live(system, place.broker, lambda *now: status.update("{} {}/{} …".format(*now)))
        played.touch()
    clock.return_to_present()
    since = clock.now() - datetime.fromtimestamp(played.stat().st_mtime, UTC)
    clock.travel(sample.at(sample.LAST_DAY, 23) + since)


def events_of(place: Place) -> Iterator[dict[str, Any]]:
    """The events that pass in the system at ``place``, from now on."""
    if not place.embedded:
        return tailing.tail(place.broker)
    if not control.answers(place.socket):
        raise Unavailable(f"no system runs in {place.data}; start one with: sunshine run")
    return control.Client(place.socket).tail()
