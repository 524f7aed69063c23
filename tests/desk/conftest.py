"""A town for each module of the desk's tests: no other test moves its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk.people import STRANGER, STRANGERS_WORD, Person
from desk.town import Town, grown, town
from notifications.models import SignInTry
from sunshine import sample
from sunshine.desk import set_password


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What all towns are copied from: it takes its time to grow."""
    return grown(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def sunny(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The sample community with a desk."""
    with town(model, tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture
def somebody(sunny: Town) -> Callable[[], Person]:
    """A visitor with an empty browser."""
    return lambda: Person(sunny.address)


@pytest.fixture
def coordinator(sunny: Town, somebody: Callable[[], Person]) -> Person:
    person = somebody()
    assert person.sign_in(sample.COORDINATOR, sunny.word).status == 303
    return person


@pytest.fixture
def stranger(sunny: Town, somebody: Callable[[], Person]) -> Person:
    """A coordinator who works next door."""
    set_password(sunny.system, STRANGER, STRANGERS_WORD)
    person = somebody()
    assert person.sign_in(STRANGER, STRANGERS_WORD).status == 303
    return person


@pytest.fixture(autouse=True)
def forgiven(sunny: Town) -> Iterator[None]:
    """What one test failed to sign in with is no matter of the next."""
    yield
    database = sunny.host.extension("notifications", "database")
    with database.transaction() as session:
        session.query(SignInTry).delete()
