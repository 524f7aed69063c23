"""The web server inside a service: health, metrics, and what else the service's Flask app has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
from flask import Flask, Response, jsonify
from nameko.extensions import DependencyProvider
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from servicekit.answering import Calls
from servicekit.connection import Inbound
from servicekit.errors import Invalid
from servicekit.serving import MAX_CONNECTIONS, finish, serve
from servicekit.settings import settings_of
from servicekit.telemetry import log


class Web(DependencyProvider):
    """Serves ``create_app(checks)`` on HTTP_ADDRESS; port 0 takes a free one (see ``port``)."""

    inbound = Inbound()
    calls = Calls()

    def __init__(self, create_app: Callable[[Any], Flask]) -> None:
        self._create_app = create_app
        self.port = 0
        self.on_stop: list[Callable[[], None]] = []
        """What else ends with the server: those who stream to a browser."""

    def setup(self) -> None:
        address = settings_of(self.container).http_address
        host, _, port = address.rpartition(":")
        try:
            # without reuse_port: a second server would silently take half of the requests
            self._socket = eventlet.listen((host, int(port)), reuse_port=False)
        except OSError as error:
            problem = (
                f"{address} cannot be listened on ({error.strerror}); free it or choose another"
            )
            raise Invalid({"HTTP_ADDRESS": [problem]}) from None
        self.port = self._socket.getsockname()[1]

    def start(self) -> None:
        self._pool = eventlet.GreenPool(MAX_CONNECTIONS)
        self.app = self._create_app(self)
        self._thread = self.container.spawn_managed_thread(
            lambda: serve(self._socket, self.app, self._pool), identifier="web"
        )
        log.info("web.listening", service=self.container.service_name, port=self.port)

    def stop(self) -> None:
        self._socket.close()
        self._thread.kill()
        for end in self.on_stop:
            end()
        finish(self._pool)

    def get_dependency(self, worker_ctx: Any) -> Web:
        return self

    def problems(self) -> dict[str, str]:
        """What keeps this service from its work, by part; empty when it is ready."""
        found = {}
        error = self.database.ping()
        if error is not None:
            found["database"] = (
                f"does not answer or is not migrated ({error}); it is tried again by itself"
            )
        if not (self.inbound.connected and self.calls.connected):
            found["broker"] = "is not connected; it is tried again by itself"
        return found

    @property
    def database(self) -> Any:
        """The service's own."""
        return next(each for each in self.container.dependencies if each.attr_name == "database")


def health_app(web: Web) -> Flask:
    """``/healthz`` (the process lives), ``/readyz`` (it can work), ``/metrics`` (Prometheus)."""
    app = Flask("health")

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="alive")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        problems = web.problems()
        return jsonify(
            status="waiting" if problems else "ready", problems=problems
        ), 503 if problems else 200

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return app
