"""Attacks on rights, texts, links and the frame (docs/reference/desk-security.md), each tried."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from desk.people import STRANGER, STRANGERS_WORD, Person
from desk.town import ELSEWHERE, Town
from notifications.desk import access
from notifications.usecases import links
from servicekit.errors import Forbidden
from servicekit.schemas import Community
from sunshine import sample
from sunshine.desk import set_password

PAGE = Path(__file__).parents[2] / "docs/reference/desk-security.md"
CODE = re.compile(r"\bH[0-9]{3}\b")


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


def changes(sunny: Town) -> Iterator[tuple[access.Rule, str]]:
    """Every form's rule, and its address for something of the sample community."""
    app = sunny.host.extension("notifications", "web").app
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.rpartition(".")[2]
        if rule.endpoint.startswith("desk.") and "POST" in (rule.methods or ()):
            known = re.sub(r"<community>", sample.COMMUNITY, rule.rule)
            yield access.ROUTES[name], re.sub(r"<[^>]*>", f"{sample.COMMUNITY}-X001", known)


def test_no_form_changes_anything_of_another_community(sunny: Town, stranger: Person) -> None:
    paths = [path for _, path in changes(sunny) if sample.COMMUNITY in path]
    assert len(paths) > 40
    assert {path: stranger.post(path, {}).status for path in paths} == dict.fromkeys(paths, 403)


def test_no_form_is_taken_from_elsewhere(sunny: Town, coordinator: Person) -> None:
    paths = [path for _, path in changes(sunny)]
    foreign = {"form_token": "0" * 64}
    found = {path: coordinator.post(path, foreign).status for path in paths}
    assert found == dict.fromkeys(paths, 403)


@pytest.mark.parametrize("code", ["S01", "S05", "S07"])
def test_no_form_is_taken_from_a_role_that_it_is_not_for(
    sunny: Town, somebody: Callable[[], Person], code: str
) -> None:
    person = somebody()
    person.sign_in(f"{sample.COMMUNITY}-{code}", sunny.word)
    role = {"S01": "coordinator", "S05": "social_worker", "S07": "school_liaison"}[code]
    closed = [
        path
        for rule, path in changes(sunny)
        if rule.who in access.ROLES and role not in access.ROLES[rule.who]
    ]
    assert closed
    assert {path: person.post(path, {}).status for path in closed} == dict.fromkeys(closed, 403)


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
        seen = answer.text.replace(stranger.token, "")  # which may have twelve digits in a row
        assert set(Community.pattern.findall(seen)) <= {ELSEWHERE}, path


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
    connection.request("GET", "/desk/inbox?page=" + "9" * 6000)
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
