"""Handing over, silence, hours beside visits, stars, certificates, training and honours."""

import sqlalchemy as sa
from alembic import op

revision = "0.7.0"
down_revision = "0.5.0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visits", sa.Column("stand_in_id", sa.String(120), nullable=True))
    op.create_table(
        "silences",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("pairing_id", sa.String(120), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("noticed_on", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairings.id"], name="fk_silences_pairing_id_pairings"
        ),
    )
    op.create_index("ix_silences_community_ended_on", "silences", ["community", "ended_on"])
    op.create_index("ix_silences_pairing_id", "silences", ["pairing_id"])


def downgrade() -> None:
    op.drop_table("silences")
    op.drop_column("visits", "stand_in_id")
