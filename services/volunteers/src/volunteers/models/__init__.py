"""The service's tables. Ids are readable natural keys; every row belongs to a community."""

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

__all__ = [
    "Base",
    "Clearance",
    "Decline",
    "HourEntry",
    "MatchProgress",
    "MatchRun",
    "MatchingRules",
    "NeedCopy",
    "Pairing",
    "Partner",
    "Visit",
    "Volunteer",
]
