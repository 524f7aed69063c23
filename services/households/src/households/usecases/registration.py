"""Registering a household: once, with consent, and nobody in two households."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain import household as rules
from households.domain.codes import HouseholdStatus
from households.domain.differences import differing
from households.models import Consent, Household, Member, Restriction
from households.queries import rows
from households.usecases import announcing
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid
from servicekit.privacy import assign_key


def register_household(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> Household:
    """The household of these facts, registered if it was not: the same facts again change nothing.

    Raises Invalid per field, and Conflict where the code stands for other facts or a person
    belongs to another household.
    """
    return register(session, data, now=now)[0]


def register(session: Session, data: Mapping[str, Any], *, now: datetime) -> tuple[Household, bool]:
    """The household, and whether it is new."""
    facts = rules.normal(data)
    if problems := rules.problems(facts, rows.today(session, now)):
        raise Invalid(problems)
    key = f"{data['community']}-{data['code']}"
    existing = session.get(Household, key)
    if existing is not None:
        _check_equal(existing, facts)
        return existing, False
    digests = [rows.identity_digest(session, one["identity_number"]) for one in facts["members"]]
    check_at_home(session, data["community"], digests, but=key)
    household = _store(session, data["community"], data["code"], facts, now)
    announcing.registered(session, household, now=now)
    return household, True


def check_at_home(session: Session, community: str, digests: Sequence[str], *, but: str) -> None:
    """Raise Conflict where one of these people lives in a household other than ``but``."""
    elsewhere = rows.households_of(session, community, list(digests), but=but)
    for place, digest in enumerate(digests):
        if digest in elsewhere:
            code = elsewhere[digest]
            raise Conflict(
                f"member {place + 1} already belongs to household {code}; "
                f"correct the identity number, or let {code} exit first",
                fields=[f"members.{place}.identity_number"],
                household=code,
            )


def _check_equal(household: Household, facts: rules.Facts) -> None:
    different = differing(_facts_of(household), facts)
    if different:
        raise Conflict(
            f"household {household.id} is registered with other facts in {', '.join(different)}; "
            "use another code, or change the household that is there",
            fields=different,
        )


def _facts_of(household: Household) -> rules.Facts:
    return {
        "building": household.building,
        "address": household.address,
        "phone": household.phone,
        "latitude": household.latitude,
        "longitude": household.longitude,
        "members": [_facts_of_member(member) for member in household.members],
        "restrictions": {
            "gender": household.restriction.gender,
            "minors_welcome": household.restriction.minors_welcome,
        },
        "consent": [
            {"purpose": one.purpose, "given_on": one.given_on, "by": one.by}
            for one in household.consents
        ],
    }


def _facts_of_member(member: Member) -> rules.Facts:
    return {
        "role": member.role,
        "name": member.name,
        "identity_number": member.identity_number,
        "phone": member.phone,
        "disability": member.disability,
        "grade": member.grade,
    }


def _store(
    session: Session, community: str, code: str, facts: rules.Facts, now: datetime
) -> Household:
    key = f"{community}-{code}"
    household = Household(
        id=key,
        community=community,
        code=code,
        status=HouseholdStatus.APPLICANT,
        building=facts["building"],
        latitude=facts["latitude"],
        longitude=facts["longitude"],
        registered_at=now,
        income_stable=True,
        version=1,
        restriction=Restriction(id=key, community=community, **facts["restrictions"]),
        consents=[
            Consent(id=f"{key}-C-{one['purpose']}", community=community, **one)
            for one in facts["consent"]
        ],
        needs=[],
        reviews=[],
    )
    assign_key(session, household)
    household.address, household.phone = facts["address"], facts["phone"]
    for number, one in enumerate(facts["members"], start=1):
        _store_member(session, household, number, one)
    session.flush()
    return household


def _store_member(session: Session, household: Household, number: int, facts: rules.Facts) -> None:
    member = Member(
        id=f"{household.id}-M{number}",
        community=household.community,
        number=number,
        role=facts["role"],
        grade=facts["grade"],
        present=True,
        identity_index=rows.identity_digest(session, facts["identity_number"]),
    )
    assign_key(session, member)
    household.members.append(member)
    member.name, member.identity_number = facts["name"], facts["identity_number"]
    member.phone, member.disability = facts["phone"], facts["disability"].value
