"""A run's inputs and result, packed small, so that it can be computed again at any time.

JSON, a line for each need and volunteer, compressed as it is written: a large community's world
never stands in memory twice.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from volunteers.domain.matching.explain import replay
from volunteers.domain.matching.matching import Outcome, match
from volunteers.domain.matching.rules import Rules
from volunteers.domain.matching.world import Need, Volunteer


@dataclass(frozen=True, slots=True)
class Kept:
    """What a run was computed from, and what came of it."""

    inputs: bytes
    result: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that came out otherwise than it is kept; None where there is nothing."""

    what: str
    kept: Any
    now: Any


def keep_run(
    needs: Iterable[Need],
    volunteers: Iterable[Volunteer],
    rules: Rules,
    today: date,
    outcome: Outcome,
) -> Kept:
    """A run, packed."""
    inputs = _inputs(needs, volunteers, rules, today)
    return Kept(_packed(inputs), _packed(_result(outcome).items()))


def considers(inputs: bytes, key: str) -> bool:
    """Whether a kept run weighed this household or volunteer, among others."""
    return f'"{key}"'.encode() in zlib.decompress(inputs)


def replay_run(kept: Kept) -> list[Difference]:
    """Compute a kept run again, and say where the result differs; empty where it is the same."""
    first, *rows = _unpacked(kept.inputs)
    outcome = match(
        (Need.from_data(row["need"]) for row in rows if "need" in row),
        (Volunteer.from_data(row["volunteer"]) for row in rows if "volunteer" in row),
        Rules.from_data(first["rules"]),
        date.fromisoformat(first["today"]),
    )
    return _differences(dict(_unpacked(kept.result)), _result(outcome))


def replay_proposal(
    frozen: Mapping[str, Any], score: int, contributions: Iterable[Mapping[str, Any]]
) -> list[Difference]:
    """The same for one proposal: its score and each factor's value and contribution."""
    found = replay(frozen)
    now = {each.name: each.to_data() for each in found.factors}
    was = {each["name"]: dict(each) for each in contributions}
    return _differences(was | {"score": score}, now | {"score": found.total})


def _inputs(
    needs: Iterable[Need], volunteers: Iterable[Volunteer], rules: Rules, today: date
) -> Iterator[dict[str, Any]]:
    yield {"rules": rules.to_data(), "today": today.isoformat()}
    yield from ({"need": each.to_data()} for each in needs)
    yield from ({"volunteer": each.to_data()} for each in volunteers)


def _result(outcome: Outcome) -> dict[str, Any]:
    """By need: volunteer, backup and score; and the total."""
    matched = {each.need: [each.volunteer, each.backup, each.score] for each in outcome.matches}
    return matched | {"total": outcome.total}


def _differences(kept: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    pairs = ((what, kept.get(what), now.get(what)) for what in sorted({*kept, *now}))
    return [Difference(what, was, found) for what, was, found in pairs if was != found]


def _packed(rows: Iterable[Any]) -> bytes:
    packer = zlib.compressobj()
    lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return b"".join(packer.compress(f"{line}\n".encode()) for line in lines) + packer.flush()


def _unpacked(packed: bytes) -> Iterator[Any]:
    return map(json.loads, zlib.decompress(packed).decode().splitlines())
