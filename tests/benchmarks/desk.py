"""``python -m benchmarks.desk``: how many can have it open, and how soon they see what is new.

A process of its own hosts the notifications service (embedded broker, SQLite). This one holds the
pages: a stream each, every person signed in. An event then concerns one of them, or all of them.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import argparse  # noqa: E402
import json  # noqa: E402
import socket  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from itertools import pairwise  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from notifications.models import Account, DeskSession  # noqa: E402
from notifications.service import NotificationsService  # noqa: E402
from notifications.usecases.signing import digest  # noqa: E402
from servicekit import clock, embedded  # noqa: E402
from servicekit.calling import RpcClient  # noqa: E402
from servicekit.events import EXCHANGE, Event, write  # noqa: E402
from servicekit.hosting import Host  # noqa: E402
from servicekit.migrations import upgrade  # noqa: E402
from servicekit.publishing import Outgoing, Publisher  # noqa: E402
from sunshine.place import Place  # noqa: E402
from waiting import eventually  # noqa: E402

COMMUNITY = "210103008001"
ALONE = 30
TO_ALL = 3
WAIT_SECONDS = 90


def main() -> None:
    """Serve, or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--serve", type=Path)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.people)
    else:
        measure(given.people)


# -- the service -----------------------------------------------------------------------------------


def serve(folder: Path, people: int) -> None:
    """Host the service; each line on standard input is an event to publish."""
    place = Place(folder)
    place.prepare()
    embedded.install()
    upgrade("notifications", place.url_of("notifications"))
    host = Host({NotificationsService: place.config_of("notifications")})
    with host:
        fill(place, host, people)
        web = host.extension("notifications", "web")
        say(port=web.port, memory=memory())
        publisher = Publisher(place.broker)
        for number, line in enumerate(lines()):
            if line:
                at = time.time()
                publisher.send([happening(number, line)])
                say(at=at)
            else:
                say(memory=memory(), cpu=time.process_time())


def lines() -> Iterator[str]:
    """The lines of standard input, without keeping the service from its work."""
    while True:
        eventlet.hubs.trampoline(sys.stdin.fileno(), read=True)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.strip()


def fill(place: Place, host: Host, people: int) -> None:
    """Coordinators, each with a session: half of them for one aid, one for another."""
    client = RpcClient(place.broker, timeout=60)
    kinds = ["schooling"] + ["elderly"] * (people - 1)
    records = [
        {"code": f"S{number}", "name": "甲", "role": "coordinator", "aid_kinds": [kind]}
        for number, kind in enumerate(kinds)
    ]
    client.call("notifications", "import_staff", community=COMMUNITY, records=records)
    client.close()
    now = clock.now()
    ends = now.replace(year=now.year + 1)
    with host.extension("notifications", "database").transaction() as session:
        for number in range(people):
            key = f"{COMMUNITY}-S{number}"
            session.add(Account(id=key, password="x", changed_at=now))
            session.flush()
            row = {"id": digest(token(number)), "account": key, "created_at": now, "seen_at": now}
            session.add(DeskSession(**row, expires_at=ends))


def happening(number: int, kind: str) -> Outgoing:
    data = {
        "community": COMMUNITY,
        "version": 1,
        "pairing": f"{COMMUNITY}-H{number}-N1-A1",
        "need": f"{COMMUNITY}-H{number}-N1",
        "household": f"{COMMUNITY}-H{number}",
        "volunteer": f"{COMMUNITY}-V001",
        "aid_kind": kind,
    }
    key = data["pairing"]
    event = Event("pairing.proposed", "volunteers", str(key), f"e{number}", clock.now(), data)
    body, headers = write(event)
    return Outgoing(body, EXCHANGE.format("volunteers"), event.type, headers)


def say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)  # noqa: T201


def memory() -> float:
    """Resident memory of this process in MB."""
    text = Path("/proc/self/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


# -- the pages -------------------------------------------------------------------------------------


def token(number: int) -> str:
    return f"{number:043}"


class Pages:
    """An open stream for each person, and when each heard of what."""

    def __init__(self, port: int, people: int) -> None:
        self.heard: list[float] = []
        self.open = 0
        for number in range(people):
            eventlet.spawn_n(self._listen, port, number)
            eventlet.sleep(0.001)

    def _listen(self, port: int, number: int) -> None:
        connection = socket.create_connection(("127.0.0.1", port))
        cookie = f"Cookie: desk={token(number)}\r\n"
        connection.sendall(f"GET /desk/live HTTP/1.1\r\nHost: x\r\n{cookie}\r\n".encode())
        greeting = b""
        while b"retry" not in greeting:
            greeting += connection.recv(4096)
        self.open += 1
        while received := connection.recv(4096):
            if b"event: notice" in received:
                self.heard.append(time.time())


@contextmanager
def service(people: int) -> Iterator[subprocess.Popen[str]]:
    with tempfile.TemporaryDirectory() as folder:
        words = ["-m", "benchmarks.desk", "--people", str(people), "--serve", folder]
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def ask(process: subprocess.Popen[str], line: str = "") -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    if line != "begin":
        process.stdin.write(line + "\n")
        process.stdin.flush()
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def measure(people: int) -> None:
    """Open the pages, let things happen, print the table."""
    with service(people) as process:
        begun = ask(process, "begin")
        pages = Pages(begun["port"], people)
        eventually(lambda: pages.open == people, WAIT_SECONDS)
        marks = [ask(process)]
        alone = [late for _ in range(ALONE) for late in told(process, pages, "schooling", 1)]
        marks.append(ask(process))
        everybody = [
            late for _ in range(TO_ALL) for late in told(process, pages, "elderly", people - 1)
        ]
        marks.append(ask(process))
    say(
        people=people, memory_before=round(begun["memory"]), memory_after=round(marks[-1]["memory"])
    )
    spent = [(after["cpu"] - before["cpu"]) for before, after in pairwise(marks)]
    for name, found, cpu, times in (
        ("one person is told", alone, spent[0], ALONE),
        ("everybody is told", everybody, spent[1], TO_ALL),
    ):
        cuts = statistics.quantiles(found, n=100, method="inclusive")
        marked = {"p50": cuts[49], "p99": cuts[98], "max": max(found), "cpu each": cpu / times}
        say(what=name, told=len(found), **{key: ms(value) for key, value in marked.items()})


def told(process: subprocess.Popen[str], pages: Pages, kind: str, count: int) -> list[float]:
    """Seconds from the event's publishing until each page has it."""
    pages.heard.clear()
    at = ask(process, kind)["at"]
    eventually(lambda: len(pages.heard) >= count, WAIT_SECONDS)
    return [heard - at for heard in pages.heard]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
