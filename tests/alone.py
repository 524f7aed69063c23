"""A service as operators run it: a process of its own, started by nameko from its config.yml."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from servicekit.testing import KEY
from waiting import eventually

ROOT = Path(__file__).parents[1]
NAMEKO = (sys.executable, "-m", "nameko")
START_SECONDS = 30


class Alone:
    """One service's place: its broker, its database, its settings; `process` makes processes."""

    def __init__(
        self, service: str, amqp_uri: str, database_url: str, folder: Path, **settings: Any
    ) -> None:
        self.service = service
        self.folder = folder
        config = {
            "AMQP_URI": amqp_uri,
            "DATABASE_URL": database_url,
            "FIELD_KEY": KEY,
            "HTTP_ADDRESS": "127.0.0.1:0",
        }
        given = {name: str(value) for name, value in settings.items()}
        self.environment = {**os.environ, **config, **given}

    def command(self, *words: str, stdin: str = "") -> str:
        """What a command says, given in the service's own folder."""
        done = subprocess.run(
            words,
            cwd=ROOT / "services" / self.service,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def migrate(self) -> str:
        return self.command(sys.executable, "-m", f"{self.service}.cli", "migrate")

    @contextmanager
    def process(self, name: str = "") -> Iterator["Process"]:
        """A process of the service, listening on HTTP; ended with the block."""
        process = Process(self, self.folder / f"{self.service}{name}.log")
        try:
            yield process
        finally:
            process.kill()


class Process:
    """Started when made, so that several start at once."""

    def __init__(self, place: Alone, log: Path) -> None:
        self.log = log
        words = ("run", "--config", "config.yml", f"{place.service}.service")
        with log.open("wb") as stream:
            self._process = subprocess.Popen(
                [*NAMEKO, *words],
                cwd=ROOT / "services" / place.service,
                env=place.environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )

    @cached_property
    def port(self) -> int:
        """Where it listens, as its log says; waited for."""
        return int(eventually(self._port, timeout=START_SECONDS) or 0)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=10) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def health(self) -> tuple[int, int, list[str]]:
        """The answers of /healthz and of /readyz, and what /readyz names as missing."""
        code, body = self.get("readyz")
        return self.get("healthz")[0], code, sorted(json.loads(body)["problems"])

    def becomes_ready(self) -> None:
        eventually(lambda: self.health() == (200, 200, []), timeout=START_SECONDS)

    def waits_for(self, part: str) -> None:
        """Return when it lives, and names just this part as missing."""
        eventually(lambda: self.health() == (200, 503, [part]))

    def metric(self, name: str, **labels: str) -> float:
        """The sum over all samples of a metric that have these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        lines = self.get("metrics")[1].splitlines()
        found = (line for line in lines if line.startswith(name + "{"))
        return sum(float(line.split()[-1]) for line in found if all(w in line for w in wanted))

    def alive(self) -> bool:
        return self._process.poll() is None

    def terminate(self, seconds: float) -> int:
        """The exit code after SIGTERM, which has to come within so many seconds."""
        self._process.send_signal(signal.SIGTERM)
        eventually(lambda: not self.alive(), timeout=seconds, message="it ends when told to")
        return self._process.wait()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _port(self) -> int | None:
        said = self.log.read_text()
        assert self.alive(), said
        for line in said.splitlines():
            if '"web.listening"' in line:
                return int(json.loads(line)["port"])
        return None
