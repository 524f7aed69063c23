"""A sample of each event that this service publishes or hears from other systems."""

from __future__ import annotations

from typing import Any

_HOUSEHOLD = {"community": "210103008001", "version": 1, "household": "210103008001-H001"}
_PLACE = {"latitude": 41.796, "longitude": 123.455}
_NEED: dict[str, Any] = {
    **_HOUSEHOLD,
    **_PLACE,
    "need": "210103008001-H001-N1",
    "aid_kind": "schooling",
    "service": "tutoring",
    "urgency": "soon",
    "raised_on": "2026-11-23",
    "frequency": "weekly",
    "minutes": 90,
    "slots": [{"weekday": 6, "start": "09:00", "end": "11:30"}],
    "skills": ["tutoring_math"],
    "languages": ["mandarin"],
    "involves_minor": True,
    "grade": 5,
    "gender": "any",
    "minors_welcome": True,
    "starts_on": "2026-12-01",
    "ends_on": None,
    "status": "open",
}

_CONCERN = {**_HOUSEHOLD, "concern": "210103008001-H001-C1"}
_REFERRAL = {**_CONCERN, "referral": "210103008001-H001-C1-F1"}

SAMPLES: dict[str, dict[str, Any]] = {
    "household.registered": {**_HOUSEHOLD, **_PLACE, "status": "applicant"},
    "household.verified": {**_HOUSEHOLD, "version": 2, "valid_until": "2027-11-01"},
    "household.moved": {**_HOUSEHOLD, **_PLACE, "version": 3, "status": "verified"},
    "household.exited": {**_HOUSEHOLD, "version": 4, "reason": "income"},
    "household.erased": {
        **_HOUSEHOLD,
        "version": 5,
        "needs": [{"need": "210103008001-H001-N1", "status": "withdrawn", "version": 4}],
    },
    "need.raised": _NEED,
    "need.changed": {**_NEED, "version": 2, "urgency": "urgent"},
    "need.closed": {
        **_HOUSEHOLD,
        "version": 3,
        "need": "210103008001-H001-N1",
        "status": "met",
        "reason": "need_met",
    },
    "review.due": {**_HOUSEHOLD, "review": "210103008001-H001-R20271101", "due_on": "2027-11-01"},
    "concern.raised": {
        **_CONCERN,
        "urgency": "urgent",
        "need": "210103008001-H001-N1",
        "visit": "210103008001-H001-N1-A1-20261205T0900",
    },
    "referral.requested": {**_REFERRAL, "urgency": "urgent", "due_on": "2026-12-06"},
    "referral.returned": {**_REFERRAL, "version": 2, "reason": "no_consent"},
    "referral.overdue": {
        **_REFERRAL,
        "version": 2,
        "status": "requested",
        "due_on": "2026-12-06",
    },
    "feedback.mismatched": {
        **_HOUSEHOLD,
        "version": 2,
        "feedback": "210103008001-H001-N1-A1-20261205T0900-FB",
        "visit": "210103008001-H001-N1-A1-20261205T0900",
        "outcome": "not_visited",
    },
    "household.certified": {
        "community": "210103008001",
        "household": "H001",
        "certified_on": "2026-11-20",
        "valid_until": "2027-11-20",
        "income_stable": True,
    },
    "household.decertified": {
        "community": "210103008001",
        "household": "H001",
        "decertified_on": "2027-05-20",
        "reason": "income",
    },
}
