"""What ``sunshine match`` understands, before any service is asked."""

import os
import signal
from typing import Any

import eventlet
import pytest
from click.testing import CliRunner
from eventlet.event import Event as Signal

from servicekit.errors import Conflict
from sunshine import matching
from sunshine.matching import AIDS, match, matched, whatif


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


class Matching:
    """A system whose run goes on until it is stopped, or has been looked at so often."""

    def __init__(self, looks: int) -> None:
        self.looks, self.ended = looks, Signal()

    def call(self, service: str, method: str, /, **_: Any) -> Any:
        if method == "match":
            return self.ended.wait()
        self.looks -= 1
        if method == "stop_match":
            self.ended.send_exception(Conflict("it was stopped"))
        elif not self.looks:
            self.ended.send({"count": 7})
        return {"running": True, "stage": "storing", "done": 500, "of": 900}


def test_a_run_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "LOOK_SECONDS", 0.01)
    seen: list[str] = []
    answer = matched(Matching(looks=3), "210103008001", dry_run=False, show=seen.append)
    assert (answer, seen) == ({"count": 7}, ["保存 storing 500/900"] * 3)


def test_an_interrupt_stops_the_run_between_two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "LOOK_SECONDS", 0.01)
    before = signal.getsignal(signal.SIGINT)
    eventlet.spawn_after(0.02, os.kill, os.getpid(), signal.SIGINT)
    with pytest.raises(Conflict, match="it was stopped"):
        matched(Matching(looks=10_000), "210103008001", dry_run=False, show=lambda _text: None)
    assert signal.getsignal(signal.SIGINT) is before
