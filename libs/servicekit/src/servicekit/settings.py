"""Settings: what a service's config says, checked once at the start and typed from then on."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any, Self

import marshmallow as ma
from marshmallow import fields

from servicekit.schemas import load


class Names(fields.String):
    """Names separated by commas."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value or "", attr, data, **kwargs)
        return tuple(name.strip() for name in text.split(",") if name.strip())


class Text(fields.String):
    """A text; YAML may have read it as a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(str(value), attr, data, **kwargs)


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
    external_systems: tuple[str, ...] = ("civil_affairs",)
    max_workers: int = 10
    event_batch: int = 100
    retry_delays: tuple[str, ...] = ("1", "10", "60", "600", "3600")
    rpc_timeout: float = 10.0
    heartbeat: int = 60
    timers: bool = True
    timezone: str = "Asia/Shanghai"
    log_level: str = "INFO"
    log_format: str = "json"

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Self:
        """Settings from a nameko config; raises Invalid, naming each that cannot be used."""
        hints = typing.get_type_hints(cls)
        schema = ma.Schema.from_dict(
            {
                field.name.upper(): KINDS[hints[field.name]](
                    required=field.default is dataclasses.MISSING, attribute=field.name
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
