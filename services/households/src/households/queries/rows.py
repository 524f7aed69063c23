"""Single rows by their key, as they are or locked for a change."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.domain import identity
from households.models import Base, Concern, FeedbackCall, Household, Member, Need, Referral, Review
from servicekit.errors import NotFound
from servicekit.privacy import blind_index

Row = TypeVar("Row", bound=Base)

IDENTITY_FIELD = "members.identity_number"


def today(session: Session, now: datetime) -> date:
    """The local date at the moment ``now``."""
    zone: ZoneInfo = session.info["zone"]
    return now.astimezone(zone).date()


def household(session: Session, key: str) -> Household:
    """The household with this id, or NotFound."""
    return _found(session.get(Household, key), "household", key)


def household_for_change(session: Session, key: str) -> Household:
    """The household, locked until the transaction ends (and read anew), or NotFound."""
    return _found(_locked(session, Household, key), "household", key)


def household_id(community: str, reference: str) -> str:
    """The id that a code within the community, or an id, means."""
    return reference if reference.startswith(f"{community}-") else f"{community}-{reference}"


def need(session: Session, key: str) -> Need:
    """The need with this id, or NotFound."""
    return _found(session.get(Need, key), "need", key)


def need_for_change(session: Session, key: str) -> Need:
    """The need, locked after its household: in one order, so that nobody waits in a circle."""
    household_for_change(session, need(session, key).household_id)
    return _found(_locked(session, Need, key), "need", key)


def review_for_change(session: Session, key: str) -> Review:
    """The review, locked after its household."""
    household_for_change(session, _found(session.get(Review, key), "review", key).household_id)
    return _found(_locked(session, Review, key), "review", key)


def concern(session: Session, key: str) -> Concern:
    """The concern with this id, or NotFound."""
    return _found(session.get(Concern, key), "concern", key)


def concern_for_change(session: Session, key: str) -> Concern:
    """The concern, locked after its household."""
    household_for_change(session, concern(session, key).household_id)
    return _found(_locked(session, Concern, key), "concern", key)


def referral(session: Session, key: str) -> Referral:
    """The referral with this id, or NotFound."""
    return _found(session.get(Referral, key), "referral", key)


def referral_for_change(session: Session, key: str) -> Referral:
    """The referral, locked after its household and its concern."""
    concern_for_change(session, referral(session, key).concern_id)
    return _found(_locked(session, Referral, key), "referral", key)


def feedback_for_change(session: Session, key: str) -> FeedbackCall:
    """The feedback call, locked."""
    return _found(_locked(session, FeedbackCall, key), "feedback", key)


def identity_digest(session: Session, number: str) -> str:
    """By which an identity number is found without being stored readably."""
    return blind_index(session, IDENTITY_FIELD, identity.normal(number))


def households_of(
    session: Session, community: str, digests: list[str], *, but: str
) -> dict[str, str]:
    """Which people (by digest) live in other households now: digest → that household's code."""
    statement = (
        sa.select(Member.identity_index, Household.code)
        .join(Member.household)
        .where(
            Member.community == community,
            Member.identity_index.in_(digests),
            Member.present,
            Member.household_id != but,
        )
    )
    return {row.identity_index: row.code for row in session.execute(statement)}


def _found(row: Row | None, kind: str, key: str) -> Row:
    if row is None:
        raise NotFound(kind, key)
    return row


def _locked(session: Session, kind: type[Row], key: str) -> Row | None:
    statement = sa.select(kind).where(sa.inspect(kind).primary_key[0] == key).with_for_update()
    return session.scalar(statement.execution_options(populate_existing=True))
