"""Partners, volunteers, clearances."""

from __future__ import annotations

from typing import Any

from servicekit.service import Call, rpc
from volunteers.contracts import people as people_rpc
from volunteers.contracts.shapes import CommunityArgs
from volunteers.domain.codes import VolunteerState
from volunteers.queries import people as listed
from volunteers.queries.lookup import local_day
from volunteers.usecases import absence, erasing, importing, lapsing, partners, people, reveal

Data = dict[str, Any]


class People:
    """Who helps."""

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

    @rpc(people_rpc.VolunteerArgs, returns=people_rpc.VolunteerView)
    def screen_volunteer(self, call: Call, data: Data) -> Any:
        return people.screen_volunteer(call.session, data, now=call.now, actor=call.actor)

    @rpc(people_rpc.LapseVolunteers, returns=people_rpc.Lapsed)
    def lapse_volunteers(self, call: Call, data: Data) -> Any:
        return lapsing.lapse_volunteers(
            call.session, data, now=call.now, actor=call.actor, **lapse_terms(call.settings)
        )

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
    def erase_volunteer(self, call: Call, data: Data) -> Any:
        return erasing.erase_volunteer(call.session, data, now=call.now, actor=call.actor)

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


def _set_aside(call: Call, data: Data, state: VolunteerState) -> Any:
    again = call.settings.propose_at_once
    return absence.set_aside(
        call.session, data, state, now=call.now, actor=call.actor, propose_at_once=again
    )


def lapse_terms(settings: Any) -> Data:
    """After how long a volunteer lapses, and what becomes of their proposals."""
    return {
        "grace_days": settings.lapse_grace_days,
        "idle_days": settings.lapse_idle_days,
        "propose_at_once": settings.propose_at_once,
    }


def _today(call: Call) -> Any:
    return local_day(call.session, call.now)
