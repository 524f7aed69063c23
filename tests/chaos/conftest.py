"""Places for chaos: servers that may be killed, ledgers, and a report for each scenario."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import servers
import trial  # noqa: F401 - it patches this process for eventlet
from chaos.crew import Crew, Job, NewCrew, Schedule
from chaos.ledger import Ledger, NewLedger
from chaos.places import Place, Workshop
from chaos.scale import Report
from chaos.town import Town
from servicekit import failpoints


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What a scenario opened is closed with it, the last first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def workshop(
    own_rabbitmq: servers.Rabbitmq, own_postgres: servers.Postgres, tmp_path: Path
) -> Iterator[Workshop]:
    place = Workshop(own_rabbitmq, own_postgres, tmp_path)
    yield place
    place.close()


@pytest.fixture
def town(
    own_rabbitmq: servers.Rabbitmq, own_postgres: servers.Postgres, tmp_path: Path
) -> Iterator[Town]:
    place = Town(own_rabbitmq, own_postgres, tmp_path)
    yield place
    place.close()


@pytest.fixture
def new_ledger(tmp_path: Path, stack: ExitStack) -> NewLedger:
    def new(name: str, only: Mapping[str, str] | None = None) -> Ledger:
        ledger = Ledger(tmp_path / f"{name}.ledger", only)
        stack.callback(ledger.close)
        return ledger

    return new


@pytest.fixture
def new_crew(tmp_path: Path, stack: ExitStack, report: Report) -> NewCrew:
    """Start processes; at the end none may have ended by itself."""

    def new(place: Place, jobs: Sequence[Job] = (), **how: Any) -> Crew:
        schedule = Schedule(report.dice, failpoints.NAMES)
        crew = Crew(jobs or place.jobs(), schedule, tmp_path, **how)
        stack.callback(crew.close)
        place.await_start()
        return crew

    return new


@pytest.fixture
def report(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[Report]:
    """The scenario's numbers, told when it is over, however it ends."""
    report = Report(request.node.name.removeprefix("test_"))
    yield report
    line = report.close()
    with capsys.disabled():
        print(f"\n{line}")  # noqa: T201 - that is its purpose
