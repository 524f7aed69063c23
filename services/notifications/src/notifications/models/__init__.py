"""The tables of this service."""

from notifications.models.people import Absence, CalendarDay, Duty, Feed, StaffMember, StaffPlace
from notifications.models.ruling import RuleChange, TemplateText
from notifications.models.schema import Base
from notifications.models.signing import Account, DeskSession, SignInTry
from notifications.models.telling import (
    Alert,
    Attempt,
    Delivery,
    Digest,
    Escalation,
    EscalationStep,
    Heard,
    Notification,
    PairingSeen,
)

__all__ = [
    "Absence",
    "Account",
    "Alert",
    "Attempt",
    "Base",
    "CalendarDay",
    "Delivery",
    "DeskSession",
    "Digest",
    "Duty",
    "Escalation",
    "EscalationStep",
    "Feed",
    "Heard",
    "Notification",
    "PairingSeen",
    "RuleChange",
    "SignInTry",
    "StaffMember",
    "StaffPlace",
    "TemplateText",
]
