"""What the demo says of the three services in return."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from rich.console import Console

KINDS = {
    "camp": "大本营 camp",
    "talk": "家长讲座 parents' talks",
    "circle": "家长沙龙 parents' circles",
    "meeting": "协会例会 association meetings",
    "open_event": "协会开放日 open events",
}


def together(
    console: Console, sessions: Iterable[dict[str, Any]], requests: Iterable[dict[str, Any]]
) -> None:
    """Sessions with their places by kind, and the teachers' requests by state, a line each."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for each in sessions:
        kinds[each["kind"]] += Counter(
            sessions=1, places=each["capacity"], held=each["held"], waiting=each["waiting"]
        )
    for kind, count in kinds.items():
        text = f"{count['held']} of {count['places']} places · {count['waiting']} waiting"
        console.print(f"[bold]{count['sessions']} {KINDS[kind]}[/]  {text}", highlight=False)
    states = Counter(each["state"] for each in requests)
    text = " · ".join(f"{count} {state}" for state, count in states.items())
    console.print(f"[bold]{states.total()} 教师服务 teachers' requests[/]  {text}", highlight=False)
