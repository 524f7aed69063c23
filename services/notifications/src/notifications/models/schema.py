"""What all tables have in common."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from servicekit.db import TYPES, new_metadata


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES
