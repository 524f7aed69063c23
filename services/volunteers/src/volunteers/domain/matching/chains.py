"""Moves that hang together: one can be made only where the other gives up its place."""

from collections import defaultdict
from collections.abc import Collection, Mapping


def chains(moves: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Needs in groups of which no two share a volunteer; `moves` has the volunteers of each."""
    leader: dict[str, str] = {}

    def first(who: str) -> str:
        while leader.setdefault(who, who) != who:
            leader[who] = who = leader[leader[who]]
        return who

    for volunteers in moves.values():
        joined = sorted({first(who) for who in volunteers})
        leader.update(dict.fromkeys(joined, joined[0]))
    groups: dict[str, list[str]] = defaultdict(list)
    for need in sorted(moves):
        groups[first(min(moves[need]))].append(need)
    return list(groups.values())
