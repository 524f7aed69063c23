"""Events about hours, stars, certificates, training and honours."""

from __future__ import annotations

from marshmallow import fields

from servicekit.schemas import Code, EventData, Id, LocalDate
from volunteers.domain.codes import HoursDoubt
from volunteers.domain.recognition import Evidence, FlagKind
from volunteers.domain.training import HonourLevel, HonourOf


class HoursData(EventData):
    """What every event about hours says: ``work`` is the visit or the top-up they come from."""

    volunteer = Id(required=True)
    entry = Id(required=True)
    work = Id(required=True)
    visit = Id(required=True, allow_none=True)
    minutes = fields.Integer(required=True, strict=True)


class HoursClaimed(HoursData):
    """Hours beside a visit were entered by hand; somebody else has to approve them."""

    evidence = Code(Evidence, required=True)


class HoursVerified(HoursData):
    """A line of the hours ledger was verified."""


class HoursReversed(HoursData):
    """Hours were taken back: they count no more."""

    reason = Code(HoursDoubt, required=True)


class HoursFlagged(EventData):
    """Hours cannot be, or want an explanation: somebody has to look into them."""

    flag = Id(required=True)
    volunteer = Id(required=True)
    kind = Code(FlagKind, required=True)
    on = LocalDate(required=True)


class StarReached(EventData):
    """Somebody's verified hours are worth a further star."""

    volunteer = Id(required=True)
    recognition = Id(required=True)
    star = fields.Integer(required=True, strict=True)
    minutes = fields.Integer(required=True, strict=True)


class CertificateIssued(EventData):
    """Somebody's service was certified."""

    certificate = Id(required=True)
    volunteer = Id(required=True)
    minutes = fields.Integer(required=True, strict=True)


class TrainingData(EventData):
    """What every event about a completed course says; ``valid_until`` is its last valid day."""

    completion = Id(required=True)
    course = Id(required=True)
    volunteer = Id(required=True)
    valid_until = LocalDate(required=True)


class TrainingCompleted(TrainingData):
    """Somebody has completed a course."""


class TrainingExpiring(TrainingData):
    """What somebody has learned is to be refreshed by then; papers that ask for it end with it."""


class HonourAwarded(EventData):
    """The community, a partner or a volunteer was honoured: ``holder``, by ``level``."""

    honour = Id(required=True)
    of = Code(HonourOf, required=True)
    holder = Id(required=True)
    level = Code(HonourLevel, required=True)
    year = fields.Integer(required=True, strict=True)


RECOGNITION_EVENTS: dict[str, type[EventData]] = {
    "hours.claimed": HoursClaimed,
    "hours.verified": HoursVerified,
    "hours.reversed": HoursReversed,
    "hours.flagged": HoursFlagged,
    "star.reached": StarReached,
    "certificate.issued": CertificateIssued,
    "training.completed": TrainingCompleted,
    "training.expiring": TrainingExpiring,
    "honour.awarded": HonourAwarded,
}
