"""Service certificates: issued from verified hours, revoked, checked by anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.outbox import publish
from servicekit.privacy import blind_index
from volunteers.domain.certificates import check_code, masked
from volunteers.domain.codes import PartnerKind
from volunteers.models import Certificate, Partner, Volunteer
from volunteers.queries.hours import served
from volunteers.queries.lookup import local_day, one


def issue_certificate(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Certificate:
    """Certify what was verified in a period. The same on the same day is the same certificate."""
    volunteer = one(session, Volunteer, data["volunteer"], lock=True)
    today, since, until = local_day(session, now), data["since"], data["until"]
    if not since <= until <= today:
        problem = f"{since} to {until} is not a period up to today; give days in order"
        raise Invalid({"until": [problem]})
    content = served(session, volunteer.id, since, until)
    minutes = sum(each["minutes"] for each in content)
    if not minutes:
        raise Conflict(
            f"{volunteer.id} has no verified hours from {since} to {until}; verify them first",
            volunteer=volunteer.id,
        )
    issued = _issued_on(session, volunteer.id, today)
    for known in issued:
        said = known.since, known.until, known.minutes, known.revoked_on
        if said == (since, until, minutes, None):
            return known
    serial = f"{volunteer.id}-Z{today:%Y%m%d}{len(issued) + 1:02}"
    certificate = Certificate(
        id=serial,
        community=volunteer.community,
        volunteer_id=volunteer.id,
        check_code=check_code(blind_index(session, "certificate", serial)),
        issuer=issuer_of(session, volunteer.community),
        since=since,
        until=until,
        minutes=minutes,
        content=content,
        issued_on=today,
        issued_by=actor.id,
        revoked_on=None,
    )
    session.add(certificate)
    session.flush()
    _publish_issued(session, certificate, now=now)
    return certificate


def _publish_issued(session: Session, certificate: Certificate, *, now: datetime) -> None:
    told = {
        "community": certificate.community,
        "version": 1,
        "certificate": certificate.id,
        "volunteer": certificate.volunteer_id,
        "minutes": certificate.minutes,
    }
    publish(session, "certificate.issued", subject=certificate.id, version=1, data=told, now=now)


def _issued_on(session: Session, volunteer: str, day: Any) -> list[Certificate]:
    wanted = sa.select(Certificate).where(
        Certificate.volunteer_id == volunteer, Certificate.issued_on == day
    )
    return list(session.scalars(wanted.order_by(Certificate.id.desc())))


def issuer_of(session: Session, community: str) -> str:
    """谁记录谁证明: whoever keeps the record issues the proof, the community's own office."""
    office = sa.select(Partner.name).where(
        Partner.community == community, Partner.kind == PartnerKind.OFFICE
    )
    name = session.scalar(office.order_by(Partner.code).limit(1))
    if name is None:
        raise Conflict(f"community {community} has no office that issues; register it as a partner")
    return name


def revoke_certificate(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Certificate:
    """From now on the public check says that it is not valid. Again, nothing changes."""
    certificate = one(session, Certificate, data["certificate"], lock=True)
    certificate.revoked_on = certificate.revoked_on or local_day(session, now)
    return certificate


def is_valid(session: Session, code: str) -> bool:
    """All that the public learns."""
    wanted = sa.select(Certificate.id).where(
        Certificate.check_code == code, Certificate.revoked_on.is_(None)
    )
    return session.scalar(wanted) is not None


def to_print(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """All that the paper says, name and masked number with it; the audit keeps who had it made."""
    certificate = one(session, Certificate, data["certificate"])
    if certificate.revoked_on is not None:
        raise Conflict(f"certificate {certificate.id} is revoked; issue another one")
    volunteer = certificate.volunteer
    audit.record(
        session,
        community=volunteer.community,
        subject=volunteer.id,
        fields=["name", "identity_number"],
        purpose="certificate",
        actor=actor,
        now=now,
    )
    return {
        "serial": certificate.id,
        "check_code": certificate.check_code,
        "issuer": certificate.issuer,
        "organisation": volunteer.partner.name if volunteer.partner else certificate.issuer,
        "name": volunteer.name or "—",
        "number": masked(volunteer.identity_number),
        "code": volunteer.code,
        "since": certificate.since,
        "until": certificate.until,
        "minutes": certificate.minutes,
        "content": certificate.content,
        "issued_on": certificate.issued_on,
    }
