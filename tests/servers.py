"""Throw-away RabbitMQ and PostgreSQL servers for the tests.

Where they come from, first match: TEST_AMQP_URI and TEST_DATABASE_URI; binaries installed on this
machine, started privately (own folder, free ports, 127.0.0.1 only); the same installed by apt where
we are root; Docker. What is started here dies with the tests, whatever ends them.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, urlsplit

import psycopg2
import pytest
from sqlalchemy import URL, make_url

from hosting import (
    LOCAL,
    CommandFailed,
    Given,
    InDocker,
    Private,
    Server,
    answers,
    docker_works,
    free_port,
    run,
)

CARELESS = ("-c", "fsync=off", "-c", "full_page_writes=off")
ROOMY = ("-c", "max_connections=300", "-c", "track_commit_timestamp=on")


class ServerMissing(Exception):
    """No way was found to a server that the tests need."""


def give_up(missing: ServerMissing) -> NoReturn:
    """End the whole run and say why; or leave out the test, where that was asked for."""
    if os.environ.get("SUNSHINE_TESTS_WITHOUT_SERVERS") == "1" and not os.environ.get("CI"):
        pytest.skip(str(missing))
    pytest.exit(str(missing), returncode=1)


class Rabbitmq(Server):
    """A broker, with an empty virtual host for whoever asks."""

    def make_vhost(self, name: str) -> str:
        """Make an empty virtual host; its AMQP URI."""
        self.ctl("add_vhost", name)
        self.ctl("set_permissions", "--vhost", name, "guest", ".*", ".*", ".*")
        return f"amqp://guest:guest@{LOCAL}:{self.port}/{quote(name, safe='')}"

    @abstractmethod
    def ctl(self, *arguments: str) -> str:
        """What rabbitmqctl says."""

    def ready(self) -> bool:
        return answers(self.port, b"AMQP\x00\x00\x09\x01")


class GivenRabbitmq(Rabbitmq, Given):
    origin = "TEST_AMQP_URI (its one virtual host serves every module)"

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.port = urlsplit(uri).port or 5672

    def make_vhost(self, name: str) -> str:
        return self.uri

    def ctl(self, *arguments: str) -> str:
        raise NotImplementedError(f"{self.origin}: no rabbitmqctl for {arguments}")


class PrivateRabbitmq(Rabbitmq, Private):
    origin = "installed binaries"

    def __init__(self, binaries: Path, *, on_disk: bool = False) -> None:
        self.binaries = binaries
        super().__init__(on_disk=on_disk)

    def prepare(self) -> None:
        (self.folder / "enabled_plugins").write_text("[].")
        self.env = {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"sunshine-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOCAL,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            # the start script then becomes the server, so that one signal ends it
            "RUNNING_UNDER_SYSTEMD": "true",
            # an epmd of our own, or the first broker's would outlive everything
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": LOCAL,
        }

    def start(self) -> None:
        self.spawn("epmd", env=self.env)
        self.spawn(self.binaries / "rabbitmq-server", env=self.env)
        self.wait_until(self.ready)

    def ctl(self, *arguments: str) -> str:
        return run(self.binaries / "rabbitmqctl", "--quiet", *arguments, env=self.env)


class DockerRabbitmq(Rabbitmq, InDocker):
    image = "rabbitmq:4-management"
    inner_port = 5672
    environment = {"RABBITMQ_NODENAME": "rabbit@localhost"}  # noqa: RUF012

    def ctl(self, *arguments: str) -> str:
        return run("docker", "exec", self.container, "rabbitmqctl", "--quiet", *arguments)


class Postgres(Server):
    """A database server, with an empty database for whoever asks."""

    url: URL
    _numbers = count(1)

    def make_database(self, name: str) -> str:
        """Make an empty database; its SQLAlchemy URL."""
        name = f"{name}_{os.getpid()}_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        return self.url.set(database=name).render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with contextlib.closing(psycopg2.connect(dsn, connect_timeout=5)) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    def ready(self) -> bool:
        self.url = make_url(f"postgresql+psycopg2://postgres@{LOCAL}:{self.port}/postgres")
        try:
            self.execute("SELECT 1")
        except psycopg2.OperationalError:
            return False
        return True


class GivenPostgres(Postgres, Given):
    origin = "TEST_DATABASE_URI"

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg2")
        self.port = self.url.port or 5432
        self._made: list[str] = []

    def make_database(self, name: str) -> str:
        made = super().make_database(name)
        self._made.append(str(make_url(made).database))
        return made

    def close(self) -> None:
        for name in self._made:
            self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class PrivatePostgres(Postgres, Private):
    origin = "installed binaries"
    kill_signal = signal.SIGQUIT  # as abrupt, and its children go as well

    def __init__(self, binaries: Path, *, on_disk: bool = False) -> None:
        self.binaries = binaries
        # PostgreSQL refuses to run as root
        super().__init__(user="postgres" if os.geteuid() == 0 else None, on_disk=on_disk)

    def prepare(self) -> None:
        options = ("--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
        data = f"--pgdata={self.folder / 'data'}"
        run(self.binaries / "initdb", data, *options, user=self.user)

    def start(self) -> None:
        self.spawn(
            *(self.binaries / "postgres", "-D", self.folder / "data", "-p", str(self.port)),
            *("-c", f"listen_addresses={LOCAL}", "-c", "unix_socket_directories="),
            *(*ROOMY, *(() if self.on_disk else CARELESS)),
        )
        self.wait_until(self.ready)


class DockerPostgres(Postgres, InDocker):
    image = "postgres:15-bookworm"
    inner_port = 5432
    environment = {"POSTGRES_HOST_AUTH_METHOD": "trust"}  # noqa: RUF012

    def __init__(self, *, on_disk: bool = False) -> None:
        self.arguments = (*ROOMY, *(() if on_disk else CARELESS))
        super().__init__()


def rabbitmq() -> Rabbitmq:
    """The tests' broker."""
    uri = os.environ.get("TEST_AMQP_URI")
    return GivenRabbitmq(uri) if uri else own_rabbitmq()


def own_rabbitmq(*, on_disk: bool = False) -> Rabbitmq:
    """A broker that may be killed; ``on_disk`` where its speed is measured."""
    if binaries := installed("rabbitmq-server", rabbitmq_folders, "rabbitmq-server"):
        return PrivateRabbitmq(binaries, on_disk=on_disk)
    if docker_works():
        return DockerRabbitmq()
    raise ServerMissing(ways("RabbitMQ", "TEST_AMQP_URI=amqp://...", "rabbitmq-server"))


def postgres() -> Postgres:
    """The tests' database server."""
    url = os.environ.get("TEST_DATABASE_URI")
    return GivenPostgres(url) if url else own_postgres()


def own_postgres(*, on_disk: bool = False) -> Postgres:
    """A database server that may be killed; ``on_disk`` it syncs, for its speed to be true."""
    if binaries := installed("initdb", postgres_folders, "postgresql"):
        return PrivatePostgres(binaries, on_disk=on_disk)
    if docker_works():
        return DockerPostgres(on_disk=on_disk)
    raise ServerMissing(ways("PostgreSQL", "TEST_DATABASE_URI=postgresql://...", "postgresql"))


def installed(program: str, folders: Callable[[], Iterable[Path]], package: str) -> Path | None:
    """The folder that holds `program`; where we are root, apt may bring it."""
    found = [folder for folder in folders() if (folder / program).exists()]
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        # RUNLEVEL=1: the package's own service need not start
        quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        with one_apt(), contextlib.suppress(CommandFailed):  # no network: there are other ways
            run("apt-get", "update", "-qq", env=quiet)
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package, env=quiet)
        found = [folder for folder in folders() if (folder / program).exists()]
    return found[0] if found else None


@contextlib.contextmanager
def one_apt() -> Iterator[None]:
    """Parts of the tests that run at once wait for each other: apt works for one at a time."""
    with (Path(tempfile.gettempdir()) / "sunshine-tests-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def chromium() -> Path:
    """The browser, and a font for what it shows."""
    named = os.environ.get("TEST_CHROMIUM")
    found = Path(named) if named else Path("/usr/bin/chromium")
    if not named:
        installed("NotoSansCJK-Regular.ttc", font_folders, "fonts-noto-cjk")
        installed("chromium", lambda: [found.parent], "chromium")
    if not found.exists():
        raise ServerMissing(ways("a browser", "TEST_CHROMIUM=/path/to/chromium", "chromium"))
    return found


def font_folders() -> Iterable[Path]:
    yield Path("/usr/share/fonts/opentype/noto")


def rabbitmq_folders() -> Iterable[Path]:
    yield Path("/usr/lib/rabbitmq/bin")  # Debian's scripts in sbin want root and one fixed folder
    if script := shutil.which("rabbitmq-server"):
        yield Path(script).resolve().parent


def postgres_folders() -> Iterable[Path]:
    debian = Path("/usr/lib/postgresql").glob("*/bin")  # there it is not on the PATH
    yield from sorted(debian, key=lambda folder: -float(folder.parent.name))
    if script := shutil.which("initdb"):
        yield Path(script).resolve().parent


def ways(what: str, variable: str, package: str) -> str:
    return (
        f"The tests need {what}. Any one of these brings it:\n"
        f"  - name a server that may be filled with test data: {variable}\n"
        f"  - install its binaries: apt-get install {package} (no service need run)\n"
        "  - run the tests as root on Debian or Ubuntu: they install it themselves\n"
        "  - start a Docker engine\n"
        "SUNSHINE_TESTS_WITHOUT_SERVERS=1 leaves out the tests that need one (but not if CI=true)."
    )
