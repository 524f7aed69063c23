"""Reads about certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from volunteers.models import Certificate
from volunteers.queries.lookup import page_of


def find_certificates(session: Session, data: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a community's certificates, the latest first."""
    wanted = sa.select(Certificate).where(Certificate.community == data["community"])
    return page_of(session, wanted.order_by(Certificate.issued_on.desc(), Certificate.id), data)
