"""Visits, and the hours that they count."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts import visits as visits_rpc
from volunteers.contracts.shapes import CommunityArgs
from volunteers.queries import hours as counted
from volunteers.queries import pairings as found
from volunteers.usecases import hours, planning, visits

Data = dict[str, Any]


class Visits:
    """The help given."""

    @rpc(visits_rpc.PlanVisits, returns=visits_rpc.Planned)
    def plan_visits(self, call: Call, data: Data) -> Any:
        return planning.plan_visits(call.session, data, now=call.now, actor=call.actor)

    @rpc(visits_rpc.FindVisits, returns=visits_rpc.VisitPage)
    def find_visits(self, call: Call, data: Data) -> Any:
        return found.find_visits(call.session, data)

    @rpc(visits_rpc.LogVisit, returns=visits_rpc.VisitView)
    def log_visit(self, call: Call, data: Data) -> Any:
        return visits.log_visit(call.session, data, now=call.now, actor=call.actor)

    @rpc(visits_rpc.CloseDay, returns=visits_rpc.DayClosed)
    def close_day(self, call: Call, data: Data) -> Any:
        return visits.close_day(call.session, data, now=call.now, actor=call.actor)

    @rpc(visits_rpc.Period, returns=visits_rpc.VisitsSummary)
    def visits_summary(self, call: Call, data: Data) -> Any:
        return found.visits_summary(call.session, data)

    @rpc(visits_rpc.VerifyHours, returns=visits_rpc.Verified)
    def verify_hours(self, call: Call, data: Data) -> Any:
        return hours.verify_hours(call.session, data, now=call.now, actor=call.actor)

    @rpc(visits_rpc.DoubtHours, returns=visits_rpc.EntryView)
    def dispute_hours(self, call: Call, data: Data) -> Any:
        return hours.dispute_hours(call.session, data, now=call.now, actor=call.actor)

    @rpc(visits_rpc.DoubtHours, returns=visits_rpc.EntryView)
    def reverse_hours(self, call: Call, data: Data) -> Any:
        return hours.reverse_hours(call.session, data, now=call.now, actor=call.actor)

    @rpc(visits_rpc.HoursArgs, returns=visits_rpc.HoursView)
    def hours(self, call: Call, data: Data) -> Any:
        return counted.hours(call.session, data["volunteer"])

    @rpc(CommunityArgs, returns=visits_rpc.HoursByKind)
    def hours_by_kind(self, call: Call, data: Data) -> Any:
        return counted.hours_by_kind(call.session, data["community"])
