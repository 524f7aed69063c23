"""Redelivered events that were taken in hand and not settled."""

from servicekit.migrations import create_messaging_tables, drop_messaging_tables

revision = "0.10.0"
down_revision = "0.9.0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_messaging_tables("in_hand")


def downgrade() -> None:
    drop_messaging_tables("in_hand")
