"""Who helps: partners, volunteers, their papers, and who saw their personal data.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.db import append_only_ddl
from servicekit.migrations import create_messaging_tables, drop_messaging_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    create_messaging_tables()
    _partners()
    _volunteers()
    _clearances()
    _disclosures()
    _disclosure_heads()
    for statement in append_only_ddl("disclosures", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES_NEWEST_FIRST:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION disclosures_refuse()")
    drop_messaging_tables()


TABLES_NEWEST_FIRST = (
    "disclosure_heads",
    "disclosures",
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


def _disclosures() -> None:
    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("volunteer", sa.String(120), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("disclosed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
        sa.UniqueConstraint("community", "number", name="uq_disclosures_community_number"),
    )
    op.create_index("ix_disclosures_volunteer", "disclosures", ["volunteer"], unique=False)


def _disclosure_heads() -> None:
    op.create_table(
        "disclosure_heads",
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("community", name="pk_disclosure_heads"),
    )
