"""What the services need on a broker, as RabbitMQ definitions: for accounts that declare nothing.

Imported before the services start (``rabbitmqctl import_definitions``, or ``load_definitions`` in
rabbitmq.conf), so that no account needs ``configure`` beyond its own queues of replies.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kombu import Queue

from households.service import HouseholdsService
from notifications.service import NotificationsService
from servicekit import parking
from servicekit.answering import calls
from servicekit.calling import RPC_EXCHANGE
from servicekit.consuming import EventHandler, names_of
from servicekit.events import EXCHANGE
from servicekit.settings import Settings
from volunteers.service import VolunteersService

SERVICES = (HouseholdsService, VolunteersService, NotificationsService)
REPLIES = r"rpc\.reply-.*"


def definitions(
    services: Sequence[type[Any]],
    settings: Settings,
    vhost: str,
    passwords: Mapping[str, str],
) -> dict[str, Any]:
    """Exchanges, queues, bindings and permissions; users too, as far as there are passwords."""
    made = [each for service in services for each in _queues(service, settings)]
    bindings = [binding for _queue, bound in made for binding in bound]
    exchanges = {source for source, _queue, _key in bindings}
    exchanges |= {RPC_EXCHANGE.name, *(EXCHANGE.format(service.name) for service in services)}
    names = [service.name for service in services]
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {"name": name, "password": passwords[name], "tags": ""}
            for name in names
            if name in passwords
        ],
        "permissions": [{"user": name, "vhost": vhost, **permissions(name)} for name in names],
        "exchanges": [_exchange(name, vhost) for name in sorted(exchanges)],
        "queues": [_queue(queue, vhost) for queue, _bound in made],
        "bindings": [_binding(*binding, vhost) for binding in bindings],
    }


def permissions(service: str) -> dict[str, str]:
    """The least that a service can do with. Nobody publishes in another's name."""
    own = rf"{service}\..*"
    return {
        "configure": f"^{REPLIES}$",
        "write": rf"^(nameko-rpc|{REPLIES}|{service}\.events|amq\.default)$",
        "read": rf"^(nameko-rpc|{REPLIES}|rpc-{service}|{own})$",
    }


def settings_from(environment: Mapping[str, str], **given: str) -> Settings:
    """What the services are told about queues, in the environment or here."""
    unused = dict.fromkeys(("AMQP_URI", "DATABASE_URL", "FIELD_KEY"), "-")
    return Settings.read({**environment, **unused, **given})


def passwords_from(environment: Mapping[str, str]) -> dict[str, str]:
    """As .env has them: HOUSEHOLDS_AMQP_PASSWORD and so on."""
    found = {each.name: environment.get(f"{each.name.upper()}_AMQP_PASSWORD") for each in SERVICES}
    return {name: password for name, password in found.items() if password}


def _queues(
    service: type[Any], settings: Settings
) -> Iterator[tuple[Queue, list[tuple[str, str, str]]]]:
    """Each queue with its bindings: from which exchange, to which queue, by which key."""
    rpc = calls(service.name, settings.queue_type)
    yield rpc, [(RPC_EXCHANGE.name, rpc.name, rpc.routing_key)]
    for method, handler in _handlers(service):
        name = f"{service.name}.{method}"
        *aside, queue = parking.queues(name, settings.delays_of(method), settings.queue_type)
        yield from ((each, []) for each in aside)
        sources = names_of(handler.sources, settings)
        keys = [(EXCHANGE.format(source), type_) for source in sources for type_ in handler.types]
        yield queue, [(exchange, name, key) for exchange, key in keys]


def _handlers(service: type[Any]) -> Iterator[tuple[str, EventHandler]]:
    for name, method in inspect.getmembers(service, inspect.isfunction):
        for entrypoint in getattr(method, "nameko_entrypoints", ()):
            if isinstance(entrypoint, EventHandler):
                yield name, entrypoint


def _exchange(name: str, vhost: str) -> dict[str, Any]:
    kind = {"type": "topic", "durable": True, "auto_delete": False, "internal": False}
    return {"name": name, "vhost": vhost, **kind, "arguments": {}}


def _queue(queue: Queue, vhost: str) -> dict[str, Any]:
    told: dict[str, Any] = queue.as_dict()
    return {
        "name": told["name"],
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": told["queue_arguments"] or {},
    }


def _binding(source: str, queue: str, key: str, vhost: str) -> dict[str, Any]:
    return {
        "source": source,
        "vhost": vhost,
        "destination": queue,
        "destination_type": "queue",
        "routing_key": key,
        "arguments": {},
    }
