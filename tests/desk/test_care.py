"""A concern at the desk: read with a purpose, referred, and seen through by a social worker."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from desk.people import Person
from desk.town import WORRY, Town
from servicekit.db import audit_entries
from sunshine import sample
from sunshine.desk import set_password

CONCERN = f"{sample.COMMUNITY}-H004-C1"
REFERRAL = f"{CONCERN}-F1"


@pytest.fixture
def worker(sunny: Town, somebody: Callable[[], Person]) -> Person:
    set_password(sunny.system, sample.SOCIAL_WORKER, "a-social-workers-word")
    person = somebody()
    assert person.sign_in(sample.SOCIAL_WORKER, "a-social-workers-word").status == 303
    return person


def step(person: Person, path: str, name: str, **facts: str) -> str:
    """Take a step, and see the page that follows."""
    answer = person.post(f"/desk/care/{path}/step", {"step": f"care_{name}", **facts})
    assert answer.status == 303, answer.text
    return html.unescape(person.get(answer.headers["Location"]).text)


def test_a_concern_goes_its_way_from_the_desk(
    sunny: Town, coordinator: Person, worker: Person
) -> None:
    shown = html.unescape(coordinator.get("/desk/care").text)
    assert "H004-C1" in shown
    assert "待处理" in shown
    assert WORRY not in shown
    told = coordinator.post(f"/desk/care/{CONCERN}/read", {"purpose": "回访前了解情况"})
    assert WORRY in html.unescape(told.text)
    shown = step(coordinator, CONCERN, "refer", profession="legal_aid")
    assert "法律援助 · 待同意" in shown
    shown = step(coordinator, f"referrals/{REFERRAL}", "consent", basis="head")
    assert "法律援助 · 待接案" in shown
    assert "我来接案" not in shown  # it is not a coordinator's
    shown = step(worker, f"referrals/{REFERRAL}", "take")
    assert "法律援助 · 已接案" in shown
    assert "H004-C1" not in step(worker, f"referrals/{REFERRAL}", "end", outcome="helped")
    with sunny.host.extension("households", "database").engine.connect() as connection:
        noted = sa.select(audit_entries.c.actor, audit_entries.c.purpose)
        found = connection.execute(noted.where(audit_entries.c.subject == CONCERN)).all()
    assert found == [(sample.COORDINATOR, "回访前了解情况")]


def test_what_is_not_a_persons_to_do_is_refused(
    sunny: Town, coordinator: Person, stranger: Person, somebody: Callable[[], Person]
) -> None:
    other = f"{sample.COMMUNITY}-H007-C1"
    taken = coordinator.post(f"/desk/care/referrals/{other}-F1/step", {"step": "care_take"})
    assert taken.status == 403
    assert coordinator.post(f"/desk/care/{other}/step", {"step": "forget"}).status == 400
    assert stranger.post(f"/desk/care/{other}/read", {"purpose": "curious"}).status == 403
    liaison = somebody()
    set_password(sunny.system, f"{sample.COMMUNITY}-S07", "a-liaisons-own-word")
    liaison.sign_in(f"{sample.COMMUNITY}-S07", "a-liaisons-own-word")
    assert liaison.get("/desk/care").status == 403


def test_a_household_is_called_back_from_the_desk(
    sunny: Town, coordinator: Person, stranger: Person
) -> None:
    call = sunny.system.call(
        "households", "find_feedback", community=sample.COMMUNITY, status="planned", size=1
    )["items"][0]
    path, household = f"/desk/care/calls/{call['id']}", call["household"]
    assert stranger.post(f"{path}/number", {"household": household}).status == 403
    shown = coordinator.post(f"{path}/number", {"household": household})
    assert 'href="tel:' in shown.text
    wrong = coordinator.post(f"{path}/record", {"outcome": "confirmed", "satisfaction": "6"})
    assert wrong.status == 400
    assert "satisfaction" in html.unescape(wrong.text)
    said = {"outcome": "unreachable", "satisfaction": "", "note": ""}
    assert coordinator.post(f"{path}/record", said).status == 303
    assert call["id"] not in coordinator.get("/desk/care").text
    done = sunny.system.call(
        "households", "find_feedback", community=sample.COMMUNITY, status="done", size=500
    )["items"]
    assert {each["id"]: each["outcome"] for each in done}[call["id"]] == "unreachable"
    with sunny.host.extension("households", "database").engine.connect() as connection:
        noted = sa.select(audit_entries.c.purpose).where(audit_entries.c.subject == household)
        assert any(purpose.startswith("电话回访") for purpose in connection.scalars(noted))
