"""Matching: a community's open needs at once, or one need as soon as it is known; and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Invalid
from volunteers.domain.codes import AidKind, NeedStatus
from volunteers.domain.matching import (
    Blockers,
    Candidate,
    Kept,
    Match,
    Need,
    Outcome,
    Rules,
    blocker_sentence,
    keep_run,
    match,
    propose_one,
)
from volunteers.domain.matching import Volunteer as Person
from volunteers.domain.remedies import LOCALES, labels
from volunteers.models import MatchingRules, MatchRun, NeedCopy, Pairing, Volunteer
from volunteers.queries.lookup import chunks, local_day
from volunteers.queries.world import (
    World,
    known_needs,
    open_needs,
    over_needs,
    rules_of,
    world,
    world_near,
)
from volunteers.usecases.proposing import (
    Proposal,
    give_way,
    next_attempts,
    pairing_id,
    propose,
    store,
)

Solve = Callable[..., Outcome]
Keep = Callable[..., Kept]
Begin = Callable[[], AbstractContextManager[Session]]
Tell = Callable[[str, int, int], None]
"""Hears a stage of a run, how many of its proposals are stored, and of how many."""

LARGE = 4_000
"""Needs and volunteers together: below, a run takes some tenths of a second."""

SHOWN = 1_000
"""So many proposals are told in an answer; all are stored."""

REASONS = 500
"""For so many needs a run says why nobody serves them; for the others ``explain`` does."""


def match_community(
    session: Session,
    data: Mapping[str, Any],
    *,
    now: datetime,
    actor: Actor,
    solve: Solve = match,
    keep: Keep = keep_run,
) -> dict[str, Any]:
    """Propose for all open needs of a community at once; again right after, it changes nothing."""
    return run(lambda: nullcontext(session), data, now=now, solve=solve, keep=keep)


def run(
    begin: Begin,
    data: Mapping[str, Any],
    *,
    now: datetime,
    solve: Solve = match,
    keep: Keep = keep_run,
    tell: Tell = lambda _stage, _done, _all: None,
) -> dict[str, Any]:
    """The same, reading, solving and storing in transactions of their own, each by ``begin``.

    ``solve`` and ``keep`` may run elsewhere what they stand for; ``tell`` hears how far it is.
    Proposals are stored in parts and checked again, so a run that is interrupted has done a part
    of its work, and the next one does the rest.
    """
    tell("reading", 0, 0)
    with begin() as session:
        seen = world(session, data["community"], local_day(session, now))
    tell("solving", 0, len(seen.needs))
    outcome = solve(seen.needs, seen.volunteers, seen.rules, seen.today)
    if data["dry_run"]:
        with begin() as session:
            return _report(outcome, _planned(session, _new(seen, outcome)), None)
    stored = _stored(begin, seen, outcome, now, tell)
    if not stored:
        return _report(outcome, [], None)
    tell("keeping", len(stored), len(stored))
    kept = keep(seen.needs, seen.volunteers, seen.rules, seen.today, outcome)
    with begin() as session:
        run = _keep_run(session, data["community"], outcome, kept, len(stored), now)
    return _report(outcome, stored, run)


def _stored(
    begin: Begin, seen: World, outcome: Outcome, now: datetime, tell: Tell
) -> list[dict[str, Any]]:
    """Take back the proposals that are to be moved, then store those that are new."""
    given = {each.need: each.volunteer for each in outcome.matches}
    current = {each.id: each.current for each in seen.needs if each.current is not None}
    moved = {need: who for need, who in current.items() if given.get(need) != who}
    for given_back in chunks(sorted(moved)):
        with begin() as session:
            give_way(session, {need: moved[need] for need in given_back}, now=now)
    wanted = _new(seen, outcome)
    needs = {each.id: each for each in seen.needs}
    people = {each.id: each for each in seen.volunteers}
    stored: list[dict[str, Any]] = []
    for part in chunks(wanted):
        with begin() as session:
            proposals = [_proposal(each, needs, people) for each in part]
            rows = store(session, proposals, seen.rules, seen.today, now=now)
            stored += [_proposed(row) for row in rows]
        tell("storing", len(stored), len(wanted))
    return stored


def _new(seen: World, outcome: Outcome) -> list[Match]:
    """The matches that are not proposed already."""
    current = {each.id: each.current for each in seen.needs}
    return [each for each in outcome.matches if current[each.need] != each.volunteer]


def is_large(session: Session, community: str) -> bool:
    """Whether matching a community takes long enough to be done by a process of its own."""
    needs = sa.select(sa.func.count()).where(
        NeedCopy.community == community, NeedCopy.status == NeedStatus.OPEN
    )
    people = sa.select(sa.func.count()).where(Volunteer.community == community)
    return (session.scalar(needs) or 0) + (session.scalar(people) or 0) > LARGE


def unmatched(
    session: Session, data: Mapping[str, Any], *, now: datetime, solve: Solve = match
) -> dict[str, Any]:
    """The open needs that a run now would leave, and what blocks each. Stores nothing."""
    seen = world(session, data["community"], local_day(session, now))
    outcome = solve(seen.needs, seen.volunteers, seen.rules, seen.today)
    report = _report(outcome, [], None)
    over = [_ended(copy) for copy in over_needs(session, data["community"], seen.today)]
    return report | {"items": report["unmatched"] + over}


def propose_for(
    session: Session, community: str, needs: Collection[str], *, now: datetime
) -> list[Pairing]:
    """Answer some needs at once, each with its own best candidate, the most urgent first."""
    today, stored = local_day(session, now), list[Pairing]()
    waiting = known_needs(session, open_needs(session, community, today, needs))
    for need in sorted(waiting, key=lambda need: (need.priority, need.id)):
        # read anew: the need before may have taken the volunteer's last place
        seen = world_near(session, need, today)
        found = propose_one(need, seen.volunteers, seen.rules, today)
        if found:
            proposal = _from_candidates(seen, need, found)
            stored += propose(session, [proposal], seen.rules, today, now=now)
    return stored


def _from_candidates(seen: World, need: Need, found: Collection[Candidate]) -> Proposal:
    """The first candidate, backed up by the next who has room for that."""
    people = {each.id: each for each in seen.volunteers}
    best, *others = found
    backups = (each.volunteer for each in others if people[each.volunteer].remaining_backup)
    return Proposal(
        need=need,
        volunteer=people[best.volunteer],
        backup=next(backups, None),
        score=best.score,
        factors=best.factors,
        rank=best.rank,
    )


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


def _report(outcome: Outcome, proposed: list[dict[str, Any]], run: str | None) -> dict[str, Any]:
    return {
        "run": run,
        "count": len(proposed),
        "proposed": proposed[:SHOWN],
        "unmatched": [_blocked(each) for each in outcome.reasons(REASONS)],
        "needs": outcome.needs,
        "volunteers": outcome.volunteers,
    }


def _blocked(found: Blockers) -> dict[str, Any]:
    return found.to_data() | {
        "aid_kind": AidKind(found.aid_kind),
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
        "sentence": {
            "zh-CN": f"需求已于{day}到期而未结对；请延长期限或关闭需求。",
            "en": f"The need ended on {day} without a pairing; extend it or close it.",
        },
    }


def set_rules(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, Any]:
    """Give a community weights and bounds of its own; proposals from now on follow them."""
    try:
        rules = Rules.from_data(data["rules"])
        for kind in AidKind:
            rules.reach(kind)
    except (TypeError, ValueError, AttributeError) as error:
        raise Invalid({"rules": [str(error)]}) from None
    own = session.get(MatchingRules, data["community"])
    if own is None:
        own = MatchingRules(community=data["community"])
        session.add(own)
    own.data, own.changed_at = rules.to_data(), now
    return get_rules(session, data)


def get_rules(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """The rules in force in a community."""
    rules = rules_of(session, data["community"])
    return {"community": data["community"], "version": rules.version, "rules": rules.to_data()}
