"""Names for a page, asked of their owners at once and kept for a moment."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from eventlet import GreenPool

from notifications.rendering import Names

KEPT_SECONDS = 60.0
AT_ONCE = 8


class Naming:
    """What each person's pages show again within a minute is not asked for again.

    Each person's own: a name is only shown to whom its owner told it.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Names]] = {}

    def of(self, person: str, peers: Any, items: Iterable[Mapping[str, Any]]) -> Names:
        """The names of all that ``items`` speak of, with this person's rights."""
        now = time.monotonic()
        self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > now}
        _, names = self._kept.setdefault(person, (now + KEPT_SECONDS, Names(peers)))
        for _ in GreenPool(AT_ONCE).imap(names.of, list(items)):
            pass
        return names

    def forget(self, person: str) -> None:
        self._kept.pop(person, None)
