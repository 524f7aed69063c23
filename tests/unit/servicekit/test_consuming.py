"""How large the batches of a handler are."""

import pytest

from servicekit.consuming import BATCH_SECONDS, next_size

QUICK, SLOW = BATCH_SECONDS / 5, BATCH_SECONDS * 2


@pytest.mark.parametrize(
    ("handled", "seconds", "then"),
    [
        (10, QUICK, 20),
        (9, QUICK, 10),  # there were no more
        (10, BATCH_SECONDS / 2, 10),
        (10, SLOW, 5),
        (4, SLOW, 2),
        (1, SLOW, 1),
        (0, QUICK, 1),  # nothing could be read
    ],
)
def test_batches_grow_while_full_ones_are_quick_and_shrink_when_one_was_slow(
    handled: int, seconds: float, then: int
) -> None:
    assert next_size(10, handled, seconds, 200) == then


def test_batches_grow_no_further_than_the_setting() -> None:
    assert next_size(150, 150, QUICK, 200) == 200
