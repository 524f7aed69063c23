"""The written list of attacks on the desk (docs/reference/desk-security.md), each tried."""

from __future__ import annotations

import http.client
import re
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from desk.people import Person
from desk.town import ELSEWHERE, Town
from notifications import passwords
from notifications.desk import access
from notifications.desk.app import Desk
from notifications.models import Account, SignInTry
from notifications.usecases import links
from servicekit.errors import Forbidden
from servicekit.schemas import COMMUNITY
from sunshine import sample
from sunshine.desk import set_password

PAGE = Path(__file__).parents[2] / "docs/reference/desk-security.md"
CODE = re.compile(r"\bH[0-9]{3}\b")
STRANGER = f"{ELSEWHERE}-S01"
STRANGERS_WORD = "next-door-2026"


@pytest.fixture
def somebody(sunny: Town) -> Callable[[], Person]:
    """A visitor with an empty browser."""
    return lambda: Person(sunny.address)


@pytest.fixture
def coordinator(sunny: Town, somebody: Callable[[], Person]) -> Person:
    person = somebody()
    assert person.sign_in(sample.COORDINATOR, sunny.word).status == 303
    return person


@pytest.fixture
def stranger(sunny: Town, somebody: Callable[[], Person]) -> Person:
    """A coordinator who works next door."""
    set_password(sunny.system, STRANGER, STRANGERS_WORD)
    person = somebody()
    assert person.sign_in(STRANGER, STRANGERS_WORD).status == 303
    return person


@pytest.fixture(autouse=True)
def forgiven(sunny: Town) -> Iterator[None]:
    """What one test failed to sign in with is no matter of the next."""
    yield
    database = sunny.host.extension("notifications", "database")
    with database.transaction() as session:
        session.query(SignInTry).delete()


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


# -- rights ----------------------------------------------------------------------------------------


def test_every_route_has_a_rule_and_the_page_about_them_lists_it(sunny: Town) -> None:
    app = sunny.host.extension("notifications", "web").app
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    ours = {each.rpartition(".")[2] for each in endpoints if each.startswith("desk.")}
    assert ours == access.ROUTES.keys()
    text = PAGE.read_text()
    for name, rule in access.ROUTES.items():
        assert f"| `{name}` | {rule.who.value} | {rule.place} |" in text


def test_whoever_is_not_signed_in_sees_only_the_sign_in(
    sunny: Town, somebody: Callable[[], Person]
) -> None:
    app = sunny.host.extension("notifications", "web").app
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.rpartition(".")[2]
        if not rule.endpoint.startswith("desk.") or access.ROUTES[name].who is access.Who.ANYBODY:
            continue
        path = re.sub(r"<[^>]*>", "2026-11-23", rule.rule)
        if "GET" in (rule.methods or ()):
            answer = somebody().get(path)
            assert (answer.status, "/desk/sign-in" in answer.headers["Location"]) == (302, True)
        else:
            assert somebody().post(path, {}).status == 403


def test_no_path_leads_to_another_community(sunny: Town, stranger: Person) -> None:
    pairing = sunny.open_pairings()[0]["id"]
    told = sunny.system.call("notifications", "inbox", staff=sample.COORDINATOR, size=1)
    notification = told["items"][0]["id"]
    paths = [
        f"/desk/board/{sample.COMMUNITY}",
        f"/desk/pairings/of/{sample.COMMUNITY}",
        f"/desk/pairings/{pairing}",
        f"/desk/pairings/{pairing}?instead=V001",
        f"/desk/pairings/{ELSEWHERE}-H001-N1-A1?instead={sample.COMMUNITY}-V001",
        f"/desk/notifications/{notification}",
        f"/desk/inbox?show=open&kind={sample.COMMUNITY}",
    ]
    for path in paths:
        answer = stranger.get(path)
        assert answer.status in (403, 404), path
        assert set(CODE.findall(answer.text)) <= set(CODE.findall(path)), path
    changes = [
        f"/desk/pairings/{pairing}/accept",
        f"/desk/pairings/{pairing}/decline",
        f"/desk/notifications/{notification}/acknowledge",
    ]
    for path in changes:
        assert stranger.post(path, {"reason": "other"}).status == 403, path
    cover = {"first_on": "2026-12-01", "last_on": "2026-12-02", "cover": sample.COORDINATOR}
    assert stranger.post("/desk/preferences/absences", cover).status == 403
    row = sunny.system.call("volunteers", "get_pairing", pairing=pairing)
    assert row["state"] == "proposed"


def test_no_page_shows_a_household_of_another_community(sunny: Town, stranger: Person) -> None:
    paths = ("/desk/inbox", "/desk/pairings", "/desk/board", "/desk/preferences")
    for path in paths:
        answer = stranger.get(path)
        assert answer.status == 200, path
        assert not CODE.findall(answer.text), path
        assert set(COMMUNITY.findall(answer.text)) <= {ELSEWHERE}, path


def test_a_colleagues_inbox_is_closed_to_coordinators_but_not_to_administrators(
    sunny: Town, coordinator: Person, somebody: Callable[[], Person]
) -> None:
    key = f"{sample.COMMUNITY}-S02"
    told = sunny.system.call("notifications", "inbox", staff=key, size=1)["items"][0]["id"]
    assert coordinator.get(f"/desk/notifications/{told}").status == 403
    assert coordinator.post(f"/desk/notifications/{told}/acknowledge", {}).status == 403
    administrator = somebody()
    administrator.sign_in(f"{sample.COMMUNITY}-S08", sunny.word)
    assert administrator.get(f"/desk/notifications/{told}").status == 200


def test_deciding_and_operating_need_the_role(
    sunny: Town, coordinator: Person, somebody: Callable[[], Person]
) -> None:
    pairing = sunny.open_pairings()[0]["id"]
    worker = somebody()
    worker.sign_in(f"{sample.COMMUNITY}-S05", sunny.word)
    assert worker.get(f"/desk/pairings/{pairing}").status == 200
    assert worker.post(f"/desk/pairings/{pairing}/accept", {}).status == 403
    assert coordinator.get("/desk/parked").status == 403
    operator = somebody()
    assert operator.sign_in("operator", sunny.word).status == 303
    assert operator.get("/desk/parked").status == 200


# -- what people write -----------------------------------------------------------------------------


def test_a_name_that_is_a_script_is_shown_as_text(sunny: Town) -> None:
    name = "<script>alert(1)</script>\"'{{ 7*7 }}"
    facts = {"community": ELSEWHERE, "code": "S66", "name": name, "role": "coordinator"}
    sunny.system.call("notifications", "register_staff", **facts)
    set_password(sunny.system, f"{ELSEWHERE}-S66", STRANGERS_WORD)
    person = Person(sunny.address)
    person.sign_in(f"{ELSEWHERE}-S66", STRANGERS_WORD)
    text = person.get("/desk/inbox").text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "{{ 7*7 }}" in text


@pytest.mark.parametrize(
    "path",
    [
        "/desk/inbox?show=%3Cscript%3Ealert(1)%3C/script%3E&kind=%22%3E%3Cb",
        "/desk/%3Cscript%3Ealert(1)%3C/script%3E",
        "/desk/pairings/210103008001-H001-N1-A1?instead=%3Cscript%3Ealert(1)",
        "/desk/sign-in?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_what_an_address_says_is_shown_as_text(coordinator: Person, path: str) -> None:
    assert "<script>alert" not in coordinator.get(path).text
    assert "<script>alert" not in Person(coordinator.address).get(path).text


def test_no_page_runs_scripts_of_its_own_or_styles_written_into_it(coordinator: Person) -> None:
    for path in ("/desk/inbox", "/desk/board", "/desk/preferences", "/desk/nothing"):
        answer = coordinator.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(
            r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text
        )


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/",
        "//evil.example/desk/",
        "/\\evil.example",
        "/desk/\\evil.example",
        "/desk/\t//evil.example",
        "javascript:alert(1)",
        "/desk//../../evil",
    ],
)
def test_signing_in_leads_to_no_other_place(
    sunny: Town, somebody: Callable[[], Person], where: str
) -> None:
    answer = somebody().sign_in(f"{sample.COMMUNITY}-S06", sunny.word, next=where)
    assert urlsplit(answer.headers["Location"])[:2] == ("", "")
    assert answer.headers["Location"].startswith("/desk/")
    assert "\\" not in answer.headers["Location"]


# -- links that need no sign-in --------------------------------------------------------------------


def test_a_calendars_link_cannot_be_guessed_and_ends_when_it_is_revoked(
    sunny: Town, somebody: Callable[[], Person]
) -> None:
    acting = sunny.system.acting(sample.COORDINATOR, "coordinator", sample.COMMUNITY)
    facts = {"kind": "staff_week", "subject": sample.COORDINATOR}
    path = acting.call("notifications", "make_feed", **facts)["path"]
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    assert len(token) == 43  # 256 bits
    assert somebody().get(path).text.startswith("BEGIN:VCALENDAR")
    altered = path.replace(token, token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert somebody().get(altered).status == 404
    database = sunny.host.extension("notifications", "database")
    with database.engine.connect() as connection:
        assert token not in connection.exec_driver_sql("SELECT id FROM feeds").scalars().all()
    acting.call("notifications", "revoke_feeds", subject=sample.COORDINATOR)
    assert somebody().get(path).status == 404


def test_nobody_makes_a_link_to_a_colleagues_calendar(sunny: Town) -> None:
    colleague = sunny.system.acting(f"{sample.COMMUNITY}-S02", "coordinator", sample.COMMUNITY)
    neighbour = sunny.system.acting(STRANGER, "coordinator", ELSEWHERE)
    for acting in (colleague, neighbour):
        facts = {"kind": "staff_week", "subject": sample.COORDINATOR}
        with pytest.raises(Forbidden):
            acting.call("notifications", "make_feed", **facts)


def test_a_mails_link_does_what_it_was_signed_for_and_only_when_a_button_is_pressed(
    sunny: Town, somebody: Callable[[], Person]
) -> None:
    told = sunny.system.call("notifications", "inbox", staff=sample.COORDINATOR, size=1)
    key = told["items"][0]["id"]
    with sunny.host.extension("notifications", "database").transaction() as session:
        good = links.token(session, links.ACKNOWLEDGE, key)
    person = somebody()
    assert person.get(f"/l/{good}").status == 200
    for bad in (good.replace("ack.", "quiet."), good[:-1] + "x", good.replace(".", "", 1)):
        assert person.post(f"/l/{bad}", {}).status == 404
    after = sunny.system.call("notifications", "get_notification", notification=key)
    assert after["state"] == told["items"][0]["state"]


# -- the frame -------------------------------------------------------------------------------------


def test_no_other_page_can_put_the_desk_into_a_frame(somebody: Callable[[], Person]) -> None:
    headers = somebody().get("/desk/sign-in").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_not_kept_by_browsers_or_proxies(coordinator: Person) -> None:
    for path in ("/desk/inbox", "/desk/nothing"):
        assert coordinator.get(path).headers["Cache-Control"] == "no-store"


def test_a_large_form_is_refused(coordinator: Person) -> None:
    assert coordinator.post("/desk/choose", {"next": "x" * 100_000}).status == 413
    assert coordinator.post("/desk/choose", {"next": "x" * 2_000_000}).status == 413


def test_an_error_says_nothing_of_the_inside(sunny: Town, coordinator: Person) -> None:
    host = urlsplit(sunny.address)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=10)
    connection.request("GET", "/desk/inbox?page=" + "9" * 4000)
    assert connection.getresponse().status < 500
    connection.close()
    answer = coordinator.get(f"/desk/pairings/{sample.COMMUNITY}-nobody")
    assert answer.status == 404
    assert "Traceback" not in answer.text


def test_a_stream_tells_nobody_anything_after_signing_out(sunny: Town, coordinator: Person) -> None:
    host = urlsplit(sunny.address)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=20)
    connection.request(
        "GET", "/desk/live", headers={"Cookie": f"desk={coordinator.cookies['desk']}"}
    )
    response = connection.getresponse()
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert response.readline() == b"retry: 2000\n"
    coordinator.post("/desk/sign-out", {})
    assert response.read() == b"\n"
    connection.close()
