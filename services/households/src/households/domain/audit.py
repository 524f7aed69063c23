"""The audit of reads: a chain in which each entry's digest covers the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

BEGINNING = "0" * 64
"""What the first entry of a community follows."""


def digest(previous: str, entry: Mapping[str, str | int]) -> str:
    """SHA-256 (hex) over the previous digest and the entry's facts, as sorted JSON."""
    text = json.dumps(
        [previous, dict(entry)], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
