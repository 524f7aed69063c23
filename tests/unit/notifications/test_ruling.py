"""A community's own rules and texts: tried on what happened before they are used."""

from collections.abc import Iterator

import pytest
import yaml
from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain.codes import Locale
from notifications.usecases import explaining, ruling
from notifications.usecases.composing import content
from servicekit.actors import Actor
from servicekit.errors import Forbidden, Invalid, NotFound
from unit.notifications.happenings import (
    COMMUNITY,
    NOW,
    OPERATOR,
    database,
    happening,
    happens,
    person,
)
from unit.notifications.test_rulebook import GOOD

COORDINATOR = Actor(f"{COMMUNITY}-S01", "coordinator", (COMMUNITY,))
OURS = "{% block subject %}我们的 {{ visit|short }}{% endblock %}{% block body %}x{% endblock %}"


@pytest.fixture
def session() -> Iterator[Session]:
    with database() as opened:
        person(opened, "S01", "coordinator")
        person(opened, "S09", "director")
        yield opened


def check(session: Session, rules: str = "") -> dict[str, object]:
    data = {"community": COMMUNITY, "rules": rules, "days": 7}
    return ruling.check(session, data, now=NOW, actor=OPERATOR)


def test_a_set_of_rules_is_tried_on_what_happened_and_nothing_is_sent(session: Session) -> None:
    happens(session, "visit.missed")
    stricter = yaml.safe_dump([{**GOOD, "roles": ["director"], "urgency": "urgent"}])
    report = check(session, stricter)
    assert (report["rules"], report["events"]) == (1, 1)
    assert report["items"] == [
        {
            "rule": "visit-missed",
            "staff": f"{COMMUNITY}-S09",
            "urgency": "urgent",
            "deferred_for": None,
            "count": 1,
        }
    ]
    assert len(explained(session)) == 2


def explained(session: Session) -> list[dict[str, object]]:
    key = happening("visit.missed").id
    return list(explaining.explain(session, {"event": key}, actor=OPERATOR)["rules"])


def test_a_wrong_set_is_answered_with_every_problem(session: Session) -> None:
    report = check(session, "- {name: x}\n- {name: y, event: visit.missed}")
    assert any(str(line).startswith("x.event: is missing") for line in report["problems"])  # type: ignore[attr-defined]


def change(session: Session, entry: dict[str, object], actor: Actor = OPERATOR) -> None:
    data = {"community": COMMUNITY, "name": "visit-missed", "entry": entry}
    ruling.change_rule(session, data, now=NOW, actor=actor)
    session.flush()


def test_a_community_changes_a_rule_and_switches_it_off(session: Session) -> None:
    change(session, {**GOOD, "roles": ["director"]})
    assert [key[-3:] for key in happens(session, "visit.missed")] == ["S09"]
    change(session, {})
    assert happens(session, "visit.missed", visit=f"{COMMUNITY}-V9") == []


def test_a_wrong_rule_is_not_put_to_use_and_not_everybody_may(session: Session) -> None:
    with pytest.raises(Invalid, match="is not in the code list"):
        change(session, {**GOOD, "roles": ["boss"]})
    with pytest.raises(Forbidden):
        change(session, dict(GOOD), COORDINATOR)


def preview(session: Session, source: str | None, event: str | None = None) -> dict[str, str]:
    data = {"template": "visit-missed", "locale": Locale.CHINESE, "source": source, "event": event}
    return ruling.preview(session, data, actor=OPERATOR)


def test_a_text_is_previewed_with_a_real_event(session: Session) -> None:
    with pytest.raises(NotFound):
        preview(session, None)
    happens(session, "visit.missed")
    assert preview(session, None)["subject"] == "2026年11月25日到访未完成：H001"
    assert preview(session, OURS)["subject"] == "我们的 H001-N1-A1-20261125T1500"
    with pytest.raises(Invalid, match="cannot be written"):
        preview(session, "{% block subject %}{{ weather }}{% endblock %}")


def test_a_new_version_of_a_text_holds_from_then_on(session: Session) -> None:
    (key,) = happens(session, "visit.missed")
    data = {"template": "visit-missed", "locale": Locale.CHINESE, "source": OURS}
    written = [ruling.write_text(session, data, now=NOW, actor=OPERATOR) for _ in range(2)]
    assert [each["version"] for each in written] == [1, 2]
    told = queries.notification(session, key)
    assert content(session, told, "zh-CN")[2] == OURS
    assert content(session, told, "en")[2] is None
    with pytest.raises(Forbidden):
        ruling.write_text(session, data, now=NOW, actor=COORDINATOR)


def test_an_explanation_is_for_those_who_work_there(session: Session) -> None:
    (key,) = happens(session, "visit.missed")
    found = explaining.explain(session, {"notification": key}, actor=COORDINATOR)
    assert found["event"] == happening("visit.missed").id
    with pytest.raises(Forbidden):
        explaining.explain(session, {"notification": key}, actor=Actor("x", "coordinator", ()))
    with pytest.raises(NotFound):
        explaining.explain(session, {"event": "nothing.happened"}, actor=OPERATOR)
