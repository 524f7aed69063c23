"""What members say of themselves: languages, channels, quiet hours, digests, absences, duty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain.codes import ChannelCode, Urgency
from notifications.models import Absence, CalendarDay, Duty, StaffMember
from notifications.usecases.access import require_lead, require_own
from servicekit.actors import Actor
from servicekit.errors import Invalid

OWN = (
    *("locale", "channels", "quiet_from", "quiet_until", "rests_on_days_off"),
    *("digest", "digest_at", "digest_weekday", "cover"),
)


def shown(session: Session, staff: str, *, now: datetime, actor: Actor) -> dict[str, Any]:
    """A member's preferences, absences to come, and until when they are left in peace just now."""
    member = queries.member(session, staff)
    require_own(actor, member)
    absences = session.scalars(
        select(Absence).where(Absence.staff == staff).order_by(Absence.first_on)
    ).all()
    scene = queries.scene(session, member.community, now=now)
    person = scene.person(staff)
    quiet = scene.when(person, Urgency.TODAY) if person else None
    return {
        "staff": member.id,
        **{name: getattr(member, name) for name in OWN},
        "reachable": [code for code in ChannelCode if person and code in person.reachable],
        "absences": absences,
        "quiet_until_moment": quiet.at if quiet and quiet.why else None,
        "quiet_for": quiet.why if quiet else None,
    }


def change(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Change some preferences of a member; what is not given stays."""
    member = queries.member(session, data["staff"])
    require_own(actor, member)
    given = {name: data[name] for name in OWN if name in data}
    if given.get("cover"):
        _check_cover(session, member, given["cover"])
    _check_channels(session, member, given.get("channels", ()))
    for name, value in given.items():
        setattr(member, name, value)
    member.version += 1
    session.flush()
    return shown(session, member.id, now=now, actor=actor)


def set_addresses(session: Session, data: Mapping[str, Any], *, actor: Actor) -> StaffMember:
    """Where robots, webhooks and other channels reach a member: an administrator's to say."""
    member = queries.member(session, data["staff"])
    require_lead(actor, member.communities)
    member.addresses = {code: text for code, text in data["addresses"].items() if text}
    member.version += 1
    return member


def be_absent(session: Session, data: Mapping[str, Any], *, actor: Actor) -> Absence:
    """Note an absence, or change the one that begins the same day."""
    member = queries.member(session, data["staff"])
    require_own(actor, member)
    if data["last_on"] < data["first_on"]:
        raise Invalid({"last_on": ["lies before the first day; swap them"]})
    if data["cover"]:
        _check_cover(session, member, data["cover"])
    row = session.get(Absence, (member.id, data["first_on"]))
    if row is None:
        row = Absence(staff=member.id, first_on=data["first_on"])
        session.add(row)
    row.last_on, row.cover = data["last_on"], data["cover"]
    return row


def be_back(session: Session, data: Mapping[str, Any], *, actor: Actor) -> int:
    """Cancel the absence that begins on a day; how many there were."""
    require_own(actor, queries.member(session, data["staff"]))
    row = session.get(Absence, (data["staff"], data["first_on"]))
    if row is None:
        return 0
    session.delete(row)
    return 1


def set_duty(session: Session, data: Mapping[str, Any], *, actor: Actor) -> Duty:
    """Put a member on the on-duty list from a moment until another."""
    require_lead(actor, [data["community"]])
    queries.member(session, data["staff"])
    if data["ends_at"] <= data["starts_at"]:
        raise Invalid({"ends_at": ["is not after the start; swap them"]})
    key = (data["community"], data["staff"], data["starts_at"])
    row = session.get(Duty, key)
    if row is None:
        row = Duty(community=key[0], staff=key[1], starts_at=key[2])
        session.add(row)
    row.ends_at = data["ends_at"]
    return row


def set_day(session: Session, data: Mapping[str, Any], *, actor: Actor) -> CalendarDay:
    """Say that a day is worked, or not, whatever the published calendar says."""
    require_lead(actor, [data["community"]])
    row = session.get(CalendarDay, (data["community"], data["day"]))
    if row is None:
        row = CalendarDay(community=data["community"], day=data["day"])
        session.add(row)
    row.workday = data["workday"]
    return row


def leave_channel(session: Session, staff: str, channel: ChannelCode) -> None:
    """Unsubscribe: the channel is not used for this member any more, the inbox always is."""
    member = queries.member(session, staff)
    kept = [code for code in member.channels if code != channel]
    member.channels = kept or [ChannelCode.INAPP]
    member.version += 1


def _check_cover(session: Session, member: StaffMember, cover: str) -> None:
    """Whoever stands in sees the same households, so has to have the same communities."""
    deputy = queries.member(session, cover)
    if deputy.id == member.id:
        raise Invalid({"cover": ["is the member; name a colleague"]})
    if not set(member.communities) <= set(deputy.communities):
        raise Invalid(
            {"cover": [f"{cover} does not work for all these communities; name who does"]}
        )


def _check_channels(session: Session, member: StaffMember, channels: Any) -> None:
    reachable = queries.person(session, member.id).reachable
    missing = [code for code in channels if code not in reachable]
    if missing:
        raise Invalid(
            {"channels": [f"{missing[0]} has no address here; ask an administrator to add it"]}
        )
