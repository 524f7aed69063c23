"""Who is told next when nobody takes a notification on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.codes import EscalationReason, StaffRole
from notifications.domain.rules import Rule


@dataclass(frozen=True, slots=True)
class Stage:
    """One level: those who stand in for the first audience, a role, or the first audience again."""

    reason: EscalationReason
    role: StaffRole | None = None


def ladder(rule: Rule) -> list[Stage]:
    """The stages after level 0, in order; as often as the rule says."""
    up = [
        Stage(EscalationReason.COVER),
        *(Stage(EscalationReason.ROLE, role) for role in rule.escalate_to),
    ]
    return up + [Stage(EscalationReason.AGAIN), *up] * (rule.rounds - 1)


def deadline(rule: Rule, told_at: datetime) -> datetime | None:
    """Until when somebody told at ``told_at`` has to take it on; None where nobody has to."""
    if not rule.acknowledge_minutes:
        return None
    return told_at + timedelta(minutes=rule.acknowledge_minutes)
