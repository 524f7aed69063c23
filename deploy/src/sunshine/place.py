"""Where a system runs: its broker, its databases, its key. One setting decides: AMQP_URI."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servicekit.errors import Invalid

SERVICES = ("households", "volunteers", "notifications")
SQLITE = "sqlite:///{data}/{service}.sqlite"


@dataclass(frozen=True)
class Place:
    """``amqp_uri`` empty: the embedded broker. ``database_url`` may hold ``{service}``."""

    data: Path
    amqp_uri: str = ""
    database_url: str = ""
    timers: bool = False
    overrides: Mapping[str, str] | None = None

    @property
    def embedded(self) -> bool:
        return not self.amqp_uri

    @property
    def broker(self) -> str:
        """The AMQP URI, that of the embedded broker in ``data`` included."""
        if not self.embedded:
            return self.amqp_uri
        folder = self.data.resolve()
        return f"embedded://{folder.name}?journal={folder}/broker.sqlite"

    @property
    def socket(self) -> Path:
        """Where a running embedded system listens for the command."""
        return self.data / "control.socket"

    def url_of(self, service: str) -> str:
        """The database of ``service``."""
        return (self.database_url or SQLITE).format(data=self.data.resolve(), service=service)

    def config_of(self, service: str, http_port: int = 0) -> dict[str, Any]:
        """The config of a service hosted in this process."""
        return {
            "AMQP_URI": self.broker,
            "DATABASE_URL": self.url_of(service),
            "FIELD_KEY": os.environ.get("FIELD_KEY") or self._key(),
            "HTTP_ADDRESS": f"127.0.0.1:{http_port}",
            # on this machine only: the desk's cookies need no TLS
            "DESK_URL": f"http://127.0.0.1:{http_port}",
            "TIMERS": self.timers,
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
            "LOG_FORMAT": "console",
            **(self.overrides or {}),
        }

    def prepare(self) -> None:
        """Make the data folder, readable by its owner only."""
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            problem = f"{self.data} cannot be made ({error.strerror}); choose another"
            raise Invalid({"--data": [problem]}) from None

    def _key(self) -> str:
        """The key of sealed fields, made at the first start and kept beside the databases."""
        file = self.data / "field.key"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(base64.b64encode(secrets.token_bytes(32)).decode())
        return file.read_text().strip()
