"""Donated things with their chain of custody; projects with their dossiers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.db import append_only_ddl

revision = "0.8.0"
down_revision = "0.7.0"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NEWEST_FIRST = ("project_steps", "project_reviews", "projects", "gift_steps", "gifts")


def upgrade() -> None:
    _gifts()
    _projects()
    for table in ("gift_steps", "project_steps"):
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in NEWEST_FIRST:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gift_steps_refuse()")
        op.execute("DROP FUNCTION project_steps_refuse()")


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


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("route", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("partner_id", sa.String(120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("goals", JSON, nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("papers", JSON, nullable=False),
        sa.Column("origins", JSON, nullable=False),
        sa.Column("notice_until", sa.Date(), nullable=True),
        sa.Column("reject_reason", sa.String(40), nullable=True),
        sa.Column("overdue_in", sa.String(40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_projects_period"),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name="fk_projects_partner_id_partners"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
    )
    op.create_index("ix_projects_community_state", "projects", ["community", "state"])
    op.create_index("ix_projects_partner_id", "projects", ["partner_id"])
    _of_project(
        "project_reviews",
        sa.Column("id", sa.String(250), nullable=False),
        sa.Column("reviewer", sa.String(120), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("scores", JSON, nullable=False),
    )
    _of_project(
        "project_steps",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.String(120), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )


def _of_project(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        *columns,
        sa.Column("project_id", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=f"fk_{table}_project_id_projects"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_project_id", table, ["project_id"])
