"""The shared ledger of a community, counted from the raw rows at every look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.domain.activities import ActivityKind
from volunteers.domain.codes import PartnerKind
from volunteers.domain.gifts import GiftState
from volunteers.domain.reciprocity import (
    COMMUNITY,
    FOR_SCHOOL,
    RESIDENTS,
    SCHOOLS,
    Account,
    Exchange,
    Unit,
    accounts,
    by_month,
)
from volunteers.domain.services import ServiceState
from volunteers.models import (
    Activity,
    ActivitySession,
    Enrolment,
    Gift,
    GiftStep,
    HourEntry,
    Partner,
    ServiceRequest,
    Volunteer,
)
from volunteers.queries.hours import believed
from volunteers.queries.indicators import CAME
from volunteers.queries.people import list_partners


def ledger(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """What each partner gave and received in a period, in all and by month."""
    partners = list_partners(session, data["community"])
    names = {partner.id: partner.name for partner in partners}
    book = _Book(session, data["community"], data["since"], data["until"], partners)
    exchanges = [*book.hours(), *book.things(), *book.places(), *book.services()]
    return {
        "parties": [_shown(each, names) for each in accounts(exchanges, names)],
        "months": [
            {"month": month, "parties": [_shown(each, names) for each in found]}
            for month, found in by_month(exchanges).items()
        ],
    }


def _shown(account: Account, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "party": account.party,
        "name": names.get(account.party),
        "given": account.given,
        "received": account.received,
        "standing": account.standing,
    }


@dataclass(frozen=True)
class _Book:
    """What was exchanged in a community and a period, a method for each unit."""

    session: Session
    community: str
    since: date
    until: date
    partners: Iterable[Partner]

    def _only(self, kind: PartnerKind, otherwise: str) -> str:
        found = [partner.id for partner in self.partners if partner.kind is kind]
        return found[0] if len(found) == 1 else otherwise

    @property
    def office(self) -> str:
        return self._only(PartnerKind.OFFICE, COMMUNITY)

    @property
    def school(self) -> str:
        return self._only(PartnerKind.SCHOOL, SCHOOLS)

    def _months(self, wanted: sa.Select[Any], on: Any, *groups: Any) -> Iterable[Any]:
        """Rows of month, groups and sum; ``wanted`` selects the sum."""
        year, month = sa.extract("year", on), sa.extract("month", on)
        wanted = wanted.add_columns(year, month, *groups).where(on.between(self.since, self.until))
        for total, y, m, *rest in self.session.execute(wanted.group_by(year, month, *groups)):
            yield f"{int(y)}-{int(m):02}", int(total or 0), *rest

    def hours(self) -> Iterable[Exchange]:
        """Verified hours go from who sends the volunteer to the households, and so the office."""
        wanted = believed(sa.func.sum(HourEntry.minutes))
        wanted = wanted.join(Volunteer, Volunteer.id == HourEntry.volunteer_id)
        wanted = wanted.where(HourEntry.community == self.community)
        for month, minutes, giver in self._months(wanted, HourEntry.on, Volunteer.partner_id):
            yield Exchange(month, giver or RESIDENTS, self.office, Unit.HOURS, minutes // 60)

    def things(self) -> Iterable[Exchange]:
        """Things that households have receipted go from who gave them to the office."""
        wanted = sa.select(sa.func.sum(Gift.quantity)).join(GiftStep, GiftStep.gift_id == Gift.id)
        wanted = wanted.where(
            Gift.community == self.community, GiftStep.state == GiftState.RECEIPTED
        )
        for month, count, giver in self._months(wanted, GiftStep.on, Gift.partner_id):
            yield Exchange(month, giver or RESIDENTS, self.office, Unit.THINGS, count)

    def places(self) -> Iterable[Exchange]:
        """Places that were taken up go from the host to whom the activity serves."""
        wanted = (
            sa.select(sa.func.count())
            .select_from(Enrolment)
            .join(ActivitySession, ActivitySession.id == Enrolment.session_id)
            .join(Activity, Activity.id == ActivitySession.activity_id)
            .where(ActivitySession.community == self.community, Enrolment.state.in_(CAME))
            .where(Activity.kind.in_((*FOR_SCHOOL, ActivityKind.OPEN_EVENT)))
        )
        found = self._months(wanted, ActivitySession.on, Activity.host_id, Activity.kind)
        for month, count, host, kind in found:
            receiver = self.school if kind in FOR_SCHOOL else self.office
            yield Exchange(month, host or self.office, receiver, Unit.PLACES, count)

    def services(self) -> Iterable[Exchange]:
        """What the community worker did for teachers goes from the office to the school."""
        wanted = sa.select(sa.func.count()).select_from(ServiceRequest)
        wanted = wanted.where(
            ServiceRequest.community == self.community, ServiceRequest.state == ServiceState.DONE
        )
        for month, count in self._months(wanted, ServiceRequest.done_on):
            yield Exchange(month, self.office, self.school, Unit.SERVICES, count)
