"""A mail server that takes calls and never says a word: the next channel is not kept waiting.

`PATIENCE=5 pytest tests/integration/test_dead_channels.py` waits for it as long as the service.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from notifications.channels import smtp
from notifications.domain.codes import ChannelCode, DeliveryState
from notifications.models import Delivery
from notifications.service import NotificationsService
from notifications.usecases import noticing
from robots import Provider, provider
from servicekit import embedded
from servicekit.hosting import Host
from servicekit.migrations import upgrade
from servicekit.testing import KEY
from unit.notifications.happenings import happening, person
from waiting import eventually

PATIENCE = float(os.environ.get("PATIENCE", "1"))
PROMISED = 30.0
LETTERS = 5
"""As many as the gateway takes for one telephone in a minute."""
BOTH_WAYS = {
    "email": "s05@example.org",
    "phone": "18000008817",
    "channels": ["inapp", "email", "sms"],
}


@pytest.fixture
def black_hole() -> Iterator[str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def gateway() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def service(
    black_hole: str, gateway: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", PATIENCE)
    embedded.install()
    name = f"dead-{uuid4().hex[:8]}"
    config = {
        "AMQP_URI": f"embedded://{name}",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'notifications.sqlite'}",
        "FIELD_KEY": KEY,
        "SMTP_URL": black_hole,
        "SMS_URL": gateway.url,
    }
    upgrade("notifications", config["DATABASE_URL"])
    with Host({NotificationsService: config}) as host:
        yield host.extension("notifications", "database")
    embedded.reset(name)


def test_within_half_a_minute_everything_has_gone_another_way(
    service: Any, gateway: Provider
) -> None:
    now = datetime.now(UTC)
    began = time.monotonic()
    with service.transaction() as session:
        person(session, "S05", "social_worker", **BOTH_WAYS)
        person(session, "S08", "administrator")
        unsafe = [happening("visit.unsafe", now=now, visit=f"V{n}") for n in range(LETTERS)]
        noticing.notice_all(session, unsafe, now=now, working=service.settings.working)
    eventually(lambda: len(gateway.asked) >= LETTERS, timeout=PROMISED)
    assert time.monotonic() - began < PROMISED
    with service.transaction() as session:
        mails = select(Delivery).where(Delivery.channel == ChannelCode.EMAIL)
        states = {row.state for row in session.scalars(mails)}
    assert states == {DeliveryState.FAILED}
