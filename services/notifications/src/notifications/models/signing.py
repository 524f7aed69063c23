"""Tables about the desk: who may sign in, who is signed in, who failed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from notifications.models.schema import Base


class Account(Base):
    """Somebody who may sign in to the desk: a member of staff, or ``operator``, who is none."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    password: Mapped[str] = mapped_column(String(200))  # its argon2 hash
    changed_at: Mapped[datetime]


class DeskSession(Base):
    """Somebody is signed in. ``id`` is the digest of what the browser holds: nobody can use it."""

    __tablename__ = "desk_sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInTry(Base):
    """Failed sign-ins with one name, or from one address: both as keyed digests."""

    __tablename__ = "sign_in_tries"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
