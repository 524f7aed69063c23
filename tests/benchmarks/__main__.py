"""``python -m benchmarks [publish rpc]``: run them, print and write the table."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import platform  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import servers  # noqa: E402
from benchmarks import matching, publish, rpc  # noqa: E402
from benchmarks.place import Place  # noqa: E402
from benchmarks.rounds import Table  # noqa: E402

ROUNDS = 5
PAGE = Path(__file__).parents[2] / "docs/reference/benchmarks.md"
MODULES: dict[str, Any] = {"publish": publish, "rpc": rpc, "matching": matching}
HEAD = """# Benchmarks

Written by `make bench`. Contestants take turns on one machine, in one run; a ratio is the
median over the rounds' ratios. Only ratios say something: elsewhere the numbers are others.

{machine}
"""


def main(names: list[str]) -> None:
    broker, database = servers.own_rabbitmq(), servers.own_postgres()
    try:
        found = []
        for name in names or MODULES:
            place = Place(broker.make_vhost(name), database.make_database(name))
            found += MODULES[name].tables(place, ROUNDS)
    finally:
        broker.close()
        database.close()
    cores, python = os.cpu_count(), platform.python_version()
    machine = f"{cores} cores, Python {python}, {broker.origin}, {database.origin}."
    text = "\n".join([HEAD.format(machine=machine), *map(section, found)])
    print(text)  # noqa: T201
    if not names:
        PAGE.write_text(text)


def section(table: Table) -> str:
    """One comparison as Markdown."""
    lines = [f"## {table.title}", "", f"| | {table.unit} | ours / theirs | promised |"]
    lines.append("|---|---|---|---|")
    for name in table.results:
        ratio = "" if name == table.ours else f"{table.ratio(name):.2f}"
        target = table.targets.get(name)
        sign = "≤" if table.lower_is_better else "≥"
        promised = f"{sign} {target:g}, {table.verdict(name)}" if target else ""
        lines.append(f"| {name} | {table.median(name):,.1f} | {ratio} | {promised} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main(sys.argv[1:])
