"""Where messages are: exchanges, which pass them on, and queues, which hold them."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from operator import eq
from typing import TYPE_CHECKING, Any

from servicekit.embedded.letters import NEVER, Copy

if TYPE_CHECKING:
    from servicekit.embedded.deliveries import Consumer
    from servicekit.embedded.transport import Connection


@dataclass(frozen=True, slots=True)
class QueueStats:
    """What a queue holds: messages ready, messages with consumers, and the consumers."""

    ready: int
    unacked: int
    consumers: int


@dataclass(slots=True, eq=False)
class Queue:
    name: str
    durable: bool
    owner: Connection | None
    auto_delete: bool
    arguments: dict[str, Any]
    ready: deque[Copy] = field(default_factory=deque)
    consumers: deque[Consumer] = field(default_factory=deque)
    unacked: int = 0
    idle_until: float = NEVER
    alarm: float = NEVER

    def touch(self) -> None:
        self.idle_until = time.monotonic() + self.arguments.get("x-expires", NEVER) / 1000

    def stats(self) -> QueueStats:
        return QueueStats(len(self.ready), self.unacked, len(self.consumers))

    def next_consumer(self) -> Consumer | None:
        for _ in range(len(self.consumers)):
            self.consumers.rotate(-1)
            if self.consumers[-1].has_credit():
                return self.consumers[-1]
        return None

    def put_back(self, copy: Copy) -> None:
        """To where it came from: the head, in the order of publishing."""
        if not self.ready or self.ready[-1].id < copy.id:
            self.ready.append(copy)
            return
        later = (i for i, other in enumerate(self.ready) if other.id > copy.id)
        self.ready.insert(next(later), copy)


@lru_cache(maxsize=1024)
def _topic(pattern: str) -> re.Pattern[str]:
    special = {"*": r"\.[^.]*", "#": r"(?:\.[^.]*)*"}
    words = pattern.split(".") if pattern else []
    return re.compile("".join(special.get(word) or re.escape(f".{word}") for word in words))


def _matches_topic(pattern: str, key: str) -> bool:
    return _topic(pattern).fullmatch(f".{key}" if key else "") is not None


MATCHES: dict[str, Callable[[str, str], bool]] = {
    "direct": eq,
    "topic": _matches_topic,
    "fanout": lambda _pattern, _key: True,
}


@dataclass(slots=True, eq=False)
class Exchange:
    type: str
    durable: bool
    auto_delete: bool
    arguments: dict[str, Any]
    bindings: dict[tuple[str, str], None] = field(default_factory=dict)  # (key, queue): ordered

    def route(self, key: str) -> Iterable[str]:
        matches = MATCHES[self.type]
        return dict.fromkeys(queue for pattern, queue in self.bindings if matches(pattern, key))
