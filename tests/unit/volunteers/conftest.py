"""What the tests of the volunteers service are given."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from unit.volunteers.neighbourhood import neighbourhood


@pytest.fixture
def session() -> Iterator[Session]:
    """An empty neighbourhood's database."""
    with neighbourhood() as session:
        yield session
