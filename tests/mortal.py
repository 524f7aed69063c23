"""A process whose children climb escalations or send mail, and are killed in the middle of it.

It imports everything once and forks for each life, so a hundred deaths cost a few seconds:
``python mortal.py climb|send DATABASE_URL KILLS [SMTP_URL]``. The last life is left alone.
"""

import eventlet

eventlet.monkey_patch()  # as in the service: letters are prepared side by side

import os  # noqa: E402
import random  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402
from functools import partial  # noqa: E402
from zoneinfo import ZoneInfo  # noqa: E402

from sqlalchemy.orm import Session  # noqa: E402

from notifications.channels.email import Email  # noqa: E402
from notifications.channels.smtp import Server  # noqa: E402
from notifications.contracts import PUBLISHED  # noqa: E402
from notifications.domain.codes import ChannelCode  # noqa: E402
from notifications.domain.deliveries import LEASE  # noqa: E402
from notifications.usecases import escalating, sending  # noqa: E402
from notifications.usecases.links import Links  # noqa: E402
from servicekit import failpoints, telemetry  # noqa: E402
from servicekit.db import create_engine  # noqa: E402
from servicekit.outbox import Contract  # noqa: E402
from servicekit.privacy import Vault  # noqa: E402
from servicekit.testing import KEY  # noqa: E402
from servicekit.transactions import one_by_one  # noqa: E402

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROUNDS = 20
ROUND = timedelta(minutes=15)
WAYS = frozenset({ChannelCode.INAPP, ChannelCode.EMAIL})
dice = random.Random(20261123)


@contextmanager
def transaction(url: str) -> Iterator[Session]:
    info = {
        "vault": Vault(KEY),
        "contract": Contract("notifications", PUBLISHED),
        "zone": ZoneInfo("Asia/Shanghai"),
    }
    engine = create_engine(url)
    with Session(engine, info=info, expire_on_commit=False) as session, session.begin():
        yield session
    engine.dispose()


def climb(url: str, _life: int) -> None:
    """All rounds from the first: what was done already is not due any more."""
    for number in range(1, ROUNDS + 1):
        now = NOW + number * ROUND
        while True:
            with transaction(url) as session:
                key = escalating.due(session, now=now)
                if key is None:
                    break
                escalating.climb(session, key, now=now, working=WAYS)


def send(smtp: str, url: str, life: int) -> None:
    """Each life begins when the leases of the one before have run out."""
    began = NOW + life * (LEASE + timedelta(seconds=30)) - timedelta(seconds=time.monotonic())
    sender = sending.Sender(
        transaction=partial(transaction, url),
        noting=partial(one_by_one, create_engine(url)),
        channel=Email(Server.parse(smtp), "Sunshine <sunshine@example.org>"),
        working=WAYS,
        providers={},
        clock=lambda: began + timedelta(seconds=time.monotonic()),
        links=Links(),
    )
    while any(sending.send_due(sender, limit=1000).values()):
        pass


def live(work: Callable[[str, int], None], url: str, life: int, failpoint: int) -> int:
    """Fork a life; with a failpoint it dies when it has stored so many events."""
    child = os.fork()
    if child == 0:
        eventlet.hubs.use_hub()  # the parent's would be shared
        if failpoint:
            failpoints.arm("outbox.stored", failpoint)
        work(url, life)
        os._exit(0)
    return child


def main(job: str, url: str, kills: int, smtp: str = "") -> None:
    telemetry.configure("ERROR", "json")
    work = climb if job == "climb" else partial(send, smtp)
    died = life = 0
    while died < kills:
        life += 1
        by_itself = job == "climb" and dice.random() < 0.5
        child = live(work, url, life, dice.randint(1, 4) if by_itself else 0)
        if not by_itself:
            time.sleep(dice.uniform(0.02, 0.15))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break  # there was nothing left to do
        died += 1
    os.waitpid(live(work, url, life + 1, 0), 0)
    sys.stdout.write(f"{died}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
