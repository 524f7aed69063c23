"""Which facts differ: an equal thing again is nothing, a different one is a conflict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def differing(old: Any, new: Any, path: str = "") -> list[str]:
    """The dotted paths (``members.0.phone``) at which two facts of one shape differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        pairs = [(str(key), old.get(key), new.get(key)) for key in {**old, **new}]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = [(str(place), *both) for place, both in enumerate(zip(old, new, strict=True))]
    else:
        return [] if old == new else [path]
    return [found for key, a, b in pairs for found in differing(a, b, f"{path}.{key}".lstrip("."))]
