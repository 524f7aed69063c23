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
from volunteers.models.certificates import Certificate, Lesson
from volunteers.models.clubs import Material, Member, Question, Topic, TopicWish
from volunteers.models.gifts import Gift, GiftStep
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
from volunteers.models.projects import Project, ProjectReview, ProjectStep
from volunteers.models.recognition import HourFlag, Recognition, StarRule, TopUp
from volunteers.models.schema import Base
from volunteers.models.services import ServiceItem, ServiceRequest
from volunteers.models.silences import Silence
from volunteers.models.training import Attendance, Completion, Course, Honour, Training

__all__ = [
    "Activity",
    "ActivitySession",
    "Attendance",
    "Base",
    "Certificate",
    "Clearance",
    "Completion",
    "Course",
    "Decline",
    "Enrolment",
    "Gift",
    "GiftStep",
    "Honour",
    "HourEntry",
    "HourFlag",
    "Lesson",
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
    "Project",
    "ProjectReview",
    "ProjectStep",
    "Question",
    "Recognition",
    "SchoolBreak",
    "ServiceItem",
    "ServiceRequest",
    "SessionStaff",
    "Silence",
    "StarRule",
    "TopUp",
    "Topic",
    "TopicWish",
    "Training",
    "Visit",
    "Volunteer",
]
