"""Activities, their sessions and who takes part: codes, steps, places and staff needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from servicekit.codes import LabelledEnum
from volunteers.domain.calendar import age_on
from volunteers.domain.codes import ClearanceKind
from volunteers.domain.states import Machine


class ActivityKind(LabelledEnum):
    """What people come together for."""

    CAMP = "camp", "假期大本营", "holiday base camp"
    TALK = "talk", "家长讲座", "parents' talk"
    CIRCLE = "circle", "家长沙龙", "parents' circle"
    MEETING = "meeting", "协会例会", "association meeting"
    OPEN_EVENT = "open_event", "协会开放日", "open event"


class SessionState(LabelledEnum):
    """Where a session stands."""

    PLANNED = "planned", "筹备中", "planned"
    ANNOUNCED = "announced", "已公布", "announced"
    CLOSED = "closed", "已结束", "closed"
    CANCELLED = "cancelled", "已取消", "cancelled"


class EnrolmentState(LabelledEnum):
    """Where somebody's place in a session stands."""

    WAITLISTED = "waitlisted", "候补", "on the waiting list"
    OFFERED = "offered", "待确认", "offered a place"
    CONFIRMED = "confirmed", "已确认", "confirmed"
    ATTENDED = "attended", "已到场", "attended"
    ABSENT = "absent", "缺席", "absent"
    LEFT_EARLY = "left_early", "提前离开", "left early"
    CANCELLED = "cancelled", "已取消", "cancelled"


class CancelReason(LabelledEnum):
    """Why a place, or the wish for one, was given up."""

    OWN_WISH = "own_wish", "本人放弃", "own wish"
    ILLNESS = "illness", "生病", "illness"
    EXPIRED = "expired", "逾期未确认", "the offer was not answered in time"
    NO_PLACE = "no_place", "未排到名额", "no place became free"
    SESSION_CANCELLED = "session_cancelled", "场次取消", "the session was cancelled"


class Ground(LabelledEnum):
    """Why a child needs a place more than others; staff have looked at the papers."""

    LOW_INCOME = "low_income", "低保家庭", "low-income household"
    DISABILITY = "disability", "残疾人家庭", "disability in the family"
    SINGLE_PARENT = "single_parent", "单亲家庭", "single parent"
    GRANDPARENTS = "grandparents", "隔代照护", "raised by grandparents"
    NOBODY_HOME = "nobody_home", "白天无人看护", "nobody at home by day"


class Relation(LabelledEnum):
    """What somebody who may collect a child is to it."""

    PARENT = "parent", "父母", "parent"
    GRANDPARENT = "grandparent", "祖辈", "grandparent"
    RELATIVE = "relative", "亲属", "relative"
    NEIGHBOUR = "neighbour", "邻居", "neighbour"


class MemberRole(LabelledEnum):
    """What somebody is in an association."""

    LEADER = "leader", "负责人", "leader"
    MEMBER = "member", "会员", "member"


WEIGHTS: Mapping[Ground, int] = {
    Ground.LOW_INCOME: 4,
    Ground.DISABILITY: 3,
    Ground.SINGLE_PARENT: 2,
    Ground.GRANDPARENTS: 2,
    Ground.NOBODY_HOME: 2,
}
"""What each ground adds to a child's place on the waiting list."""

FOR_CHILDREN = frozenset({ActivityKind.CAMP})
"""Adults are responsible here: consent, cleared staff, a ratio, sign-out to known people only."""

CLEARED_FOR_CHILDREN = frozenset({ClearanceKind.BACKGROUND_CHECK})
"""What staff must hold on the day (《未成年人保护法》第六十二条)."""

E = EnrolmentState
ENROLMENT = Machine[EnrolmentState](
    "enrolment",
    {
        E.WAITLISTED: (E.OFFERED, E.CANCELLED),
        E.OFFERED: (E.CONFIRMED, E.CANCELLED),
        E.CONFIRMED: (E.ATTENDED, E.ABSENT, E.CANCELLED),
        E.ATTENDED: (E.LEFT_EARLY,),
        E.ABSENT: (),
        E.LEFT_EARLY: (),
        E.CANCELLED: (),
    },
)
HELD = frozenset({E.OFFERED, E.CONFIRMED, E.ATTENDED, E.LEFT_EARLY})
"""These take a place."""

S = SessionState
SESSION = Machine[SessionState](
    "session",
    {
        S.PLANNED: (S.ANNOUNCED, S.CANCELLED),
        S.ANNOUNCED: (S.CLOSED, S.CANCELLED),
        S.CLOSED: (),
        S.CANCELLED: (),
    },
)


def need_of(grounds: Collection[Ground]) -> int:
    """How much a child needs a place, in points."""
    return sum(WEIGHTS[ground] for ground in set(grounds))


def places(capacity: int, ratio: int | None, adults: int) -> int:
    """How many may have a place: no more than the room takes and the adults look after."""
    return capacity if ratio is None else min(capacity, ratio * adults)


def adults_needed(ratio: int | None, capacity: int, wanted: int) -> int:
    """How many adults it takes for all who want a place, as far as the room takes them."""
    if ratio is None:
        return 0
    return max(1, -(-min(capacity, wanted) // ratio))


def age_problem(born_by: date, on: date, age_from: int | None, age_until: int | None) -> str | None:
    """Why somebody of that age may not come; ages include both ends."""
    age = age_on(born_by, on)
    if (age_from is None or age >= age_from) and (age_until is None or age <= age_until):
        return None
    span = f"{age_from or 0} to {age_until}" if age_until is not None else f"{age_from} or more"
    return f"is {age} on that day and the session is for ages {span}; choose another activity"
