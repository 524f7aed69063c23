"""What a database still tells of people."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from servicekit.privacy import Sealed


def readable(session: Session, base: type[DeclarativeBase]) -> list[str]:
    """Every personal value that the database, with all keys it has, still opens."""
    session.expire_all()
    found = []
    for mapper in base.registry.mappers:
        model = mapper.class_
        sealed = [name for name, value in vars(model).items() if isinstance(value, Sealed)]
        for row in session.scalars(sa.select(model)) if sealed else ():
            found += [text for name in sealed if (text := getattr(row, name))]
    return found
