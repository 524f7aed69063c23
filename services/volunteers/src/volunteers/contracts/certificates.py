"""RPC about certificates and records of growth."""

from __future__ import annotations

from marshmallow import fields, validate

from servicekit.schemas import Id, LocalDate, PageArgs, Schema, page_of
from volunteers.contracts.shapes import CommunityArgs


class ServicePeriod(Schema):
    """A volunteer, and local days, both included. ``from`` and ``until`` on the wire."""

    volunteer = Id(required=True)
    since = LocalDate(required=True, data_key="from")
    until = LocalDate(required=True)


class CertificateArgs(Schema):
    """One certificate, by its serial."""

    certificate = Id(required=True)


class CertificateView(Schema):
    """A certificate without a name. ``check_code`` is what the QR code leads to."""

    id = Id()
    volunteer = Id(attribute="volunteer_id")
    check_code = fields.String()
    issuer = fields.String()
    since = LocalDate(data_key="from")
    until = LocalDate()
    minutes = fields.Integer()
    issued_on = LocalDate()
    revoked_on = LocalDate(allow_none=True)


class FindCertificates(PageArgs, CommunityArgs):
    """Certificates of a community, the latest first."""


class NoteLesson(Schema):
    """What a pupil learned on a day."""

    volunteer = Id(required=True)
    on = LocalDate(required=True)
    words = fields.String(
        required=True,
        validate=validate.Length(1, 300, error="are not a lesson; give 1 to 300 characters"),
    )


class LessonView(Schema):
    """That something was learned; the words are on the record only."""

    id = Id()
    volunteer = Id(attribute="volunteer_id")
    on = LocalDate()


class Printed(Schema):
    """A PDF, in base64."""

    pdf = fields.String()


CertificatePage = page_of(CertificateView)
