"""Tables about what a community does otherwise than the service ships: rules and texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from notifications.domain.codes import Locale
from notifications.models.schema import Base
from servicekit.db import EnumText


class RuleChange(Base):
    """A community's own rule or its version of a shipped one; with an empty entry it is off."""

    __tablename__ = "rule_changes"

    community: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    entry: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(default=1)


class TemplateText(Base):
    """A later version of a text than the shipped one, which is version 0. Never changed again."""

    __tablename__ = "template_texts"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    locale: Mapped[Locale] = mapped_column(EnumText(Locale), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(120))
