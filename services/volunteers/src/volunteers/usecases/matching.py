"""Matching: a community's open needs at once, or one need as soon as it is known; and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.errors import Invalid
from volunteers.domain.codes import AidKind
from volunteers.domain.matching import (
    Blockers,
    Candidate,
    Kept,
    Need,
    Outcome,
    Rules,
    blocker_sentence,
    keep_run,
    match,
    propose_one,
)
from volunteers.domain.remedies import LOCALES, labels
from volunteers.models import MatchingRules, MatchRun, NeedCopy, Pairing
from volunteers.queries.lookup import local_day
from volunteers.queries.world import World, known_needs, open_needs, over_needs, rules_of, world
from volunteers.usecases.proposing import Proposal, next_attempts, pairing_id, propose

Solve = Callable[..., Outcome]


def match_community(
    session: Session,
    data: Mapping[str, Any],
    *,
    now: datetime,
    actor: Actor,
    solve: Solve = match,
    keep: Callable[..., Kept] = keep_run,
) -> dict[str, Any]:
    """Propose for all open needs of a community at once; again right after, it changes nothing.

    ``solve`` and ``keep`` may run elsewhere what they stand for. Reading, solving and storing are
    separate steps, and storing checks again: a large community may solve between transactions.
    """
    seen = world(session, data["community"], local_day(session, now))
    outcome = solve(seen.needs, seen.volunteers, seen.rules, seen.today)
    if data["dry_run"]:
        return _report(outcome, _planned(session, outcome), None)
    pairings = propose(session, _proposals(seen, outcome), seen.rules, seen.today, now=now)
    if not pairings:
        return _report(outcome, [], None)
    kept = keep(seen.needs, seen.volunteers, seen.rules, seen.today, outcome)
    run = _keep_run(session, data["community"], outcome, kept, len(pairings), now)
    return _report(outcome, [_proposed(pairing) for pairing in pairings], run)


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
        seen = world(session, community, today, [need.id])
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


def _proposals(seen: World, outcome: Outcome) -> list[Proposal]:
    needs = {each.id: each for each in seen.needs}
    people = {each.id: each for each in seen.volunteers}
    return [
        Proposal(
            need=needs[each.need],
            volunteer=people[each.volunteer],
            backup=each.backup,
            score=each.score,
            factors=each.factors,
            rank=each.rank,
            eligible=each.eligible,
        )
        for each in outcome.matches
    ]


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
        unmatched=len(outcome.unmatched),
        inputs=kept.inputs,
        result=kept.result,
    )
    session.add(run)
    return run.id


def _planned(session: Session, outcome: Outcome) -> list[dict[str, Any]]:
    attempts = next_attempts(session, [each.need for each in outcome.matches])
    return [
        {
            "pairing": pairing_id(each.need, attempts[each.need]),
            "need": each.need,
            "volunteer": each.volunteer,
            "backup": each.backup,
            "score": each.score,
        }
        for each in outcome.matches
    ]


def _proposed(pairing: Pairing) -> dict[str, Any]:
    return {
        "pairing": pairing.id,
        "need": pairing.need_id,
        "volunteer": pairing.volunteer_id,
        "backup": pairing.backup_id,
        "score": pairing.score,
    }


def _report(outcome: Outcome, proposed: list[dict[str, Any]], run: str | None) -> dict[str, Any]:
    return {
        "run": run,
        "proposed": proposed,
        "unmatched": [_blocked(each) for each in outcome.unmatched],
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
