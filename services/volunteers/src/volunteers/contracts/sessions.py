"""What is published about sessions and places in them."""

from __future__ import annotations

from marshmallow import fields

from servicekit.schemas import Code, EventData, Id, LocalDate, UtcTime
from volunteers.domain.activities import ActivityKind


class SessionData(EventData):
    """What every event of a session says; ``on`` is a local date."""

    session = Id(required=True)
    activity = Id(required=True)
    kind = Code(ActivityKind, required=True)
    on = LocalDate(required=True)


class SessionAnnounced(SessionData):
    """Places of a session are given out from now on."""

    capacity = fields.Integer(required=True, strict=True)


class SessionUnderstaffed(SessionData):
    """Too few adults: ``endangered`` where children who have a place cannot be looked after."""

    adults = fields.Integer(required=True, strict=True)
    needed = fields.Integer(required=True, strict=True)
    endangered = fields.Boolean(required=True)


class SessionCancelled(SessionData):
    """It does not take place; so many had been ``promised`` a place."""

    promised = fields.Integer(required=True, strict=True)


class SessionDue(SessionData):
    """It is tomorrow: so many are ``expected``, and so many questions were sent ahead."""

    expected = fields.Integer(required=True, strict=True)
    questions = fields.Integer(required=True, strict=True)


class SessionClosed(SessionData):
    """It is over: who came, who did not, and how many children were collected too late."""

    attended = fields.Integer(required=True, strict=True)
    absent = fields.Integer(required=True, strict=True)
    late = fields.Integer(required=True, strict=True)


class EnrolmentOffered(EventData):
    """A party is offered places and has ``until`` then to take them."""

    party = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    on = LocalDate(required=True)
    enrolments = fields.List(Id(), required=True)
    until = UtcTime(required=True)


class PickupOverdue(EventData):
    """A session is over and nobody has collected this child: act at once."""

    enrolment = Id(required=True)
    participant = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    on = LocalDate(required=True)


class MaterialShared(EventData):
    """Something is there to be handed to the ``attended`` of a session."""

    material = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    attended = fields.Integer(required=True, strict=True)


SESSION_EVENTS: dict[str, type[EventData]] = {
    "session.announced": SessionAnnounced,
    "session.understaffed": SessionUnderstaffed,
    "session.cancelled": SessionCancelled,
    "session.due": SessionDue,
    "session.closed": SessionClosed,
    "material.shared": MaterialShared,
    "enrolment.offered": EnrolmentOffered,
    "pickup.overdue": PickupOverdue,
}
