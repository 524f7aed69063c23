"""The service's tables. Ids are readable natural keys; every row belongs to a community."""

from volunteers.models.activities import (
    Activity,
    ActivitySession,
    Enrolment,
    Participant,
    PickUp,
    SchoolBreak,
    SessionStaff,
)
from volunteers.models.clubs import Material, Member, Question, Topic, TopicWish
from volunteers.models.helping import (
    Decline,
    HourEntry,
    MatchingRules,
    MatchProgress,
    MatchRun,
    NeedCopy,
    Pairing,
    Visit,
)
from volunteers.models.people import Clearance, Partner, Volunteer
from volunteers.models.schema import Base
from volunteers.models.silences import Silence

__all__ = [
    "Activity",
    "ActivitySession",
    "Base",
    "Clearance",
    "Decline",
    "Enrolment",
    "HourEntry",
    "MatchProgress",
    "MatchRun",
    "MatchingRules",
    "Material",
    "Member",
    "NeedCopy",
    "Pairing",
    "Participant",
    "Partner",
    "PickUp",
    "Question",
    "SchoolBreak",
    "SessionStaff",
    "Topic",
    "TopicWish",
    "Silence",
    "Visit",
    "Volunteer",
]
