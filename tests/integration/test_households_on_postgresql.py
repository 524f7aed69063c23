"""What only a database with many connections shows: two people at the same thing at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.contracts import PUBLISHED
from households.models import Household, Member, Need
from servicekit import audit
from servicekit.db import create_engine, outbox
from servicekit.errors import Conflict
from servicekit.migrations import upgrade
from servicekit.outbox import Contract
from servicekit.privacy import Vault
from servicekit.testing import KEY
from unit.households.givens import (
    HEAD_NUMBER,
    HERE,
    HOME,
    NOTE,
    Desk,
    a_child,
    a_head,
    a_household,
    a_need,
    a_record,
    another_household,
)

Act = Callable[[Desk], object]


class Office:
    """Desks with a transaction each, in one database."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        info = {
            "vault": Vault(KEY),
            "contract": Contract("households", PUBLISHED),
            "zone": ZoneInfo("Asia/Shanghai"),
        }
        with Session(self.engine, info=info, expire_on_commit=False) as session, session.begin():
            yield Desk(session)

    def at_once(self, *acts: Act) -> list[object]:
        """What each act gave, or its error; the first holds its locks until all have begun."""
        with ThreadPoolExecutor(len(acts)) as pool:
            with self.desk() as desk:
                first = acts[0](desk)
                desk.session.flush()
                others = [pool.submit(self._alone, act) for act in acts[1:]]
            return [first, *(other.result(timeout=30) for other in others)]

    def _alone(self, act: Act) -> object:
        try:
            with self.desk() as desk:
                return act(desk)
        except (sa.exc.IntegrityError, Conflict) as error:
            return error

    def count(self, kind: type) -> int:
        with self.desk() as desk:
            return desk.session.query(kind).count()

    def types_sent(self) -> list[str]:
        with self.engine.connect() as connection:
            return sorted(connection.scalars(sa.select(outbox.c.type)))


@pytest.fixture
def office(make_database: Callable[[str], str]) -> Iterator[Office]:
    """On PostgreSQL, with the tables that the migrations make."""
    url = make_database("households")
    upgrade("households", url)
    office = Office(url)
    yield office
    office.engine.dispose()


@pytest.fixture
def verified(office: Office) -> Office:
    with office.desk() as desk:
        desk.register()
        desk.verify()
    return office


def test_what_is_stored_reads_as_it_was_written(office: Office) -> None:
    household = a_household(members=[a_head(), a_child(disability="visual")])
    with office.desk() as desk:
        desk.register(household)
        desk.raise_need(a_need(note=NOTE, code="N1"))
    with office.desk() as desk:
        desk.register(household)
        need = desk.raise_need(a_need(note=NOTE, code="N1"))
        assert (need.note, need.skills, need.slots) == (NOTE, ["company"], a_need()["slots"])
        assert desk.find_households(identity_number=HEAD_NUMBER)["total"] == 1
        assert desk.find_households(aid_kind="elderly", code="H")["items"][0]["disabled"] == 1
        assert desk.coverage()["cells"][0]["needs"] == {"elderly": "open"}
    assert office.types_sent() == ["household.registered"]


def test_an_import_that_is_refused_leaves_nothing(office: Office) -> None:
    with office.desk() as desk:
        good, bad = a_record(another_household(2)), a_record(another_household(3, phone="1"))
        report = desk.import_households(good, bad)
    assert (report["accepted"], len(report["refused"])) == (1, 1)
    assert not report["stored"]
    assert office.count(Household) == office.count(Member) == 0


def test_a_person_registered_twice_at_once_is_in_one_household(office: Office) -> None:
    _, error = office.at_once(
        lambda desk: desk.register(), lambda desk: desk.register(a_household(code="H002"))
    )
    assert isinstance(error, sa.exc.IntegrityError | Conflict)
    assert office.count(Household) == 1


def test_needs_raised_at_once_get_codes_of_their_own(verified: Office) -> None:
    def raising(service: str) -> Act:
        return lambda desk: desk.raise_need(a_need(service=service, skills=[])).code

    services = ("company", "shopping", "cleaning", "escort")
    codes = verified.at_once(*map(raising, services))
    assert sorted(map(str, codes)) == ["N1", "N2", "N3", "N4"]


def test_an_equal_need_raised_at_once_is_one_need(verified: Office) -> None:
    ids = verified.at_once(*[lambda desk: desk.raise_need().id] * 3)
    assert ids == [f"{HOME}-N1"] * 3
    assert verified.types_sent().count("need.raised") == 1


def test_a_need_is_not_matched_and_withdrawn_at_once(verified: Office) -> None:
    with verified.desk() as desk:
        desk.raise_need()
    verified.at_once(
        lambda desk: desk.close_need("withdrawn"), lambda desk: desk.pairing("started", 3)
    )
    with verified.desk() as desk:
        need = desk.session.get_one(Need, f"{HOME}-N1")
        assert (need.status, need.pairing) == ("withdrawn", None)


def test_readers_at_once_write_one_chain(verified: Office) -> None:
    verified.at_once(*[lambda desk: desk.reveal()] * 5)
    with verified.desk() as desk:
        assert audit.verify(desk.session, HERE) == audit.Verdict(HERE, entries=5)


def test_two_processes_announce_a_review_once(verified: Office) -> None:
    act: Act = lambda desk: desk.announce_reviews(today="2028-01-01")  # noqa: E731
    assert sorted(verified.at_once(act, act, act), key=str) == [0, 0, 1]
    assert verified.types_sent().count("review.due") == 1


def test_a_certificate_delivered_twice_at_once_counts_once(office: Office) -> None:
    with office.desk() as desk:
        desk.register()
    certificate = {
        "household": "H001",
        "certified_on": "2026-11-01",
        "valid_until": "2027-10-31",
    }
    act: Act = lambda desk: desk.hear("household.certified", **certificate)  # noqa: E731
    office.at_once(act, act)
    assert office.types_sent() == ["household.registered", "household.verified"]
