"""The three services as processes, and a flow in which each event reaches all of them.

The authority certifies a household: households verifies it and raises its need; volunteers copies
the need and proposes a pairing; notifications tells a director of the one, a coordinator of the
other. One community is registered the usual way; the others are copies of its rows.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import households.models
import notifications.models
import servers
import volunteers.models
from alone import ROOT, Alone
from chaos.clients import Letter, letter
from chaos.crew import Job
from chaos.places import SETTINGS, Place, read
from servicekit.db import inbox
from unit.households.givens import a_need, another_household
from unit.volunteers.neighbourhood import somebody

TEMPLATE = "210103008001"
LOT = 10
TODAY = date.today()  # noqa: DTZ011 - a day more or less makes no difference
MODELS = {
    "households": households.models.Base,
    "volunteers": volunteers.models.Base,
    "notifications": notifications.models.Base,
}
EFFECTS = {
    # one row for each step that the household's version made beyond its registration
    "households.verified": "SELECT id FROM households, generate_series(2, version)"
    f" WHERE community <> '{TEMPLATE}'",
    "households.reviews": f"SELECT household_id FROM reviews WHERE community <> '{TEMPLATE}'",
    "volunteers.needs": f"SELECT household FROM need_copies WHERE community <> '{TEMPLATE}'",
    "volunteers.pairings": "SELECT regexp_replace(need_id, '-N1$', '') FROM pairings",
    # alike ones are told together; each is an alert
    "notifications.verified": "SELECT data->>'household' FROM alerts"
    " WHERE id LIKE 'household-verified:%'",
    "notifications.proposed": "SELECT regexp_replace(data->>'need', '-N1$', '') FROM notifications"
    " WHERE rule = 'pairing-proposed'",
}


class Town(Place):
    """Three services, and as many communities as are asked for."""

    names = tuple(MODELS)
    handlers = ("households.follow_certificate", "volunteers.copy_need", "notifications.notice")
    handlings = 5  # a certificate makes three events more, and notifications hears those

    def __init__(self, broker: servers.Rabbitmq, databases: servers.Postgres, folder: Path) -> None:
        super().__init__(broker, databases)
        settings = SETTINGS | {"SEND_SECONDS": 3600}
        self._alone = [Alone(n, self.uri, url, folder, **settings) for n, url in self.urls.items()]
        for place in self._alone:
            place.migrate()
        self._engines = {
            name: sa.create_engine(url, poolclass=sa.NullPool) for name, url in self.urls.items()
        }
        self._numbers = count(1)

    def jobs(self) -> list[Job]:
        return [
            Job(
                place.service,
                f"{place.service}.service",
                ROOT / "services" / place.service,
                "config.yml",
                place.environment,
            )
            for place in self._alone
        ]

    def await_start(self) -> None:
        super().await_start()
        self._found_template()

    def _found_template(self) -> None:
        """Register ten applicants with a need each, who helps them, and who is told."""
        for number in range(2, 2 + LOT):
            self._call("households", "register_household", **another_household(number))
            need = a_need(household=f"{TEMPLATE}-H{number:03}", starts_on=str(TODAY))
            self._call("households", "raise_need", **need)
        helper = somebody(community=TEMPLATE, capacity=20, latitude=41.796, longitude=123.455)
        self._call("volunteers", "register_volunteer", **helper)
        self._call("volunteers", "activate_volunteer", volunteer=f"{TEMPLATE}-V001")
        for code, role in (("S01", "director"), ("S02", "coordinator")):
            person = {"community": TEMPLATE, "code": code, "name": "沈丽华", "role": role}
            self._call("notifications", "register_staff", **person)

    def some(self) -> list[Letter]:
        """Certificates for the households of a new community."""
        community = f"2202{next(self._numbers):08}"
        for name, base in MODELS.items():
            _clone(self._engines[name], base.metadata, community)
        return [_certificate(f"{community}-H{number:03}") for number in range(2, 2 + LOT)]

    def hopeless(self, number: int) -> Letter:
        return _certificate(f"{TEMPLATE}-X{number}")

    def places(self) -> dict[str, list[str]]:
        """What was done, by place; a household as often as it was done."""
        return {
            place: read(self.urls[place.partition(".")[0]], statement)
            for place, statement in EFFECTS.items()
        }

    def forget_the_inboxes(self) -> None:
        """As housekeeping does, years later."""
        for engine in self._engines.values():
            with engine.begin() as connection:
                connection.execute(sa.delete(inbox))

    def _call(self, service: str, method: str, /, **data: Any) -> Any:
        return self.client.call(service, method, **data)


def _certificate(household: str) -> Letter:
    community, _, code = household.partition("-")
    data: dict[str, Any] = {"community": community, "household": code}
    data |= {"certified_on": str(TODAY - timedelta(days=1))}
    data |= {"valid_until": str(TODAY + timedelta(days=300))}
    return letter(household, "household.certified", "civil_affairs", data)


def _clone(engine: sa.Engine, metadata: sa.MetaData, community: str) -> None:
    """Copy the template's rows: every id begins with its community."""
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if "community" not in table.columns:
                continue
            connection.execute(
                sa.text(
                    f"INSERT INTO {table.name} SELECT (jsonb_populate_record(NULL::{table.name},"
                    " replace(to_jsonb(t)::text, :template, :community)::jsonb)).*"
                    f" FROM {table.name} t WHERE community = :template ON CONFLICT DO NOTHING"
                ),
                {"template": TEMPLATE, "community": community},
            )
