"""Whether the audit of reads is whole."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from households.domain import audit
from households.models import AuditEntry, AuditHead
from households.queries.views import View


def verify_audit(session: Session, community: str) -> View:
    """Follow the chain from its first entry to its recorded end; say where it breaks."""
    last, digest, broken = 0, audit.BEGINNING, None
    for entry in session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.community == community)
        .order_by(AuditEntry.sequence)
        .execution_options(yield_per=1000)
    ):
        digest = audit.digest(digest, audit_facts(entry))
        if entry.sequence != last + 1 or entry.digest != digest:
            broken = entry.id
            break
        last = entry.sequence
    head = session.get(AuditHead, community)
    end = (head.sequence, head.digest) if head is not None else (0, audit.BEGINNING)
    if broken is None and end != (last, digest):
        broken = entry_id(community, last + 1)  # the first of those cut off
    return {"community": community, "entries": last, "intact": broken is None, "broken_at": broken}


def entry_id(community: str, sequence: int) -> str:
    """``210103008001-A000001`` is the first entry of a community."""
    return f"{community}-A{sequence:06d}"


def audit_facts(entry: AuditEntry) -> dict[str, str | int]:
    """What an audit entry's digest covers."""
    return {
        "id": entry.id,
        "community": entry.community,
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "purpose": entry.purpose,
    }
