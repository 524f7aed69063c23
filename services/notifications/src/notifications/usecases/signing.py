"""Who is signed in to the desk, and how one gets there."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications import queries
from notifications.domain import signing
from notifications.models import Account, DeskSession, SignInTry, StaffMember, StaffPlace
from notifications.usecases.access import require_lead
from servicekit.actors import OPERATOR, Actor
from servicekit.errors import Forbidden
from servicekit.privacy import vault_of

TOUCH = timedelta(minutes=1)
MAX_NAME = 120


@dataclass(frozen=True)
class Try:
    """A sign-in that is under way. ``wait``: how long it has to wait; ``stored``: the hash."""

    account: str | None
    stored: str | None
    wait: timedelta
    keys: tuple[str, ...]


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, with the rights that hold now."""

    session: str
    actor: Actor
    name: str
    locale: str | None
    communities: tuple[str, ...]
    until: datetime


def set_password(
    session: Session, data: Mapping[str, Any], *, now: datetime, actor: Actor
) -> dict[str, str]:
    """Give an account its password (as a hash) and end what it was signed in to."""
    key = data["staff"]
    if key == OPERATOR:
        if actor.role != OPERATOR:
            raise Forbidden(f"{actor.id} is no operator; ask one to set that password")
    else:
        require_lead(actor, [queries.member(session, key).community])
    change_password(session, key, data["password_hash"], now=now)
    return {"account": key}


def change_password(session: Session, account: str, stored: str, *, now: datetime) -> None:
    """Store a password and end every session of the account."""
    row = session.get(Account, account) or Account(id=account)
    row.password, row.changed_at = stored, now
    session.add(row)
    session.flush()
    session.execute(sa.delete(DeskSession).where(DeskSession.account == account))


def begin(session: Session, name: str, address: str, *, now: datetime) -> Try:
    """Count a try before its password is looked at: parallel tries cannot outrun the count."""
    key = _account_key(session, name)
    keys = _keys(session, key or name, address)
    wait = max((_wait(session, kind, id_, now) for kind, id_ in keys.items()), default=timedelta(0))
    if wait > timedelta(0):
        return Try(None, None, wait, ())
    for id_ in keys.values():
        _count(session, id_, now)
    found = session.get(Account, key) if key else None
    stored = found.password if found else None
    return Try(found.id if found else None, stored, timedelta(0), tuple(keys.values()))


def finish(session: Session, attempt: Try, *, now: datetime) -> str | None:
    """The token of a new session, now that the password fits; None where the person is gone."""
    if attempt.account is None:
        return None
    if attempt.account != OPERATOR and session.get(StaffMember, attempt.account) is None:
        return None
    # the address's own count stays: one good account shall not cover for many bad tries
    session.execute(sa.delete(SignInTry).where(SignInTry.id.in_(attempt.keys[:2])))
    session.execute(sa.delete(DeskSession).where(DeskSession.expires_at <= now))
    session.execute(sa.delete(SignInTry).where(SignInTry.last_at <= now - signing.FORGOTTEN))
    token = new_token()
    row = DeskSession(id=digest(token), account=attempt.account, created_at=now, seen_at=now)
    row.expires_at = signing.expires(now, now)
    session.add(row)
    return token


def signed_in(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """Who holds this token, if anybody; the session lives on with its use."""
    row = session.get(DeskSession, digest(token))
    if row is None or row.expires_at <= now:
        return None
    if now - row.seen_at >= TOUCH:
        row.seen_at, row.expires_at = now, signing.expires(row.created_at, now)
    if row.account == OPERATOR:
        places = tuple(session.scalars(sa.select(StaffPlace.community).distinct()).all())
        return SignedIn(row.id, Actor(), OPERATOR, None, tuple(sorted(places)), row.expires_at)
    member = session.get(StaffMember, row.account)
    if member is None:
        return None
    places = tuple(member.communities)
    actor = Actor(id=member.id, role=member.role.value, communities=places)
    return SignedIn(
        row.id, actor, member.name or member.code, member.locale.value, places, row.expires_at
    )


def sign_out(session: Session, token: str) -> None:
    """End the session of this token."""
    session.execute(sa.delete(DeskSession).where(DeskSession.id == digest(token)))


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _account_key(session: Session, name: str) -> str | None:
    """``S02`` is enough where one community only has such an account."""
    name = name.strip()[:MAX_NAME]
    if name.lower() == OPERATOR:
        return OPERATOR
    if re.match(r"[0-9]{12}-", name):
        return name.upper()
    wanted = (
        sa.select(Account.id)
        .join(StaffMember, StaffMember.id == Account.id)
        .where(StaffMember.code == name.upper())
        .limit(2)
    )
    found = session.scalars(wanted).all()
    return found[0] if len(found) == 1 else None


def _keys(session: Session, name: str, address: str) -> dict[str, str]:
    """What failures are counted by, in the order in which a success forgives them."""
    texts = {"name and address": f"{name}\0{address}", "name": name, "address": address}
    vault = vault_of(session)
    return {
        kind: vault.blind_index(f"sign-in {kind}", text.lower()) for kind, text in texts.items()
    }


def _wait(session: Session, kind: str, id_: str, now: datetime) -> timedelta:
    row = session.get(SignInTry, id_)
    if row is None or now - row.last_at > signing.FORGOTTEN:
        return timedelta(0)
    return row.last_at + signing.pause(row.failures, signing.ALLOWED[kind]) - now


def _count(session: Session, id_: str, now: datetime) -> None:
    row = session.get(SignInTry, id_, with_for_update=True)
    if row is None:
        session.add(SignInTry(id=id_, failures=1, last_at=now))
    elif now - row.last_at > signing.FORGOTTEN:
        row.failures, row.last_at = 1, now
    else:
        row.failures, row.last_at = row.failures + 1, now
