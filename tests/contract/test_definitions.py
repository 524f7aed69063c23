"""The definitions give each account what its service needs, and nothing of another's."""

import re
from typing import Any

import pytest

from sunshine import definitions

NAMES = [service.name for service in definitions.SERVICES]
SETTINGS = definitions.settings_from({"HANDLER_RETRY_DELAYS": "notice=5/50"})
MADE = definitions.definitions(definitions.SERVICES, SETTINGS, "sunshine", {"households": "h"})


def names(kind: str) -> list[str]:
    return [each["name"] for each in MADE[kind]]


def may(service: str, right: str, name: str) -> bool:
    granted: Any = next(each for each in MADE["permissions"] if each["user"] == service)
    return re.search(granted[right], name) is not None


@pytest.mark.parametrize("service", NAMES)
def test_an_account_reads_the_queues_of_its_service_only(service: str) -> None:
    own = {each for each in names("queues") if each.removeprefix("rpc-").startswith(service)}
    assert own == {each for each in names("queues") if may(service, "read", each)}
    assert f"rpc-{service}" in own


@pytest.mark.parametrize("service", NAMES)
def test_an_account_publishes_in_the_name_of_its_service_only(service: str) -> None:
    written = {each for each in names("exchanges") if may(service, "write", each)}
    assert written == {"nameko-rpc", f"{service}.events"}


@pytest.mark.parametrize("service", NAMES)
def test_an_account_configures_nothing_but_replies(service: str) -> None:
    everything = names("queues") + names("exchanges")
    assert not [each for each in everything if may(service, "configure", each)]
    assert may(service, "configure", "rpc.reply-1")


def test_every_binding_joins_what_is_defined() -> None:
    for binding in MADE["bindings"]:
        assert binding["source"] in names("exchanges")
        assert binding["destination"] in names("queues")


def test_the_queues_follow_the_settings_and_users_the_passwords() -> None:
    retries = [each for each in names("queues") if each.startswith("notifications.notice.retry.")]
    assert retries == ["notifications.notice.retry.5000", "notifications.notice.retry.50000"]
    assert names("users") == ["households"]
