"""Running a method of a service: what nameko's worker does, in the greenlet that is there.

nameko gives each run a greenlet of its own and logs each of its steps: a third of a short call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nameko.containers import WorkerContext
from nameko.extensions import Entrypoint


def run(entrypoint: Entrypoint, kwargs: Mapping[str, Any]) -> Any:
    """What the method returns, or raises; it finds the service's dependencies in place."""
    container, result = entrypoint.container, None
    worker = WorkerContext(container, container.service_cls(), entrypoint, (), kwargs)
    container._inject_dependencies(worker)
    container._worker_setup(worker)
    try:
        result = getattr(worker.service, entrypoint.method_name)(**kwargs)
        return result
    finally:
        container._worker_result(worker, result, None)
        container._worker_teardown(worker)
