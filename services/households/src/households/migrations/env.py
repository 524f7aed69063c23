"""Alembic's way in; everything is in servicekit."""

from households.models import Base
from servicekit.migrations import run_env

run_env(Base.metadata)
