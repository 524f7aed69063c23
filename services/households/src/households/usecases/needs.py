"""Needs: raised, changed, closed, resumed, and followed through their pairings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from households.domain import needs as rules
from households.domain.codes import CloseReason, NeedStatus
from households.domain.differences import differing
from households.domain.states import LIVE, check_live, check_need_step, check_present
from households.models import Household, Member, Need
from households.queries import rows
from households.usecases import announcing
from servicekit.actors import Actor
from servicekit.errors import Conflict, Invalid

Facts = dict[str, Any]

GIVEN = (
    "aid_kind",
    "service",
    "urgency",
    "frequency",
    "minutes",
    "slots",
    "skills",
    "languages",
    "grade",
    "starts_on",
    "ends_on",
    "note",
)
"""What a caller says of a need; ``member`` is said by code and kept by id."""


def raise_need(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Need:
    """The household's need of these facts, raised unless it was: the same again changes nothing.

    The others hear of it once the household is verified. Raises Invalid per field, and Conflict
    where the code stands for other facts or the household has left.
    """
    return raise_once(session, data, now=now)[0]


def raise_once(session: Session, data: Mapping[str, Any], *, now: datetime) -> tuple[Need, bool]:
    """The need, and whether it is new."""
    household = rows.household_for_change(session, data["household"])
    facts = _normal({name: data[name] for name in GIVEN})
    facts["member_id"] = _member_id(household, data["member"])
    _check(facts)
    twin = _twin(household, data["code"], facts)
    if twin is not None:
        return twin, False
    check_present(household.id, household.status)
    need = _store(session, household, data["code"], facts, now)
    announcing.raised(session, need, now=now)
    return need, True


def change_need(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Need:
    """Change the fields given. The others hear of it unless only the note has changed."""
    need = rows.need_for_change(session, data["need"])
    old = _facts_of(need)
    new = _normal({**old, **{name: value for name, value in data.items() if name != "need"}})
    different = {path.partition(".")[0] for path in differing(old, new)}
    if not different:
        return need
    check_live(need.id, need.status)
    _check(new)
    for name in different:
        setattr(need, name, new[name])
    if different != {"note"}:
        announcing.changed(session, need, now=now)
    return need


def close_need(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Need:
    """Close a need for a reason; suspending it is closing it for a time."""
    need = rows.need_for_change(session, data["need"])
    outcome, reason = NeedStatus(data["outcome"].value), data["reason"]
    if (need.status, need.close_reason) != (outcome, reason):
        close(session, need, outcome, reason, now=now)
    return need


def close(
    session: Session, need: Need, outcome: NeedStatus, reason: CloseReason, *, now: datetime
) -> None:
    """Close a need whose row is locked."""
    check_need_step(need.id, need.status, outcome)
    need.status, need.close_reason, need.pairing = outcome, reason, None
    announcing.closed(session, need, reason, now=now)


def resume_need(session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor) -> Need:
    """A suspended need is open again; one that is open already stays as it is."""
    need = rows.need_for_change(session, data["need"])
    if need.status is NeedStatus.OPEN:
        return need
    if need.status is NeedStatus.MATCHED:
        raise Conflict(
            f"need {need.id} is matched and cannot be resumed; "
            "end its pairing, and it opens by itself",
            status=need.status.value,
        )
    check_present(need.household_id, need.household.status)
    reopen(session, need, now=now)
    return need


def reopen(session: Session, need: Need, *, now: datetime) -> None:
    """The need waits for somebody again, and the others are told anew."""
    if need.status is not NeedStatus.OPEN:
        check_need_step(need.id, need.status, NeedStatus.OPEN)
    need.status, need.close_reason, need.pairing = NeedStatus.OPEN, None, None
    announcing.raised(session, need, now=now)


def _normal(facts: Facts) -> Facts:
    """Lists in one order, each entry once: so equal needs are equal."""
    slots = {(one["weekday"], one["start"], one["end"]): dict(one) for one in facts["slots"]}
    return {
        **facts,
        "slots": [slots[key] for key in sorted(slots)],
        "skills": sorted(set(facts["skills"])),
        "languages": sorted(set(facts["languages"])),
    }


def _check(facts: Facts) -> None:
    if problems := rules.problems(facts):
        raise Invalid(problems)


def _member_id(household: Household, code: str | None) -> str | None:
    if code is None:
        return None
    known = [member.id.removeprefix(f"{household.id}-") for member in household.members]
    if code not in known:
        raise Invalid({"member": [f"is not in this household; choose one of: {', '.join(known)}"]})
    return f"{household.id}-{code}"


def _twin(household: Household, code: str | None, facts: Facts) -> Need | None:
    """The need that these facts speak of already: by its code, else a live one that equals them."""
    if code is None:
        live = (need for need in household.needs if need.status in LIVE)
        return next((need for need in live if _facts_of(need) == facts), None)
    need = next((need for need in household.needs if need.code == code), None)
    if need is not None and (different := differing(_facts_of(need), facts)):
        raise Conflict(
            f"need {need.id} is raised with other facts in {', '.join(different)}; "
            "use another code, or change the need that is there",
            fields=["member" if name == "member_id" else name for name in different],
        )
    return need


def _facts_of(need: Need) -> Facts:
    return {name: getattr(need, name) for name in (*GIVEN, "member_id")}


def _store(
    session: Session, household: Household, code: str | None, facts: Facts, now: datetime
) -> Need:
    note = facts.pop("note")
    code = code or rules.next_code(need.code for need in household.needs)
    need = Need(
        id=f"{household.id}-{code}",
        community=household.community,
        code=code,
        status=NeedStatus.OPEN,
        raised_on=rows.today(session, now),
        announced=False,
        version=1,
        **facts,
    )
    household.needs.append(need)
    need.member = session.get(Member, facts["member_id"]) if facts["member_id"] else None
    need.note = note
    session.flush()
    return need
