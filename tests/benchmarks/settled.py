"""Made-up districts in a database: what a service finds there that has run for long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from benchmarks.districts import HERE, TODAY, district
from servicekit.migrations import upgrade
from volunteers.domain.matching import Need, Volunteer
from volunteers.models import Clearance, NeedCopy, Pairing
from volunteers.models import Volunteer as Row

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 1, tzinfo=UTC)
URGENCIES = {1: "routine", 2: "soon", 3: "urgent"}
AT_ONCE = 5_000


def settle(url: str, needs: int, volunteers: int) -> None:
    """Fill an empty database of the volunteers service."""
    upgrade("volunteers", url)
    asking, helping = district(needs, volunteers)
    engine = sa.create_engine(url)
    for model, rows in (
        (Row, map(_volunteer, helping)),
        (Clearance, map(_clearance, helping)),
        (NeedCopy, map(_need, asking)),
    ):
        for part in _parts(list(rows)):
            with engine.begin() as connection:
                connection.execute(sa.insert(model), part)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def unsettle(url: str) -> None:
    """Forget all proposals."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {Pairing.__tablename__}, match_runs, outbox CASCADE")
    engine.dispose()


def _parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _volunteer(each: Volunteer) -> dict[str, Any]:
    data = each.to_data()
    same = ("id", "community", "kind", "gender", "aid_kinds", "skills", "languages")
    more = ("availability", "capacity", "max_distance_m", "latitude", "longitude")
    return {name: data[name] for name in (*same, *more)} | {
        "code": each.id[13:],
        "state": "active",
        "born_by": each.birth_date,
        "registered_at": NOW,
        "registration_index": each.id,
        "version": 1,
        "data_key": b"",
    }


def _clearance(each: Volunteer) -> dict[str, Any]:
    ((kind, last),) = each.clearances.items()
    return {
        "id": f"{each.id}-{kind}-{TODAY}",
        "community": HERE,
        "volunteer_id": each.id,
        "kind": kind,
        "issued_on": TODAY,
        "expires_on": last,
    }


def _need(each: Need) -> dict[str, Any]:
    facts = each.to_data() | {"urgency": URGENCIES[each.urgency], "ends_on": None}
    return {
        "id": each.id,
        "community": HERE,
        "household": each.household,
        "status": "open",
        "aid_kind": each.aid_kind,
        "facts": facts,
        "version": 1,
    }
