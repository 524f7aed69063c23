"""The desk in a real browser: see journeys.py and looks.py beside the browser's own conftest."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

import servers
from desk.town import Town

BROWSER = Path(__file__).parent / "browser"


# a browser that leaves in mid-answer leaves sockets here that the collector closes
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("part", ["journeys", "looks"])
def test_the_desk_in_a_browser(sunny: Town, part: str) -> None:
    """In a process of its own: the browser's driver and cooperative sockets do not mix."""
    try:
        chromium = servers.chromium()
    except servers.ServerMissing as missing:
        servers.give_up(missing)
    found = {"TOWN": sunny.address, "TOWN_WORD": sunny.word, "TOWN_SOCKET": str(sunny.socket)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--confcutdir={BROWSER}", BROWSER / f"{part}.py"],
        env={**os.environ, **found, "TEST_CHROMIUM": str(chromium)},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    gc.collect()
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
