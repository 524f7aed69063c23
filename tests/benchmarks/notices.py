"""10,000 notices at 100 a second, from the event to the SMTP server: how late is each?

``make bench-notices ARGS="NOTICES RATE"``. One process does what the service does: it takes events
in batches and sends what is due, on a real PostgreSQL and to a real SMTP server in a process of its
own. Exit code 1 where fewer than 99.9 % are handed over within 10 s.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402
from zoneinfo import ZoneInfo  # noqa: E402

import sqlalchemy as sa  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

import servers  # noqa: E402
from notifications.contracts import PUBLISHED  # noqa: E402
from notifications.models import Base, Delivery  # noqa: E402
from notifications.usecases import noticing, sending  # noqa: E402
from notifications.usecases.links import Links  # noqa: E402
from servicekit import telemetry  # noqa: E402
from servicekit.db import create_engine, messaging  # noqa: E402
from servicekit.outbox import Contract  # noqa: E402
from servicekit.privacy import Vault  # noqa: E402
from servicekit.testing import KEY  # noqa: E402
from servicekit.transactions import one_by_one  # noqa: E402
from smtp import SmtpServer  # noqa: E402
from unit.notifications.happenings import BOTH, COMMUNITY, happening, mailer, person  # noqa: E402

PROMISED = 10.0
BATCH_SECONDS = 0.1
INFO = {
    "vault": Vault(KEY),
    "contract": Contract("notifications", PUBLISHED),
    "zone": ZoneInfo("Asia/Shanghai"),
}


class Bench:
    def __init__(self, url: str, smtp: SmtpServer) -> None:
        self.engine, self.smtp = create_engine(url), smtp
        Base.metadata.create_all(self.engine)
        messaging.create_all(self.engine)
        self.arriving = True

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        info = dict(INFO)
        with Session(self.engine, info=info, expire_on_commit=False) as session, session.begin():
            yield session
        eventlet.sleep(0)

    def arrive(self, notices: int, rate: int) -> None:
        """Urgent news, so that no quiet hour holds them up whenever this runs."""
        visits = (f"{COMMUNITY}-H001-N1-A1-V{number:05}" for number in range(notices))
        events = [happening("visit.unsafe", now=datetime.now(UTC), visit=each) for each in visits]
        began, done = time.monotonic(), 0
        while done < notices:
            due = min(notices, int((time.monotonic() - began) * rate))
            if due > done:
                now = datetime.now(UTC)
                with self.transaction() as session:
                    noticing.notice_all(session, events[done:due], now=now, working=BOTH)
                done = due
            eventlet.sleep(BATCH_SECONDS)
        self.arriving = False

    def send(self) -> None:
        """As the service's timer does it, a second between two rounds."""
        while True:
            sender = sending.Sender(
                transaction=self.transaction,
                noting=partial(one_by_one, self.engine),
                channel=mailer(self.smtp.url),
                working=BOTH,
                providers={},
                clock=lambda: datetime.now(UTC),
                links=Links("https://desk.example.org"),
            )
            sent = sending.send_due(sender, limit=2000)["sent"]
            if not sent and not self.arriving:
                return
            eventlet.sleep(1)

    def lags(self) -> list[float]:
        with self.transaction() as session:
            mails = sa.select(Delivery).where(Delivery.channel == "email")
            rows = session.scalars(mails).all()
        return sorted(
            (row.sent_at - row.due_at).total_seconds() if row.sent_at and row.due_at else 1e9
            for row in rows
        )


def main(notices: int, rate: int) -> int:
    telemetry.configure("ERROR", "json")
    database, smtp = servers.own_postgres(), SmtpServer(Path(tempfile.mkdtemp()))
    try:
        bench = Bench(database.make_database("notices"), smtp)
        with bench.transaction() as session:
            person(session, "S05", "social_worker", email="s@example.org", channels=["email"])
        began = time.monotonic()
        sending_thread = eventlet.spawn(bench.send)
        bench.arrive(notices, rate)
        sending_thread.wait()
        seconds, lags = time.monotonic() - began, bench.lags()
        arrived = len({mail["X-Sunshine-Delivery"] for mail in smtp.messages()})
    finally:
        smtp.close()
        database.close()
    within = sum(lag <= PROMISED for lag in lags) / len(lags)
    marks = {name: lags[int(len(lags) * part)] for name, part in (("p50", 0.5), ("p99", 0.99))}
    print(  # noqa: T201
        f"{len(lags)} notices at {rate} a second, {arrived} arrived, {seconds:.0f} s in all: "
        f"p50 {marks['p50']:.2f} s, p99 {marks['p99']:.2f} s, at most {lags[-1]:.2f} s; "
        f"{within:.2%} within {PROMISED:.0f} s"
    )
    return 0 if within >= 0.999 and arrived == notices else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, (sys.argv[1:] + ["10000", "100"][len(sys.argv) - 1 :]))))
