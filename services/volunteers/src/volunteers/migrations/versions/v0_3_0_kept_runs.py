"""What a run of matching was computed from, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0.3.0"
down_revision = "0.2.0"
branch_labels = None
depends_on = None

NEW = ("inputs", "result")


def upgrade() -> None:
    for name in NEW:
        op.add_column("match_runs", sa.Column(name, sa.LargeBinary()))


def downgrade() -> None:
    with op.batch_alter_table("match_runs") as table:
        for name in NEW:
            table.drop_column(name)
