"""Texts: in both languages, complete, and harmless."""

from typing import Any

import pytest
from jinja2 import DictLoader

from notifications import rulebook, texts
from notifications.contracts import CONSUMED, facts
from notifications.domain.codes import Locale
from notifications.domain.rules import Rule, topic_matches
from servicekit.schemas import load
from unit.notifications.happenings import COMMUNITY, HEARD

NAMES = {
    f"{COMMUNITY}-H001": "欧阳淑兰",
    f"{COMMUNITY}-V001": "司马长风",
    f"{COMMUNITY}-V002": "王秀英",
}


def met(rule: Rule) -> dict[str, Any]:
    """What the rule is met by: an event that it hears, as its publisher writes it."""
    (topic,) = [topic for topic in CONSUMED if topic_matches(rule.event, topic)]
    heard = load(CONSUMED[topic](unknown="exclude"), {**HEARD[topic], **bounds(rule)})
    return facts(topic, heard)


def bounds(rule: Rule) -> dict[str, Any]:
    return {name: _bound(wanted) for name, wanted in rule.when.items()}


def _bound(wanted: Any) -> Any:
    if not isinstance(wanted, dict):
        return wanted
    return wanted.get("at_least", wanted.get("at_most", "info"))


def every_text(test: Any) -> Any:
    cases = [(rule, locale) for rule in rulebook.shipped() for locale in Locale]
    names = [f"{rule.name}.{locale}" for rule, locale in cases]
    return pytest.mark.parametrize(("rule", "locale"), cases, ids=names)(test)


@every_text
def test_every_rule_has_a_short_text_in_each_language(rule: Rule, locale: Locale) -> None:
    text = texts.write(rule.template, locale, met(rule))
    assert 0 < len(text.subject) <= 40
    assert 2 <= len(text.body.splitlines()) <= 4
    assert all(line.strip() for line in text.body.splitlines())


@every_text
def test_every_text_stays_short_with_names_in_it(rule: Rule, locale: Locale) -> None:
    assert len(texts.write(rule.template, locale, met(rule), NAMES).subject) <= 40


@every_text
def test_every_text_can_do_without_what_an_event_may_leave_out(rule: Rule, locale: Locale) -> None:
    (topic,) = [topic for topic in CONSUMED if topic_matches(rule.event, topic)]
    required = {name for name, field in CONSUMED[topic]().fields.items() if field.required}
    told = {key: value for key, value in HEARD[topic].items() if key in required}
    bare = facts(topic, load(CONSUMED[topic](unknown="exclude"), {**told, **bounds(rule)}))
    text = texts.write(rule.template, locale, bare)
    assert "None" not in text.subject + text.body


def test_texts_speak_the_language_they_are_asked_for() -> None:
    data = HEARD["pairing.proposed"]
    chinese = texts.write("pairing-proposed", "zh-CN", data)
    english = texts.write("pairing-proposed", "en", data)
    assert chinese.subject == "新结对待确认：H001（助老）"
    assert "请于今日查看结对理由" in chinese.body
    assert english.subject == "New pairing to confirm: H001"
    assert "elderly care" in english.body


def test_names_stand_with_their_codes_where_they_are_known() -> None:
    data = HEARD["pairing.proposed"]
    chinese = texts.write("pairing-proposed", "zh-CN", data, NAMES)
    english = texts.write("pairing-proposed", "en", data, NAMES)
    assert "欧阳淑兰（H001）" in chinese.subject
    assert "司马长风 (V001)" in english.body


def test_dates_are_written_as_people_write_them() -> None:
    data = HEARD["review.due"]
    assert "2027年1月1日" in texts.write("review-due", "zh-CN", data).body
    assert "1 January 2027" in texts.write("review-due", "en", data).body


def test_a_code_that_was_added_elsewhere_since_is_shown_as_it_is() -> None:
    data = {**HEARD["pairing.ended"], "reason": "won_the_lottery"}
    assert "won_the_lottery" in texts.write("pairing-ended", "en", data).body


def test_a_missing_field_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(texts.TextError):
        texts.write("review-due", "zh-CN", {"household": f"{COMMUNITY}-H001"})


def test_a_text_that_fails_leaves_a_plain_one() -> None:
    text = texts.write_or_fall_back("review-due", "zh-CN", {}, fallback="review-due:R1:S01")
    assert text.subject == "review-due:R1:S01"


def test_a_line_break_never_gets_into_a_subject() -> None:
    data = {**HEARD["household.verified"], "household": "H1\r\nBcc: all@example.org"}
    assert "\n" not in texts.write("household-verified", "en", data).subject


@pytest.mark.parametrize(
    "attack",
    [
        "{{ household.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ self.__init__.__globals__ }}",
        "{{ household.format.__globals__ }}",
        "{{ '{0.__class__}'.format(household) }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ pairings.append('x') }}",
        "{{ names.clear() }}",
        "{% for i in range(10**9) %}{% endfor %}",
    ],
)
def test_the_sandbox_lets_no_template_out(attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = texts._environment()
    hostile = "{% block subject %}" + attack + "{% endblock %}{% block body %}{% endblock %}"
    monkeypatch.setattr(inside, "loader", DictLoader({"attack.en.j2": hostile}))
    data = {"household": "H001", "pairings": ["P1"]}
    with pytest.raises(texts.TextError):
        texts.write("attack", "en", data, NAMES)
