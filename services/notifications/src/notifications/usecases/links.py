"""Links that do one thing for one person without signing in. They are signed, not stored.

``<kind>.<id>.<signature>``: the signature is keyed with the service's own key, so nobody can make
a link up, and a link for one thing is none for another.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass

from sqlalchemy.orm import Session

from notifications.models import Notification
from servicekit.errors import NotFound
from servicekit.privacy import blind_index

ACKNOWLEDGE, UNSUBSCRIBE = "ack", "quiet"
LENGTH = 40
"""Hex digits of a signature: 160 bits."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where the desk is; empty where there is none, and then no link is made."""

    desk: str = ""

    def acknowledge(self, session: Session, told: Notification) -> str:
        return self._link(session, ACKNOWLEDGE, told.id)

    def unsubscribe(self, session: Session, staff: str) -> str:
        return self._link(session, UNSUBSCRIBE, staff)

    def _link(self, session: Session, kind: str, key: str) -> str:
        return f"{self.desk.rstrip('/')}/l/{token(session, kind, key)}" if self.desk else ""


def token(session: Session, kind: str, key: str) -> str:
    """The part of the link that says what it does and for whom, signed."""
    packed = base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")
    return f"{kind}.{packed}.{_signature(session, kind, key)}"


def opened(session: Session, text: str) -> tuple[str, str]:
    """Kind and id of a link; raises NotFound for what this service did not sign."""
    kind, _, rest = text.partition(".")
    packed, _, signature = rest.partition(".")
    try:
        key = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except ValueError:  # no base64, or of no text
        key = ""
    expected = _signature(session, kind, key).encode()
    if not hmac.compare_digest(signature.encode(errors="replace"), expected):
        raise NotFound("link", text[:12] + "…")
    return kind, key


def _signature(session: Session, kind: str, key: str) -> str:
    return blind_index(session, f"link {kind}", key)[:LENGTH]
