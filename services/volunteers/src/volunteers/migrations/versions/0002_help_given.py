"""The help given: needs' copies, pairings, visits, the hours ledger, runs of matching.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.db import append_only_ddl

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LIVE = "state IN ('proposed', 'accepted', 'trial', 'active', 'paused', 'handover')"


def upgrade() -> None:
    _need_copies()
    _pairings()
    _declines()
    _visits()
    _hour_entries()
    _match_runs()
    _matching_rules()
    for statement in append_only_ddl("hour_entries", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES_NEWEST_FIRST:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION hour_entries_refuse()")


TABLES_NEWEST_FIRST = (
    "matching_rules",
    "match_runs",
    "hour_entries",
    "visits",
    "declines",
    "pairings",
    "need_copies",
)


def _need_copies() -> None:
    op.create_table(
        "need_copies",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("household", sa.String(120), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("aid_kind", sa.String(40), nullable=True),
        sa.Column("facts", JSON, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_need_copies"),
    )
    op.create_index(
        "ix_need_copies_community_status", "need_copies", ["community", "status"], unique=False
    )
    op.create_index("ix_need_copies_household", "need_copies", ["household"], unique=False)


def _pairings() -> None:
    op.create_table(
        "pairings",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("need_id", sa.String(120), nullable=False),
        sa.Column("household", sa.String(120), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("backup_id", sa.String(120), nullable=True),
        sa.Column("aid_kind", sa.String(40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(80), nullable=False),
        sa.Column("frozen", JSON, nullable=False),
        sa.Column("contributions", JSON, nullable=False),
        sa.Column("manual", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slots", JSON, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("planned_until", sa.Date(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(40), nullable=True),
        sa.Column("declined_by", sa.String(40), nullable=True),
        sa.Column("decline_reason", sa.String(40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("override_reason_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["backup_id"], ["volunteers.id"], name="fk_pairings_backup_id_volunteers"
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["need_copies.id"], name="fk_pairings_need_id_need_copies"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_pairings_volunteer_id_volunteers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pairings"),
        sa.UniqueConstraint("need_id", "attempt", name="uq_pairings_need_id_attempt"),
    )
    op.create_index("ix_pairings_backup_id", "pairings", ["backup_id"], unique=False)
    op.create_index("ix_pairings_community_state", "pairings", ["community", "state"], unique=False)
    op.create_index("ix_pairings_household", "pairings", ["household"], unique=False)
    op.create_index(
        "ix_pairings_volunteer_id_state", "pairings", ["volunteer_id", "state"], unique=False
    )
    op.create_index(
        "uq_pairings_one_live_per_need",
        "pairings",
        ["need_id"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )


def _declines() -> None:
    op.create_table(
        "declines",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("need_id", sa.String(120), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("declined_by", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["pairings.id"], name="fk_declines_id_pairings"),
        sa.ForeignKeyConstraint(
            ["need_id"], ["need_copies.id"], name="fk_declines_need_id_need_copies"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_declines_volunteer_id_volunteers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_declines"),
    )
    op.create_index("ix_declines_community", "declines", ["community"], unique=False)
    op.create_index("ix_declines_need_id", "declines", ["need_id"], unique=False)


def _visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("pairing_id", sa.String(120), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("start", sa.String(5), nullable=False),
        sa.Column("end", sa.String(5), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("minutes_done", sa.Integer(), nullable=True),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="ck_visits_minutes"),
        sa.CheckConstraint("minutes_done BETWEEN 0 AND 1440", name="ck_visits_minutes_done"),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairings.id"], name="fk_visits_pairing_id_pairings"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        sa.UniqueConstraint("pairing_id", "on", "start", name="uq_visits_pairing_id_on_start"),
    )
    op.create_index(
        "ix_visits_community_on_state", "visits", ["community", "on", "state"], unique=False
    )


def _hour_entries() -> None:
    op.create_table(
        "hour_entries",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("visit_id", sa.String(120), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("doubt", sa.String(40), nullable=True),
        sa.Column("entered_by", sa.String(120), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name="ck_hour_entries_minutes"),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name="fk_hour_entries_visit_id_visits"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_hour_entries_volunteer_id_volunteers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hour_entries"),
        sa.UniqueConstraint("visit_id", "state", name="uq_hour_entries_visit_id_state"),
    )
    op.create_index("ix_hour_entries_community", "hour_entries", ["community"], unique=False)
    op.create_index("ix_hour_entries_volunteer_id", "hour_entries", ["volunteer_id"], unique=False)


def _match_runs() -> None:
    op.create_table(
        "match_runs",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("rules", sa.String(80), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("volunteers", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.Integer(), nullable=False),
        sa.Column("unmatched", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_match_runs"),
    )
    op.create_index("ix_match_runs_community", "match_runs", ["community"], unique=False)


def _matching_rules() -> None:
    op.create_table(
        "matching_rules",
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("community", name="pk_matching_rules"),
    )
