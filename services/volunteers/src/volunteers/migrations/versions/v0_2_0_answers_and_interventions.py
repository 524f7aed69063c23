"""What commands answered, and what operators did with parked events."""

from servicekit.migrations import create_messaging_tables, drop_messaging_tables

revision = "0.2.0"
down_revision = "0.1.0"
branch_labels = None
depends_on = None

NEW = ("answered", "interventions")


def upgrade() -> None:
    create_messaging_tables(*NEW)


def downgrade() -> None:
    drop_messaging_tables(*NEW)
