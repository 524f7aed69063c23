"""RPC about partners and volunteers, imports included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from servicekit.schemas import (
    Code,
    Community,
    Id,
    LocalDate,
    PageArgs,
    Schema,
    page_of,
    slots,
)
from volunteers.contracts.shapes import degrees, number, personal_name, short_code
from volunteers.domain.codes import (
    AbsenceReason,
    AidKind,
    ClearanceKind,
    Gender,
    Language,
    PartnerKind,
    Skill,
    VolunteerKind,
    VolunteerState,
)

MAX_RECORDS = 20_000


class PartnerFields(Schema):
    """A partner without its community. ``serves``: further communities it sends volunteers to."""

    code = short_code(required=True)
    name = personal_name(required=True)
    kind = Code(PartnerKind, required=True)
    serves = fields.List(Community(), load_default=list)


class RegisterPartner(PartnerFields):
    """Register an organisation that sends volunteers."""

    community = Community(required=True)


class PartnerRecord(PartnerFields):
    """A line of a file of partners."""

    line = number(1, 10**9, required=True)


class ClearanceFields(Schema):
    """A proof, valid from ``issued_on`` to the end of ``expires_on``."""

    kind = Code(ClearanceKind, required=True)
    issued_on = LocalDate(required=True)
    expires_on = LocalDate(required=True)

    @ma.validates_schema
    def check_order(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["expires_on"] < data["issued_on"]:
            raise ma.ValidationError("lies before issued_on; swap the two", "expires_on")


class GuardianFields(Schema):
    """A minor's guardian, and when the guardian consented in writing."""

    name = personal_name(required=True)
    phone = fields.String(required=True)
    consented_on = LocalDate(load_default=None, allow_none=True)


class ChangeableFields(Schema):
    """What may change after registration."""

    phone = fields.String(allow_none=True)
    skills = fields.List(Code(Skill))
    languages = fields.List(Code(Language))
    availability = slots()
    aid_kinds = fields.List(Code(AidKind))
    capacity = number(0, 20)
    max_distance_m = number(1, 1_000_000)
    latitude = degrees(90)
    longitude = degrees(180)
    guardian = fields.Nested(GuardianFields, allow_none=True)
    companion = short_code(allow_none=True)
    partner = short_code(allow_none=True)


class VolunteerFields(Schema):
    """A volunteer without the community; ``partner`` and ``companion`` are codes in it."""

    code = short_code(required=True)
    partner = short_code(load_default=None, allow_none=True)
    kind = Code(VolunteerKind, required=True)
    name = personal_name(required=True)
    gender = Code(Gender, required=True)
    birth_date = LocalDate(required=True)
    phone = fields.String(load_default=None, allow_none=True)
    identity_number = fields.String(load_default=None, allow_none=True)
    skills = fields.List(Code(Skill), load_default=list)
    languages = fields.List(Code(Language), load_default=list)
    availability = slots(load_default=list)
    aid_kinds = fields.List(Code(AidKind), load_default=list)
    capacity = number(0, 20, required=True)
    max_distance_m = number(1, 1_000_000, required=True)
    latitude = degrees(90, required=True)
    longitude = degrees(180, required=True)
    clearances = fields.List(fields.Nested(ClearanceFields), load_default=list)
    guardian = fields.Nested(GuardianFields, load_default=None, allow_none=True)
    companion = short_code(load_default=None, allow_none=True)


class RegisterVolunteer(VolunteerFields):
    """Register somebody who wants to help."""

    community = Community(required=True)


class VolunteerRecord(VolunteerFields):
    """A line of a file of volunteers."""

    line = number(1, 10**9, required=True)


class ImportArgs(Schema):
    """Records of a file, each with its ``line``; with ``dry_run`` nothing is stored."""

    community = Community(required=True)
    records = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        validate=validate.Length(
            max=MAX_RECORDS, error=f"has too many records; send at most {MAX_RECORDS} at once"
        ),
    )
    dry_run = fields.Boolean(load_default=False)


class Refusal(Schema):
    """Why a line was refused, and what to do about it."""

    line = fields.Integer(allow_none=True)
    field = fields.String()
    problem = fields.String()
    remedy = fields.String()


class ImportView(Schema):
    """How many lines are new or known; if any is refused, nothing was stored."""

    accepted = fields.Integer()
    unchanged = fields.Integer()
    refused = fields.List(fields.Nested(Refusal))


class PartnerView(Schema):
    """A partner."""

    id = Id()
    community = fields.String()
    code = fields.String()
    name = fields.String()
    kind = Code(PartnerKind)
    serves = fields.List(fields.String())


class ClearanceView(Schema):
    """A clearance."""

    id = Id()
    kind = Code(ClearanceKind)
    issued_on = LocalDate()
    expires_on = LocalDate()


class VolunteerView(Schema):
    """A volunteer without personal data; ``lacking`` says what keeps them from becoming active."""

    id = Id()
    community = fields.String()
    code = fields.String()
    partner = Id(attribute="partner_id", allow_none=True)
    kind = Code(VolunteerKind)
    gender = Code(Gender)
    state = Code(VolunteerState)
    absence = Code(AbsenceReason, allow_none=True)
    absent_until = LocalDate(allow_none=True)
    minor = fields.Boolean()
    guardian_consent = fields.Boolean()
    companion = Id(attribute="companion_id", allow_none=True)
    skills = fields.List(fields.String())
    languages = fields.List(fields.String())
    availability = slots()
    aid_kinds = fields.List(fields.String())
    capacity = fields.Integer()
    max_distance_m = fields.Integer()
    latitude = fields.Float()
    longitude = fields.Float()
    clearances = fields.List(fields.Nested(ClearanceView))
    lacking = fields.List(fields.String())
    erased_on = LocalDate(allow_none=True)
    version = fields.Integer()


class VolunteerArgs(Schema):
    """One volunteer."""

    volunteer = Id(required=True)


class ChangeVolunteer(ChangeableFields):
    """Change what is given; leave the rest."""

    volunteer = Id(required=True)


class SetAside(Schema):
    """Take a volunteer out of service; ``until`` is a local date, if one is known."""

    volunteer = Id(required=True)
    reason = Code(AbsenceReason, required=True)
    until = LocalDate(load_default=None, allow_none=True)


class GrantClearance(ClearanceFields):
    """Record a clearance, or its renewal."""

    volunteer = Id(required=True)


class FindVolunteers(PageArgs):
    """Volunteers of a community, by code."""

    community = Community(required=True)
    state = Code(VolunteerState, load_default=None, allow_none=True)
    kind = Code(VolunteerKind, load_default=None, allow_none=True)


class RevealVolunteer(Schema):
    """Ask for personal data; ``purpose`` is kept in the audit."""

    volunteer = Id(required=True)
    purpose = fields.String(
        required=True,
        validate=validate.Length(1, 200, error="is not a purpose; give 1 to 200 characters"),
    )


class PersonalData(Schema):
    """What identifies a volunteer."""

    volunteer = Id()
    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    guardian_name = fields.String(allow_none=True)
    guardian_phone = fields.String(allow_none=True)


class AnnounceClearances(Schema):
    """Announce, once each, the clearances that run out soon after ``today``."""

    community = Community(required=True)
    today = LocalDate(required=True)


class LapseVolunteers(Schema):
    """lapse_volunteers: as of ``today``."""

    community = Community(required=True)
    today = LocalDate(load_default=None, allow_none=True)


class Lapsed(Schema):
    """How many volunteers lapsed just now."""

    lapsed = fields.Integer()


class Announced(Schema):
    """How many were announced just now."""

    announced = fields.Integer()


VolunteerPage = page_of(VolunteerView)
