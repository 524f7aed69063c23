"""What a registration says, in the one form in which it is stored and compared, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from households.domain import identity
from households.domain.codes import ConsentPurpose, Role
from households.domain.people import guardian_missing
from households.domain.places import coarse
from servicekit import phones

Facts = dict[str, Any]
Messages = dict[Any, Any]


def normal(data: Mapping[str, Any]) -> Facts:
    """The facts of a registration: numbers in one spelling, the place coarse, consents in order."""
    return {
        "building": data["building"],
        "address": data["address"],
        "phone": _phone(data["phone"]),
        "latitude": coarse(data["latitude"]),
        "longitude": coarse(data["longitude"]),
        "members": [_member(member) for member in data["members"]],
        "restrictions": dict(data["restrictions"]),
        "consent": sorted((dict(one) for one in data["consent"]), key=lambda one: one["purpose"]),
    }


def problems(facts: Facts, today: date) -> Messages:
    """Messages per field, nested as the facts are; empty where all is well."""
    found: Messages = {}
    if not _phone_fits(facts["phone"]):
        found["phone"] = [phones.PROBLEM]
    if members := _member_problems(facts["members"], today):
        found["members"] = members
    if consent := _consent_problems(facts["consent"], today):
        found["consent"] = consent
    elif not members and _guardian_missing(facts, today):
        found["consent"] = [
            "lacks a guardian's, and a member is under 14; add one given by guardian"
        ]
    return found


def _member(data: Mapping[str, Any]) -> Facts:
    return {
        **data,
        "identity_number": identity.normal(data["identity_number"]),
        "phone": _phone(data["phone"]),
    }


def _phone(text: str | None) -> str | None:
    # what is no number stays as it is, for `problems` to tell
    return (phones.e164(text) or text) if text is not None else None


def _phone_fits(phone: str | None) -> bool:
    return phone is None or phones.e164(phone) is not None


def _member_problems(members: Sequence[Facts], today: date) -> Messages:
    seen = Counter(member["identity_number"] for member in members)
    found: Messages = {}
    for place, member in enumerate(members):
        if messages := _problems_of_member(member, seen[member["identity_number"]], today):
            found[place] = messages
    if sum(member["role"] is Role.HEAD for member in members) != 1:
        found["_schema"] = ["do not name one head; give exactly one member the role head"]
    return found


def _problems_of_member(member: Facts, times: int, today: date) -> Messages:
    found: Messages = {}
    if problem := identity.problem(member["identity_number"], today):
        found["identity_number"] = [problem]
    elif times > 1:
        found["identity_number"] = ["is given to two members; correct one of them or remove it"]
    if not _phone_fits(member["phone"]):
        found["phone"] = [phones.PROBLEM]
    return found


def _consent_problems(consent: Sequence[Facts], today: date) -> Messages | list[str]:
    purposes = Counter(one["purpose"] for one in consent)
    if ConsentPurpose.MATCHING not in purposes:
        return ["does not cover matching, without which nothing may be done; ask for it and add it"]
    if twice := [purpose for purpose, times in purposes.items() if times > 1]:
        return [f"is given twice for {', '.join(twice)}; keep one of them"]
    if any(one["given_on"] > today for one in consent):
        return ["is dated in the future; give the day on which it was given"]
    return {}


def _guardian_missing(facts: Facts, today: date) -> bool:
    born = [identity.birth_date(member["identity_number"]) for member in facts["members"]]
    roles = [member["role"] for member in facts["members"]]
    givers = [one["by"] for one in facts["consent"]]
    return guardian_missing(born[roles.index(Role.HEAD)], born, givers, today)
