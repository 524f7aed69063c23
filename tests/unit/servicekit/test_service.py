"""What an entry point refuses before the use case is asked."""

from __future__ import annotations

import pytest

from servicekit.service import communities_in


@pytest.mark.parametrize("text", ["210103008001", "210103008001-H001", "210103008001-H001-N1-A1"])
def test_a_community_is_found_by_itself_and_in_ids(text: str) -> None:
    assert communities_in({"anything": text}) == {"210103008001"}


@pytest.mark.parametrize("text", ["H001", "8618000007182", "210100198403206195", "2101030080012"])
def test_other_numbers_are_no_community(text: str) -> None:
    assert communities_in({"anything": text}) == set()


def test_every_community_that_is_named_counts() -> None:
    data = {"need": "210103008001-H001-N1", "volunteer": "210103008002-V001", "page": 1}
    assert communities_in(data) == {"210103008001", "210103008002"}
