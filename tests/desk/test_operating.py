"""Operators at the desk: what was given up is seen, and settled with a reason."""

from __future__ import annotations

import sqlalchemy as sa

from desk.people import Person
from desk.town import Town
from servicekit.db import interventions
from servicekit.events import EXCHANGE
from servicekit.publishing import Outgoing, Publisher
from waiting import eventually

UNREADABLE = Outgoing(b"\xff\xfe", EXCHANGE.format("civil_affairs"), "household.certified")


def parked(sunny: Town) -> list[dict[str, str]]:
    items: list[dict[str, str]] = sunny.system.call("households", "list_parked")["items"]
    return items


def test_a_parked_message_is_shown_and_discarded_with_a_reason(sunny: Town) -> None:
    Publisher(sunny.broker).send([UNREADABLE])
    (lying,) = eventually(lambda: parked(sunny))
    operator = Person(sunny.address)
    operator.sign_in("operator", sunny.word)
    shown = operator.get("/desk/parked").text
    assert "household.certified" in shown
    form = {"service": "households", "handler": lying["handler"], "at": lying["parked_at"]}
    refused = operator.post("/desk/parked", {**form, "action": "discard", "reason": ""})
    assert refused.status == 400
    assert len(parked(sunny)) == 1
    done = operator.post("/desk/parked", {**form, "action": "discard", "reason": "not readable"})
    assert done.status == 303
    assert parked(sunny) == []
    with sunny.host.extension("households", "database").engine.connect() as connection:
        kept = connection.execute(sa.select(interventions)).one()
    assert (kept.action, kept.reason, kept.actor) == ("discard", "not readable", "operator")
