"""One town for all the desk's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desk.town import Town, town


@pytest.fixture(scope="session")
def sunny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The sample community with a desk."""
    with town(tmp_path_factory.mktemp("desk")) as found:
        yield found
