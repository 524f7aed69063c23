"""The teachers' desk: RPC, and what is published."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from servicekit.schemas import (
    Code,
    Community,
    EventData,
    Id,
    LocalDate,
    PageArgs,
    Schema,
    TimeOfDay,
    page_of,
)
from volunteers.contracts.activities import maybe, text
from volunteers.contracts.shapes import CommunityArgs, number, short_code
from volunteers.domain.services import ServiceState


def papers(**kwargs: Any) -> fields.List[Any]:
    """Names of papers, such as 户口簿."""
    return fields.List(text(100), validate=validate.Length(max=20), **kwargs)


class OfferService(CommunityArgs):
    """Put a service into the catalogue, or change it; ``offered``: whether it can be asked for."""

    code = short_code(required=True)
    title = text(required=True)
    papers = papers(load_default=list)
    working_days = number(1, 250, required=True)
    offered = fields.Boolean(load_default=True)


class ItemArgs(Schema):
    """One line of the catalogue."""

    item = Id(required=True)


class ServiceView(Schema):
    """A line of the catalogue."""

    id = Id()
    community = fields.String()
    title = fields.String()
    papers = fields.List(fields.String())
    working_days = fields.Integer()
    offered = fields.Boolean()


class RequestService(Schema):
    """A teacher (a registered participant) asks for a service at ``place``; ``missing``: papers
    that are still to be found."""

    item = Id(required=True)
    participant = Id(required=True)
    place = text(required=True)
    missing = papers(load_default=list)


class RequestArgs(Schema):
    """One request."""

    request = Id(required=True)


class HandInPapers(RequestArgs):
    """These papers are there now."""

    papers = papers(required=True)


class AssignService(RequestArgs):
    """Who sees to it: the id of a member of staff."""

    staff = Id(required=True)


class ScheduleService(RequestArgs):
    """When the worker comes."""

    on = LocalDate(required=True)
    at = TimeOfDay(required=True)


class RateService(RequestArgs):
    """How the teacher found it, from 1 to 5."""

    rating = number(1, 5, required=True)


class RequestView(Schema):
    """A request, without the person."""

    id = Id()
    community = fields.String()
    item = Id(attribute="item_id")
    title = fields.String(attribute="item.title")
    participant = Id(attribute="participant_id")
    state = Code(ServiceState)
    missing = fields.List(fields.String())
    requested_on = LocalDate()
    due_on = LocalDate()
    assigned_to = Id(allow_none=True)
    on = LocalDate(allow_none=True)
    at = fields.String(allow_none=True)
    done_on = LocalDate(allow_none=True)
    rating = fields.Integer(allow_none=True)
    overdue = fields.Boolean()
    version = fields.Integer()


class FindRequests(PageArgs):
    """Requests of a community, the most pressing first; those that are ``open`` if asked."""

    community = Community(required=True)
    state = Code(ServiceState, **maybe())
    open = fields.Boolean(load_default=False)


class RevealRequest(RequestArgs):
    """Who asks and where; ``purpose`` is kept in the audit."""

    purpose = text(required=True)


class RevealedRequest(Schema):
    """Who asks and where."""

    request = Id()
    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    place = fields.String(allow_none=True)


RequestPage = page_of(RequestView)


class ServiceData(EventData):
    """What every event of a teacher's request says; it shall be done by ``due_on``."""

    request = Id(required=True)
    item = Id(required=True)
    due_on = LocalDate(required=True)


class ServiceRequested(ServiceData):
    """A teacher asks for an administrative service."""


class ServiceAssigned(ServiceData):
    """``staff`` sees to it."""

    staff = fields.List(Id(), required=True)


class ServiceOverdue(ServiceData):
    """It should have been done; ``staff`` sees to it, if anybody does."""

    state = Code(ServiceState, required=True)
    staff = fields.List(Id(), required=True)


class ServiceDone(ServiceData):
    """It is done; ``late`` where that was after the day promised."""

    late = fields.Boolean(required=True)


class ServiceRated(ServiceData):
    """How the teacher found it, from 1 to 5."""

    rating = fields.Integer(required=True, strict=True)


SERVICE_EVENTS: dict[str, type[EventData]] = {
    "service.requested": ServiceRequested,
    "service.assigned": ServiceAssigned,
    "service.overdue": ServiceOverdue,
    "service.done": ServiceDone,
    "service.rated": ServiceRated,
}
