"""How far a run of matching is, seen from every process."""

import sqlalchemy as sa
from alembic import op

from servicekit.db import UtcDateTime

revision = "0.5.0"
down_revision = "0.4.0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_progress",
        sa.Column("community", sa.String(12), primary_key=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("of", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("match_progress")
