"""Reads about needs that nobody visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from volunteers.models import Silence
from volunteers.queries.lookup import page_of


def find_silences(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of the levels that silences have reached and that nothing has ended."""
    wanted = (
        sa.select(Silence)
        .where(Silence.community == data["community"], Silence.ended_on.is_(None))
        .order_by(Silence.since, Silence.id)
        .options(joinedload(Silence.pairing))
    )
    return page_of(session, wanted, data)
