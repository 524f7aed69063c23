"""The services' processes, kept alive: one that dies is started again, with the next failpoint."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import eventlet

from servicekit import failpoints

TESTS = Path(__file__).parents[1]
OUTSIDE = "from outside"
TOLD = 2000
OFTEN = 12  # passes before a failpoint kills, at most: the work goes on in between


@dataclass(frozen=True)
class Job:
    """How a service is started: `nameko run --config <config> <module>` in a folder."""

    service: str
    module: str
    folder: Path
    config: str
    environment: Mapping[str, str]


class Schedule:
    """Which failpoint a process gets: the one that has killed least, until each has its share."""

    def __init__(self, dice: random.Random, names: Sequence[str]) -> None:
        self.dice = dice
        self.names = names
        self.each = 0
        self.resting = False
        self.kills: Counter[str] = Counter()

    def next(self, armed: Sequence[str]) -> str:
        """A failpoint's name, or nothing; `armed` are those that lie in wait already."""
        each = 0 if self.resting else self.each
        wanting = [name for name in self.names if self.kills[name] < each]
        waiting = Counter(armed)
        return min(
            wanting,
            key=lambda name: (self.kills[name] + waiting[name], self.dice.random()),
            default="",
        )

    def done(self) -> bool:
        return all(self.kills[name] >= self.each for name in self.names)


@dataclass
class Slot:
    """The place of one process, which is another one after each death."""

    job: Job
    number: int
    pid: int = 0
    failpoint: str = ""
    struck: bool = False
    deaths: int = 0
    log: Path = field(default_factory=Path)


class Crew:
    """Processes of services. Unlike a `with nameko run`, they may die at any time."""

    def __init__(
        self,
        jobs: Sequence[Job],
        schedule: Schedule,
        folder: Path,
        *,
        replicas: int = 2,
        cold: bool = False,
    ) -> None:
        self.schedule = schedule
        self.cold = cold
        self.kills = schedule.kills
        self.crashes: list[str] = []
        self.slots = [Slot(job, number) for job in jobs for number in range(replicas)]
        for index, slot in enumerate(self.slots):
            slot.log = folder / f"{index}-{slot.job.service}-{slot.number}.log"
        self._launch(folder)

    def arm(self, each: int) -> None:
        """Start all anew, from now on with failpoints until each has killed so often; or none."""
        self.schedule.each = each
        for slot in self.slots:
            self.strike(slot)

    def strike(self, slot: Slot) -> float:
        """SIGKILL from outside; when, by the monotonic clock."""
        if slot.pid:
            slot.struck = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(slot.pid, signal.SIGKILL)
        return time.monotonic()

    def freeze(self, slot: Slot, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later."""
        pid = slot.pid
        if not pid:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self.kills["frozen"] += 1
            eventlet.sleep(seconds)
            os.kill(pid, signal.SIGCONT)

    def alive(self, service: str) -> Slot:
        """A process of the service that runs now; one at random."""
        running = [slot for slot in self.slots if slot.job.service == service and slot.pid]
        return self.schedule.dice.choice(running)

    def close(self) -> None:
        self._listening.kill()
        self._channel.close()  # the launcher ends with it, and its children with the launcher
        self._launcher.kill()
        self._launcher.wait()

    def _launch(self, folder: Path) -> None:
        self._channel, theirs = socket.socketpair()
        guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        self._launcher_log = folder / "launcher.log"
        with theirs, self._launcher_log.open("wb") as log:
            self._launcher = subprocess.Popen(
                [*guard, sys.executable, "-m", "chaos.launcher", str(theirs.fileno())],
                cwd=TESTS,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._listening = eventlet.spawn(self._listen)
        for slot in self.slots:
            self._start(slot)

    def _start(self, slot: Slot) -> None:
        others = [each.failpoint for each in self.slots if each is not slot]
        slot.failpoint = self.schedule.next(others)
        slot.struck = False
        order: dict[str, Any] = {
            "slot": self.slots.index(slot),
            "module": slot.job.module,
            "folder": str(slot.job.folder),
            "config": slot.job.config,
            "environment": dict(slot.job.environment),
            "failpoint": slot.failpoint,
            "passes": self.schedule.dice.randint(1, OFTEN),
            "cold": self.cold,
            "log": str(slot.log),
        }
        self._channel.sendall(json.dumps(order).encode() + b"\n")

    def _listen(self) -> None:
        with self._channel.makefile("rb") as answers:
            for line in answers:
                answer = json.loads(line)
                if "started" in answer:
                    self.slots[answer["slot"]].pid = answer["started"]
                else:
                    self._bury(answer["ended"], answer["code"])
        self.crashes.append(f"launcher: {self._launcher_log.read_text()[-TOLD:]}")

    def _bury(self, pid: int, code: int) -> None:
        slot = next(each for each in self.slots if each.pid == pid)
        slot.pid = 0
        slot.deaths += 1
        if slot.struck:
            self.kills[OUTSIDE] += 1
        elif code == -signal.SIGKILL and slot.failpoint:
            self.kills[slot.failpoint] += 1
        else:
            said = slot.log.read_text(errors="replace")[-TOLD:]
            self.crashes.append(f"{slot.job.service} ended by itself with {code}: {said}")
        self._start(slot)

    def sigkills(self) -> int:
        """How many processes of services were killed."""
        return self.kills[OUTSIDE] + sum(self.kills[name] for name in failpoints.NAMES)


NewCrew = Callable[..., Crew]
