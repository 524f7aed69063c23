"""What a coordinator learns from many decisions: what people override, and who is served."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from servicekit.schemas import load
from unit.volunteers.neighbourhood import (
    HERE,
    NEED,
    NOW,
    STAFF,
    decline,
    hear,
    match,
    proposed,
    register,
)
from volunteers.contracts import insight as of
from volunteers.contracts import pairings as by
from volunteers.usecases import fairness, pairings
from volunteers.usecases.overrides import overrides

HOMES: dict[str, Any] = {
    f"{HERE}-H001": {"building": "1", "elderly": 1, "minors": 0},
    f"{HERE}-H002": {"building": "2", "elderly": 1, "minors": 2},
    f"{HERE}-H003": {"building": "2", "elderly": 0, "minors": 0},
}


def by_hand(session: Session, volunteer: str, need: str = NEED) -> None:
    data = {"need": need, "volunteer": volunteer, "reason": "邻居 a neighbour"}
    pairings.propose_pairing(session, load(by.ProposePairing(), data), now=NOW, actor=STAFF)


def overridden(session: Session) -> dict[str, Any]:
    session.flush()
    shown: dict[str, Any] = of.OverridesView().dump(overrides(session, {"community": HERE}))
    return shown


def test_a_pairing_by_hand_tells_which_filters_and_factors_it_overrode(session: Session) -> None:
    register(session, "V001")
    far = register(session, "V002", latitude=41.81)  # beyond both bounds
    hear(session)
    by_hand(session, far)
    told = overridden(session)
    assert (told["by_hand"], told["proposed"], told["declined"]) == (1, 0, 0)
    (distance,) = told["rules"]
    assert (distance["name"], distance["failed"], distance["beaten"]) == ("distance", 1, 1)
    assert distance["points"] > 0
    assert distance["label"] == {"zh-CN": "距离", "en": "distance"}


def test_whoever_takes_the_machines_choice_overrides_nothing(session: Session) -> None:
    near = register(session, "V001")
    hear(session)
    by_hand(session, near)
    assert overridden(session)["rules"] == []


def test_declines_by_people_count_and_name_the_rule_they_doubt(session: Session) -> None:
    pairing = proposed(session)
    decline(session, pairing.id, by="coordinator", reason="too_far")
    told = overridden(session)
    assert (told["proposed"], told["declined"]) == (1, 1)
    assert [(row["name"], row["declined"]) for row in told["rules"]] == [("distance", 1)]
    assert told["reasons"] == [{"by": "coordinator", "reason": "too_far", "count": 1}]


def test_proposals_that_fell_by_themselves_are_no_override(session: Session) -> None:
    pairing = proposed(session)
    decline(session, pairing.id, by="volunteer", reason="unavailable")
    assert overridden(session)["declined"] == 0


def fair(session: Session, days: int = 0) -> dict[str, Any]:
    session.flush()
    now = NOW + timedelta(days=days)
    answer = fairness.fairness(session, {"community": HERE}, now=now, homes=HOMES)
    shown: dict[str, Any] = of.FairnessView().dump(answer)
    return shown


def test_fairness_tells_share_wait_and_way_by_group_the_worst_first(session: Session) -> None:
    register(session, "V001", capacity=1)
    register(session, "V002", capacity=3, aid_kinds=["schooling"])
    for household in ("H001", "H002", "H003"):
        hear(session, f"{HERE}-{household}-N1", raised_on="2026-11-13", skills=["company"])
    match(session)
    told = fair(session, days=5)
    assert (told["all"]["needs"], told["all"]["served"]) == (3, 1)
    assert (told["all"]["days"], told["all"]["longest"]) == (15, 15)
    assert told["all"]["metres"] == pytest.approx(139, abs=1)
    assert [row["name"] for row in told["buildings"]] == ["2", "1"]
    assert {row["name"]: row["share"] for row in told["age_bands"]} == {
        "elderly": 1,
        "both": 0,
        "adults": 0,
    }
    (kind,) = told["volunteers"]
    assert kind == {
        "kind": "resident",
        "volunteers": 2,
        "idle": 1,
        "full": 1,
        "pairings": 1,
        "places": 4,
    }


def test_a_community_without_needs_is_neither_fair_nor_unfair(session: Session) -> None:
    told = fair(session)
    assert (told["all"]["needs"], told["all"]["days"], told["buildings"]) == (0, None, [])


def test_homes_are_read_to_the_last_page() -> None:
    def find(**asked: int) -> dict[str, Any]:
        first = (asked["page"] - 1) * asked["size"]
        ids = range(first, min(first + asked["size"], 1001))
        return {"items": [{"id": str(number)} for number in ids], "total": 1001}

    assert len(fairness.homes(find, HERE)) == 1001
