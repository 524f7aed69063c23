"""Volunteers near a need are found by an index, not by reading all of them."""

from alembic import op

revision = "0.4.0"
down_revision = "0.3.0"
branch_labels = None
depends_on = None

NAME = "ix_volunteers_state_latitude_longitude"


def upgrade() -> None:
    op.create_index(NAME, "volunteers", ["state", "latitude", "longitude"])


def downgrade() -> None:
    op.drop_index(NAME, "volunteers")
