"""What all tables of the service have in common."""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from servicekit.db import TYPES, new_metadata

Id = sa.String(120)
Community = sa.String(12)


class Base(DeclarativeBase):
    """The declarative base; names all constraints."""

    metadata = new_metadata()
    type_annotation_map: ClassVar = TYPES


def versioned(column: Any) -> dict[str, Any]:
    """Mapper arguments: the version is raised by hand, once per change worth telling.

    A row that somebody else changed meanwhile is a conflict, not overwritten.
    """
    return {"version_id_col": column, "version_id_generator": False}
