"""This service's own view of events about the rest of the programme."""

from __future__ import annotations

from marshmallow import fields

from notifications.contracts.codes import Key, word
from notifications.contracts.seen import (
    VolunteerSeen,
)
from servicekit.schemas import EventData, Id, LocalDate, UtcTime


class HoursSeen(VolunteerSeen):
    entry = Id(required=True)
    work = Id(required=True)
    visit = Id(load_default=None, allow_none=True)
    minutes = fields.Integer(load_default=None, allow_none=True)


class HoursClaimed(HoursSeen):
    evidence = word()


class HoursReversed(HoursSeen):
    reason = word()


class HoursFlagged(VolunteerSeen):
    flag = Id(required=True)
    kind = word()
    on = LocalDate(required=True)


class StarReached(VolunteerSeen):
    recognition = Id(required=True)
    star = fields.Integer(required=True)


class CertificateIssued(VolunteerSeen):
    certificate = Id(required=True)


class TrainingSeen(VolunteerSeen):
    completion = Id(required=True)
    course = Id(required=True)
    valid_until = LocalDate(required=True)


class HonourAwarded(EventData):
    honour = Id(required=True)
    of = word()
    holder = Id(required=True)
    level = word()
    year = fields.Integer(required=True)


class SessionSeen(EventData):
    session = Id(required=True)
    activity = Id(required=True)
    kind = word()
    on = LocalDate(required=True)


class SessionUnderstaffed(SessionSeen):
    adults = fields.Integer(required=True)
    needed = fields.Integer(required=True)
    endangered = fields.Boolean(load_default=False)


class SessionCancelled(SessionSeen):
    promised = fields.Integer(load_default=0)


class SessionClosed(SessionSeen):
    attended = fields.Integer(load_default=0)
    absent = fields.Integer(load_default=0)
    late = fields.Integer(load_default=0)


class SessionDue(SessionSeen):
    expected = fields.Integer(load_default=0)
    questions = fields.Integer(load_default=0)


class MaterialShared(EventData):
    material = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    attended = fields.Integer(load_default=0)


class EnrolmentOffered(EventData):
    party = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    on = LocalDate(required=True)
    enrolments = fields.List(Id(), load_default=list)
    until = UtcTime(required=True)


class PickupOverdue(EventData):
    enrolment = Id(required=True)
    participant = Id(required=True)
    session = Id(required=True)
    activity = Id(required=True)
    on = LocalDate(required=True)


class GiftSeen(EventData):
    gift = Id(required=True)
    kind = Key(required=True)


class GiftForHousehold(GiftSeen):
    need = Id(required=True)
    household = Id(required=True)


class ProjectSeen(EventData):
    project = Id(required=True)
    route = Key(required=True)
    state = Key(required=True)


class ProjectOverdue(ProjectSeen):
    due_on = LocalDate(required=True)


class ServiceSeen(EventData):
    request = Id(required=True)
    item = Id(required=True)
    due_on = LocalDate(required=True)


class ServiceOfStaff(ServiceSeen):
    state = word()
    staff = fields.List(Id(), load_default=list)


class ServiceRated(ServiceSeen):
    rating = fields.Integer(required=True)


class ServiceDone(ServiceSeen):
    late = fields.Boolean(load_default=False)
