"""Signing in: how long one waits after failures, and how long one stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from notifications import passwords
from notifications.domain import signing as rules
from notifications.usecases import signing
from unit.notifications.happenings import ELSEWHERE, NOW, OPERATOR, database, person

WORD = "a-good-long-word"


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as found:
        yield found


def account(session: Session, code: str = "S01") -> str:
    key = person(session, code, "coordinator")
    data = {"staff": key, "password_hash": passwords.hashed(WORD)}
    signing.set_password(session, data, now=NOW, actor=OPERATOR)
    return key


def test_pauses_begin_after_some_failures_grow_and_end() -> None:
    found = [rules.pause(failures, 5) for failures in range(4, 20)]
    assert found[0] == timedelta(0)
    assert found[1] == rules.FIRST_PAUSE
    assert found == sorted(found)
    assert found[-1] == rules.LONGEST_PAUSE


def test_a_short_code_is_enough_where_only_one_account_has_it(session: Session) -> None:
    key = account(session)
    assert signing.begin(session, " s01 ", "here", now=NOW).account == key
    other = person(session, "S01", "coordinator", community=ELSEWHERE)
    data = {"staff": other, "password_hash": passwords.hashed(WORD)}
    signing.set_password(session, data, now=NOW, actor=OPERATOR)
    assert signing.begin(session, "S01", "here", now=NOW).account is None
    assert signing.begin(session, key, "here", now=NOW).account == key


def test_a_session_ends_two_hours_after_its_last_use_and_twelve_after_its_begin(
    session: Session,
) -> None:
    account(session)
    attempt = signing.begin(session, "S01", "here", now=NOW)
    token = signing.finish(session, attempt, now=NOW)
    assert token is not None
    session.flush()
    used, seen = NOW, 0
    while signing.signed_in(session, token, now=used) is not None:
        used, seen = used + timedelta(hours=1.5), seen + 1
    assert seen == 8  # twelve hours
    assert signing.signed_in(session, token, now=used) is None


def test_an_unused_session_ends(session: Session) -> None:
    account(session)
    token = signing.finish(session, signing.begin(session, "S01", "here", now=NOW), now=NOW)
    assert token is not None
    session.flush()
    assert signing.signed_in(session, token, now=NOW + timedelta(hours=2)) is None


def test_failures_from_one_address_do_not_lock_out_the_person_elsewhere(session: Session) -> None:
    account(session)
    for _ in range(8):
        signing.begin(session, "S01", "attacker", now=NOW)
    assert signing.begin(session, "S01", "attacker", now=NOW).wait > timedelta(0)
    assert signing.begin(session, "S01", "home", now=NOW).wait == timedelta(0)


def test_failures_with_many_names_slow_the_address_down(session: Session) -> None:
    for number in range(60):
        found = signing.begin(session, f"S{number}", "attacker", now=NOW)
    assert found.wait > timedelta(0)


def test_failures_are_forgotten_after_an_hour(session: Session) -> None:
    for _ in range(8):
        signing.begin(session, "S01", "here", now=NOW)
    later = NOW + timedelta(hours=1, minutes=1)
    assert signing.begin(session, "S01", "here", now=later).wait == timedelta(0)


@pytest.mark.parametrize("word", ["short", "aaaaaaaaaaaaaa", "x" * 201])
def test_a_poor_password_is_refused(word: str) -> None:
    assert rules.password_problem(word)


def test_an_invented_password_can_be_used_and_is_never_the_same() -> None:
    found = {passwords.invent() for _ in range(50)}
    assert len(found) == 50
    assert not any(rules.password_problem(word) for word in found)
    assert all(passwords.fits(passwords.hashed(word), word) for word in list(found)[:2])


def test_what_is_no_hash_fits_nothing() -> None:
    assert not passwords.fits("nonsense", "nonsense")
