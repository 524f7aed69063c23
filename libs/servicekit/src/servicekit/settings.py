"""Settings: what a service's config says, checked once at the start and typed from then on."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any, Self
from zoneinfo import ZoneInfo

import marshmallow as ma
from marshmallow import fields, validate

from servicekit.schemas import load


class Names(fields.String):
    """Names separated by commas; YAML may have read a single one as a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(str(value), attr, data, **kwargs)
        return tuple(name.strip() for name in text.split(",") if name.strip())


class Text(fields.String):
    """A text; YAML may have read it as a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(str(value), attr, data, **kwargs)


def check_delays(delays: tuple[str, ...]) -> None:
    try:
        good = all(float(seconds) > 0 for seconds in delays)
    except ValueError:
        good = False
    if not good:
        raise ma.ValidationError("are not delays; give seconds above 0 with commas, as in 1,10,60")


def check_handler_delays(delays: tuple[str, ...]) -> None:
    for item in delays:
        handler, _, seconds = item.partition("=")
        if not handler:
            raise ma.ValidationError("names no handler; write it as notice=1/10/60,match=5")
        check_delays(tuple(seconds.split("/")))


def check_address(address: str) -> None:
    host, _, port = address.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise ma.ValidationError("is not an address; write it as 127.0.0.1:8000 or 0.0.0.0:8000")


def check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ma.ValidationError("is not a time zone; write it as Asia/Shanghai") from None


CHECKS: dict[str, Any] = {
    "http_address": check_address,
    "queue_type": validate.OneOf(["classic", "quorum"]),
    "max_workers": validate.Range(1),
    "event_batch": validate.Range(1),
    "retry_delays": check_delays,
    "handler_retry_delays": check_handler_delays,
    "unroutable_seconds": validate.Range(0, min_inclusive=False),
    "rpc_timeout": validate.Range(0, min_inclusive=False),
    "heartbeat": validate.Range(0),
    "inbox_days": validate.Range(0, min_inclusive=False),
    "answered_days": validate.Range(0, min_inclusive=False),
    "housekeeping_seconds": validate.Range(0, min_inclusive=False),
    "metrics_seconds": validate.Range(0, min_inclusive=False),
    "timezone": check_zone,
    "log_level": validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
    "log_format": validate.OneOf(["json", "console"]),
}
"""What a value must be beside its type."""

KINDS: dict[Any, type[fields.Field[Any]]] = {
    str: Text,
    int: fields.Integer,
    float: fields.Float,
    bool: fields.Boolean,
    tuple[str, ...]: Names,
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """What every service can be told; upper case in config.yml and the environment."""

    # no repr: these hold passwords and keys
    amqp_uri: str = dataclasses.field(repr=False)
    database_url: str = dataclasses.field(repr=False)
    field_key: str = dataclasses.field(repr=False)
    http_address: str = "127.0.0.1:0"
    queue_type: str = "classic"
    external_systems: tuple[str, ...] = ("civil_affairs", "school")
    max_workers: int = 10
    event_batch: int = 500
    retry_delays: tuple[str, ...] = ("1", "10", "60", "600", "3600")
    handler_retry_delays: tuple[str, ...] = ()
    unroutable_seconds: float = 60.0
    rpc_timeout: float = 10.0
    heartbeat: int = 60
    inbox_days: float = 30.0
    answered_days: float = 7.0
    housekeeping_seconds: float = 3600.0
    metrics_seconds: float = 15.0
    timers: bool = True
    timezone: str = "Asia/Shanghai"
    log_level: str = "INFO"
    log_format: str = "json"

    def delays_of(self, handler: str) -> list[int]:
        """Milliseconds between the tries of an event that fails in ``handler``."""
        own = dict(item.split("=") for item in self.handler_retry_delays)
        seconds = own[handler].split("/") if handler in own else self.retry_delays
        return [round(float(each) * 1000) for each in seconds]

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Self:
        """Settings from a nameko config; raises Invalid, naming each that cannot be used."""
        hints = typing.get_type_hints(cls)
        schema = ma.Schema.from_dict(
            {
                field.name.upper(): KINDS[hints[field.name]](
                    required=field.default is dataclasses.MISSING,
                    attribute=field.name,
                    validate=CHECKS.get(field.name),
                )
                for field in dataclasses.fields(cls)
            }
        )(unknown=ma.EXCLUDE)
        given = {key: value for key, value in config.items() if value is not None and value != ""}
        return cls(**load(schema, given))


def settings_of(container: Any) -> Any:
    """The settings of the service that a nameko container runs, read once."""
    if not hasattr(container, "sunshine_settings"):
        container.sunshine_settings = container.service_cls.settings.read(container.config)
    return container.sunshine_settings
