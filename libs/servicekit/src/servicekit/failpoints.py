"""Named places in the code where the chaos suite ends the process: after one step, before the next.

Off, ``reached`` does nothing. With FAILPOINT=relay.confirmed:3 in the environment the process
kills itself, without a farewell, when it passes there for the third time.
"""

from __future__ import annotations

import os
import signal

NAMES = (
    "outbox.stored",  # the event is in the transaction, which has not committed
    "outbox.committed",  # committed; the relay is not woken yet
    "relay.read",  # a window is read; nothing is sent
    "relay.confirmed",  # the broker has the window; the outbox still has it too
    "relay.deleted",  # the outbox has forgotten the window
    "inbox.stored",  # the events are marked as handled, in a transaction without effects yet
    "handler.applied",  # effects and outgoing events are in the transaction, not committed
    "handler.committed",  # committed; nothing is acknowledged
    "handler.acknowledged",  # the broker was told
    "retry.confirmed",  # a failed event is in its retry or parking place, and still in its queue
)

_name = ""
_left = 0


def _off(name: str) -> None:
    """Nothing happens here."""


def _armed(name: str) -> None:
    global _left  # noqa: PLW0603 - one failpoint a process
    if name == _name:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


reached = _off
"""``reached("relay.read")``: the process dies here if it was told to."""


def arm(name: str, passes: int = 1) -> None:
    """From now on the process dies when it passes ``name`` for so many times."""
    global _name, _left, reached
    if name not in NAMES:
        raise ValueError(f"FAILPOINT={name} is none; choose from {', '.join(NAMES)}")
    _name, _left, reached = name, passes, _armed


if wanted := os.environ.get("FAILPOINT"):
    arm(wanted.partition(":")[0], int(wanted.partition(":")[2] or 1))
