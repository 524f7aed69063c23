"""The community board: what is a gap, what is covered, and where the bars of a chart lie."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain import board, charts


def need(key: str, status: str = "open", kind: str = "elderly") -> dict[str, Any]:
    return {"id": key, "household": key.partition("-")[0], "aid_kind": kind, "status": status}


def pairing(need: str, state: str, **dates: str | None) -> dict[str, Any]:
    days = {"starts_on": None, "ended_on": None} | dates
    return {"id": f"{need}-A1", "need": need, "state": state, **days}


def states(needs: list[dict[str, Any]], pairings: list[dict[str, Any]]) -> list[str]:
    household = {"household": "H1", "code": "H1", "building": "1"}
    (cell,) = board.cells([household], board.marks_of(needs, pairings))
    return [mark.state for mark in cell.marks]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("proposed", "proposed"),
        ("accepted", "accepted"),
        ("trial", "matched"),
        ("declined", "open"),
    ],
)
def test_an_open_need_is_as_far_as_its_pairing(state: str, shown: str) -> None:
    assert states([need("H1-N1")], [pairing("H1-N1", state)]) == [shown]


def test_of_two_needs_of_one_kind_the_worse_is_shown() -> None:
    needs = [need("H1-N1", "matched"), need("H1-N2", "open")]
    assert states(needs, []) == ["open"]


def test_what_was_withdrawn_or_referred_is_no_mark() -> None:
    assert states([need("H1-N1", "withdrawn"), need("H1-N2", "referred")], []) == []


def test_only_a_pairing_that_waits_leads_to_its_page() -> None:
    marks = board.marks_of(
        [need("H1-N1"), need("H1-N2", "matched")], [pairing("H1-N1", "proposed")]
    )
    assert [mark.pairing for _, mark in marks["H1"]] == ["H1-N1-A1", None]


def test_the_numbers_of_a_kind_add_up() -> None:
    needs = [need("H1-N1", "matched"), need("H2-N1"), need("H3-N1", "met"), need("H4-N1")]
    found = board.kinds(board.marks_of(needs, [pairing("H4-N1", "accepted")]))
    (elderly,) = [each for each in found if each.kind == "elderly"]
    assert (elderly.covered, elderly.total) == (3, 4)


def test_buildings_stand_in_the_order_of_their_numbers() -> None:
    cells = [board.Cell(f"H{n}", f"H{n}", name, ()) for n, name in enumerate(["10", None, "2"])]
    assert [name for name, _ in board.by_building(cells)] == ["2", "10", None]


def test_weeks_begin_on_monday_and_end_with_this_one() -> None:
    found = board.weeks(date(2026, 12, 5), 2)
    assert found == [
        (date(2026, 11, 23), date(2026, 11, 29)),
        (date(2026, 11, 30), date(2026, 12, 6)),
    ]


def test_a_pairing_runs_from_its_start_until_its_end() -> None:
    rows = [pairing("H1-N1", "ended", starts_on="2026-11-23", ended_on="2026-11-30")]
    days = [date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 30)]
    assert [board.running(rows, day) for day in days] == [0, 1, 1, 0]


@given(st.lists(st.tuples(*[st.integers(0, 100_000)] * 2), min_size=1, max_size=12))
def test_bars_stay_inside_the_chart_and_are_as_tall_as_their_values(
    values: list[tuple[int, int]],
) -> None:
    series: dict[str, list[float]] = {"a": [a for a, _ in values], "b": [b for _, b in values]}
    chart = charts.stacked([str(n) for n in range(len(values))], series)
    floor = charts.HEIGHT - charts.BOTTOM
    assert 2 <= len(chart.lines) <= 7
    for column in chart.columns:
        assert charts.TOP - 0.2 <= column.top <= floor
        tall = sum(piece.height for piece in column.pieces)
        assert floor - column.top == pytest.approx(tall, abs=0.3)
        assert all(p.x >= charts.LEFT and p.x + p.width <= charts.WIDTH for p in column.pieces)


def test_a_chart_without_values_is_empty() -> None:
    assert charts.stacked(["a"], {"x": [0]}).empty
    assert not charts.stacked(["a"], {"x": [1]}, most=100).empty
