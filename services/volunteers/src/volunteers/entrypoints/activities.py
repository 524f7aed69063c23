"""Camps, clubs and whatever else people come together for."""

from __future__ import annotations

from typing import Any

from servicekit.service import EXTERNAL, Call, every, on_event, rpc
from volunteers.contracts import activities as rpc_of
from volunteers.contracts import clubs as clubs_rpc
from volunteers.contracts import consumed
from volunteers.contracts import enrolments as enrolments_rpc
from volunteers.contracts.people import VolunteerView
from volunteers.contracts.shapes import CommunityArgs
from volunteers.models import Activity
from volunteers.queries import activities as found
from volunteers.queries.lookup import one
from volunteers.usecases import (
    activities,
    associations,
    attending,
    clubs,
    convening,
    enrolling,
    erasing,
    participants,
    rounds,
    staffing,
)

Data = dict[str, Any]


class Activities:
    """From the school's break to the day's report."""

    @on_event("break.announced", source=EXTERNAL, schema=consumed.BreakAnnounced)
    def follow_break(self, call: Call, event: Any) -> None:
        activities.announce_break(call.session, event.data, now=call.now, actor=call.actor)

    @rpc(rpc_of.AnnounceBreak, returns=rpc_of.BreakView)
    def announce_break(self, call: Call, data: Data) -> Any:
        return activities.announce_break(call.session, data, now=call.now, actor=call.actor)

    @rpc(CommunityArgs, returns=rpc_of.BreakView, many=True)
    def list_breaks(self, call: Call, data: Data) -> Any:
        return found.find_breaks(call.session, data["community"])

    @rpc(rpc_of.PlanActivity, returns=rpc_of.ActivityView)
    def plan_activity(self, call: Call, data: Data) -> Any:
        days = call.settings.plan_days
        return activities.plan_activity(
            call.session, data, now=call.now, actor=call.actor, plan_days=days
        )

    @rpc(rpc_of.ActivityArgs, returns=rpc_of.ActivityView)
    def get_activity(self, call: Call, data: Data) -> Any:
        return one(call.session, Activity, data["activity"])

    @rpc(rpc_of.FindActivities, returns=rpc_of.ActivityPage)
    def find_activities(self, call: Call, data: Data) -> Any:
        return found.find_activities(call.session, data)

    @rpc(rpc_of.ActivityArgs, returns=rpc_of.SessionsAnnounced)
    def announce_activity(self, call: Call, data: Data) -> Any:
        return convening.announce_activity(call.session, data, **_offering(call))

    @rpc(rpc_of.ChangeSession, returns=rpc_of.SessionView)
    def change_session(self, call: Call, data: Data) -> Any:
        row = activities.change_session(call.session, data, **_offering(call))
        return found.described(call.session, row)

    @rpc(rpc_of.SessionArgs, returns=rpc_of.SessionView)
    def cancel_session(self, call: Call, data: Data) -> Any:
        row = activities.cancel_session(call.session, data, now=call.now, actor=call.actor)
        return found.described(call.session, row)

    @rpc(rpc_of.SessionArgs, returns=rpc_of.SessionView)
    def get_session(self, call: Call, data: Data) -> Any:
        return found.get_session(call.session, data["session"])

    @rpc(rpc_of.FindSessions, returns=rpc_of.SessionPage)
    def find_sessions(self, call: Call, data: Data) -> Any:
        return found.find_sessions(call.session, data)

    @rpc(rpc_of.SessionArgs, returns=rpc_of.FitView, many=True)
    def find_fit(self, call: Call, data: Data) -> Any:
        return found.find_fit(call.session, data["session"])

    @rpc(rpc_of.StaffArgs, returns=rpc_of.SessionView)
    def staff_session(self, call: Call, data: Data) -> Any:
        row = staffing.staff_session(call.session, data, **_offering(call))
        return found.described(call.session, row)

    @rpc(rpc_of.StaffArgs, returns=rpc_of.SessionView)
    def unstaff_session(self, call: Call, data: Data) -> Any:
        row = staffing.unstaff_session(call.session, data, now=call.now, actor=call.actor)
        return found.described(call.session, row)

    @every("SESSION_ROUND_SECONDS")
    def session_round(self, call: Call) -> None:
        names = ("offer_hours", "staff_notice_days", "late_pickup_minutes")
        told = {name: getattr(call.settings, name) for name in names}
        with call.transaction() as session:
            notice = call.settings.staff_notice_days
            keys = rounds.stirring(session, now=call.now, staff_notice_days=notice)
        for key in keys:
            with call.transaction() as session:
                rounds.session_round(session, key, now=call.now, **told)


class Clubs:
    """The parents' club and the associations."""

    @rpc(clubs_rpc.AskQuestion, returns=clubs_rpc.QuestionView)
    def ask_question(self, call: Call, data: Data) -> Any:
        return clubs.ask_question(call.session, data, now=call.now, actor=call.actor)

    @rpc(clubs_rpc.ReadQuestions, returns=clubs_rpc.QuestionText, many=True)
    def read_questions(self, call: Call, data: Data) -> Any:
        return clubs.read_questions(call.session, data, now=call.now, actor=call.actor)

    @rpc(clubs_rpc.AddMaterial, returns=clubs_rpc.MaterialView)
    def add_material(self, call: Call, data: Data) -> Any:
        return clubs.add_material(call.session, data, now=call.now, actor=call.actor)

    @rpc(rpc_of.SessionArgs, returns=clubs_rpc.MaterialView, many=True)
    def list_materials(self, call: Call, data: Data) -> Any:
        return clubs.find_materials(call.session, data)

    @rpc(clubs_rpc.WishTopic, returns=clubs_rpc.TopicView)
    def wish_topic(self, call: Call, data: Data) -> Any:
        return clubs.wish_topic(call.session, data, now=call.now, actor=call.actor)

    @rpc(clubs_rpc.TakeUpTopic, returns=clubs_rpc.TopicView)
    def take_up_topic(self, call: Call, data: Data) -> Any:
        return clubs.take_up_topic(call.session, data, now=call.now, actor=call.actor)

    @rpc(CommunityArgs, returns=clubs_rpc.TopicView, many=True)
    def list_topics(self, call: Call, data: Data) -> Any:
        return clubs.find_topics(call.session, data)

    @rpc(clubs_rpc.JoinAssociation, returns=clubs_rpc.MemberView)
    def join_association(self, call: Call, data: Data) -> Any:
        return associations.join_association(call.session, data, now=call.now, actor=call.actor)

    @rpc(clubs_rpc.MemberArgs, returns=clubs_rpc.MemberView)
    def leave_association(self, call: Call, data: Data) -> Any:
        return associations.leave_association(call.session, data, now=call.now, actor=call.actor)

    @rpc(clubs_rpc.FindMembers, returns=clubs_rpc.MemberPage)
    def find_members(self, call: Call, data: Data) -> Any:
        return associations.find_members(call.session, data)

    @rpc(clubs_rpc.OfferMember, returns=VolunteerView)
    def offer_member(self, call: Call, data: Data) -> Any:
        return associations.offer_member(call.session, data, now=call.now, actor=call.actor)


class Enrolments:
    """Who takes part."""

    @rpc(enrolments_rpc.RegisterParticipant, returns=enrolments_rpc.ParticipantView)
    def register_participant(self, call: Call, data: Data) -> Any:
        return participants.register_participant(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.FindParticipants, returns=enrolments_rpc.ParticipantPage)
    def find_participants(self, call: Call, data: Data) -> Any:
        return participants.find_participants(call.session, data)

    @rpc(enrolments_rpc.ReadParticipants, returns=enrolments_rpc.NamedParticipantPage)
    def read_participants(self, call: Call, data: Data) -> Any:
        return participants.read_participants(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.ChangeParticipant, returns=enrolments_rpc.ParticipantView)
    def change_participant(self, call: Call, data: Data) -> Any:
        return participants.change_participant(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.ParticipantArgs, returns=enrolments_rpc.ParticipantView)
    def erase_participant(self, call: Call, data: Data) -> Any:
        return erasing.erase_participant(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.AddPickUp, returns=enrolments_rpc.ParticipantView)
    def add_pick_up(self, call: Call, data: Data) -> Any:
        return participants.add_pick_up(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.PickUpArgs, returns=enrolments_rpc.ParticipantView)
    def revoke_pick_up(self, call: Call, data: Data) -> Any:
        return participants.revoke_pick_up(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.Enrol, returns=enrolments_rpc.EnrolmentView, many=True)
    def enrol(self, call: Call, data: Data) -> Any:
        return enrolling.enrol(call.session, data, **_offering(call))

    @rpc(enrolments_rpc.EnrolmentArgs, returns=enrolments_rpc.EnrolmentView, many=True)
    def confirm_enrolment(self, call: Call, data: Data) -> Any:
        return enrolling.confirm_enrolment(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.CancelEnrolment, returns=enrolments_rpc.EnrolmentView)
    def cancel_enrolment(self, call: Call, data: Data) -> Any:
        return enrolling.cancel_enrolment(call.session, data, **_offering(call))

    @rpc(enrolments_rpc.FindEnrolments, returns=enrolments_rpc.EnrolmentPage)
    def find_enrolments(self, call: Call, data: Data) -> Any:
        return found.find_enrolments(call.session, data)

    @rpc(enrolments_rpc.RollArgs, returns=enrolments_rpc.RollView)
    def session_roll(self, call: Call, data: Data) -> Any:
        return attending.roll(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.EnrolmentArgs, returns=enrolments_rpc.EnrolmentView)
    def sign_in(self, call: Call, data: Data) -> Any:
        return attending.sign_in(call.session, data, now=call.now, actor=call.actor)

    @rpc(enrolments_rpc.SignOut, returns=enrolments_rpc.EnrolmentView)
    def sign_out(self, call: Call, data: Data) -> Any:
        return attending.sign_out(call.session, data, now=call.now, actor=call.actor)

    @rpc(rpc_of.SessionArgs, returns=rpc_of.ReportView)
    def close_session(self, call: Call, data: Data) -> Any:
        return attending.close_session(call.session, data, now=call.now, actor=call.actor)

    @rpc(rpc_of.DayArgs, returns=rpc_of.DayReport)
    def day_report(self, call: Call, data: Data) -> Any:
        return found.day_report(call.session, data)


def _offering(call: Call) -> dict[str, Any]:
    return {"now": call.now, "actor": call.actor, "offer_hours": call.settings.offer_hours}
