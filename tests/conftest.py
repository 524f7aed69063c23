"""The servers that tests ask for by name; and cooperative sockets, as in a service's process."""

import eventlet

eventlet.monkey_patch()  # before anything opens a socket

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

import servers
from hosting import Given, Server
from smtp import SmtpServer

S = TypeVar("S", bound=Server)


def found(find: Callable[[], S]) -> Iterator[S]:
    """The server for as long as it is needed; without one the whole run ends and says why."""
    try:
        server = find()
    except servers.ServerMissing as missing:
        servers.give_up(missing)
    try:
        yield server
    finally:
        server.close()


def short_name(request: pytest.FixtureRequest) -> str:
    return Path(str(request.path)).stem.removeprefix("test_")


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[servers.Rabbitmq]:
    """A RabbitMQ node for the whole run."""
    yield from found(servers.rabbitmq)


@pytest.fixture(scope="module")
def rabbitmq_uri(rabbitmq: servers.Rabbitmq, request: pytest.FixtureRequest) -> str:
    """The AMQP URI of a virtual host that is this module's own."""
    return rabbitmq.make_vhost(f"{short_name(request)}-{uuid4().hex[:8]}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A PostgreSQL server for the whole run."""
    yield from found(servers.postgres)


@pytest.fixture(scope="session")
def own_rabbitmq(rabbitmq: servers.Rabbitmq) -> Iterator[servers.Rabbitmq]:
    """A RabbitMQ node that may be killed and started again: never the one of TEST_AMQP_URI."""
    yield from found(servers.own_rabbitmq) if isinstance(rabbitmq, Given) else [rabbitmq]


@pytest.fixture(scope="session")
def own_postgres(postgres: servers.Postgres) -> Iterator[servers.Postgres]:
    """A PostgreSQL server that may be killed and started again, likewise."""
    yield from found(servers.own_postgres) if isinstance(postgres, Given) else [postgres]


@pytest.fixture(scope="session")
def make_database(postgres: servers.Postgres) -> Callable[[str], str]:
    """`make_database("households")`: the URL of an empty database, another one at each call."""
    return postgres.make_database


@pytest.fixture(scope="module")
def postgres_url(postgres: servers.Postgres, request: pytest.FixtureRequest) -> str:
    """The URL of an empty database that is this module's own."""
    return postgres.make_database(short_name(request))


@pytest.fixture
def smtp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    """An SMTP server with an empty mailbox: `.url`, `.host`, `.port`, `.messages()`."""
    server = SmtpServer(tmp_path_factory.mktemp("mail"))
    yield server
    server.close()
