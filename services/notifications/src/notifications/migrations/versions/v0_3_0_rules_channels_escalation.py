"""Preferences, rules, deferral and attempts, escalation, grouping, digests, calendar feeds."""

import sqlalchemy as sa
from alembic import op

from servicekit.db import Json, UtcDateTime

revision = "0.3.0"
down_revision = "0.2.0"
branch_labels = None
depends_on = None

TABLES = (
    *("absences", "duties", "calendar_days", "feeds", "rule_changes", "template_texts"),
    *("heard", "alerts", "attempts", "escalation_steps", "escalations", "digests"),
    "pairings_seen",
)
ID, STAFF, COMMUNITY, CODE = sa.String(200), sa.String(120), sa.String(12), sa.String(40)


def upgrade() -> None:
    _extend_staff()
    _extend_notifications()
    _extend_deliveries()
    _create_people()
    _create_ruling()
    _create_telling()
    _create_escalations()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("deliveries") as table:
        table.drop_index("ix_deliveries_due")
        table.drop_index("ix_deliveries_carried_by")
        table.drop_constraint("uq_deliveries_notification_channel_level", type_="unique")
        table.create_unique_constraint(
            "uq_deliveries_notification_channel", ["notification", "channel"]
        )
        table.create_index("ix_deliveries_due", ["state", "next_at"])
        for name in ("level", "due_at", "deferred_for", "carried_by"):
            table.drop_column(name)
    with op.batch_alter_table("notifications") as table:
        table.drop_index("ix_notifications_event_id")
        for name in ("on_behalf", "event_id", "alerts", "resolved_at"):
            table.drop_column(name)
    with op.batch_alter_table("staff") as table:
        for name in ("quiet_from", "quiet_until", "rests_on_days_off", "digest", "digest_at"):
            table.drop_column(name)
        table.drop_column("digest_weekday")
        table.drop_column("cover")
        table.drop_column("addresses_sealed")


def _required(table: str, name: str, kind: sa.types.TypeEngine[object], value: str) -> None:
    """A column that old rows get a value for, and new ones only from the code."""
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column(name, kind, nullable=False, server_default=value))
    with op.batch_alter_table(table) as batch:
        batch.alter_column(name, server_default=None)


def _extend_staff() -> None:
    _required("staff", "quiet_from", sa.String(5), "20:00")
    _required("staff", "quiet_until", sa.String(5), "08:00")
    _required("staff", "rests_on_days_off", sa.Boolean(), sa.true())
    _required("staff", "digest", CODE, "none")
    _required("staff", "digest_at", sa.String(5), "08:30")
    _required("staff", "digest_weekday", sa.Integer(), "1")
    op.add_column("staff", sa.Column("cover", STAFF))
    op.add_column("staff", sa.Column("addresses_sealed", sa.LargeBinary))


def _extend_notifications() -> None:
    op.add_column("notifications", sa.Column("on_behalf", STAFF))
    op.add_column("notifications", sa.Column("resolved_at", UtcDateTime()))
    _required("notifications", "event_id", sa.String(300), "")
    _required("notifications", "alerts", sa.Integer(), "1")
    op.create_index("ix_notifications_event_id", "notifications", ["event_id"])


def _extend_deliveries() -> None:
    _required("deliveries", "level", sa.Integer(), "0")
    op.add_column("deliveries", sa.Column("due_at", UtcDateTime()))
    op.add_column("deliveries", sa.Column("deferred_for", CODE))
    op.add_column("deliveries", sa.Column("carried_by", ID))
    with op.batch_alter_table("deliveries") as table:
        table.drop_index("ix_deliveries_due")
        table.drop_constraint("uq_deliveries_notification_channel", type_="unique")
        table.create_unique_constraint(
            "uq_deliveries_notification_channel_level", ["notification", "channel", "level"]
        )
        table.create_index("ix_deliveries_due", ["channel", "state", "next_at"])
        table.create_index("ix_deliveries_carried_by", ["carried_by"])


def _create_people() -> None:
    op.create_table(
        "absences",
        sa.Column("staff", STAFF, nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("last_on", sa.Date, nullable=False),
        sa.Column("cover", STAFF),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_absences_staff_staff"),
        sa.ForeignKeyConstraint(["cover"], ["staff.id"], name="fk_absences_cover_staff"),
        sa.PrimaryKeyConstraint("staff", "first_on", name="pk_absences"),
    )
    op.create_table(
        "duties",
        sa.Column("community", COMMUNITY, nullable=False),
        sa.Column("staff", STAFF, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_duties_staff_staff"),
        sa.PrimaryKeyConstraint("community", "staff", "starts_at", name="pk_duties"),
    )
    op.create_table(
        "calendar_days",
        sa.Column("community", COMMUNITY, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("workday", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("community", "day", name="pk_calendar_days"),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("community", COMMUNITY, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("subject", STAFF, nullable=False),
        sa.Column("created_by", STAFF, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
    )
    op.create_index("ix_feeds_subject", "feeds", ["subject"])


def _create_ruling() -> None:
    op.create_table(
        "rule_changes",
        sa.Column("community", COMMUNITY, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("entry", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", STAFF, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("community", "name", name="pk_rule_changes"),
    )
    op.create_table(
        "template_texts",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("locale", CODE, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by", STAFF, nullable=False),
        sa.PrimaryKeyConstraint("name", "locale", "version", name="pk_template_texts"),
    )


def _create_telling() -> None:
    op.create_table(
        "heard",
        sa.Column("id", sa.String(300), nullable=False),
        sa.Column("source", STAFF, nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("community", COMMUNITY, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("decision", Json, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", "source", name="pk_heard"),
    )
    op.create_index("ix_heard_community_at", "heard", ["community", "at"])
    op.create_table(
        "alerts",
        sa.Column("id", ID, nullable=False),
        sa.Column("notification", ID, nullable=False),
        sa.Column("event_id", sa.String(300), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _to_notification("alerts"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_notification", "alerts", ["notification"])
    op.create_index("ix_alerts_event_id", "alerts", ["event_id"])
    op.create_table(
        "attempts",
        sa.Column("delivery", ID, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", CODE),
        sa.Column("code", sa.String(40)),
        sa.ForeignKeyConstraint(
            ["delivery"], ["deliveries.id"], name="fk_attempts_delivery_deliveries"
        ),
        sa.PrimaryKeyConstraint("delivery", "number", name="pk_attempts"),
    )
    op.create_table(
        "digests",
        sa.Column("staff", STAFF, nullable=False),
        sa.Column("period", CODE, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("notification", ID),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_digests_staff_staff"),
        _to_notification("digests"),
        sa.PrimaryKeyConstraint("staff", "period", "day", name="pk_digests"),
    )
    op.create_table(
        "pairings_seen",
        sa.Column("id", ID, nullable=False),
        sa.Column("community", COMMUNITY, nullable=False),
        sa.Column("household", STAFF, nullable=False),
        sa.Column("volunteer", STAFF, nullable=False),
        sa.Column("coordinator", STAFF),
        sa.Column("running", sa.Boolean, nullable=False),
        sa.Column("started_on", sa.Date),
        sa.Column("last_visit_on", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pairings_seen"),
    )
    op.create_index("ix_pairings_seen_community", "pairings_seen", ["community"])


def _to_notification(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_notification_notifications"
    return sa.ForeignKeyConstraint(["notification"], ["notifications.id"], name=name)


def _create_escalations() -> None:
    op.create_table(
        "escalations",
        sa.Column("id", ID, nullable=False),
        sa.Column("community", COMMUNITY, nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("closed_by", STAFF),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_escalations"),
        sa.UniqueConstraint("rule", "subject", name="uq_escalations_rule_subject"),
    )
    op.create_index("ix_escalations_due", "escalations", ["state", "due_at"])
    op.create_table(
        "escalation_steps",
        sa.Column("escalation", ID, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("recipient", STAFF, nullable=False),
        sa.Column("reason", CODE, nullable=False),
        sa.Column("notification", ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation"], ["escalations.id"], name="fk_escalation_steps_escalation_escalations"
        ),
        sa.ForeignKeyConstraint(
            ["recipient"], ["staff.id"], name="fk_escalation_steps_recipient_staff"
        ),
        _to_notification("escalation_steps"),
        sa.PrimaryKeyConstraint("escalation", "level", "recipient", name="pk_escalation_steps"),
    )
