"""Who may read what about a household."""

from __future__ import annotations

ONLY_WHILE_PAIRED = frozenset({"coordinator", "school_liaison"})
"""Roles that send volunteers: an address is theirs to see only while a pairing runs."""


def may_see_address(role: str, *, pairing_runs: bool) -> bool:
    """Whether a member of staff in ``role`` may see where the household lives."""
    return pairing_runs or role not in ONLY_WHILE_PAIRED
