"""The first tables: who helps, and the help given; the messaging tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.db import append_only_ddl
from servicekit.migrations import create_messaging_tables, drop_messaging_tables

revision = "0.1.0"
down_revision = None
branch_labels = None
depends_on = None

MESSAGING = ("outbox", "inbox", "audit_entries", "audit_heads")

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LIVE = "state IN ('proposed', 'accepted', 'trial', 'active', 'paused', 'handover')"


def upgrade() -> None:
    create_messaging_tables(*MESSAGING)
    _partners()
    _volunteers()
    _clearances()
    _need_copies()
    _pairings()
    _declines()
    _visits()
    _hour_entries()
    _match_runs()
    _matching_rules()


def downgrade() -> None:
    for table in TABLES_NEWEST_FIRST:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION hour_entries_refuse()")
    drop_messaging_tables(*MESSAGING)


TABLES_NEWEST_FIRST = (
    "matching_rules",
    "match_runs",
    "hour_entries",
    "visits",
    "declines",
    "pairings",
    "need_copies",
    "clearances",
    "volunteers",
    "partners",
)


def _partners() -> None:
    op.create_table(
        "partners",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("serves", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partners"),
    )
    op.create_index("ix_partners_community", "partners", ["community"], unique=False)


def _volunteers() -> None:
    op.create_table(
        "volunteers",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("partner_id", sa.String(120), nullable=True),
        sa.Column("companion_id", sa.String(120), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("absence", sa.String(40), nullable=True),
        sa.Column("absent_until", sa.Date(), nullable=True),
        sa.Column("gender", sa.String(40), nullable=False),
        sa.Column("born_by", sa.Date(), nullable=False),
        sa.Column("guardian_consented_on", sa.Date(), nullable=True),
        sa.Column("aid_kinds", JSON, nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("availability", JSON, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("max_distance_m", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_index", sa.String(64), nullable=False),
        sa.Column("identity_index", sa.String(64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("identity_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("capacity BETWEEN 0 AND 20", name="ck_volunteers_capacity"),
        sa.ForeignKeyConstraint(
            ["companion_id"],
            ["volunteers.id"],
            name="fk_volunteers_companion_id_volunteers",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_volunteers_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_volunteers"),
        sa.UniqueConstraint(
            "community", "identity_index", name="uq_volunteers_community_identity_index"
        ),
    )
    op.create_index(
        "ix_volunteers_community_state", "volunteers", ["community", "state"], unique=False
    )


def _clearances() -> None:
    op.create_table(
        "clearances",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_clearances_volunteer_id_volunteers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_clearances"),
    )
    op.create_index("ix_clearances_community", "clearances", ["community"], unique=False)
    op.create_index("ix_clearances_volunteer_id", "clearances", ["volunteer_id"], unique=False)


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
    for statement in append_only_ddl("hour_entries", op.get_bind().dialect.name):
        op.execute(statement)


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
