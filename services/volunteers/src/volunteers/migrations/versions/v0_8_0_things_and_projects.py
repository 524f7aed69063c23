"""Donated things with their chain of custody."""

import sqlalchemy as sa
from alembic import op

from servicekit.db import append_only_ddl

revision = "0.8.0"
down_revision = "0.5.0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _gifts()


def downgrade() -> None:
    op.drop_table("gift_steps")
    op.drop_table("gifts")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gift_steps_refuse()")


def _gifts() -> None:
    op.create_table(
        "gifts",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("partner_id", sa.String(120), nullable=True),
        sa.Column("donor_id", sa.String(120), nullable=True),
        sa.Column("pledged_on", sa.Date(), nullable=False),
        sa.Column("use_by", sa.Date(), nullable=True),
        sa.Column("need_id", sa.String(120), nullable=True),
        sa.Column("household", sa.String(120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 10000", name="ck_gifts_quantity"),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_gifts_partner_id_partners"
        ),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["volunteers.id"], name="fk_gifts_donor_id_volunteers"
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["need_copies.id"], name="fk_gifts_need_id_need_copies"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gifts"),
    )
    op.create_index("ix_gifts_community_state", "gifts", ["community", "state"])
    op.create_index("ix_gifts_household", "gifts", ["household"])
    op.create_index("ix_gifts_partner_id", "gifts", ["partner_id"])
    op.create_table(
        "gift_steps",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("gift_id", sa.String(120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=True),
        sa.Column("need_id", sa.String(120), nullable=True),
        sa.Column("entered_by", sa.String(120), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gifts.id"], name="fk_gift_steps_gift_id_gifts"),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_gift_steps_volunteer_id_volunteers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_gift_steps"),
    )
    op.create_index("ix_gift_steps_gift_id", "gift_steps", ["gift_id"])
    for statement in append_only_ddl("gift_steps", op.get_bind().dialect.name):
        op.execute(statement)
