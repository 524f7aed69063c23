"""Signing in: how often one may fail, how long one stays signed in, what a password must be."""

from __future__ import annotations

from datetime import datetime, timedelta

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
FORGOTTEN = timedelta(hours=1)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
ALLOWED = {"name and address": 5, "name": 30, "address": 50}
"""Failures without a pause. A stranger elsewhere shall not easily lock somebody out."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


def pause(failures: int, allowed: int) -> timedelta:
    """How long the next try has to wait after so many failures."""
    over = failures - allowed
    if over < 0:
        return timedelta(0)
    doubled: int = 2 ** min(over, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def expires(created_at: datetime, seen_at: datetime) -> datetime:
    """When a session ends: two hours after its last use, twelve after its begin."""
    return min(seen_at + IDLE, created_at + LONGEST)


def password_problem(password: str) -> str | None:
    """What is wrong with a new password, or None."""
    if len(password) < SHORTEST_PASSWORD:
        return f"is too short; give at least {SHORTEST_PASSWORD} characters"
    if len(password) > LONGEST_PASSWORD:
        return f"is too long; give at most {LONGEST_PASSWORD} characters"
    if len(set(password)) < 5:
        return "has too few different characters; mix more of them"
    return None
