"""Handing over, silence, hours beside visits, stars, certificates, training and honours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.db import UtcDateTime, append_only_ddl

revision = "0.7.0"
down_revision = "0.6.0"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


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
    _hours()
    _certificates()
    _training()


def _hours() -> None:
    op.create_table(
        "top_ups",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("aid_kind", sa.String(40), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("start", sa.String(5), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("evidence", sa.String(40), nullable=False),
        sa.Column("requested_by", sa.String(120), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("data_key", sa.LargeBinary, nullable=False),
        sa.Column("note_sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_top_ups"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="ck_top_ups_minutes"),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_top_ups_volunteer_id_volunteers"
        ),
    )
    op.create_index("ix_top_ups_community", "top_ups", ["community"])
    op.create_index("ix_top_ups_volunteer_id", "top_ups", ["volunteer_id"])
    with op.batch_alter_table("hour_entries") as entries:
        entries.alter_column("visit_id", existing_type=sa.String(120), nullable=True)
        entries.add_column(sa.Column("top_up_id", sa.String(120), nullable=True))
        entries.create_foreign_key(
            "fk_hour_entries_top_up_id_top_ups", "top_ups", ["top_up_id"], ["id"]
        )
        entries.create_check_constraint(
            "ck_hour_entries_one_source", "(visit_id IS NULL) <> (top_up_id IS NULL)"
        )
        entries.create_index("ix_hour_entries_top_up_id", ["top_up_id"])
    _guard_anew()
    op.create_table(
        "hour_flags",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("work", sa.String(120), nullable=False),
        sa.Column("other", sa.String(120), nullable=True),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("metres", sa.Integer, nullable=True),
        sa.Column("settled_by", sa.String(120), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_hour_flags"),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_hour_flags_volunteer_id_volunteers"
        ),
    )
    op.create_index("ix_hour_flags_community_state", "hour_flags", ["community", "state"])
    op.create_index("ix_hour_flags_work", "hour_flags", ["work"])
    op.create_table(
        "star_rules",
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("hours", JSON, nullable=False),
        sa.PrimaryKeyConstraint("community", "since", name="pk_star_rules"),
    )
    op.create_table(
        "recognitions",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("star", sa.Integer, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("reached_on", sa.Date, nullable=False),
        sa.Column("table_since", sa.Date, nullable=False),
        sa.Column("withdrawn_on", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recognitions"),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_recognitions_volunteer_id_volunteers"
        ),
    )
    op.create_index("ix_recognitions_community", "recognitions", ["community"])
    op.create_index("ix_recognitions_volunteer_id", "recognitions", ["volunteer_id"])


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("check_code", sa.String(40), nullable=False),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("issued_by", sa.String(120), nullable=False),
        sa.Column("revoked_on", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.UniqueConstraint("check_code", name="uq_certificates_check_code"),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_certificates_volunteer_id_volunteers"
        ),
    )
    op.create_index("ix_certificates_community", "certificates", ["community"])
    op.create_index("ix_certificates_volunteer_id", "certificates", ["volunteer_id"])
    op.create_table(
        "lessons",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("words_sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lessons"),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_lessons_volunteer_id_volunteers"
        ),
    )
    op.create_index("ix_lessons_volunteer_id", "lessons", ["volunteer_id"])


def _training() -> None:
    op.create_table(
        "courses",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("valid_months", sa.Integer, nullable=False),
        sa.Column("gates", JSON, nullable=False),
        sa.Column("grants", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_courses"),
        sa.CheckConstraint("sessions BETWEEN 1 AND 50", name="ck_courses_sessions"),
        sa.CheckConstraint("valid_months BETWEEN 1 AND 120", name="ck_courses_valid_months"),
    )
    op.create_index("ix_courses_community", "courses", ["community"])
    op.create_table(
        "trainings",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("course_id", sa.String(120), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name="fk_trainings_course_id_courses"
        ),
    )
    op.create_index("ix_trainings_community_on", "trainings", ["community", "on"])
    op.create_index("ix_trainings_course_id", "trainings", ["course_id"])
    op.create_table(
        "attendances",
        sa.Column("training_id", sa.String(120), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("training_id", "volunteer_id", name="pk_attendances"),
        sa.ForeignKeyConstraint(
            ["training_id"], ["trainings.id"], name="fk_attendances_training_id_trainings"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_attendances_volunteer_id_volunteers"
        ),
    )
    op.create_index("ix_attendances_volunteer_id", "attendances", ["volunteer_id"])
    op.create_table(
        "completions",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("course_id", sa.String(120), nullable=False),
        sa.Column("volunteer_id", sa.String(120), nullable=False),
        sa.Column("completed_on", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("announced_on", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_completions"),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name="fk_completions_course_id_courses"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_completions_volunteer_id_volunteers"
        ),
    )
    for column in ("community", "course_id", "volunteer_id"):
        op.create_index(f"ix_completions_{column}", "completions", [column])
    op.create_table(
        "honours",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("of", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.Column("recorded_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_honours"),
    )
    op.create_index("ix_honours_community", "honours", ["community"])


def _guard_anew() -> None:
    """SQLite copies the table, and its triggers go with the old one."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in append_only_ddl("hour_entries", "sqlite"):
            op.execute(statement)


def downgrade() -> None:
    for table in ("honours", "completions", "attendances", "trainings", "courses"):
        op.drop_table(table)
    for table in ("lessons", "certificates", "recognitions", "star_rules", "hour_flags"):
        op.drop_table(table)
    with op.batch_alter_table("hour_entries") as entries:
        entries.drop_index("ix_hour_entries_top_up_id")
        entries.drop_constraint("ck_hour_entries_one_source", type_="check")
        entries.drop_constraint("fk_hour_entries_top_up_id_top_ups", type_="foreignkey")
        entries.drop_column("top_up_id")
        entries.alter_column("visit_id", existing_type=sa.String(120), nullable=False)
    _guard_anew()
    op.drop_table("top_ups")
    op.drop_table("silences")
    op.drop_column("visits", "stand_in_id")
