"""Matching all of a community's open needs at once, and what a run leaves unmatched, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from volunteers.domain.codes import AidKind, NeedStatus
from volunteers.domain.matching import (
    Blockers,
    Kept,
    Match,
    Need,
    Outcome,
    Regret,
    blocker_sentence,
    chains,
    keep_run,
    match,
    regret,
    regret_sentence,
)
from volunteers.domain.matching import Volunteer as Person
from volunteers.domain.matching.phrases import NAMES
from volunteers.domain.remedies import LOCALES, labels
from volunteers.models import MatchRun, NeedCopy, Volunteer
from volunteers.queries.lookup import chunks, local_day
from volunteers.queries.world import World, over_needs, world
from volunteers.usecases.proposing import Proposal, give_way, next_attempts, pairing_id, store

Begin = Callable[[], AbstractContextManager[Session]]
Compute = Callable[..., Any]
"""Calls a function with arguments, perhaps in another thread."""
Spread = Callable[[Callable[[Sequence[str]], Any], Iterable[Sequence[str]]], Iterable[Any]]
"""Calls a function with each of many, perhaps with several at once, and gives what came of them."""
Tell = Callable[[str, int, int], None]
"""Hears a stage of a run, how many of its proposals are stored, and of how many."""

LARGE = 4_000
"""Needs and volunteers together: below, a run takes some tenths of a second."""

SHOWN = 1_000
"""So many proposals are told in an answer; all are stored."""

AT_ONCE = 100
"""So many proposals are stored in one transaction: their events leave at once, and calls wait."""

REASONS = 500
"""For so many needs a run says why nobody serves them; for the others ``explain`` does."""


def here(function: Callable[..., Any], *arguments: Any) -> Any:
    """The simplest ``Compute``."""
    return function(*arguments)


def match_community(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Propose for all open needs of a community at once; again right after, it changes nothing."""
    return run(lambda: nullcontext(session), data, now=now)


def run(
    begin: Begin,
    data: Mapping[str, Any],
    *,
    now: datetime,
    compute: Compute = here,
    spread: Spread = map,
    tell: Tell = lambda _stage, _done, _all: None,
) -> dict[str, Any]:
    """The same, reading, solving and storing in transactions of their own, each by ``begin``.

    Proposals are stored in parts and checked again, so a run that is interrupted has done a part
    of its work, and the next one does the rest.
    """
    tell("reading", 0, 0)
    with begin() as session:
        seen = world(session, data["community"], local_day(session, now))
    tell("solving", 0, len(seen.needs))
    world_seen = seen.needs, seen.volunteers, seen.rules, seen.today
    outcome = compute(match, *world_seen)
    missed = compute(regret, seen.needs, outcome)
    if data["dry_run"]:
        with begin() as session:
            return _report(outcome, missed, _planned(session, _new(seen, outcome)), None)
    stored: list[dict[str, Any]] = []
    new = len(_new(seen, outcome))
    for rows in _stored(begin, seen, outcome, now, spread):
        stored += [_proposed(row) for row in rows]
        tell("storing", len(stored), new)
    if not stored:
        return _report(outcome, missed, [], None)
    tell("keeping", len(stored), len(stored))
    kept = compute(keep_run, *world_seen, outcome)
    with begin() as session:
        key = _keep_run(session, data["community"], outcome, kept, len(stored), now)
    return _report(outcome, missed, stored, key)


def _stored(
    begin: Begin, seen: World, outcome: Outcome, now: datetime, spread: Spread
) -> Iterator[list[dict[str, Any]]]:
    """Store what is new, part by part, each whole: who makes room moves together with who comes."""
    current = {each.id: each.current for each in seen.needs if each.current is not None}
    given = {each.need: each.volunteer for each in outcome.matches}
    wanted = {each.need: each for each in _new(seen, outcome)}
    moved = {need: who for need, who in current.items() if given.get(need) != who}
    needs = {each.id: each for each in seen.needs}
    people = {each.id: each for each in seen.volunteers}

    def store_part(part: Sequence[str]) -> list[dict[str, Any]]:
        proposals = [_proposal(wanted[need], needs, people) for need in part if need in wanted]
        with begin() as session:
            give_way(session, {need: moved[need] for need in part if need in moved}, now=now)
            return store(session, proposals, seen.rules, seen.today, now=now)

    yield from spread(store_part, _moving(moved, wanted))
    # needs that nobody served before; some take the places that the moves made free
    yield from spread(store_part, chunks(sorted(wanted.keys() - moved.keys()), AT_ONCE))


def _moving(moved: Mapping[str, str], wanted: Mapping[str, Match]) -> Iterator[Sequence[str]]:
    """Chains of moves, as many at once as fit but each whole."""
    moves = {need: {who} for need, who in moved.items()}
    for need in moves.keys() & wanted.keys():
        moves[need].add(wanted[need].volunteer)
    together: list[str] = []
    for chain in chains(moves):
        if together and len(together) + len(chain) > AT_ONCE:
            yield together
            together = []
        together += chain
    if together:
        yield together


def _new(seen: World, outcome: Outcome) -> list[Match]:
    """The matches that are not proposed already."""
    current = {each.id: each.current for each in seen.needs}
    return [each for each in outcome.matches if current[each.need] != each.volunteer]


def is_large(session: Session, community: str) -> bool:
    """Whether matching a community takes long enough to be done by a process of its own.

    SQLite has one connection for all: there a run stays in the process.
    """
    if session.get_bind().dialect.name == "sqlite":
        return False
    needs = sa.select(sa.func.count()).where(
        NeedCopy.community == community, NeedCopy.status == NeedStatus.OPEN
    )
    people = sa.select(sa.func.count()).where(Volunteer.community == community)
    return (session.scalar(needs) or 0) + (session.scalar(people) or 0) > LARGE


def unmatched(
    session: Session, data: Mapping[str, Any], *, now: datetime, compute: Compute = here
) -> dict[str, Any]:
    """The open needs that a run now would leave, and what blocks each. Stores nothing."""
    seen = world(session, data["community"], local_day(session, now))
    outcome = compute(match, seen.needs, seen.volunteers, seen.rules, seen.today)
    over = [_ended(copy) for copy in over_needs(session, data["community"], seen.today)]
    return _tried(outcome) | {"items": _reasons(outcome) + over}


def _proposal(found: Match, needs: Mapping[str, Need], people: Mapping[str, Person]) -> Proposal:
    return Proposal(
        need=needs[found.need],
        volunteer=people[found.volunteer],
        backup=found.backup,
        score=found.score,
        factors=found.factors,
        rank=found.rank,
        eligible=found.eligible,
    )


def _keep_run(
    session: Session, community: str, outcome: Outcome, kept: Kept, proposed: int, now: datetime
) -> str:
    counting = sa.select(sa.func.count()).where(MatchRun.community == community)
    run = MatchRun(
        id=f"{community}-R{(session.scalar(counting) or 0) + 1}",
        community=community,
        rules=outcome.rules,
        ran_at=now,
        needs=outcome.needs,
        volunteers=outcome.volunteers,
        proposed=proposed,
        unmatched=len(outcome.unserved),
        inputs=kept.inputs,
        result=kept.result,
    )
    session.add(run)
    return run.id


def _planned(session: Session, matches: Sequence[Match]) -> list[dict[str, Any]]:
    attempts = next_attempts(session, [each.need for each in matches])
    return [
        {
            "pairing": pairing_id(each.need, attempts[each.need]),
            "need": each.need,
            "volunteer": each.volunteer,
            "backup": each.backup,
            "score": each.score,
        }
        for each in matches
    ]


def _proposed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pairing": row["id"],
        "need": row["need_id"],
        "volunteer": row["volunteer_id"],
        "backup": row["backup_id"],
        "score": row["score"],
    }


def _report(
    outcome: Outcome, missed: Regret | None, proposed: list[dict[str, Any]], run: str | None
) -> dict[str, Any]:
    return _tried(outcome) | {
        "run": run,
        "count": len(proposed),
        "proposed": proposed[:SHOWN],
        "unmatched": _reasons(outcome),
        "regret": _missed(missed),
    }


def _tried(outcome: Outcome) -> dict[str, Any]:
    return {"needs": outcome.needs, "volunteers": outcome.volunteers}


def _missed(found: Regret | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return found.to_data() | {"sentence": {it: regret_sentence(found, it) for it in LOCALES}}


def _reasons(outcome: Outcome) -> list[dict[str, Any]]:
    return [_blocked(each) for each in outcome.reasons(REASONS)]


def _blocked(found: Blockers) -> dict[str, Any]:
    return found.to_data() | {
        "aid_kind": AidKind(found.aid_kind),
        "cause": found.cause,
        "label": dict(zip(LOCALES, NAMES[found.cause], strict=True)),
        "sentence": {locale: blocker_sentence(found, locale, labels(locale)) for locale in LOCALES},
    }


def _ended(copy: NeedCopy) -> dict[str, Any]:
    facts = copy.facts or {}
    day = facts["ends_on"]
    return {
        "need": copy.id,
        "aid_kind": AidKind(facts["aid_kind"]),
        "eligible": 0,
        "blockers": [],
        "cause": "ended",
        "label": {"zh-CN": "已到期", "en": "ended"},
        "sentence": {
            "zh-CN": f"需求已于{day}到期而未结对；请延长期限或关闭需求。",
            "en": f"The need ended on {day} without a pairing; extend it or close it.",
        },
    }
