"""The teachers' desk: asked for, assigned, scheduled, done and rated; what is late is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit import audit
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.outbox import publish
from servicekit.privacy import assign_key
from servicekit.workdays import published as is_workday
from volunteers.domain.services import OPEN, REQUEST, ServiceState, due_on
from volunteers.models import Participant, ServiceItem, ServiceRequest
from volunteers.queries.lookup import local_day, matching, one, page_of, present

R = ServiceState


def offer_service(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ServiceItem:
    """Put a service into the catalogue, or change what it says."""
    key = f"{data['community']}-{data['code']}"
    row = session.get(ServiceItem, key) or ServiceItem(id=key, community=data["community"])
    for name in ("title", "papers", "working_days", "offered"):
        setattr(row, name, data[name])
    session.add(row)
    return row


def list_services(session: Session, community: str) -> Sequence[ServiceItem]:
    """The catalogue, by code."""
    wanted = sa.select(ServiceItem).where(ServiceItem.community == community)
    return session.scalars(wanted.order_by(ServiceItem.id)).all()


def request_service(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ServiceRequest:
    """A teacher asks for something; while that is open, asking again changes nothing."""
    item = one(session, ServiceItem, data["item"], lock=True)
    person = present(session, Participant, data["participant"])
    before = _requests(session, item, person)
    if before and before[-1].state in OPEN:
        return before[-1]
    _refuse(item, person, data["missing"])
    today = local_day(session, now)
    row = ServiceRequest(
        id=f"{item.id}-{person.id[13:]}-{len(before) + 1}",
        community=item.community,
        item=item,
        participant=person,
        state=R.REQUESTED,
        missing=[paper for paper in item.papers if paper in data["missing"]],
        requested_on=today,
        due_on=due_on(today, item.working_days, is_workday),
        overdue=False,
        version=1,
    )
    assign_key(session, row)
    row.place = data["place"]
    _publish(session, "service.requested", row, now=now)
    return row


def _requests(session: Session, item: ServiceItem, person: Participant) -> Sequence[ServiceRequest]:
    wanted = sa.select(ServiceRequest).where(
        ServiceRequest.item_id == item.id, ServiceRequest.participant_id == person.id
    )
    found = session.scalars(wanted).all()
    return sorted(found, key=lambda each: int(each.id.rpartition("-")[2]))


def _refuse(item: ServiceItem, person: Participant, missing: Sequence[str]) -> None:
    unknown = sorted(set(missing) - set(item.papers))
    wrong = {
        "item": not item.offered and "is not offered now; choose another service",
        "participant": person.community != item.community
        and "is registered in another community; register them here",
        "missing": unknown and f"{'、'.join(unknown)} are not needed; see the catalogue",
    }
    if problems := {field: [text] for field, text in wrong.items() if text}:
        raise Invalid(problems)


def hand_in_papers(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ServiceRequest:
    """Papers that were missing are there."""
    row = one(session, ServiceRequest, data["request"], lock=True)
    _require_open(row)
    left = [paper for paper in row.missing if paper not in data["papers"]]
    if left != row.missing:
        row.missing = left
        row.version += 1
    return row


def assign_service(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ServiceRequest:
    """Somebody of the community sees to it; another may take over until it is done."""
    row = one(session, ServiceRequest, data["request"], lock=True)
    if data["staff"][:12] != row.community:
        raise Invalid({"staff": ["works for another community; choose a colleague here"]})
    if row.assigned_to == data["staff"]:
        return row
    if row.state is R.REQUESTED:
        _move(row, R.ASSIGNED)
    else:
        _require_open(row)
        row.version += 1
    row.assigned_to = data["staff"]
    _publish(session, "service.assigned", row, now=now, staff=[row.assigned_to])
    return row


def schedule_service(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ServiceRequest:
    """The worker comes then; a later call moves the appointment."""
    row = one(session, ServiceRequest, data["request"], lock=True)
    if (row.state, row.on, row.at) == (R.SCHEDULED, data["on"], data["at"]):
        return row
    if data["on"] < local_day(session, now):
        raise Invalid({"on": ["lies in the past; give a day to come"]})
    if row.missing:
        raise Conflict(
            f"{'、'.join(row.missing)} are missing for {row.id}; hand them in first",
            missing=row.missing,
        )
    if row.state is R.SCHEDULED:
        row.version += 1
    else:
        _move(row, R.SCHEDULED)
    row.on, row.at = data["on"], data["at"]
    return row


def finish_service(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ServiceRequest:
    """It is done."""
    row = one(session, ServiceRequest, data["request"], lock=True)
    if row.state is not R.DONE:
        _move(row, R.DONE)
        row.done_on = local_day(session, now)
        late = row.done_on > row.due_on
        _publish(session, "service.done", row, now=now, late=late)
    return row


def withdraw_service(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ServiceRequest:
    """The teacher does not need it any more."""
    row = one(session, ServiceRequest, data["request"], lock=True)
    if row.state is not R.WITHDRAWN:
        _move(row, R.WITHDRAWN)
    return row


def rate_service(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> ServiceRequest:
    """How the teacher found it; said once."""
    row = one(session, ServiceRequest, data["request"], lock=True)
    if row.state is not R.DONE:
        raise Conflict(f"{row.id} is {row.state}; it can be rated once it is done")
    if row.rating not in (None, data["rating"]):
        raise Conflict(f"{row.id} was rated {row.rating} already; a rating is not changed")
    if row.rating is None:
        row.rating = data["rating"]
        row.version += 1
        _publish(session, "service.rated", row, now=now, rating=row.rating)
    return row


def find_requests(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of requests, the most pressing first."""
    conditions = matching(ServiceRequest, state=data["state"])
    if data["open"]:
        conditions.append(ServiceRequest.state.in_(OPEN))
    wanted = sa.select(ServiceRequest).where(
        ServiceRequest.community == data["community"], *conditions
    )
    return page_of(session, wanted.order_by(ServiceRequest.due_on, ServiceRequest.id), data)


def reveal_request(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, str | None]:
    """Who asks and where, for the purpose given."""
    row = one(session, ServiceRequest, data["request"])
    shown = {"name": row.participant.name, "phone": row.participant.phone, "place": row.place}
    audit.record(
        session,
        community=row.community,
        subject=row.id,
        fields=list(shown),
        purpose=data["purpose"],
        actor=actor,
        now=now,
    )
    return {"request": row.id} | shown


def tell_overdue(session: Session, community: str, *, now: datetime) -> int:
    """Tell, once each, of requests whose day has passed."""
    wanted = sa.select(ServiceRequest).where(
        ServiceRequest.community == community,
        ServiceRequest.state.in_(OPEN),
        ServiceRequest.due_on < local_day(session, now),
        sa.not_(ServiceRequest.overdue),
    )
    rows = session.scalars(wanted.order_by(ServiceRequest.id).with_for_update(of=ServiceRequest))
    late = rows.all()
    for row in late:
        row.overdue = True
        row.version += 1
        staff = [row.assigned_to] if row.assigned_to else []
        _publish(session, "service.overdue", row, now=now, state=row.state, staff=staff)
    return len(late)


def _require_open(row: ServiceRequest) -> None:
    if row.state not in OPEN:
        raise Conflict(f"{row.id} is {row.state}; ask for the service again instead")


def _move(row: ServiceRequest, state: ServiceState) -> None:
    REQUEST.check(row.id, row.state, state)
    row.state = state
    row.version += 1


def _publish(
    session: Session, type_: str, row: ServiceRequest, *, now: datetime, **more: Any
) -> None:
    session.flush()
    data = {
        "community": row.community,
        "version": row.version,
        "request": row.id,
        "item": row.item.id,
        "due_on": row.due_on,
    }
    publish(session, type_, subject=row.id, version=row.version, data=data | more, now=now)
