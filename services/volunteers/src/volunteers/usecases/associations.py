"""Associations: their members, and members who help with the four aids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from volunteers.domain.codes import PartnerKind
from volunteers.models import Member, Participant, Partner
from volunteers.queries.lookup import local_day, one, page_of, present
from volunteers.usecases.people import register_volunteer


def join_association(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Member:
    """Somebody becomes a member, again if they had left; the same again changes the role only."""
    association = one(session, Partner, data["association"])
    person = present(session, Participant, data["participant"])
    if association.kind is not PartnerKind.ASSOCIATION:
        raise Invalid({"association": [f"is a {association.kind}; name an association"]})
    if person.community != association.community:
        raise Invalid({"participant": ["lives in another community; register them here"]})
    key, today = f"{association.id}-{person.id[13:]}", local_day(session, now)
    member = session.get(Member, key, with_for_update=True)
    if member is None:
        member = Member(id=key, community=association.community, joined_on=today, version=0)
        member.association_id, member.participant_id = association.id, person.id
        session.add(member)
    elif member.left_on is not None:
        member.joined_on, member.left_on = today, None
    member.role = data["role"]
    member.version += 1
    session.flush()
    return member


def leave_association(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Member:
    """Somebody is no member any more; as a volunteer they may go on."""
    member = one(session, Member, data["member"], lock=True)
    if member.left_on is None:
        member.left_on = local_day(session, now)
        member.version += 1
    return member


def find_members(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of an association's members."""
    wanted = sa.select(Member).where(Member.association_id == data["association"])
    if not data["former"]:
        wanted = wanted.where(Member.left_on.is_(None))
    return page_of(session, wanted.order_by(Member.id), data)


def offer_member(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """A member applies as a volunteer of the four aids, sent by the association."""
    member = one(session, Member, data["member"], lock=True)
    person = member.participant
    if member.left_on is not None:
        raise Conflict(f"{member.id} left on {member.left_on}; let them join again first")
    if person.birth_date is None:
        raise Invalid({"member": ["has no birth date; register it first"]})
    record = {name: value for name, value in data.items() if name != "member"}
    record |= {"community": member.community, "partner": member.association.code}
    record |= {"name": person.name, "phone": person.phone}
    record["birth_date"] = date.fromisoformat(person.birth_date)
    volunteer = register_volunteer(session, record, now=now, actor=actor)
    if member.volunteer_id != volunteer["id"]:
        member.volunteer_id = volunteer["id"]
        member.version += 1
    return volunteer
