"""A broker that hears nothing for two heartbeats ends the connection: readers wait no longer."""

from typing import Any

import pytest
from kombu import Connection

from servicekit.publishing import PATIENCE_SECONDS, patience


@pytest.mark.parametrize(
    ("agreed", "seconds"), [(0, PATIENCE_SECONDS), (600, PATIENCE_SECONDS), (10, 2.5), (1, 0.25)]
)
def test_a_reader_looks_after_heartbeats_four_times_in_each_interval(
    agreed: int, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection: Any = Connection("amqp://")
    monkeypatch.setattr(connection, "get_heartbeat_interval", lambda: agreed)
    assert patience(connection) == seconds
