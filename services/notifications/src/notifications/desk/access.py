"""The desk's routes and who may use each: one table, checked before every request.

Whatever a path or a form names must lie in a community that the visitor works for; a name that is
an id begins with its community. What is somebody's own (a notification) the use case checks.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from notifications.domain.codes import StaffRole
from notifications.usecases.signing import SignedIn
from servicekit.actors import OPERATOR, Actor
from servicekit.errors import Forbidden
from servicekit.service import SCOPED


class Who(enum.Enum):
    """Whom a route serves."""

    ANYBODY = "anybody"
    SIGNED_IN = "whoever is signed in"
    STAFF = "members of staff"
    MATCHING = "coordinators, administrators, directors and operators"
    CARING = "everybody but the school's liaison"
    PROFESSIONALS = "social workers, directors and operators"
    LEADING = "administrators and operators"
    OPERATORS = "operators"


ROLES: dict[Who, frozenset[str]] = {
    Who.STAFF: frozenset(role.value for role in StaffRole),
    Who.MATCHING: frozenset(
        {
            OPERATOR,
            StaffRole.COORDINATOR.value,
            StaffRole.ADMINISTRATOR.value,
            StaffRole.DIRECTOR.value,
        }
    ),
    Who.CARING: frozenset({OPERATOR, *(role.value for role in StaffRole)})
    - {StaffRole.SCHOOL_LIAISON.value},
    Who.PROFESSIONALS: frozenset(
        {OPERATOR, StaffRole.SOCIAL_WORKER.value, StaffRole.DIRECTOR.value}
    ),
    Who.LEADING: frozenset({OPERATOR, StaffRole.ADMINISTRATOR.value}),
    Who.OPERATORS: frozenset({OPERATOR}),
}


@dataclass(frozen=True)
class Rule:
    """Who may use a route, and what keeps them to their own communities."""

    who: Who
    place: str


ROUTES: dict[str, Rule] = {
    "static": Rule(Who.ANYBODY, "shows nobody's data"),
    "home": Rule(Who.ANYBODY, "leads to the inbox"),
    "sign_in": Rule(Who.ANYBODY, "shows nobody's data"),
    "enter": Rule(Who.ANYBODY, "throttled; shows nobody's data"),
    "choose": Rule(Who.ANYBODY, "language and colours of this browser"),
    "sign_out": Rule(Who.SIGNED_IN, "the own session"),
    "live": Rule(Who.SIGNED_IN, "news of the own inbox, and that a community changed"),
    "inbox": Rule(Who.SIGNED_IN, "the own inbox; administrators also their communities'"),
    "acknowledge": Rule(Who.SIGNED_IN, "the own notification, or an administrator's community"),
    "notification": Rule(Who.SIGNED_IN, "the own notification, or an administrator's community"),
    "pairings": Rule(Who.SIGNED_IN, "the community in the path"),
    "pairing": Rule(Who.SIGNED_IN, "the pairing's community"),
    "accept": Rule(Who.MATCHING, "the pairing's community"),
    "decline": Rule(Who.MATCHING, "the pairing's community"),
    "board": Rule(Who.SIGNED_IN, "the community in the path"),
    "care": Rule(Who.CARING, "the community in the path"),
    "concern_step": Rule(Who.CARING, "the concern's community"),
    "referral_step": Rule(Who.CARING, "the referral's community; professionals take on and close"),
    "read_concern": Rule(Who.CARING, "the concern's community; the reading is in the audit"),
    "read_number": Rule(Who.CARING, "the call's community; the reading is in the audit"),
    "record_feedback": Rule(Who.CARING, "the call's community"),
    "absences": Rule(Who.CARING, "the community in the path"),
    "set_aside": Rule(Who.MATCHING, "the community in the path, the volunteer's"),
    "activate_volunteer": Rule(Who.MATCHING, "the volunteer's community"),
    "set_absence": Rule(Who.LEADING, "the community in the path; member and cover are of it"),
    "cancel_absence": Rule(Who.LEADING, "the member's community"),
    "activities": Rule(Who.SIGNED_IN, "the community in the path; figures only"),
    "plan_activity": Rule(Who.MATCHING, "the community in the path; host and break are of it"),
    "activity": Rule(Who.SIGNED_IN, "the activity's community; figures only"),
    "announce_activity": Rule(Who.MATCHING, "the activity's community"),
    "participants": Rule(Who.SIGNED_IN, "the community in the path; the audit keeps who reads"),
    "register_participant": Rule(Who.SIGNED_IN, "the community in the path"),
    "participant_step": Rule(Who.SIGNED_IN, "the participant's community"),
    "associations": Rule(Who.SIGNED_IN, "the community in the path; the audit keeps who reads"),
    "register_partner": Rule(Who.MATCHING, "the community in the path"),
    "join_association": Rule(Who.MATCHING, "the association's and the participant's community"),
    "leave_association": Rule(Who.MATCHING, "the association's and the member's community"),
    "wish_topic": Rule(Who.SIGNED_IN, "the community in the path"),
    "take_up_topic": Rule(Who.MATCHING, "the topic's and the activity's community"),
    "activity_session": Rule(Who.SIGNED_IN, "the session's community; the audit keeps who reads"),
    "enrolment_step": Rule(Who.SIGNED_IN, "the session's and the enrolment's community"),
    "session_entry": Rule(Who.SIGNED_IN, "the session's and the participants' community"),
    "session_step": Rule(Who.MATCHING, "the session's community"),
    "read_questions": Rule(Who.SIGNED_IN, "the session's community; the reading is in the audit"),
    "reciprocity": Rule(Who.SIGNED_IN, "the community in the path; figures only"),
    "accounts": Rule(Who.SIGNED_IN, "the community in the path; codes and figures, no names"),
    "projects": Rule(Who.SIGNED_IN, "the community in the path"),
    "project": Rule(Who.SIGNED_IN, "the project's community"),
    "project_template": Rule(
        Who.SIGNED_IN, "the project's community; holds no person and no figure"
    ),
    "project_report": Rule(Who.SIGNED_IN, "the project's community"),
    "draft_project": Rule(Who.SIGNED_IN, "the community in the path; the partner is of it"),
    "project_act": Rule(Who.SIGNED_IN, "the project's community; who decides, the service checks"),
    "things": Rule(Who.SIGNED_IN, "the community in the path"),
    "thing": Rule(Who.SIGNED_IN, "the thing's community"),
    "offer_thing": Rule(Who.SIGNED_IN, "the community in the path; the giver is of it"),
    "thing_step": Rule(Who.SIGNED_IN, "the thing's community; who delivered does not confirm"),
    "services": Rule(Who.SIGNED_IN, "the community in the path; figures only"),
    "offer_service": Rule(Who.MATCHING, "the community in the path"),
    "request_service": Rule(Who.CARING, "the item's and the teacher's community"),
    "service_step": Rule(Who.CARING, "the request's community"),
    "read_service": Rule(Who.CARING, "the request's community; the reading is in the audit"),
    "recognition": Rule(Who.SIGNED_IN, "the community in the path"),
    "claim_hours": Rule(Who.SIGNED_IN, "the volunteer's community; somebody else approves"),
    "find_hours": Rule(Who.SIGNED_IN, "the community in the path"),
    "hours": Rule(Who.SIGNED_IN, "the volunteer's community"),
    "doubt_hours": Rule(Who.MATCHING, "the volunteer's and the service's community"),
    "note_lesson": Rule(Who.MATCHING, "the volunteer's community"),
    "growth_record": Rule(Who.MATCHING, "the volunteer's community; the audit keeps who prints"),
    "decide_top_up": Rule(Who.MATCHING, "the claim's community; never the own claim"),
    "settle_flag": Rule(Who.MATCHING, "the flag's community; never the own entry"),
    "issue_certificate": Rule(Who.MATCHING, "the community in the path"),
    "revoke_certificate": Rule(Who.MATCHING, "the certificate's community"),
    "certificate": Rule(Who.MATCHING, "the certificate's community; the audit keeps who prints"),
    "training": Rule(Who.SIGNED_IN, "the community in the path"),
    "offer_course": Rule(Who.MATCHING, "the community in the path"),
    "plan_training": Rule(Who.MATCHING, "the community in the path, the course's community"),
    "record_training": Rule(Who.MATCHING, "the session's community"),
    "record_honour": Rule(Who.MATCHING, "the community in the path"),
    "preferences": Rule(Who.STAFF, "the own preferences"),
    "save_preferences": Rule(Who.STAFF, "the own preferences"),
    "add_absence": Rule(Who.STAFF, "the own absence; the cover is a colleague"),
    "drop_absence": Rule(Who.STAFF, "the own absence"),
    "make_feed": Rule(Who.STAFF, "the own calendar; its link is shown once"),
    "revoke_feeds": Rule(Who.STAFF, "the own calendar"),
    "password": Rule(Who.STAFF, "the own password; asks for the old one"),
    "parked": Rule(Who.OPERATORS, "every community: operators look after the whole"),
    "settle_parked": Rule(Who.OPERATORS, "every community: operators look after the whole"),
}


def allowed(who: Who, signed_in: SignedIn) -> bool:
    """Whether somebody's role lets them use such a route."""
    return who not in ROLES or signed_in.actor.role in ROLES[who]


def require_places(actor: Actor, texts: Iterable[str]) -> None:
    """Raise Forbidden where a text names a community, or an id in one, that is not the actor's."""
    for text in texts:
        found = SCOPED.match(text)
        if found:
            actor.require(found[1])


def require(rule: Rule, signed_in: SignedIn, texts: Iterable[str]) -> None:
    """Raise Forbidden unless ``signed_in`` may use a route with what the request names."""
    if not allowed(rule.who, signed_in):
        raise Forbidden(f"this page is for {rule.who.value}; ask a colleague who is one")
    require_places(signed_in.actor, texts)
