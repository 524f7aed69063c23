"""Three ways to host a server for the tests: somebody else's, our own processes, a container."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

START_SECONDS = 90
LOCAL = "127.0.0.1"
DISK = Path("/var/tmp")  # where /tmp may be memory, this is not


class CommandFailed(Exception):
    """A program ended with an error; what it said."""


class Server(ABC):
    """Up once made. `kill()` is a power cut; `start()` brings it back with its data."""

    origin: str
    port: int

    @abstractmethod
    def ready(self) -> bool: ...

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def kill(self) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """End it for good and leave nothing behind."""


class Given(Server):
    """Somebody else's server: not ours to stop."""

    def start(self) -> None:
        raise NotImplementedError(f"{self.origin}: not ours to start")

    def kill(self) -> None:
        raise NotImplementedError(f"{self.origin}: not ours to stop")

    def close(self) -> None:
        pass


class Private(Server):
    """Processes of our own in a folder of our own."""

    kill_signal = signal.SIGKILL

    def __init__(self, user: str | None = None, *, on_disk: bool = False) -> None:
        place = DISK if on_disk else folder_in_memory()
        self.folder = Path(tempfile.mkdtemp(prefix="sunshine-", dir=place))
        self.on_disk = on_disk
        self.user = user
        if user:
            shutil.chown(self.folder, user)
        self.log = self.folder / "log.txt"
        self.port = free_port()
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.close()
            raise

    def prepare(self) -> None:
        """What the very first start needs."""

    def spawn(self, *command: str | Path, env: Mapping[str, str] | None = None) -> None:
        # with setpriv the kernel ends the server, should the tests die without a farewell
        guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*guard, *command],
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **as_user(self.user),
            )
        self._processes.append(process)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if time.monotonic() > deadline or self._processes[-1].poll() is not None:
                log = self.log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{type(self).__name__} did not start:\n{log}")
            time.sleep(0.05)

    def kill(self) -> None:
        for process in reversed(self._processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, self.kill_signal)
            process.wait()
        self._processes.clear()

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class InDocker(Server):
    """A container of an official image."""

    image: str
    inner_port: int
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}

    def __init__(self) -> None:
        self.origin = f"Docker, {self.image}"
        self.port = free_port()
        variables = [f"--env={name}={value}" for name, value in self.environment.items()]
        publish = f"--publish={LOCAL}:{self.port}:{self.inner_port}"
        command = ("run", "--detach", publish, *variables, self.image, *self.arguments)
        self.container = run("docker", *command).strip()
        try:
            self.wait()
        except BaseException:
            self.close()
            raise

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.image} did not start; see docker logs {self.container}")
            time.sleep(0.2)

    def start(self) -> None:
        run("docker", "start", self.container)
        self.wait()

    def kill(self) -> None:
        run("docker", "kill", self.container)

    def close(self) -> None:
        run("docker", "rm", "--force", "--volumes", self.container)


def docker_works() -> bool:
    try:
        run("docker", "version")
    except (OSError, CommandFailed):
        return False
    return True


def run(*command: str | Path, env: Mapping[str, str] | None = None, user: str | None = None) -> str:
    done = subprocess.run(
        command,
        check=False,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        **as_user(user),
    )
    if done.returncode:
        raise CommandFailed(f"{' '.join(map(str, command))}: {done.stderr or done.stdout}")
    return str(done.stdout)


def as_user(name: str | None) -> dict[str, Any]:
    """Arguments that make subprocess start as this user, in a folder it may read."""
    if name is None:
        return {}
    user = pwd.getpwnam(name)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


def folder_in_memory() -> Path | None:
    """Where files cost nothing, if it is large enough: a container often has but 64 MB of it."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30
    return memory if roomy else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def answers(port: int, greeting: bytes) -> bool:
    try:
        with socket.create_connection((LOCAL, port), timeout=5) as connection:
            connection.sendall(greeting)
            return bool(connection.recv(1))
    except OSError:
        return False
