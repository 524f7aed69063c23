"""What all tables of this service have in common.

Columns named ``…_sealed`` hold personal data, encrypted with the key of the person or household
(``data_key``); in code they are read and written through the ``Sealed`` attribute beside them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from servicekit.codes import LabelledEnum
from servicekit.db import TYPES, Json, new_metadata

Key = sa.String(120)
Community = sa.String(12)
Secret = sa.LargeBinary()


class Codes(sa.types.TypeDecorator[list[Any]]):
    """A JSON list of codes of one code list."""

    impl = Json
    cache_ok = True

    def __init__(self, kind: type[LabelledEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: list[Any] | None, dialect: sa.Dialect) -> Any:
        return None if value is None else [self.kind(code).value for code in value]

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> list[Any] | None:
        return None if value is None else [self.kind(code) for code in value]


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES
