"""Settings: read once, typed, and refused by name where they cannot be used."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from servicekit.errors import Invalid, flatten, problem_and_remedy
from servicekit.settings import Settings
from servicekit.testing import KEY

LEAST = {"AMQP_URI": "amqp://u:secret@broker/v", "DATABASE_URL": "sqlite://", "FIELD_KEY": KEY}


@dataclass(frozen=True, kw_only=True)
class MailSettings(Settings):
    smtp_url: str = "smtp://localhost"
    send_seconds: float = 5.0
    digest: bool = False


def test_three_settings_are_enough() -> None:
    settings = Settings.read(LEAST)
    assert settings.external_systems == ("civil_affairs", "school")
    assert settings.retry_delays == ("1", "10", "60", "600", "3600")
    assert (settings.timers, settings.timezone, settings.max_workers) == (True, "Asia/Shanghai", 10)


def test_each_missing_setting_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        Settings.read({})
    assert set(caught.value.details) == set(LEAST)
    assert "AMQP_URI: is missing; give a value" in str(caught.value)


def test_an_empty_setting_is_a_missing_one() -> None:
    with pytest.raises(Invalid, match="FIELD_KEY: is missing"):
        Settings.read({**LEAST, "FIELD_KEY": ""})
    assert Settings.read({**LEAST, "LOG_LEVEL": "", "TIMERS": None}) == Settings.read(LEAST)


BAD: list[tuple[str, Any]] = [
    ("MAX_WORKERS", "many"),
    ("MAX_WORKERS", 0),
    ("EVENT_BATCH", 0),
    ("EVENT_BATCH", -5),
    ("RPC_TIMEOUT", "soon"),
    ("RPC_TIMEOUT", 0),
    ("HEARTBEAT", -1),
    ("TIMERS", "perhaps"),
    ("QUEUE_TYPE", "fast"),
    ("RETRY_DELAYS", "1,soon"),
    ("RETRY_DELAYS", "1,-2"),
    ("RETRY_DELAYS", "0"),
    ("HTTP_ADDRESS", "8000"),
    ("HTTP_ADDRESS", "127.0.0.1:http"),
    ("HTTP_ADDRESS", "127.0.0.1:70000"),
    ("TIMEZONE", "Mars/Olympus"),
    ("TIMEZONE", "../etc/passwd"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_FORMAT", "xml"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_setting_that_cannot_be_used_is_named_with_the_remedy(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        Settings.read({**LEAST, name: value})
    ((path, text),) = flatten(caught.value.details)
    assert path == name
    assert all(problem_and_remedy(text))


def test_all_bad_settings_are_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        Settings.read({**LEAST, **dict(BAD)})
    assert set(caught.value.details) == {name for name, _ in BAD}


def test_texts_are_read_however_yaml_took_them() -> None:
    settings = Settings.read(
        {
            **LEAST,
            "FIELD_KEY": 12345,
            "RETRY_DELAYS": 5,
            "EXTERNAL_SYSTEMS": " civil_affairs , school ,",
            "TIMERS": "off",
            "MAX_WORKERS": "7",
        }
    )
    assert settings.field_key == "12345"
    assert settings.retry_delays == ("5",)
    assert settings.external_systems == ("civil_affairs", "school")
    assert (settings.timers, settings.max_workers) == (False, 7)


def test_fractions_of_a_second_are_delays_too() -> None:
    assert Settings.read({**LEAST, "RETRY_DELAYS": 0.5}).retry_delays == ("0.5",)


def test_what_belongs_to_others_is_left_alone() -> None:
    assert Settings.read({**LEAST, "max_workers": 3, "rpc_exchange": "x"}) == Settings.read(LEAST)


def test_a_service_adds_settings_of_its_own() -> None:
    settings = MailSettings.read({**LEAST, "SMTP_URL": "smtp://mail", "DIGEST": "on"})
    assert (settings.smtp_url, settings.send_seconds, settings.digest) == ("smtp://mail", 5.0, True)
    with pytest.raises(Invalid, match="SEND_SECONDS"):
        MailSettings.read({**LEAST, "SEND_SECONDS": "often"})


def test_secrets_do_not_show() -> None:
    shown = repr(replace(Settings.read(LEAST), database_url="postgresql://u:secret@d/x"))
    assert "secret" not in shown
    assert KEY not in shown


def test_a_handler_can_have_delays_of_its_own() -> None:
    settings = Settings.read({**LEAST, "HANDLER_RETRY_DELAYS": "notice=0.5/5, match=60"})
    assert settings.delays_of("notice") == [500, 5000]
    assert settings.delays_of("match") == [60_000]
    assert settings.delays_of("other") == [1000, 10_000, 60_000, 600_000, 3_600_000]


@pytest.mark.parametrize("wrong", ["notice", "=5", "notice=", "notice=5/-1", "notice=a"])
def test_wrong_delays_of_a_handler_are_refused(wrong: str) -> None:
    with pytest.raises(Invalid, match="HANDLER_RETRY_DELAYS"):
        Settings.read({**LEAST, "HANDLER_RETRY_DELAYS": wrong})
