"""``python -m benchmarks [publish rpc]``: run them, print them, and write each one's section."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import platform  # noqa: E402
import re  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import hosting  # noqa: E402
import servers  # noqa: E402
from benchmarks import consume, latency, matching, meanwhile, publish, rpc, storing  # noqa: E402
from benchmarks.place import Place  # noqa: E402
from benchmarks.rounds import Table  # noqa: E402

ROUNDS = 3
PAGE = Path(__file__).parents[2] / "docs/reference/benchmarks.md"
MODULES: dict[str, Any] = {
    "publish": publish,
    "consume": consume,
    "latency": latency,
    "rpc": rpc,
    "matching": matching,
    "storing": storing,
    "meanwhile": meanwhile,
}
HEAD = """# Benchmarks

Written by `make bench`; `make bench ARGS="publish"` measures and rewrites that section alone.
Contestants take turns on one machine, in one run; a ratio is the median over the rounds' ratios,
with the lowest and the highest round in brackets. Only ratios say something: elsewhere the
numbers are others. The broker and the database keep their data on a disk and sync it.
"""


def main(names: list[str]) -> None:
    broker = servers.own_rabbitmq(on_disk=True)
    database = servers.own_postgres(on_disk=True)
    try:
        version = broker.ctl("version").strip()
        python = platform.python_version()
        machine = f"{os.cpu_count()} cores, Python {python}, RabbitMQ {version}, {ROUNDS} rounds"
        for name in names or MODULES:
            place = Place(broker.make_vhost(name), database.make_database(name))
            synced, busy = sync_milliseconds(), os.getloadavg()[0]
            found = MODULES[name].tables(place, ROUNDS)
            where = f"{machine}; an fsync takes {synced:.1f} ms, the load before was {busy:.1f}."
            text = section(name, where, found)
            print(text)  # noqa: T201
            PAGE.write_text(with_section(PAGE.read_text(), name, text))
    finally:
        broker.close()
        database.close()


def sync_milliseconds() -> float:
    """What durability costs here: the median time to write 4 KiB to the disk for good."""
    times = []
    with tempfile.TemporaryFile(dir=hosting.DISK) as file:
        for _ in range(50):
            began = time.perf_counter()
            os.write(file.fileno(), bytes(4096))
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def with_section(page: str, name: str, text: str) -> str:
    """The page with one module's section exchanged, in the order of MODULES."""
    found = {part.partition("\n")[0]: part for part in re.split(r"(?m)^## ", page)[1:]}
    found[name] = text
    return "\n".join([HEAD, *(f"## {found[each].strip()}\n" for each in MODULES if each in found)])


def section(name: str, machine: str, tables: Sequence[Table]) -> str:
    """One module's results as Markdown, after a heading with its name."""
    about = (MODULES[name].__doc__ or "").partition("\n\n")[0]
    return "\n".join([name, "", about, machine, "", *map(comparison, tables)])


def comparison(table: Table) -> str:
    """One comparison as Markdown."""
    lines = [f"### {table.title}", "", f"| | {table.unit} | ours / theirs | promised |"]
    lines.append("|---|---|---|---|")
    for name, results in table.results.items():
        ratio = "" if name == table.ours else spread(table.ratios(name), ".2f")
        target = table.targets.get(name)
        sign = "≤" if table.lower_is_better else "≥"
        promised = f"{sign} {target:g}, {table.verdict(name)}" if target else ""
        if name == table.ours and table.limit is not None:
            promised = f"{sign} {table.limit:g} {table.unit}, {table.kept_limit()}"
        lines.append(f"| {name} | {spread(results, ',.1f')} | {ratio} | {promised} |")
    return "\n".join([*lines, ""])


def spread(values: Sequence[float], form: str) -> str:
    """The median, and in brackets the lowest and the highest."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):{form}} ({low:{form}} – {high:{form}})"


if __name__ == "__main__":
    main(sys.argv[1:])
