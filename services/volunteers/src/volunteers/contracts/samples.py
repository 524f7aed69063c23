"""A valid, synthetic example of every event that volunteers publishes, or first describes."""

from __future__ import annotations

from typing import Any

COMMUNITY = "210103008001"
VOLUNTEER = f"{COMMUNITY}-V001"
NEED = f"{COMMUNITY}-H001-N1"
PAIRING = f"{NEED}-A1"
TOP_UP = f"{VOLUNTEER}-T20261122T0900"
VISIT = f"{PAIRING}-20261125T1500"

_pairing: dict[str, Any] = {
    "community": COMMUNITY,
    "version": 2,
    "pairing": PAIRING,
    "need": NEED,
    "household": f"{COMMUNITY}-H001",
    "volunteer": VOLUNTEER,
    "aid_kind": "elderly",
}
_visit: dict[str, Any] = {**_pairing, "visit": VISIT, "on": "2026-11-25"}
_volunteer: dict[str, Any] = {"community": COMMUNITY, "version": 2, "volunteer": VOLUNTEER}
_silence: dict[str, Any] = {
    **_pairing,
    "version": 1,
    "silence": f"{NEED}-S20261125-coordinator",
    "level": "coordinator",
}
_hours: dict[str, Any] = {
    "community": COMMUNITY,
    "version": 1,
    "volunteer": VOLUNTEER,
    "work": VISIT,
    "visit": VISIT,
    "minutes": 60,
}

ACTIVITY = f"{COMMUNITY}-C01"
SESSION = f"{ACTIVITY}-20270118"
ENROLMENT = f"{SESSION}-K001-1"
_session: dict[str, Any] = {
    "community": COMMUNITY,
    "version": 2,
    "session": SESSION,
    "activity": ACTIVITY,
    "kind": "camp",
    "on": "2027-01-18",
}
_place = {name: _session[name] for name in ("community", "version", "session", "activity", "on")}
GIFT = f"{COMMUNITY}-G001"
_gift: dict[str, Any] = {"community": COMMUNITY, "version": 1, "gift": GIFT, "kind": "books"}
PROJECT = f"{COMMUNITY}-J001"
_project: dict[str, Any] = {
    "community": COMMUNITY,
    "version": 2,
    "project": PROJECT,
    "route": "subsidised",
    "state": "submitted",
}
_given: dict[str, Any] = {**_gift, "need": NEED, "household": f"{COMMUNITY}-H001"}

_service: dict[str, Any] = {
    "community": COMMUNITY,
    "version": 2,
    "request": f"{COMMUNITY}-G01-L001-1",
    "item": f"{COMMUNITY}-G01",
    "due_on": "2026-12-07",
}
_training: dict[str, Any] = {
    **_volunteer,
    "version": 1,
    "completion": f"{COMMUNITY}-TC-CP-V001-20261121",
    "course": f"{COMMUNITY}-TC-CP",
    "valid_until": "2027-11-21",
}

SAMPLES: dict[str, dict[str, Any]] = {
    "volunteer.registered": {
        **_volunteer,
        "version": 1,
        "kind": "teacher",
        "partner": f"{COMMUNITY}-P01",
    },
    "volunteer.activated": _volunteer,
    "volunteer.unavailable": {
        **_volunteer,
        "version": 3,
        "state": "paused",
        "reason": "illness",
        "pairings": [PAIRING],
    },
    "clearance.expiring": {
        **_volunteer,
        "version": 1,
        "clearance": f"{VOLUNTEER}-background_check-20250101",
        "kind": "background_check",
        "expires_on": "2026-12-31",
    },
    "pairing.proposed": {
        **_pairing,
        "version": 1,
        "backup": f"{COMMUNITY}-V002",
        "score": 73_400,
        "manual": False,
    },
    "pairing.accepted": _pairing,
    "pairing.declined": {**_pairing, "by": "household", "reason": "no_time"},
    "pairing.started": {**_pairing, "version": 3, "starts_on": "2026-11-25"},
    "pairing.delegated": {
        **_pairing,
        "version": 4,
        "backup": f"{COMMUNITY}-V002",
        "until": "2026-12-20",
    },
    "pairing.ended": {
        **_pairing,
        "version": 5,
        "ended_on": "2027-01-31",
        "reason": "need_met",
    },
    "visit.done": {**_visit, "outcome": "done", "minutes": 60},
    "visit.missed": {**_visit, "outcome": "not_home", "in_a_row": 2},
    "visit.unsafe": {**_visit, "outcome": "unsafe"},
    "silence.noticed": {**_silence, "since": "2026-11-25"},
    "silence.ended": {**_silence, "version": 2},
    "hours.claimed": {
        **_hours,
        "entry": f"{TOP_UP}-reported",
        "work": TOP_UP,
        "visit": None,
        "evidence": "sign_in",
    },
    "hours.verified": {**_hours, "entry": f"{VISIT}-verified"},
    "hours.reversed": {**_hours, "entry": f"{VISIT}-reversed", "reason": "not_confirmed"},
    "hours.flagged": {
        **_volunteer,
        "version": 1,
        "flag": f"{VISIT}:overlap:-H002-N1-A1-20261125T1430",
        "kind": "overlap",
        "on": "2026-11-25",
    },
    "star.reached": {
        **_volunteer,
        "version": 1,
        "recognition": f"{VOLUNTEER}-star2",
        "star": 2,
        "minutes": 18_030,
    },
    "certificate.issued": {
        **_volunteer,
        "version": 1,
        "certificate": f"{VOLUNTEER}-Z2026112701",
        "minutes": 7_710,
    },
    "training.completed": _training,
    "training.expiring": _training,
    "honour.awarded": {
        "community": COMMUNITY,
        "version": 1,
        "honour": f"{COMMUNITY}-HN-2026A",
        "of": "volunteer",
        "holder": VOLUNTEER,
        "level": "district",
        "year": 2026,
    },
    "break.announced": {
        "community": COMMUNITY,
        "break": "WINTER-2027",
        "starts_on": "2027-01-16",
        "ends_on": "2027-02-28",
    },
    "session.announced": _session | {"capacity": 24},
    "session.understaffed": _session | {"adults": 1, "needed": 3, "endangered": False},
    "session.cancelled": _session | {"promised": 12},
    "session.due": _session | {"expected": 18, "questions": 4},
    "session.closed": _session | {"attended": 20, "absent": 3, "late": 1},
    "material.shared": {
        "community": COMMUNITY,
        "version": 1,
        "material": f"{SESSION}-M1",
        "session": SESSION,
        "activity": ACTIVITY,
        "attended": 20,
    },
    "enrolment.offered": _place
    | {"party": ENROLMENT, "enrolments": [ENROLMENT], "until": "2027-01-12T01:00:00+00:00"},
    "pickup.overdue": _place | {"enrolment": ENROLMENT, "participant": f"{COMMUNITY}-K001"},
    "gift.offered": _gift,
    "gift.reserved": {**_given, "version": 4},
    "gift.delivered": {**_given, "version": 5},
    "gift.receipted": {**_given, "version": 6},
    "gift.expired": {**_gift, "version": 2},
    "project.submitted": {**_project, "partner": f"{COMMUNITY}-P01"},
    "project.decided": {**_project, "version": 9, "state": "approved"},
    "project.overdue": {**_project, "version": 3, "due_on": "2026-12-03"},
    "service.requested": _service,
    "service.assigned": _service | {"staff": [f"{COMMUNITY}-S06"]},
    "service.overdue": _service | {"state": "assigned", "staff": [f"{COMMUNITY}-S06"]},
    "service.done": _service | {"late": False},
    "service.rated": _service | {"rating": 5},
}
