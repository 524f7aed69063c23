"""Alembic's way in; everything is in servicekit."""

from servicekit.migrations import run_env
from volunteers.models import Base

run_env(Base.metadata)
