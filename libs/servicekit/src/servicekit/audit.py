"""The audit: who read which personal data about whom, when and for what purpose.

Entries are only ever added; the database sees to it. Each community has a chain of its own, in
which every digest covers the entry and the digest before it: whoever gets around the database
breaks the chain at that entry. The head says where the chain ends, so that cutting it is noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from servicekit.actors import Actor
from servicekit.db import audit_entries, audit_heads, insert_ignore

BEGINNING = "0" * 64
"""What the first entry of a community follows."""


@dataclass(frozen=True)
class Verdict:
    """``entries`` hold; ``broken_at`` is the id of the first that does not, None where all do."""

    community: str
    entries: int
    broken_at: str | None = None

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def record(
    session: Session,
    *,
    community: str,
    subject: str,
    fields: Iterable[str],
    purpose: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down, in the caller's transaction, that ``actor`` reads ``fields`` of ``subject``."""
    sequence, last = _locked_head(session, community)
    entry = {
        "id": entry_id(community, sequence + 1),
        "community": community,
        "sequence": sequence + 1,
        "at": now.astimezone(UTC),
        "actor": actor.id,
        "subject": subject,
        "fields": list(fields),
        "purpose": purpose,
    }
    end = {"sequence": sequence + 1, "digest": digest(last, entry)}
    session.execute(sa.insert(audit_entries).values(entry | end))
    session.execute(sa.update(audit_heads).where(audit_heads.c.community == community).values(end))


def verify(session: Session, community: str) -> Verdict:
    """Follow the chain from its first entry to its recorded end, and say where it breaks."""
    head = _locked_head(session, community)  # nobody adds to the chain meanwhile
    statement = sa.select(audit_entries).where(audit_entries.c.community == community)
    sequence, last = 0, BEGINNING
    with session.execute(
        statement.order_by(audit_entries.c.sequence).execution_options(yield_per=1000)
    ) as found:
        for row in found.mappings():
            facts = {name: value for name, value in row.items() if name != "digest"}
            last = digest(last, facts)
            if (row["sequence"], row["digest"]) != (sequence + 1, last):
                return Verdict(community, sequence, row["id"])
            sequence += 1
    if head != (sequence, last):
        return Verdict(community, sequence, entry_id(community, sequence + 1))  # cut off there
    return Verdict(community, sequence)


def digest(previous: str, entry: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the previous digest and the entry's facts, as sorted JSON."""
    text = json.dumps(
        [previous, dict(entry)],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=datetime.isoformat,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def entry_id(community: str, sequence: int) -> str:
    """``210103008001-A000001`` is the first entry of a community."""
    return f"{community}-A{sequence:06d}"


def _locked_head(session: Session, community: str) -> tuple[int, str]:
    """The end of the chain, held until the commit, so that entries follow one another."""
    first = {"community": community, "sequence": 0, "digest": BEGINNING}
    insert_ignore(session, audit_heads, [first])
    statement = sa.select(audit_heads.c.sequence, audit_heads.c.digest)
    row = session.execute(
        statement.where(audit_heads.c.community == community).with_for_update()
    ).one()
    return row.sequence, row.digest
