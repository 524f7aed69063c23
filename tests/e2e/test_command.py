"""The ``sunshine`` command as an operator uses it: in a shell, in an empty folder."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from sunshine import sample
from waiting import eventually

COMMAND = [sys.executable, "-m", "sunshine.cli"]


def sunshine(folder: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SUNSHINE_DATA": str(folder / "var"), "COLUMNS": "160"}
    done = subprocess.run(
        [*COMMAND, *words],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which ``sunshine run`` is up with the sample."""
    folder = tmp_path_factory.mktemp("run")
    environment = {**os.environ, "SUNSHINE_DATA": str(folder / "var")}
    process = subprocess.Popen([*COMMAND, "run", "--port", "0"], env=environment, cwd=folder)
    try:
        eventually((folder / "var" / "control.socket").exists, timeout=90)
        yield folder
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path


def test_the_demo_tells_of_everything_and_ends_with_one_screen_of_it(empty: Path) -> None:
    shown = sunshine(empty, "demo", "--full").stdout
    codes = {f"H{number:03}" for number in range(1, 69)}
    assert not [code for code in codes if code not in shown]
    for heading in ("Needs and coverage", "Visits by week", "Hours", "notifications by template"):
        assert heading in shown
    screen = shown[shown.index("四助三服务") :].splitlines()
    assert len(screen) <= 52  # with the time that it took
    assert max(cell_len(line.rstrip()) for line in screen) <= 100
    for part in (
        "68 户",
        "why 16 needs are open",
        "2026-07",
        "合计 all",
        "settled",
        "主任 director",
    ):
        assert part in "\n".join(screen), part


def test_status_of_a_running_system_is_ready(running: Path) -> None:
    assert sunshine(running, "status").stdout.count("ready") == 3


def test_coverage_inbox_and_explanations_can_be_asked_for(running: Path) -> None:
    assert "H068" in sunshine(running, "coverage").stdout
    assert "结对" in sunshine(running, "inbox", "S01").stdout
    pairing = json.loads(sunshine(running, "explain", "H001-N1-A1", "--json").stdout)
    assert all(row["passed"] for row in pairing["filters"])
    why_not = sunshine(running, "explain", "H001-N1", "--volunteer", "V001").stdout
    assert "✗" in why_not


def test_matching_can_be_looked_into(running: Path) -> None:
    assert "✓" in sunshine(running, "match", "replay", "R1").stdout
    assert json.loads(sunshine(running, "match", "overrides", "--json").stdout)["proposed"] > 100
    fair = sunshine(running, "match", "fairness").stdout
    assert all(word in fair for word in ("By aid kind", "By age band", "By building", "Load"))
    more = ("--volunteers", "2", "--aid", "schooling", "--clearance", "background_check")
    what_if = sunshine(running, "match", "whatif", "--reach", "1500", *more).stdout
    assert "3 recruits" in what_if
    assert "would be served too" in what_if
    assert "pairings proposed" in sunshine(running, "match", sample.COMMUNITY, "--dry-run").stdout


def test_whatever_a_service_can_be_asked_can_be_asked_in_a_shell(running: Path) -> None:
    household = f"{sample.COMMUNITY}-H001"
    words = ("raise_concern", f"household={household}", "kind=money", "note=接到可疑电话")
    raised = json.loads(sunshine(running, "call", "households", *words).stdout)
    assert (raised["id"], raised["status"]) == (f"{household}-C1", "open")
    found = sunshine(
        running, "call", "households", "find_concerns", f"community={sample.COMMUNITY}", "size:=5"
    )
    assert json.loads(found.stdout)["items"] == [raised]
    refused = sunshine(running, "call", "households", "find_concerns", "community", check=False)
    assert "write name=text or name:=JSON" in refused.stderr
    concern = f"concern={raised['id']}"
    sunshine(running, "call", "households", "close_concern", concern, "outcome=resolved")
    asked = ("request_referral", concern, "profession=social_work")
    refused = sunshine(running, "call", "households", *asked, check=False)
    assert refused.returncode == 1
    assert "conflict" in refused.stderr
    assert "closed is final" in " ".join(refused.stderr.split())


def test_a_second_system_in_the_same_folder_is_refused(running: Path) -> None:
    done = sunshine(running, "run", check=False)
    assert done.returncode == 1
    assert "runs in" in done.stderr


def test_a_port_that_is_taken_is_a_clear_error(empty: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = sunshine(empty, "run", "--empty", "--port", port, check=False)
    assert done.returncode == 1
    assert "cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_with_a_bad_row_is_refused_whole_and_says_where(empty: Path) -> None:
    file = empty / "partners.csv"
    shutil.copy(sample.find_examples() / "partners.csv", file)
    with file.open("a", encoding="utf-8") as stream:
        stream.write("P99,坏数据,castle,yes\n")
    done = sunshine(empty, "import", "partners", str(file), check=False)
    assert done.returncode == 1
    with (empty / "partners.refused.csv").open(encoding="utf-8-sig") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["line"], row["field"]) == ("9", "kind")
    assert row["problem"]
    assert row["remedy"]
    again = sunshine(empty, "import", "partners", str(sample.find_examples() / "partners.csv"))
    assert "7 imported, 0 already there" in again.stdout


def test_importing_twice_finds_everything_there(empty: Path) -> None:
    file = str(sample.find_examples() / "partners.csv")
    sunshine(empty, "import", "partners", file)
    assert "0 imported, 7 already there" in sunshine(empty, "import", "partners", file).stdout


def test_a_dry_run_stores_nothing(empty: Path) -> None:
    file = str(sample.find_examples() / "partners.csv")
    assert "7 would be imported" in sunshine(empty, "import", "partners", file, "--dry-run").stdout
    assert "7 imported" in sunshine(empty, "import", "partners", file).stdout


def test_a_broker_that_is_not_there_is_a_clear_error_at_once(empty: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        uri = f"amqp://guest:guest@127.0.0.1:{gone.getsockname()[1]}//"
    done = sunshine(empty, "--amqp-uri", uri, "match", sample.COMMUNITY, check=False)
    assert done.returncode == 1
    assert "the broker is not there" in done.stderr


def test_an_unknown_id_is_a_clear_error(running: Path) -> None:
    done = sunshine(running, "explain", "H999-N1-A1", check=False)
    assert done.returncode == 1
    assert "does not exist" in done.stderr
