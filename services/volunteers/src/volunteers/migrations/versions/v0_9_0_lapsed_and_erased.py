"""Since when a volunteer is active; and when people were erased."""

import sqlalchemy as sa
from alembic import op

revision = "0.9.0"
down_revision = "0.8.0"
branch_labels = None
depends_on = None

ERASABLE = ("volunteers", "participants")


def upgrade() -> None:
    op.add_column("volunteers", sa.Column("active_since", sa.Date(), nullable=True))
    for table in ERASABLE:
        op.add_column(table, sa.Column("erased_on", sa.Date(), nullable=True))


def downgrade() -> None:
    for table in ERASABLE:
        op.drop_column(table, "erased_on")
    op.drop_column("volunteers", "active_since")
