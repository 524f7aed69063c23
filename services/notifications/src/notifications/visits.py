"""Visits, asked of the volunteers service page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

PAGE = 500


def visits(
    peers: Any, community: str, first: date, last: date, *, state: str | None = None
) -> Iterator[dict[str, Any]]:
    """All visits of a community on the days from ``first`` to ``last``."""
    asked = {"community": community, "state": state, "size": PAGE}
    asked |= {"from": first.isoformat(), "until": last.isoformat()}
    page, seen, total = 0, 0, 1
    while seen < total:
        page += 1
        answer = peers.volunteers.find_visits(page=page, **asked)
        yield from answer["items"]
        total, seen = answer["total"], page * PAGE
