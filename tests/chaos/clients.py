"""Those outside: publishers that speak plain AMQP, and callers that speak RPC."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import amqp
import eventlet
from amqp.exceptions import AMQPError

from chaos.ledger import Ledger
from servicekit.calling import RpcClient
from servicekit.errors import Unavailable

PAUSE_SECONDS = 0.3
TIMEOUT = 10
GIVES_UP = 0.5


class Refused(Exception):
    """No queue wanted the message."""


class Publisher:
    """Publishes persistent and mandatory, and waits for each confirm, as the guide says."""

    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        self._address = f"{parts.hostname}:{parts.port}"
        self._vhost = parts.path[1:]
        self._connection: Any = None

    def publish(self, exchange: str, key: str, body: bytes, headers: Mapping[str, Any]) -> None:
        """Return when the broker has confirmed it. Raises OSError, AMQPError, Refused."""
        try:
            channel = self._channel()
            message = amqp.Message(
                body,
                content_type="application/json",
                delivery_mode=2,
                application_headers=dict(headers),
            )
            channel.basic_publish(message, exchange, key, mandatory=True, confirm_timeout=TIMEOUT)
            if self._returned:
                raise Refused(key)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect()  # no farewell: it may be broken

    def _channel(self) -> Any:
        if self._connection is None:
            connection = amqp.Connection(
                self._address,
                virtual_host=self._vhost,
                confirm_publish=True,
                connect_timeout=TIMEOUT,
                read_timeout=TIMEOUT,
                write_timeout=TIMEOUT,
            )
            connection.connect()
            self._connection = connection
        self._returned: list[Any] = []
        channel = self._connection.channel(1)
        channel.events["basic_return"] = {lambda *returned: self._returned.append(returned)}
        return channel


@dataclass(frozen=True)
class Letter:
    """An event as another system publishes it; `id` is its name in the ledger."""

    id: str
    exchange: str
    key: str
    body: bytes
    headers: Mapping[str, Any]


def letter(id_: str, type_: str, source: str, data: Mapping[str, Any]) -> Letter:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": f"{type_}-{id_}",
        "ce-source": source,
        "ce-type": type_,
        "ce-subject": id_,
        "ce-time": datetime.now(UTC).isoformat(),
    }
    return Letter(id_, f"{source}.events", type_, json.dumps(data).encode(), headers)


def publish_all(
    uri: str,
    ledger: Ledger,
    dice: random.Random,
    letters: Iterable[Letter],
    gives_up: float = GIVES_UP,
) -> None:
    """Publish each until it is confirmed; after a failure some are given up: nobody knows whether
    they arrived, and their ids may have one effect or none."""
    publisher = Publisher(uri)
    try:
        for letter in letters:
            ledger.attempt(letter.id)
            while letter.id not in ledger.accepted:
                try:
                    publisher.publish(letter.exchange, letter.key, letter.body, letter.headers)
                    ledger.accept(letter.id)
                except (OSError, AMQPError, Refused):
                    if dice.random() < gives_up:
                        break
                    eventlet.sleep(PAUSE_SECONDS)
    finally:
        publisher.close()


def call_all(client: RpcClient, ledger: Ledger, things: Iterable[str]) -> None:
    """Have the maker make each thing, by one call; those that it answered are in the ledger."""
    for thing in things:
        ledger.attempt(thing)
        try:
            context = {"idempotency_key": thing}  # a broker may deliver a call twice
            client.call("maker", "make", context=context, thing=thing)
            ledger.accept(thing)
        except Unavailable:
            eventlet.sleep(PAUSE_SECONDS)


def at_once(*tasks: Callable[[], Any]) -> None:
    """Run all beside each other, and raise what one of them raises."""
    threads = [eventlet.spawn(task) for task in tasks]
    try:
        for thread in threads:
            thread.wait()
    finally:
        for thread in threads:
            thread.kill()
