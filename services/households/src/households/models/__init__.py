"""The tables of this service."""

from households.models.caring import Concern, FeedbackCall, Referral
from households.models.schema import Base
from households.models.serving import (
    Consent,
    Household,
    Member,
    Need,
    PairingCopy,
    Restriction,
    Review,
)

__all__ = [
    "Base",
    "Concern",
    "Consent",
    "FeedbackCall",
    "Household",
    "Member",
    "Need",
    "PairingCopy",
    "Referral",
    "Restriction",
    "Review",
]
