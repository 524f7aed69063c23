"""What is too much for a volunteer (concerns, referrals), and what households say of visits."""

import sqlalchemy as sa
from alembic import op

revision = "0.3.0"
down_revision = "0.2.0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _concerns()
    _referrals()
    _feedback_calls()


def downgrade() -> None:
    op.drop_table("feedback_calls")
    op.drop_table("referrals")
    op.drop_table("concerns")


def _concerns() -> None:
    op.create_table(
        "concerns",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("household_id", sa.String(120), nullable=False),
        sa.Column("need_id", sa.String(120), nullable=True),
        sa.Column("visit", sa.String(120), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("urgency", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("raised_by", sa.String(120), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_concerns_household_id_households"
        ),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name="fk_concerns_need_id_needs"),
        sa.PrimaryKeyConstraint("id", name="pk_concerns"),
    )
    op.create_index("ix_concerns_community_status", "concerns", ["community", "status"])
    op.create_index("ix_concerns_household_id", "concerns", ["household_id"])


def _referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("concern_id", sa.String(120), nullable=False),
        sa.Column("household_id", sa.String(120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("profession", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("requested_by", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(40), nullable=True),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("accepted_by", sa.String(120), nullable=True),
        sa.Column("return_reason", sa.String(40), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_referrals_concern_id_concerns"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_referrals_household_id_households"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_referrals"),
    )
    op.create_index("ix_referrals_community_status", "referrals", ["community", "status"])
    op.create_index("ix_referrals_concern_id", "referrals", ["concern_id"])
    op.create_index("ix_referrals_live_due_on", "referrals", ["live", "due_on"])
    op.create_index(
        "uq_referrals_concern_id",
        "referrals",
        ["concern_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )


def _feedback_calls() -> None:
    op.create_table(
        "feedback_calls",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("household_id", sa.String(120), nullable=False),
        sa.Column("visit", sa.String(120), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("called_on", sa.Date(), nullable=True),
        sa.Column("called_by", sa.String(120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_feedback_calls_household_id_households"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feedback_calls"),
    )
    op.create_index(
        "ix_feedback_calls_community_status_due_on",
        "feedback_calls",
        ["community", "status", "due_on"],
    )
    op.create_index("ix_feedback_calls_household_id", "feedback_calls", ["household_id"])
