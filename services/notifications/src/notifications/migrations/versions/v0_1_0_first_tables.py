"""The first tables: staff, notifications, deliveries, and the messaging tables."""

import sqlalchemy as sa
from alembic import op

from servicekit.db import Json, UtcDateTime
from servicekit.migrations import create_messaging_tables, drop_messaging_tables

revision = "0.1.0"
down_revision = None
branch_labels = None
depends_on = None

MESSAGING = ("outbox", "inbox", "audit_entries", "audit_heads")


def upgrade() -> None:
    create_messaging_tables(*MESSAGING)
    _create_staff()
    _create_notification()
    _create_delivery()


def downgrade() -> None:
    for table in ("deliveries", "notifications", "staff_places", "staff"):
        op.drop_table(table)
    drop_messaging_tables(*MESSAGING)


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("locale", sa.String(40), nullable=False),
        sa.Column("channels", Json, nullable=False),
        sa.Column("aid_kinds", Json, nullable=False),
        sa.Column("data_key", sa.LargeBinary, nullable=False),
        sa.Column("name_sealed", sa.LargeBinary),
        sa.Column("email_sealed", sa.LargeBinary),
        sa.Column("phone_sealed", sa.LargeBinary),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_table(
        "staff_places",
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name="fk_staff_places_staff_staff"),
        sa.PrimaryKeyConstraint("staff", "community", name="pk_staff_places"),
    )
    op.create_index("ix_staff_places_community", "staff_places", ["community"])


def _create_notification() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("recipient", sa.String(120), nullable=False),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("urgency", sa.String(40), nullable=False),
        sa.Column("event", sa.String(80), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime()),
        sa.Column("acknowledged_at", UtcDateTime()),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient"], ["staff.id"], name="fk_notifications_recipient_staff"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint(
            "rule", "subject", "recipient", name="uq_notifications_rule_subject_recipient"
        ),
    )
    op.create_index("ix_notifications_community", "notifications", ["community"])
    op.create_index("ix_notifications_inbox", "notifications", ["recipient", "created_at", "id"])


def _create_delivery() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("community", sa.String(12), nullable=False),
        sa.Column("notification", sa.String(200), nullable=False),
        sa.Column("recipient", sa.String(120), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", UtcDateTime()),
        sa.Column("sent_at", UtcDateTime()),
        sa.Column("message_id", sa.String(300)),
        sa.Column("last_error", sa.String(80)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["notification"], ["notifications.id"], name="fk_deliveries_notification_notifications"
        ),
        sa.ForeignKeyConstraint(["recipient"], ["staff.id"], name="fk_deliveries_recipient_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("notification", "channel", name="uq_deliveries_notification_channel"),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["state", "next_at"])
