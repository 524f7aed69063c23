"""Several services in one process: the embedded form, the demo, the tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import eventlet
from nameko.containers import ServiceContainer

from servicekit.service import Service


class Host:
    """Runs service classes, each with a config of its own, until left."""

    def __init__(self, services: Mapping[type[Service], Mapping[str, Any]]) -> None:
        self.containers = {
            service.name: ServiceContainer(service, {"AMQP_URI": config["AMQP_URI"], **config})
            for service, config in services.items()
        }

    def __enter__(self) -> Self:
        for number, container in enumerate(self.containers.values()):
            try:
                container.start()
                if not container.started:
                    container.wait()  # raises what it died of
            except BaseException:
                container.kill()  # half set up, it cannot be asked to stop
                self._stop(number)
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop(len(self.containers))

    def _stop(self, count: int) -> None:
        """Stop the first ``count``, all at once: each waits for its own messages in flight."""
        running = list(self.containers.values())[:count]
        stopping = [eventlet.spawn(container.stop) for container in running]
        for thread in stopping:
            thread.wait()

    def extension(self, service: str, name: str) -> Any:
        """A service's dependency provider, such as its ``database`` or ``web``."""
        dependencies = self.containers[service].dependencies
        return next(each for each in dependencies if each.attr_name == name)
