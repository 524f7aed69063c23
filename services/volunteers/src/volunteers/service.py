"""The volunteers service: its entry points are in ``entrypoints``, a module per subject.

Modules are imported here, not their classes: nameko takes each class with entry points that it
finds in this module for a service. What entry points do is in ``usecases`` and ``queries``.
"""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, Database, Service, every, on_event
from servicekit.web import Web
from volunteers.contracts import PUBLISHED, consumed
from volunteers.entrypoints import (
    activities,
    certificates,
    gifts,
    matching,
    pairings,
    people,
    projects,
    reciprocity,
    recognition,
    services,
    silences,
    training,
    visits,
)
from volunteers.settings import Settings
from volunteers.usecases import erasing, hours, needs, rounds
from volunteers.web import create_app


class VolunteersService(
    people.People,
    matching.Matching,
    pairings.Pairings,
    visits.Visits,
    activities.Activities,
    activities.Clubs,
    activities.Enrolments,
    silences.Silences,
    recognition.Recognition,
    certificates.Certificates,
    gifts.Gifts,
    projects.Projects,
    reciprocity.Reciprocity,
    services.TeacherDesk,
    training.Trainings,
    Service,
):
    """Who helps, and the help given."""

    name = "volunteers"
    settings = Settings
    database = Database(PUBLISHED)
    web = Web(create_app)

    # -- what the households service tells -----------------------------------------------------

    @on_event("need.raised", "need.changed", source="households", schema=consumed.NeedSeen)
    def copy_need(self, call: Call, event: Any) -> None:
        needs.copy_need(
            call.session, event.data, now=call.now, propose_at_once=call.settings.propose_at_once
        )

    @on_event("need.closed", source="households", schema=consumed.NeedClosed)
    def close_need(self, call: Call, event: Any) -> None:
        needs.close_need(call.session, event.data, now=call.now)

    @on_event("household.erased", source="households", schema=consumed.HouseholdErased)
    def forget_household(self, call: Call, event: Any) -> None:
        erasing.forget_household(call.session, event.data, now=call.now)

    @on_event("feedback.mismatched", source="households", schema=consumed.FeedbackMismatched)
    def doubt_visit(self, call: Call, event: Any) -> None:
        hours.follow_mismatch(call.session, event.data, now=call.now)

    # -- every day -----------------------------------------------------------------------------

    @every("DAILY_ROUND_SECONDS")
    def daily_round(self, call: Call) -> None:
        days: dict[str, Any] = {
            "plan_days": call.settings.plan_days,
            "notice_days": call.settings.clearance_notice_days,
            "offer_hours": call.settings.offer_hours,
            "lapse": people.lapse_terms(call.settings),
        }
        with call.transaction() as session:
            places = rounds.communities(session)
        for community in places:
            with call.transaction() as session:
                rounds.daily_round(session, community, now=call.now, actor=call.actor, **days)
