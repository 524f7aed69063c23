"""Attacks on sessions, forms and passwords (docs/reference/desk-security.md), each tried."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from desk.people import STRANGER, STRANGERS_WORD, Person
from desk.town import Town
from notifications import passwords
from notifications.desk.app import Desk
from notifications.models import Account
from servicekit.errors import Forbidden
from sunshine import sample
from sunshine.desk import set_password

# -- sessions --------------------------------------------------------------------------------------


def test_a_session_that_was_planted_is_not_signed_in(
    sunny: Town, somebody: Callable[[], Person]
) -> None:
    victim = somebody()
    victim.get("/desk/sign-in")
    planted = dict(victim.cookies)
    victim.sign_in(sample.COORDINATOR, sunny.word)
    assert victim.cookies["desk"] != planted["desk"]
    attacker = Person(sunny.address, planted)
    assert attacker.get("/desk/inbox").status == 302


def test_what_the_database_keeps_of_a_session_opens_nothing(
    sunny: Town, coordinator: Person
) -> None:
    database = sunny.host.extension("notifications", "database")
    with database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT id FROM desk_sessions").scalars().all()
    assert coordinator.cookies["desk"] not in kept
    for key in kept[:3]:
        assert Person(sunny.address, {"desk": key[:43]}).get("/desk/inbox").status == 302


def test_signing_out_ends_the_session_on_the_server(sunny: Town, coordinator: Person) -> None:
    stolen = dict(coordinator.cookies)
    assert coordinator.post("/desk/sign-out", {}).status == 303
    assert Person(sunny.address, stolen).get("/desk/inbox").status == 302


def test_a_new_password_signs_everybody_out(sunny: Town, stranger: Person) -> None:
    assert stranger.get("/desk/board").status == 200
    set_password(sunny.system, STRANGER, STRANGERS_WORD)
    assert stranger.get("/desk/board").status == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    sunny: Town, somebody: Callable[[], Person]
) -> None:
    cookie = somebody().get("/desk/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_cookies_need_tls_unless_the_desk_is_openly_served_without() -> None:
    kept = {"": (True, "__Host-desk"), "http://127.0.0.1:8003": (False, "desk")}
    for address, expected in kept.items():
        desk = Desk(None, SimpleNamespace(desk_url=address), *[None] * 3)  # type: ignore[arg-type]  # only its address counts
        assert (desk.secure, desk.cookie) == expected


# -- forms from elsewhere --------------------------------------------------------------------------

CHANGES = [
    ("/desk/sign-out", {}),
    ("/desk/choose", {"theme": "dark"}),
    (f"/desk/pairings/{sample.COMMUNITY}-H001-N1-A1/accept", {}),
    (f"/desk/pairings/{sample.COMMUNITY}-H001-N1-A1/decline", {"reason": "other"}),
    ("/desk/preferences", {}),
    ("/desk/preferences/absences", {}),
    ("/desk/password", {}),
    ("/desk/parked", {}),
]


@pytest.mark.parametrize(("path", "form"), CHANGES)
def test_a_form_without_this_sessions_token_changes_nothing(
    coordinator: Person, stranger: Person, path: str, form: dict[str, str]
) -> None:
    for token in ("", "0" * 64, stranger.token):
        assert coordinator.post(path, {**form, "form_token": token}).status == 403


def test_a_form_that_the_browser_says_comes_from_elsewhere_is_refused(coordinator: Person) -> None:
    answer = coordinator.post("/desk/choose", {"theme": "dark"}, Sec_Fetch_Site="cross-site")
    assert answer.status == 403


def test_nobody_is_signed_in_by_a_form_from_elsewhere(
    sunny: Town, somebody: Callable[[], Person]
) -> None:
    person = somebody()
    person.get("/desk/sign-in")
    form = {"code": f"{sample.COMMUNITY}-S01", "password": sunny.word, "form_token": ""}
    assert person.post("/desk/sign-in", form).status == 403


# -- passwords -------------------------------------------------------------------------------------


def test_guessing_is_slowed_down_and_the_right_password_too(
    sunny: Town, somebody: Callable[[], Person]
) -> None:
    person = somebody()
    code = f"{sample.COMMUNITY}-S03"
    statuses = [person.sign_in(code, f"wrong {number}").status for number in range(6)]
    assert statuses[:4] == [422] * 4
    assert statuses[-1] == 429
    assert person.sign_in(code, sunny.word).status == 429
    assert person.sign_in(f"{sample.COMMUNITY}-S04", sunny.word).status == 303


def test_a_code_that_does_not_exist_is_answered_like_a_wrong_password(
    somebody: Callable[[], Person],
) -> None:
    person = somebody()
    known = person.sign_in(f"{sample.COMMUNITY}-S05", "wrong")
    unknown = person.sign_in(f"{sample.COMMUNITY}-S99", "wrong")
    assert (known.status, unknown.status) == (422, 422)
    blank = re.compile(r'value="[0-9a-f]{64}"|Token":"[0-9a-f]{64}"')
    assert blank.sub("", known.text) == blank.sub("", unknown.text)


def test_both_are_answered_as_late(sunny: Town) -> None:
    database = sunny.host.extension("notifications", "database")
    with database.transaction() as session:
        stored = session.get(Account, f"{sample.COMMUNITY}-S01").password

    def seconds(kept: str) -> float:
        found = []
        for _ in range(5):
            began = time.perf_counter()
            passwords.fits(kept, "wrong")
            found.append(time.perf_counter() - began)
        return statistics.median(found)

    # the same work: argon2 with the same parameters, whether or not there is such an account
    assert stored.split("$")[2:4] == passwords.NOBODY.split("$")[2:4]
    assert seconds(passwords.NOBODY) > 0.2 * seconds(stored)


def test_passwords_are_kept_as_argon2_hashes_only(sunny: Town) -> None:
    database = sunny.host.extension("notifications", "database")
    with database.transaction() as session:
        kept = [row.password for row in session.query(Account)]
    assert kept
    assert all(each.startswith("$argon2id$") and sunny.word not in each for each in kept)


def test_nobody_but_operators_and_administrators_sets_a_password(sunny: Town) -> None:
    acting = sunny.system.acting(f"{sample.COMMUNITY}-S01", "coordinator", sample.COMMUNITY)
    for key in (f"{sample.COMMUNITY}-S02", "operator"):
        with pytest.raises(Forbidden):
            set_password(acting, key, "some-word-2026")
    administrator = sunny.system.acting(
        f"{sample.COMMUNITY}-S08", "administrator", sample.COMMUNITY
    )
    with pytest.raises(Forbidden):
        set_password(administrator, "operator", "some-word-2026")
