"""When a household was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0.5.0"
down_revision = "0.4.0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("households", sa.Column("erased_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("households", "erased_on")
