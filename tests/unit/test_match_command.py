"""What ``sunshine match`` understands, before any service is asked."""

import pytest
from click.testing import CliRunner

from sunshine.matching import AIDS, match, whatif


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["--weight", "distance"], "write for instance distance=40"),
        (["--weight", "distance=far"], "write for instance distance=40"),
        (["--reach", "schooling"], "write for instance"),
        (["--at", "here"], "write 41.795,123.455"),
        (["--aid", "teeth"], "elderly"),
    ],
)
def test_an_option_that_cannot_be_read_says_how_to_write_it(words: list[str], remedy: str) -> None:
    done = CliRunner().invoke(match, ["whatif", *words])
    assert done.exit_code == 2
    assert remedy in " ".join(done.output.split())


def test_a_reach_is_for_one_aid_kind_or_for_all() -> None:
    parsed = whatif.make_context("whatif", ["--reach", "1500", "--reach", "schooling=2000"])
    assert parsed.params["reach"] == dict.fromkeys(AIDS, 1500) | {"schooling": 2000}


def test_the_word_run_may_be_left_out() -> None:
    done = CliRunner().invoke(match, ["210103008001", "--odd"])
    assert "match run [OPTIONS] COMMUNITY" in done.output
