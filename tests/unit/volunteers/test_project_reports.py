"""A project's printed reports: what they say is what was counted, and they print."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.orm import Session

from printed import problems, words
from servicekit.errors import Conflict
from unit.volunteers.neighbourhood import log, running, unhurried, visits_of
from unit.volunteers.test_projects import END, drafted, led_to, spend
from volunteers.domain.bars import lying, months, standing
from volunteers.domain.projects import ProjectState
from volunteers.queries.reporting import report_of
from volunteers.usecases.project_reports import report


@pytest.mark.parametrize("kind", ["midterm", "closing"])
def test_a_report_says_what_was_counted_and_every_letter_of_it_prints(
    session: Session, tmp_path: Path, kind: str
) -> None:
    pairing = running(session)
    for visit in visits_of(session, pairing.id):
        log(session, visit, "done")
    project = led_to(session, drafted(session), ProjectState.RUNNING)
    spend(session, project, 8765, 5765, 3000, 2000, 2000)
    said = report_of(session, project.id, END)
    assert [(each["month"], each["visits"]) for each in said["months"]] == [
        ("11月", 1),
        ("12月", 3),
        ("1月", 0),
    ]
    printed = report(said, kind=kind)
    assert printed == report(said, kind=kind)  # the same bytes each time
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(printed)
    assert problems(pdf) == []
    text = words(pdf)
    title = {"midterm": "项目中期报告", "closing": "项目结项报告"}[kind]
    for said_so in (title, "实验学校", "政府补贴", "每周探访12户老人", "4/4", "8,765", "100%"):
        assert said_so in text, said_so


def test_what_has_not_begun_has_no_report(session: Session) -> None:
    project = led_to(session, drafted(session), ProjectState.APPROVED)
    with pytest.raises(Conflict, match="report on it once it runs"):
        report_of(session, project.id, END)


@unhurried
@given(some.dates(date(2026, 1, 1), date(2027, 12, 31)), some.integers(0, 800))
def test_months_cover_a_period_without_gap_or_overlap(since: date, days: int) -> None:
    until = since + timedelta(days=days)
    found = months(since, until)
    covered = [
        first + timedelta(days=n) for first, last in found for n in range((last - first).days + 1)
    ]
    assert covered == [since + timedelta(days=n) for n in range(days + 1)]
    assert all(first.month == last.month for first, last in found)


amounts = some.integers(0, 10**9)


@unhurried
@given(some.lists(some.tuples(some.integers(1, 10**9), amounts), min_size=1, max_size=30))
def test_bars_of_goals_stay_on_the_page_in_proportion(pairs: list[tuple[int, int]]) -> None:
    for target, reached in lying(pairs, 200, 300):
        assert 0 <= max(target.width, reached.width) <= 200.001
        assert 0 <= target.y <= target.y + target.height <= 300.001
        assert reached.width * target.value == pytest.approx(target.width * reached.value)


same_length = some.integers(1, 24).flatmap(
    lambda n: some.lists(some.lists(amounts, min_size=n, max_size=n), min_size=1, max_size=3)
)


@unhurried
@given(same_length)
def test_columns_do_not_overlap_and_end_at_the_top(series: list[list[int]]) -> None:
    bars = sorted((bar for found in standing(series, 400, 80) for bar in found), key=lambda b: b.x)
    assert all(a.x + a.width <= b.x + 1e-6 for a, b in pairwise(bars))
    assert all(bar.x + bar.width <= 400.001 and bar.height <= 80.001 for bar in bars)
