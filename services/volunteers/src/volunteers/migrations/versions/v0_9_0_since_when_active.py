"""Since when a volunteer is active: whoever did nothing since then for long lapses."""

import sqlalchemy as sa
from alembic import op

revision = "0.9.0"
down_revision = "0.8.0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("volunteers", sa.Column("active_since", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("volunteers") as volunteers:
        volunteers.drop_column("active_since")
