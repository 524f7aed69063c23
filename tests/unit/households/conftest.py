"""A desk on an empty database in memory, for each test its own."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from households.contracts import PUBLISHED
from households.models import Base
from servicekit.testing import session_for
from unit.households.givens import Desk


@pytest.fixture
def session() -> Iterator[Session]:
    with session_for(Base.metadata, published=PUBLISHED, source="households") as session:
        yield session


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)
