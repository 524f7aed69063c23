"""Tried as a coordinator would: in the sample community the explanation names what decides.

Whatever is told is perturbed, exactly that fact and in the rows of the database, and the decision
turns.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from servicekit.db import create_engine
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.testing import KEY
from stories import told
from sunshine import sample
from sunshine.place import Place
from volunteers.contracts import PUBLISHED
from volunteers.domain.codes import ClearanceKind, VolunteerState
from volunteers.domain.matching import Need, Verdict, judge, match
from volunteers.domain.matching import Volunteer as Candidate
from volunteers.models import Clearance, NeedCopy, Volunteer
from volunteers.queries.plan import plan
from volunteers.queries.world import World
from volunteers.usecases.explaining import explain_match

NOW = sample.at(sample.FIRST_DAY, 10)
SAMPLED = 10
Facts = dict[str, Any]
Rows = tuple[Session, NeedCopy, Volunteer]


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database in which the sample has just been matched."""
    place = Place(tmp_path_factory.mktemp("sample"), overrides={"FIELD_KEY": KEY})
    with told(place) as story:
        story.prepare()
        story.system.call("volunteers", "match", community=sample.COMMUNITY, dry_run=False)
    return place.url_of("volunteers")


@pytest.fixture(scope="module")
def session(matched: str) -> Iterator[Session]:
    engine = create_engine(matched)
    info = {
        "vault": Vault(KEY),
        "contract": Contract("volunteers", PUBLISHED),
        "zone": sample.ZONE,
    }
    with Session(engine, info=info) as session:
        yield session
    engine.dispose()


@contextmanager
def supposed(session: Session) -> Iterator[None]:
    """What is changed inside is so for the moment only."""
    try:
        yield
    finally:
        session.rollback()


def explained(session: Session, need: str, volunteer: str) -> dict[str, Any]:
    session.flush()
    session.expire_all()
    return explain_match(session, {"need": need, "volunteer": volunteer}, now=NOW)


def rows(session: Session, need: str, volunteer: str) -> Rows:
    return session, session.get_one(NeedCopy, need), session.get_one(Volunteer, volunteer)


def facts_of(answer: dict[str, Any], name: str) -> Facts:
    (facts,) = [each["facts"] for each in answer["filters"] if each["name"] == name]
    return dict(facts)


def say(copy: NeedCopy, **changes: Any) -> None:
    """Households told something else about the need."""
    copy.facts = {**(copy.facts or {}), **changes}


def answerable(volunteer: Volunteer, facts: Facts) -> Volunteer:
    companion = volunteer.companion
    return companion if companion and companion.id == facts["asked_of"] else volunteer


def grant(rows: Rows, facts: Facts) -> None:
    session, _, volunteer = rows
    holder = answerable(volunteer, facts)
    for kind in (*facts["lacking"], *facts["expired"]):
        session.add(
            Clearance(
                id=f"{holder.id}-{kind}-new",
                community=holder.community,
                volunteer_id=holder.id,
                kind=ClearanceKind(kind),
                issued_on=sample.FIRST_DAY,
                expires_on=sample.FIRST_DAY + timedelta(days=365),
            )
        )


def free(rows: Rows, facts: Facts) -> None:
    """An hour is freed: the household's own times are the volunteer's, too."""
    _, copy, volunteer = rows
    volunteer.availability = [*volunteer.availability, *(copy.facts or {})["slots"]]


def near(rows: Rows, facts: Facts) -> None:
    _, copy, volunteer = rows
    place = copy.facts or {}
    volunteer.latitude, volunteer.longitude = place["latitude"], place["longitude"]


def consent(rows: Rows, facts: Facts) -> None:
    _session, _, volunteer = rows
    if not facts["consent"]:
        volunteer.guardian_consented_on = sample.FIRST_DAY - timedelta(days=1)


def wider(rows: Rows, facts: Facts) -> None:
    rows[2].capacity = facts["load"] + 1


def skilled(rows: Rows, facts: Facts) -> None:
    rows[2].skills = [*rows[2].skills, *facts["missing"]]


def speaking(rows: Rows, facts: Facts) -> None:
    rows[2].languages = [*rows[2].languages, *facts["missing"]]


# What lets a refused pair pass, read from nothing but the facts that are told.
LIFTS: dict[str, Callable[[Rows, Facts], None]] = {
    "aid_kind": lambda rows, f: setattr(rows[2], "aid_kinds", [*f["offered"], f["needed"]]),
    "capacity": wider,
    "skills": skilled,
    "clearances": grant,
    "minor_consent": consent,
    "minors_welcome": lambda rows, f: say(rows[1], minors_welcome=not f["welcome"]),
    "gender": lambda rows, f: say(rows[1], gender="any"),
    "language": speaking,
    "schedule": free,
    "distance": near,
}


def pause(rows: Rows, facts: Facts) -> None:
    rows[2].state = VolunteerState.PAUSED


def take_papers(rows: Rows, facts: Facts) -> None:
    _session, _, volunteer = rows
    for each in answerable(volunteer, facts).clearances:
        if each.kind in facts["needed"]:
            each.expires_on = sample.FIRST_DAY - timedelta(days=1)


def too_far(rows: Rows, facts: Facts) -> None:
    rows[2].max_distance_m = facts["metres"] - 1


# What makes a chosen pair fail, likewise.
BREAKS: dict[str, Callable[[Rows, Facts], None]] = {
    "active": pause,
    "aid_kind": lambda rows, f: setattr(rows[2], "aid_kinds", []),
    "capacity": lambda rows, f: setattr(rows[2], "capacity", f["load"]),
    "skills": lambda rows, f: setattr(rows[2], "skills", []),
    "clearances": take_papers,
    "minor_consent": lambda rows, f: setattr(rows[2], "guardian_consented_on", None),
    "minors_welcome": lambda rows, f: say(rows[1], minors_welcome=False),
    "schedule": lambda rows, f: setattr(rows[2], "availability", []),
    "distance": too_far,
}


def matters(name: str, facts: Facts) -> bool:
    """Whether a filter that passes asks for anything that could be taken away."""
    asked = {"skills": "needed", "clearances": "needed", "distance": "metres"}
    minor = {"minor_consent": "minor", "minors_welcome": "minor"}
    return bool(facts[(asked | minor).get(name, next(iter(facts)))])


def verdicts(need: Need, volunteer: Candidate, seen: World) -> dict[str, Verdict]:
    return {each.name: each for each in judge(need, volunteer, seen.rules, seen.today)}


def one_of_each(found: dict[str, list[tuple[str, str, str]]]) -> list[tuple[str, str, str]]:
    """Ten, of as many filters as there are."""
    dice, picked = random.Random(6), list[tuple[str, str, str]]()
    while len(picked) < SAMPLED:
        for name in sorted(found):
            left = sorted(set(found[name]) - set(picked))
            picked += [dice.choice(left)] if left else []
    return picked[:SAMPLED]


def refused(seen: World) -> list[tuple[str, str, str]]:
    """Pairs that one filter alone refuses."""
    found = defaultdict(list)
    for need in seen.needs:
        for who in seen.volunteers:
            failed = [each for each in verdicts(need, who, seen).values() if not each.passed]
            if len(failed) == 1 and not failed[0].facts.get("at_school"):
                found[failed[0].name].append((failed[0].name, need.id, who.id))
    return one_of_each(found)


def given(seen: World) -> dict[str, str]:
    """Who serves which need if all is decided now."""
    found = match(seen.needs, seen.volunteers, seen.rules, seen.today).matches
    return {each.need: each.volunteer for each in found}


def world_now(session: Session) -> World:
    return plan(session, sample.COMMUNITY, sample.FIRST_DAY).world


def test_a_refused_pair_may_be_once_the_fact_that_is_told_is_otherwise(session: Session) -> None:
    picked = refused(world_now(session))
    assert len({name for name, _, _ in picked}) >= 7
    for name, need, volunteer in picked:
        told = explained(session, need, volunteer)
        assert told["failed"] == [name]
        with supposed(session):
            LIFTS[name](rows(session, need, volunteer), facts_of(told, name))
            assert explained(session, need, volunteer)["eligible"]


def test_a_pairing_falls_once_the_fact_that_is_told_is_otherwise(session: Session) -> None:
    seen = world_now(session)
    needs = {each.id: each for each in seen.needs}
    people = {each.id: each for each in seen.volunteers}
    found = defaultdict(list)
    for need, volunteer in given(seen).items():
        for name, verdict in verdicts(needs[need], people[volunteer], seen).items():
            if name in BREAKS and matters(name, verdict.facts):
                found[name].append((name, need, volunteer))
    picked = one_of_each(found)
    assert {name for name, _, _ in picked} == set(BREAKS)
    for name, need, volunteer in picked:
        told = explained(session, need, volunteer)
        assert (told["chosen"], told["failed"]) == ("primary", [])
        with supposed(session):
            BREAKS[name](rows(session, need, volunteer), facts_of(told, name))
            assert explained(session, need, volunteer)["failed"] == [name]
            assert given(world_now(session)).get(need) != volunteer


def test_an_eligible_pair_is_chosen_once_it_is_worth_more_than_the_cost_that_is_told(
    session: Session,
) -> None:
    """That somebody served the household before counts fifteen points, and for one pair only."""
    seen, worth = world_now(session), 15_000
    chosen, dice, turned = given(seen), random.Random(6), Counter[bool]()
    eligible = [
        (need, who)
        for need in dice.sample(seen.needs, 20)
        for who in seen.volunteers
        if chosen.get(need.id) != who.id
        and all(each.passed for each in verdicts(need, who, seen).values())
    ]
    for need, who in dice.sample(eligible, SAMPLED):
        told = explained(session, need.id, who.id)
        assert (told["eligible"], told["chosen"] != "primary") == (True, True)
        assert {each["need"] for each in told["instead"]} >= {need.id} & chosen.keys()
        known = replace(need, continuity=need.continuity | {who.id})
        needs = [known if each.id == need.id else each for each in seen.needs]
        enough = not told["cost"]["unserved"] and told["cost"]["points"] < worth
        assert (given(replace(seen, needs=needs))[need.id] == who.id) == enough
        turned[enough] += 1
    assert min(turned.values()) > 0
    assert len(turned) == 2
