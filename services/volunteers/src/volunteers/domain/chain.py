"""A chain of hashes: a row altered or removed later breaks every row after it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

BEGINNING = "0" * 64


def link(previous: str, facts: Mapping[str, Any]) -> str:
    """The hash (SHA-256, hex) of a row's facts and of the row before it."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
