"""What callers saw accepted, written down outside the system, and compared with it at the end."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SHOWN = 20


@dataclass
class Verdict:
    """What became of what was attempted; ids by name, each with the place where it is amiss."""

    attempted: int
    accepted: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def good(self) -> bool:
        return not (self.lost or self.doubled or self.unknown)

    def numbers(self) -> dict[str, int]:
        found = {name: len(getattr(self, name)) for name in ("lost", "doubled", "unknown")}
        return {"attempted": self.attempted, "accepted": self.accepted, **found}

    def __str__(self) -> str:
        found = {name: getattr(self, name) for name in ("lost", "doubled", "unknown")}
        return "; ".join(
            f"{name}: {', '.join(ids[:SHOWN])}{' …' if len(ids) > SHOWN else ''} ({len(ids)})"
            for name, ids in found.items()
            if ids
        )


class Ledger:
    """An append-only file, `?id` before an attempt and `!id` once it was seen accepted.

    Every accepted id must reach every place; with `only`, a place gets those with a prefix. The
    kernel has each line before the caller goes on: the ledger outlives its own process too.
    """

    def __init__(self, path: Path, only: Mapping[str, str] | None = None) -> None:
        self.path = path
        self.attempted: set[str] = set()
        self.accepted: set[str] = set()
        self.only = only or {}
        self._file = path.open("ab", buffering=0)

    def attempt(self, id_: str) -> None:
        self._file.write(f"?{id_}\n".encode())
        self.attempted.add(id_)

    def accept(self, id_: str) -> None:
        """The broker confirmed it, or the call was answered."""
        self._file.write(f"!{id_}\n".encode())
        self.accepted.add(id_)

    def missing(self, places: Mapping[str, Iterable[str]]) -> bool:
        """Whether an accepted id has not arrived everywhere yet."""
        return any(self._due(place) - set(found) for place, found in places.items())

    def _due(self, place: str) -> set[str]:
        prefix = self.only.get(place, "")
        return {id_ for id_ in self.accepted if id_.startswith(prefix)}

    def judge(self, places: Mapping[str, Iterable[str]]) -> Verdict:
        """Compare with what each place holds: the ids of effects, one for each effect."""
        lines = self.path.read_text().splitlines()
        self.accepted = {line[1:] for line in lines if line[0] == "!"}
        attempted = {line[1:] for line in lines if line[0] == "?"}
        verdict = Verdict(len(attempted), len(self.accepted))
        for place, found in places.items():
            effects = Counter(found)
            verdict.lost += [
                f"{id_} in {place}" for id_ in sorted(self._due(place) - effects.keys())
            ]
            verdict.doubled += [
                f"{id_} {times}× in {place}" for id_, times in sorted(effects.items()) if times > 1
            ]
            verdict.unknown += [f"{id_} in {place}" for id_ in sorted(effects.keys() - attempted)]
        return verdict

    def close(self) -> None:
        self._file.close()


NewLedger = Callable[..., Ledger]
