"""The volunteers service: entry points only. What they do is in ``usecases`` and ``queries``."""

from __future__ import annotations

from functools import partial
from typing import Any

from servicekit.apart import apart
from servicekit.service import Call, Database, Service, compute, every, on_event, rpc
from servicekit.web import Web
from volunteers import matcher
from volunteers.contracts import PUBLISHED, consumed
from volunteers.contracts import insight as insight_rpc
from volunteers.contracts import matching as matching_rpc
from volunteers.contracts import pairings as pairings_rpc
from volunteers.contracts import people as people_rpc
from volunteers.contracts import visits as visits_rpc
from volunteers.contracts.shapes import CommunityArgs
from volunteers.domain.codes import VolunteerState
from volunteers.domain.matching import explain_choice, leading, replay_run
from volunteers.domain.matching.whatif import whatif as try_out
from volunteers.models import Pairing
from volunteers.queries import pairings as found
from volunteers.queries import people as listed
from volunteers.queries.lookup import local_day, one
from volunteers.settings import Settings
from volunteers.usecases import (
    absence,
    explaining,
    fairness,
    hours,
    importing,
    matching,
    needs,
    overrides,
    pairings,
    partners,
    people,
    planning,
    progress,
    replaying,
    reveal,
    rounds,
    rules,
    visits,
    whatif,
)
from volunteers.web import create_app

Data = dict[str, Any]


class VolunteersService(Service):
    """Who helps, and the help given."""

    name = "volunteers"
    settings = Settings
    database = Database(PUBLISHED)
    web = Web(create_app)

    # -- needs, as the households service tells them -------------------------------------------

    @on_event("need.raised", "need.changed", source="households", schema=consumed.NeedSeen)
    def copy_need(self, call: Call, event: Any) -> None:
        needs.copy_need(
            call.session, event.data, now=call.now, propose_at_once=call.settings.propose_at_once
        )

    @on_event("need.closed", source="households", schema=consumed.NeedClosed)
    def close_need(self, call: Call, event: Any) -> None:
        needs.close_need(call.session, event.data, now=call.now)

    @on_event("feedback.mismatched", source="households", schema=consumed.FeedbackMismatched)
    def doubt_visit(self, call: Call, event: Any) -> None:
        hours.follow_mismatch(call.session, event.data, now=call.now)

    # -- partners and volunteers ---------------------------------------------------------------

    @rpc(people_rpc.RegisterPartner, returns=people_rpc.PartnerView)
    def register_partner(self, call: Call, data: Data) -> Any:
        return partners.register_partner(call.session, data, now=call.now, actor=call.actor)

    @rpc(CommunityArgs, returns=people_rpc.PartnerView, many=True)
    def list_partners(self, call: Call, data: Data) -> Any:
        return listed.list_partners(call.session, data["community"])

    @rpc(people_rpc.RegisterVolunteer, returns=people_rpc.VolunteerView)
    def register_volunteer(self, call: Call, data: Data) -> Any:
        return people.register_volunteer(call.session, data, now=call.now, actor=call.actor)

    @rpc(people_rpc.ChangeVolunteer, returns=people_rpc.VolunteerView)
    def change_volunteer(self, call: Call, data: Data) -> Any:
        return people.change_volunteer(call.session, data, now=call.now, actor=call.actor)

    @rpc(people_rpc.GrantClearance, returns=people_rpc.VolunteerView)
    def grant_clearance(self, call: Call, data: Data) -> Any:
        return people.grant_clearance(call.session, data, now=call.now, actor=call.actor)

    @rpc(people_rpc.VolunteerArgs, returns=people_rpc.VolunteerView)
    def activate_volunteer(self, call: Call, data: Data) -> Any:
        return people.activate_volunteer(call.session, data, now=call.now, actor=call.actor)

    @rpc(people_rpc.SetAside, returns=people_rpc.VolunteerView)
    def pause_volunteer(self, call: Call, data: Data) -> Any:
        return _set_aside(call, data, VolunteerState.PAUSED)

    @rpc(people_rpc.SetAside, returns=people_rpc.VolunteerView)
    def suspend_volunteer(self, call: Call, data: Data) -> Any:
        return _set_aside(call, data, VolunteerState.SUSPENDED)

    @rpc(people_rpc.SetAside, returns=people_rpc.VolunteerView)
    def release_volunteer(self, call: Call, data: Data) -> Any:
        return _set_aside(call, data, VolunteerState.LEFT)

    @rpc(people_rpc.VolunteerArgs, returns=people_rpc.VolunteerView)
    def get_volunteer(self, call: Call, data: Data) -> Any:
        return listed.get_volunteer(call.session, data["volunteer"], _today(call))

    @rpc(people_rpc.FindVolunteers, returns=people_rpc.VolunteerPage)
    def find_volunteers(self, call: Call, data: Data) -> Any:
        return listed.find_volunteers(call.session, data, _today(call))

    @rpc(people_rpc.RevealVolunteer, returns=people_rpc.PersonalData)
    def reveal_volunteer(self, call: Call, data: Data) -> Any:
        return reveal.reveal_volunteer(call.session, data, now=call.now, actor=call.actor)

    @rpc(people_rpc.ImportArgs, returns=people_rpc.ImportView)
    def import_partners(self, call: Call, data: Data) -> Any:
        return importing.import_partners(call.session, data, now=call.now, actor=call.actor)

    @rpc(people_rpc.ImportArgs, returns=people_rpc.ImportView)
    def import_volunteers(self, call: Call, data: Data) -> Any:
        return importing.import_volunteers(call.session, data, now=call.now, actor=call.actor)

    @rpc(people_rpc.AnnounceClearances, returns=people_rpc.Announced)
    def announce_clearances(self, call: Call, data: Data) -> Any:
        notice = call.settings.clearance_notice_days
        return people.announce_clearances(call.session, data, now=call.now, notice_days=notice)

    # -- matching ------------------------------------------------------------------------------

    @rpc(matching_rpc.MatchArgs, returns=matching_rpc.MatchView, transaction=False)
    def match(self, call: Call, data: Data) -> Any:
        begin, community = call.transaction, data["community"]
        with progress.shown(begin, community, now=call.now) as tell:
            with begin() as session:
                large = matching.is_large(session, community)
            if large:
                return apart(matcher.__name__, matcher.asked(call, data), lambda it: tell(*it))
            return matching.run(begin, data, now=call.now, compute=compute, tell=tell)

    @rpc(CommunityArgs, returns=matching_rpc.ProgressView)
    def match_progress(self, call: Call, data: Data) -> Any:
        return progress.match_progress(call.session, data)

    @rpc(CommunityArgs, returns=matching_rpc.ProgressView)
    def stop_match(self, call: Call, data: Data) -> Any:
        return progress.stop_match(call.session, data)

    @rpc(CommunityArgs, returns=matching_rpc.UnmatchedList)
    def unmatched(self, call: Call, data: Data) -> Any:
        return matching.unmatched(call.session, data, now=call.now, compute=compute)

    @rpc(matching_rpc.NeedAndVolunteer, returns=matching_rpc.ExplainView)
    def explain_match(self, call: Call, data: Data) -> Any:
        explain = partial(compute, explain_choice)
        return explaining.explain_match(call.session, data, now=call.now, explain=explain)

    @rpc(matching_rpc.FindCandidates, returns=matching_rpc.CandidatesView)
    def find_candidates(self, call: Call, data: Data) -> Any:
        lead = partial(compute, leading)
        return explaining.find_candidates(call.session, data, now=call.now, lead=lead)

    @rpc(pairings_rpc.PairingArgs, returns=matching_rpc.ExplainView)
    def explain_pairing(self, call: Call, data: Data) -> Any:
        return explaining.explain_pairing(call.session, data)

    @rpc(insight_rpc.ReplayMatch, returns=insight_rpc.ReplayView)
    def replay_match(self, call: Call, data: Data) -> Any:
        return replaying.replay_match(call.session, data, replay=partial(compute, replay_run))

    @rpc(CommunityArgs, returns=insight_rpc.OverridesView)
    def overrides(self, call: Call, data: Data) -> Any:
        return overrides.overrides(call.session, data)

    @rpc(insight_rpc.WhatIfArgs, returns=insight_rpc.WhatIfView, transaction=False)
    def what_if(self, call: Call, data: Data) -> Any:
        compute_it = partial(compute, try_out)
        return whatif.what_if(call.transaction, data, now=call.now, compute=compute_it)

    @rpc(CommunityArgs, returns=insight_rpc.FairnessView, transaction=False)
    def fairness(self, call: Call, data: Data) -> Any:
        homes = fairness.homes(call.peers.households.find_households, data["community"])
        with call.transaction() as session:
            return fairness.fairness(session, data, now=call.now, homes=homes)

    @rpc(matching_rpc.SetRules, returns=matching_rpc.RulesView)
    def set_rules(self, call: Call, data: Data) -> Any:
        return rules.set_rules(call.session, data, now=call.now, actor=call.actor)

    @rpc(CommunityArgs, returns=matching_rpc.RulesView)
    def get_rules(self, call: Call, data: Data) -> Any:
        return rules.get_rules(call.session, data)

    # -- pairings ------------------------------------------------------------------------------

    @rpc(pairings_rpc.ProposePairing, returns=pairings_rpc.PairingView)
    def propose_pairing(self, call: Call, data: Data) -> Any:
        return pairings.propose_pairing(call.session, data, now=call.now, actor=call.actor)

    @rpc(pairings_rpc.PairingArgs, returns=pairings_rpc.PairingView)
    def accept_pairing(self, call: Call, data: Data) -> Any:
        return pairings.accept_pairing(call.session, data, now=call.now, actor=call.actor)

    @rpc(pairings_rpc.DeclinePairing, returns=pairings_rpc.PairingView)
    def decline_pairing(self, call: Call, data: Data) -> Any:
        again = call.settings.propose_at_once
        return pairings.decline_pairing(
            call.session, data, now=call.now, actor=call.actor, propose_at_once=again
        )

    @rpc(pairings_rpc.StartPairing, returns=pairings_rpc.PairingView)
    def start_pairing(self, call: Call, data: Data) -> Any:
        days = call.settings.plan_days
        return pairings.start_pairing(
            call.session, data, now=call.now, actor=call.actor, plan_days=days
        )

    @rpc(pairings_rpc.PairingArgs, returns=pairings_rpc.PairingView)
    def confirm_pairing(self, call: Call, data: Data) -> Any:
        return pairings.confirm_pairing(call.session, data, now=call.now, actor=call.actor)

    @rpc(pairings_rpc.EndPairing, returns=pairings_rpc.PairingView)
    def end_pairing(self, call: Call, data: Data) -> Any:
        return pairings.end_pairing(call.session, data, now=call.now, actor=call.actor)

    @rpc(pairings_rpc.PairingArgs, returns=pairings_rpc.PairingView)
    def get_pairing(self, call: Call, data: Data) -> Any:
        return one(call.session, Pairing, data["pairing"])

    @rpc(pairings_rpc.FindPairings, returns=pairings_rpc.PairingPage)
    def find_pairings(self, call: Call, data: Data) -> Any:
        return found.find_pairings(call.session, data)

    # -- visits and hours ----------------------------------------------------------------------

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
        return found.hours(call.session, data["volunteer"])

    @rpc(CommunityArgs, returns=visits_rpc.HoursByKind)
    def hours_by_kind(self, call: Call, data: Data) -> Any:
        return found.hours_by_kind(call.session, data["community"])

    # -- every day -----------------------------------------------------------------------------

    @every("DAILY_ROUND_SECONDS")
    def daily_round(self, call: Call) -> None:
        days = {
            "plan_days": call.settings.plan_days,
            "notice_days": call.settings.clearance_notice_days,
        }
        with call.transaction() as session:
            places = rounds.communities(session)
        for community in places:
            with call.transaction() as session:
                rounds.daily_round(session, community, now=call.now, actor=call.actor, **days)


def _set_aside(call: Call, data: Data, state: VolunteerState) -> Any:
    again = call.settings.propose_at_once
    return absence.set_aside(
        call.session, data, state, now=call.now, actor=call.actor, propose_at_once=again
    )


def _today(call: Call) -> Any:
    return local_day(call.session, call.now)
