"""Proposals from a run over a community: stored once, explained for ever."""

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.errors import Conflict, Invalid
from unit.volunteers.neighbourhood import (
    ELSEWHERE,
    HERE,
    NEED,
    NOW,
    OFFICE,
    TODAY,
    a_pupil,
    a_school,
    accept,
    hear,
    match,
    proposed,
    register,
    the,
    told,
)
from volunteers.contracts import matching as of
from volunteers.domain.matching import DEFAULT_RULES, chains
from volunteers.domain.matching.geometry import metres
from volunteers.models import MatchRun, NeedCopy, Pairing, Volunteer
from volunteers.queries.world import known_needs, world, world_near
from volunteers.usecases import explaining, matching, pairings, progress, rules

CHILD: dict[str, Any] = {"aid_kind": "schooling", "service": "reading", "involves_minor": True}


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """The SQL that the session's database is sent."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def rows(session: Session) -> list[Any]:
    session.flush()
    return [
        session.connection().exec_driver_sql(f"SELECT * FROM {table}").fetchall()
        for table in ("pairings", "match_runs", "outbox", "need_copies")
    ]


def test_matching_twice_changes_nothing_the_second_time(session: Session) -> None:
    register(session, "V001", capacity=1)
    hear(session)
    hear(session, f"{HERE}-H002-N1")
    first = match(session)
    before = rows(session)
    second = match(session)
    assert (len(first["proposed"]), first["run"]) == (1, f"{HERE}-R1")
    assert (second["proposed"], second["run"]) == ([], None)
    assert rows(session) == before


def test_a_dry_run_says_what_a_run_would_do_and_stores_nothing(session: Session) -> None:
    register(session, "V001")
    register(session, "V002", latitude=41.8)
    hear(session)
    before = rows(session)
    dry = match(session, dry_run=True)
    assert rows(session) == before
    assert dry["run"] is None
    assert match(session)["proposed"] == dry["proposed"]


def test_an_answer_fits_its_contract(session: Session) -> None:
    register(session)
    hear(session)
    hear(session, f"{HERE}-H002-N1", skills=["repair"])
    shown: Any = of.MatchView().dump(match(session))
    assert of.MatchView().load(shown)["run"] == f"{HERE}-R1"
    (lonely,) = shown["unmatched"]
    assert lonely["blockers"] == [{"filter": "skills", "count": 1}]
    assert set(lonely["sentence"]) == {"zh-CN", "en"}
    assert "小修" in lonely["sentence"]["zh-CN"]
    items = matching.unmatched(session, {"community": HERE}, now=NOW)["items"]
    assert items == match(session)["unmatched"]


def test_an_open_need_whose_time_is_over_is_told_with_its_reason(session: Session) -> None:
    hear(session, ends_on="2026-11-25")
    later = NOW + timedelta(days=3)
    (item,) = matching.unmatched(session, {"community": HERE}, now=later)["items"]
    assert item["eligible"] == 0
    assert all("2026-11-25" in item["sentence"][locale] for locale in ("zh-CN", "en"))


def test_reading_the_world_takes_the_same_number_of_statements_however_large(
    session: Session,
) -> None:
    def count() -> int:
        session.flush()
        session.expire_all()
        with statements(session) as seen:
            world(session, HERE, TODAY)
        return len(seen)

    a_school(session)
    register(session, "V001", partner="P01")
    hear(session)
    small = count()
    for number in range(2, 12):
        register(session, f"V{number:03}", partner="P01", clearances=[])
        register(session, record=a_pupil(f"V9{number:02}", companion=f"V{number:03}"))
        hear(session, f"{HERE}-H{number:03}-N1")
    assert count() <= small + 2  # companions and their clearances
    grown = count()
    for number in range(20, 40):
        register(session, record=a_pupil(f"V9{number:02}", companion="V002"))
    assert count() == grown


def test_a_world_read_before_is_checked_again_when_its_proposals_are_stored(
    session: Session,
) -> None:
    """Two runs at once: the second finds the place taken and proposes nobody there."""
    from volunteers.domain.matching import match as solve

    register(session, "V001", capacity=1)
    hear(session)
    seen = world(session, HERE, TODAY)
    outcome = solve(seen.needs, seen.volunteers, seen.rules, seen.today)
    hear(session, f"{HERE}-H002-N1", at_once=True)
    late = matching._stored(lambda: nullcontext(session), seen, outcome, NOW, map)
    assert not any(late)
    assert session.query(Pairing).count() == 1


def test_a_run_tells_what_answers_given_one_by_one_missed(session: Session) -> None:
    """The first need was given the only volunteer who may serve the second."""
    near = register(session, "V001", capacity=1)
    hear(session, at_once=True)
    register(session, "V002", capacity=1, latitude=41.8, skills=[])
    hear(session, f"{HERE}-H002-N1", skills=["company"], version=1)
    run = match(session)
    assert {each["volunteer"] for each in run["proposed"]} == {near, f"{HERE}-V002"}
    shown: Any = of.MatchView().dump(run)
    missed = shown["regret"]
    assert (missed["answered"], missed["moved"], missed["gained"]) == (1, 1, 1)
    assert missed["sentence"].keys() == {"zh-CN", "en"}
    again = match(session)["regret"]
    assert (again["answered"], again["moved"], again["points"]) == (2, 0, 0)


def test_a_run_that_is_stopped_has_left_nobody_half_moved(session: Session) -> None:
    """Each need keeps the volunteer it had, or has the one who comes instead."""

    class Stopped(Exception):
        pass

    def stop(stage: str, done: int, _of: int) -> None:
        if stage == "storing" and done:
            raise Stopped

    register(session, "V001", capacity=1)
    hear(session, at_once=True)
    register(session, "V002", capacity=1, latitude=41.8, skills=[])
    hear(session, f"{HERE}-H002-N1", skills=["company"])
    everybody = {"community": HERE, "dry_run": False}
    with pytest.raises(Stopped):
        matching.run(lambda: nullcontext(session), everybody, now=NOW, tell=stop)
    moved = the(session, f"{NEED}-A2")
    assert (moved.state, moved.volunteer_id) == ("proposed", f"{HERE}-V002")
    rest = match(session)["proposed"]
    assert {each["need"] for each in rest} <= {f"{HERE}-H002-N1"}
    assert session.query(Pairing).filter_by(state="proposed").count() == 2


def test_what_hangs_together_is_stored_together() -> None:
    moves = {"N1": {"A", "B"}, "N2": {"C"}, "N3": {"B", "D"}, "N4": {"E", "C"}, "N5": {"F"}}
    assert chains(moves) == [["N1", "N3"], ["N2", "N4"], ["N5"]]


def test_a_run_can_be_watched_and_stopped(session: Session) -> None:
    def transaction() -> Any:
        return nullcontext(session)

    asked = {"community": HERE}
    assert progress.match_progress(session, asked)["running"] is False
    with progress.shown(transaction, HERE, now=NOW) as tell:
        tell("storing", 500, 1000)
        session.expire_all()
        shown: Any = of.ProgressView().dump(progress.stop_match(session, asked))
        assert (shown["running"], shown["stage"], shown["done"]) == (True, "storing", 500)
        with pytest.raises(Conflict, match="run it again for the rest"):
            tell("storing", 1000, 1000)
    assert progress.match_progress(session, asked)["running"] is False


def test_a_run_that_begins_stops_the_one_before_it(session: Session) -> None:
    def transaction() -> Any:
        return nullcontext(session)

    later = NOW + timedelta(seconds=1)
    with (
        progress.shown(transaction, HERE, now=NOW) as first,
        progress.shown(transaction, HERE, now=later) as second,
    ):
        second("reading", 0, 0)
        with pytest.raises(Conflict):
            first("solving", 0, 0)


def test_volunteers_of_a_partner_serve_its_other_communities_too(session: Session) -> None:
    a_school(session, "P01", serves=[ELSEWHERE])
    register(session, "V001", partner="P01")
    register(session, "V002")
    need = hear(session, f"{ELSEWHERE}-H001-N1")
    answer = match(session, community=ELSEWHERE)
    assert [each["volunteer"] for each in answer["proposed"]] == [f"{HERE}-V001"]
    assert (the(session, f"{need}-A1").community, answer["volunteers"]) == (ELSEWHERE, 1)


def test_a_pairing_is_explained_from_its_frozen_inputs_whatever_changed_since(
    session: Session,
) -> None:
    pairing = proposed(session)
    before = explaining.explain_pairing(session, {"pairing": pairing.id})
    volunteer = session.get_one(Volunteer, pairing.volunteer_id)
    volunteer.availability, volunteer.capacity = [], 0
    session.commit()
    session.expire_all()
    after = explaining.explain_pairing(session, {"pairing": pairing.id})
    assert after == before
    assert (after["eligible"], after["rank"], after["of"]) == (True, 1, 1)
    assert (
        after["total"]
        == pairing.score
        == sum(each["contribution"] for each in pairing.contributions)
    )
    shown: Any = of.ExplainView().dump(after)
    assert shown["sentences"].keys() == {"zh-CN", "en"}


def test_why_not_is_answered_for_any_volunteer(session: Session) -> None:
    register(session, "V001")
    register(session, "V002", latitude=41.9)
    hear(session)
    match(session)
    asked = {"need": NEED, "volunteer": f"{HERE}-V002"}
    told_why = explaining.explain_match(session, asked, now=NOW)
    assert (told_why["eligible"], told_why["failed"]) == (False, ["distance"])
    (given,) = told_why["instead"]
    assert (given["need"], given["volunteer"], given["planned"]) == (NEED, f"{HERE}-V001", False)
    assert told_why["cost"] is None
    chosen = explaining.explain_match(session, asked | {"volunteer": f"{HERE}-V001"}, now=NOW)
    assert chosen["chosen"] == "primary"


def test_before_a_run_it_is_told_what_a_run_now_would_decide(session: Session) -> None:
    near, other = register(session, "V001"), register(session, "V002", latitude=41.8)
    hear(session)
    asked = {"need": NEED, "volunteer": near}
    told_why = explaining.explain_match(session, asked, now=NOW)
    assert (told_why["chosen"], told_why["planned"]) == ("primary", True)
    assert told_why["sentences"]["en"][0].startswith("If matching ran now, ")
    other_one = explaining.explain_match(session, asked | {"volunteer": other}, now=NOW)
    (given,) = other_one["instead"]
    assert (given["volunteer"], given["planned"]) == (near, True)
    assert other_one["cost"]["moves"] == [{"need": NEED, "before": near, "after": other}]


def test_a_place_that_a_proposal_takes_is_no_reason_against_a_pair_but_its_cost(
    session: Session,
) -> None:
    only, first = register(session, "V001", capacity=1), hear(session, urgency="urgent")
    second = hear(session, f"{HERE}-H002-N1")
    match(session)
    asked = {"need": second, "volunteer": only}
    told_why = explaining.explain_match(session, asked, now=NOW)
    assert (told_why["eligible"], told_why["chosen"]) == (True, None)
    assert [each["need"] for each in told_why["instead"]] == [first]
    assert (told_why["cost"]["unserved"], told_why["cost"]["served"]) == ([first], [second])
    assert f"{first} would go unserved" in told_why["cost"]["sentence"]["en"]


def test_who_else_could_serve_is_told_in_order_with_what_decides(session: Session) -> None:
    near = register(session, "V001")
    farther = register(session, "V002", latitude=41.8)
    register(session, "V003", latitude=41.9)  # too far
    hear(session)
    match(session)
    told_of = explaining.find_candidates(session, {"need": NEED, "size": 5}, now=NOW)
    assert told_of["of"] == 2
    first, second = told_of["items"]
    assert (first["volunteer"], first["rank"]) == (near, 1)
    assert (second["volunteer"], second["rank"]) == (farther, 2)
    assert second["label"]["en"] == "distance"
    assert second["points"] == -first["points"] < 0
    assert first["total"] - second["total"] == first["points"]
    (only,) = explaining.find_candidates(session, {"need": NEED, "size": 1}, now=NOW)["items"]
    assert only["volunteer"] == near


def test_what_people_chose_by_hand_is_not_given_back(session: Session) -> None:
    only, first = register(session, "V001", capacity=1), hear(session)
    second = hear(session, f"{HERE}-H002-N1")
    data = {"need": first, "volunteer": only, "reason": "邻居 a neighbour"}
    pairings.propose_pairing(session, data, now=NOW, actor=OFFICE)
    told_why = explaining.explain_match(session, {"need": second, "volunteer": only}, now=NOW)
    assert told_why["failed"] == ["capacity"]


def test_a_pupil_comes_with_a_cleared_companion_or_not_at_all(session: Session) -> None:
    register(session, "V001", aid_kinds=["elderly"], capacity=0)
    register(session, record=a_pupil("V900", companion="V001"))
    hear(session, **CHILD)
    assert match(session)["unmatched"][0]["blockers"][0]["filter"] in {"clearances", "capacity"}
    asked = {"need": NEED, "volunteer": f"{HERE}-V900"}
    assert "clearances" in explaining.explain_match(session, asked, now=NOW)["failed"]


def test_a_community_may_weigh_things_its_own_way(session: Session) -> None:
    own = DEFAULT_RULES.to_data() | {"version": "yonghuan-1", "minimum_overlap": 200}
    rules.set_rules(session, {"community": HERE, "rules": own}, now=NOW, actor=OFFICE)
    register(session)
    hear(session)
    assert match(session)["unmatched"][0]["blockers"] == [{"filter": "schedule", "count": 1}]
    assert rules.get_rules(session, {"community": HERE})["version"] == "yonghuan-1"
    assert rules.get_rules(session, {"community": ELSEWHERE})["version"] == DEFAULT_RULES.version


@pytest.mark.parametrize(
    "given",
    [
        {},
        {**DEFAULT_RULES.to_data(), "distance_m": {"elderly": 500}},
        {**DEFAULT_RULES.to_data(), "weights": 3},
    ],
)
def test_rules_that_make_no_sense_are_refused(session: Session, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        rules.set_rules(session, {"community": HERE, "rules": given}, now=NOW, actor=OFFICE)


def test_the_frozen_inputs_hold_no_birthday(session: Session) -> None:
    pairing = proposed(session)
    assert pairing.frozen["volunteer"]["birth_date"] == "1970-05-31"


def test_a_run_is_kept_with_its_counts(session: Session) -> None:
    register(session)
    hear(session)
    match(session)
    run = session.query(MatchRun).one()
    assert (run.needs, run.volunteers, run.proposed, run.unmatched) == (1, 1, 1, 0)
    assert told(session, "pairing.proposed")[0]["score"] > 0


def test_a_proposal_that_nobody_accepted_makes_room_for_a_more_urgent_need(
    session: Session,
) -> None:
    register(session, "V001", capacity=1)
    hear(session)
    first = match(session)["proposed"][0]["pairing"]
    urgent = hear(session, f"{HERE}-H002-N1", urgency="urgent")
    answer = match(session)
    assert [each["need"] for each in answer["proposed"]] == [urgent]
    assert the(session, first).state == "declined"
    (gone,) = told(session, "pairing.declined")
    assert (gone["pairing"], gone["by"], gone["reason"]) == (first, "coordinator", "better_plan")


def test_an_accepted_pairing_and_one_by_hand_stay_as_they_are(session: Session) -> None:
    register(session, "V001", capacity=1)
    hear(session)
    accept(session, match(session)["proposed"][0]["pairing"])
    hear(session, f"{HERE}-H002-N1", urgency="urgent")
    assert match(session)["proposed"] == []


def test_one_need_reads_only_who_lives_within_its_reach(session: Session) -> None:
    near = register(session, "V001")
    register(session, "V002", latitude=41.9)
    register(session, "V003", longitude=123.6)
    register(session, "V004", aid_kinds=["schooling"])
    hear(session)
    (need,) = known_needs(session, [session.get_one(NeedCopy, NEED)])
    assert [each.id for each in world_near(session, need, TODAY).volunteers] == [near]


@pytest.mark.parametrize("latitude", [3.0, 41.8, 53.5])
def test_whoever_lives_as_near_as_they_and_the_rules_say_is_read(
    session: Session, latitude: float
) -> None:
    """In every direction; and nobody who lives far beyond the nearer of both bounds."""
    hear(session, latitude=latitude, longitude=123.4)
    (need,) = known_needs(session, [session.get_one(NeedCopy, NEED)])
    for number in range(48):
        turn, away = 2 * math.pi * number / 24, 1100 / 111_195 * (number + 1) / 48
        register(
            session,
            f"V{number:03}",
            max_distance_m=(300, 700, 5000)[number % 3],
            latitude=latitude + away * math.cos(turn),
            longitude=123.4 + away * math.sin(turn) / math.cos(math.radians(latitude)),
        )
    seen = {each.id for each in world_near(session, need, TODAY).volunteers}
    for each in session.scalars(sa.select(Volunteer)):
        bound = min(each.max_distance_m, DEFAULT_RULES.reach(need.aid_kind))
        away_m = metres(need.latitude, need.longitude, each.latitude, each.longitude)
        assert each.id in seen or away_m > bound
        assert each.id not in seen or away_m < 1.02 * bound
    assert 5 < len(seen) < 40
