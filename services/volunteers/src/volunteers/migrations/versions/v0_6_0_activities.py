"""Activities, their sessions and staff, who takes part; clubs, associations, the teachers' desk."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from servicekit.db import UtcDateTime

revision = "0.6.0"
down_revision = "0.5.0"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _school_breaks()
    _activities()
    _sessions()
    _session_staff()
    _participants()
    _pick_ups()
    _enrolments()
    _questions()
    _materials()
    _topics()
    _topic_wishes()
    _members()
    _service_items()
    _service_requests()


def downgrade() -> None:
    for table in TABLES_NEWEST_FIRST:
        op.drop_table(table)


TABLES_NEWEST_FIRST = (
    "service_requests",
    "service_items",
    "members",
    "topic_wishes",
    "topics",
    "materials",
    "questions",
    "enrolments",
    "pick_ups",
    "participants",
    "session_staff",
    "sessions",
    "activities",
    "school_breaks",
)


def _participants() -> None:
    op.create_table(
        "participants",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("born_by", sa.Date(), nullable=True),
        sa.Column("grounds", JSON, nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("registration_index", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("health_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_participants"),
    )
    op.create_index("ix_participants_community", "participants", ["community"], unique=False)


def _school_breaks() -> None:
    op.create_table(
        "school_breaks",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school_breaks"),
    )
    op.create_index("ix_school_breaks_community", "school_breaks", ["community"], unique=False)


def _activities() -> None:
    op.create_table(
        "activities",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("host_id", sa.String(length=120), nullable=True),
        sa.Column("break_id", sa.String(length=120), nullable=True),
        sa.Column("rule", sa.String(length=200), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("start", sa.String(length=5), nullable=False),
        sa.Column("end", sa.String(length=5), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("ratio", sa.Integer(), nullable=True),
        sa.Column("age_from", sa.Integer(), nullable=True),
        sa.Column("age_until", sa.Integer(), nullable=True),
        sa.Column("collects_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["break_id"], ["school_breaks.id"], name="fk_activities_break_id_school_breaks"
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["partners.id"], name="fk_activities_host_id_partners"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_activities"),
    )
    op.create_index(
        "ix_activities_community_kind", "activities", ["community", "kind"], unique=False
    )


def _pick_ups() -> None:
    op.create_table(
        "pick_ups",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("participant_id", sa.String(length=120), nullable=False),
        sa.Column("relation", sa.String(40), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name="fk_pick_ups_participant_id_participants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pick_ups"),
    )
    op.create_index("ix_pick_ups_participant_id", "pick_ups", ["participant_id"], unique=False)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("activity_id", sa.String(length=120), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("start", sa.String(length=5), nullable=False),
        sa.Column("end", sa.String(length=5), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("ratio", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("told_adults", sa.Integer(), nullable=True),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity > 0", name="ck_sessions_capacity"),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name="fk_sessions_activity_id_activities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_activity_id", "sessions", ["activity_id"], unique=False)
    op.create_index("ix_sessions_community_on", "sessions", ["community", "on"], unique=False)
    op.create_index("ix_sessions_state_on", "sessions", ["state", "on"], unique=False)


def _enrolments() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("session_id", sa.String(length=120), nullable=False),
        sa.Column("participant_id", sa.String(length=120), nullable=False),
        sa.Column("party", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("need", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("offer_until", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("signed_in_at", UtcDateTime(), nullable=True),
        sa.Column("signed_out_at", UtcDateTime(), nullable=True),
        sa.Column("collected_by_id", sa.String(length=120), nullable=True),
        sa.Column("late_told", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collected_by_id"], ["pick_ups.id"], name="fk_enrolments_collected_by_id_pick_ups"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name="fk_enrolments_participant_id_participants",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_enrolments_session_id_sessions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
    )
    op.create_index("ix_enrolments_participant_id", "enrolments", ["participant_id"], unique=False)
    op.create_index(
        "ix_enrolments_session_id_state", "enrolments", ["session_id", "state"], unique=False
    )
    op.create_index(
        "uq_enrolments_one_live_each",
        "enrolments",
        ["session_id", "participant_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )


def _session_staff() -> None:
    op.create_table(
        "session_staff",
        sa.Column("session_id", sa.String(length=120), nullable=False),
        sa.Column("volunteer_id", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_session_staff_session_id_sessions"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_session_staff_volunteer_id_volunteers"
        ),
        sa.PrimaryKeyConstraint("session_id", "volunteer_id", name="pk_session_staff"),
    )
    op.create_index(
        "ix_session_staff_volunteer_id", "session_staff", ["volunteer_id"], unique=False
    )


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("association_id", sa.String(length=120), nullable=False),
        sa.Column("participant_id", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("volunteer_id", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["association_id"], ["partners.id"], name="fk_members_association_id_partners"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name="fk_members_participant_id_participants"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name="fk_members_volunteer_id_volunteers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
    )
    op.create_index(
        "ix_members_association_id_left_on", "members", ["association_id", "left_on"], unique=False
    )


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("activity_id", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name="fk_topics_activity_id_activities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
    )
    op.create_index("ix_topics_community", "topics", ["community"], unique=False)


def _materials() -> None:
    op.create_table(
        "materials",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("session_id", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_materials_session_id_sessions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_materials"),
    )
    op.create_index("ix_materials_session_id", "materials", ["session_id"], unique=False)


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("session_id", sa.String(length=120), nullable=False),
        sa.Column("participant_id", sa.String(length=120), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name="fk_questions_participant_id_participants"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_questions_session_id_sessions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
    )
    op.create_index("ix_questions_session_id", "questions", ["session_id"], unique=False)


def _topic_wishes() -> None:
    op.create_table(
        "topic_wishes",
        sa.Column("topic_id", sa.String(length=120), nullable=False),
        sa.Column("participant_id", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name="fk_topic_wishes_participant_id_participants",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name="fk_topic_wishes_topic_id_topics"
        ),
        sa.PrimaryKeyConstraint("topic_id", "participant_id", name="pk_topic_wishes"),
    )


def _service_items() -> None:
    op.create_table(
        "service_items",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("papers", JSON, nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_items"),
    )
    op.create_index("ix_service_items_community", "service_items", ["community"], unique=False)


def _service_requests() -> None:
    op.create_table(
        "service_requests",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=12), nullable=False),
        sa.Column("item_id", sa.String(length=120), nullable=False),
        sa.Column("participant_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("missing", JSON, nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assigned_to", sa.String(length=120), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("at", sa.String(length=5), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="ck_service_requests_rating"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_items.id"], name="fk_service_requests_item_id_service_items"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name="fk_service_requests_participant_id_participants",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_service_requests"),
    )
    op.create_index(
        "ix_service_requests_community_state_due_on",
        "service_requests",
        ["community", "state", "due_on"],
        unique=False,
    )
    op.create_index(
        "ix_service_requests_participant_id", "service_requests", ["participant_id"], unique=False
    )
