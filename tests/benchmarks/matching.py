"""Matching against the bare solver on the same graph, and how it grows (a plot), in CPU seconds.

As a program it is one run in a process of its own: ``python -m benchmarks.matching NEEDS PEOPLE``.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow

from benchmarks.districts import TODAY, district
from benchmarks.place import HERE, Place
from benchmarks.plot import curve
from benchmarks.rounds import Table, race
from volunteers.domain.matching import DEFAULT_RULES, assign, match, propose_one
from volunteers.domain.matching.candidates import Graph, classes_of, graph_of
from volunteers.domain.matching.geometry import Ints
from volunteers.domain.matching.matching import backups
from volunteers.domain.matching.pool import Asked, Pool
from volunteers.domain.matching.solving import solve

PLOT = Path(__file__).parents[2] / "docs/reference/matching-growth.svg"
SIZE = (10_000, 12_000)
LARGE = (100_000, 100_000)
GROWTH = [(100, 120), (1_000, 1_200), (3_000, 3_600), (10_000, 20_000), LARGE]
SECONDS = {(10_000, 20_000): 5.0, LARGE: 20.0}
MEGABYTES = 1024.0


@dataclass(frozen=True)
class Case:
    """A district's columns and its candidate graph."""

    asked: Asked
    pool: Pool
    graph: Graph
    classes: Ints


def tables(place: Place, rounds: int) -> list[Table]:
    gc.disable()  # as the matcher does
    case = _case(*SIZE)
    compared = [
        _against_the_solver(case, 5 * rounds),
        _against_the_solver(_case(*LARGE), rounds),
        _building(case, rounds),
        _answers(),
    ]
    grown = {size: _alone(*size) for size in GROWTH}
    seconds = {needs: found["seconds"] for (needs, _), found in grown.items()}
    title = "A whole run of matching, by the number of needs"
    PLOT.write_text(curve(title, "needs", "CPU seconds", seconds))
    return [*compared, *_large(grown)]


def _case(needs: int, volunteers: int) -> Case:
    asking, helping = district(needs, volunteers)
    pool = Pool(helping, DEFAULT_RULES, TODAY)
    asked = Asked(asking, pool)
    classes = np.array(classes_of(asking), dtype=np.int64)
    return Case(asked, pool, graph_of(asked, pool), classes)


def _seconds(act: Callable[[], Any]) -> float:
    """Of the processor: it is one thread that does nothing but compute."""
    began = time.process_time()
    act()
    return time.process_time() - began


def bare(graph: Graph, limits: Ints, needs: int) -> Any:
    """OR-tools alone: as many as possible at the best score, no classes, no order, no proof."""
    flow, rows, sink = min_cost_flow.SimpleMinCostFlow(), graph.rows, needs + len(limits) + 1
    every, everyone = np.arange(needs), np.arange(len(limits))
    for tail, head, capacity, cost in (
        (rows[:, 0], needs + rows[:, 1], np.ones(len(rows)), rows[:, 2].max() - rows[:, 2]),
        (np.full(needs, sink - 1), every, np.ones(needs), np.zeros(needs)),
        (needs + everyone, np.full(len(limits), sink), limits, np.zeros(len(limits))),
    ):
        flow.add_arcs_with_capacity_and_unit_cost(
            tail.astype(np.int32),
            head.astype(np.int32),
            capacity.astype(np.int64),
            cost.astype(np.int64),
        )
    flow.set_node_supply(sink - 1, needs)
    flow.set_node_supply(sink, -needs)
    assert flow.solve_max_flow_with_min_cost() == flow.OPTIMAL
    return flow


def _against_the_solver(case: Case, rounds: int) -> Table:
    needs, limits = len(case.classes), case.pool.remaining
    rows = case.graph.rows[:, :3]
    results = race(
        {
            "assigned by classes and proven": lambda: _seconds(
                lambda: solve(case.asked, case.pool, case.graph, case.classes, limits)
            ),
            "OR-tools alone": lambda: _seconds(lambda: bare(case.graph, limits, needs)),
            "assigned in the order of ids": lambda: _seconds(
                lambda: assign(case.classes, rows, limits)
            ),
        },
        rounds=rounds,
    )
    title = f"Assignment of {needs:,} needs to {len(limits):,} volunteers, {len(rows):,} candidates"
    ours = "assigned by classes and proven"
    return Table(
        title, "CPU s", results, ours, targets={"OR-tools alone": 1.1}, lower_is_better=True
    )


def _both(case: Case) -> None:
    """What a run solves: who serves each need, and who backs them up."""
    primary = solve(case.asked, case.pool, case.graph, case.classes, case.pool.remaining)
    backups(case.asked, case.pool, primary, case.classes)


def _building(case: Case, rounds: int) -> Table:
    results = race(
        {
            "building the candidate graph": lambda: _seconds(
                lambda: graph_of(case.asked, case.pool)
            ),
            "solving it, backups included": lambda: _seconds(lambda: _both(case)),
        },
        rounds=rounds,
    )
    return Table(
        "Building the graph and solving it",
        "CPU s",
        results,
        "building the candidate graph",
        targets={"solving it, backups included": 0.5},
        lower_is_better=True,
    )


def _answers() -> Table:
    """What people wait for, in milliseconds; a community, and the neighbours of one need."""
    asking, helping = district(68, 160)
    one, neighbours = asking[0], district(1, 300)[1]
    results = race(
        {
            "68 needs, 160 volunteers": lambda: (
                1000 * _seconds(lambda: match(asking, helping, DEFAULT_RULES, TODAY))
            ),
            "one need, 300 within reach": lambda: (
                1000 * _seconds(lambda: propose_one(one, neighbours, DEFAULT_RULES, TODAY))
            ),
        },
        rounds=7,
    )
    return Table(
        "Answers at once",
        "ms",
        results,
        "68 needs, 160 volunteers",
        limit=50.0,
        lower_is_better=True,
    )


def _alone(needs: int, volunteers: int) -> dict[str, float]:
    """A whole run, columns, graph, both passes and proof, in a process of its own."""
    words = [sys.executable, "-W", "ignore", "-m", "benchmarks.matching"]
    words += [str(needs), str(volunteers)]
    done = subprocess.run(words, cwd=HERE.parent, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(needs: int, volunteers: int) -> None:
    asking, helping = district(needs, volunteers)
    gc.disable()
    reached: dict[str, float] = {}
    began = time.process_time()
    match(asking, helping, DEFAULT_RULES, TODAY, tell=lambda it: _mark(reached, it))
    found = {"solved": reached["backups"] - began, "seconds": time.process_time() - began}
    found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))  # noqa: T201 - for whoever waits


def _mark(reached: dict[str, float], stage: str) -> None:
    reached[stage] = time.process_time()


def _large(grown: dict[tuple[int, int], dict[str, float]]) -> Iterator[Table]:
    for size, limit in SECONDS.items():
        title = f"A run, {size[0]:,} needs and {size[1]:,} volunteers with 30 candidates each"
        results = {"assigned and proven": [grown[size]["solved"]]}
        results["and backups found"] = [grown[size]["seconds"]]
        first = "assigned and proven"
        yield Table(title, "CPU s", results, first, limit=limit, lower_is_better=True)
    results = {"all": [grown[GROWTH[-1]]["megabytes"]]}
    yield Table("Its memory", "MB", results, "all", limit=MEGABYTES, lower_is_better=True)


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:]))
