"""Logs, metrics and traces: event names and fields, never personal data."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from functools import lru_cache
from linecache import getline
from random import getrandbits
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

log = structlog.get_logger("sunshine")

TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")

PUBLISHED = Counter(
    "sunshine_events_published_total", "Events confirmed by the broker", ["service", "type"]
)
UNROUTABLE = Counter(
    "sunshine_events_unroutable_total", "Events that no queue wanted", ["service", "type"]
)
HANDLED = Counter(
    "sunshine_events_handled_total",
    "Events settled by a handler: applied, duplicate, retried, parked",
    ["service", "handler", "outcome"],
)
HANDLER_SECONDS = Histogram(
    "sunshine_handler_seconds", "Time of one batch in a handler", ["service", "handler"]
)
RPC_SECONDS = Histogram(
    "sunshine_rpc_seconds", "Time of one call", ["service", "method", "outcome"]
)
rpc_seconds = lru_cache(maxsize=1000)(RPC_SECONDS.labels)
"""The same few again and again."""
OUTBOX_ROWS = Gauge("sunshine_outbox_rows", "Events that wait for the broker", ["service"])
OUTBOX_AGE = Gauge("sunshine_outbox_age_seconds", "Age of the oldest event there", ["service"])
QUEUED = Gauge(
    "sunshine_queued_events",
    "Events in a handler's queue (ready), its retry queues (retries), its parking place (parked)",
    ["service", "queue", "kind"],
)
EVENT_AGE = Gauge(
    "sunshine_event_age_seconds", "Age of the oldest event a handler holds", ["service", "queue"]
)
ALARM = Gauge(
    "sunshine_alarm",
    "1 while an operator should look into it: outbox_old, parked",
    ["service", "alarm"],
)
BROKER_UP = Gauge(
    "sunshine_broker_up",
    "1 while the service is connected to consume events, and to answer calls",
    ["service", "carries"],
)


def configure(level: str, format_: str) -> None:
    """Send this process's logs to standard error, as JSON lines or for reading (``console``)."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # nameko logs message bodies and arguments, and those may hold personal data
    logging.getLogger("nameko").setLevel(logging.CRITICAL)
    for chatty in ("amqp", "kombu", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if format_ == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        # standard error as it is then: whoever redirected it for a while has closed that file
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def child_trace(traceparent: object) -> str:
    """A W3C traceparent for what happens next: the same trace, a span of its own."""
    parent = TRACEPARENT.fullmatch(traceparent) if isinstance(traceparent, str) else None
    trace = parent[1] if parent else f"{getrandbits(128):032x}"
    return f"00-{trace}-{getrandbits(64):016x}-01"


def describe(error: Exception | None) -> dict[str, str]:
    """An error for logs and headers: other libraries' messages may quote data, ours do not."""
    ours = type(error).__module__.startswith("servicekit.")
    # half of a surrogate pair, which JSON can say, can't be written
    text = str(error)[:500].encode("utf-8", "backslashreplace").decode() if ours else ""
    return {"error_type": type(error).__name__, "error_message": text}


def frames(error: Exception | None) -> str:
    """Where it happened: the innermost frames, without message or values."""
    passed = traceback.walk_tb(error.__traceback__ if error else None)
    found = [(frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in passed]
    return "".join(_frame(*each) for each in found[-8:])[-4000:]


@lru_cache(maxsize=1000)  # the same few places: traceback itself parses the source each time
def _frame(file: str, line: int, name: str) -> str:
    return f'  File "{file}", line {line}, in {name}\n    {getline(file, line).strip()}\n'


def failed(event: str, error: Exception, **fields: Any) -> None:
    """Log an error that nobody expected: what kind, where, and nothing of what it says."""
    log.error(event, **fields, **describe(error), at=frames(error))
