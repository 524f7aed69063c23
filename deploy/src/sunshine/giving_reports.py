"""What the demo says of things and projects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.console import Console


def giving(
    console: Console, gifts: Iterable[dict[str, Any]], projects: Iterable[dict[str, Any]]
) -> None:
    """How far things and projects have come, in a line each."""
    for words, found in (("物资 things given", gifts), ("项目 projects", projects)):
        states = Counter(each["state"] for each in found)
        text = " · ".join(f"{count} {state}" for state, count in states.items())
        console.print(f"[bold]{states.total()} {words}[/]  {text}", highlight=False)
    console.print()
