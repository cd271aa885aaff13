"""Notifications of members, who follows tickets, whom notes mention, and letters to members."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.notifications import NoticeKind
from tortoise import fields
from tortoise.indexes import Index

# child table, column, parent table: each becomes (workspace_id, column) → parent (workspace_id, id)
WITHIN_WORKSPACE = (
    ("mention", "comment_id", "comment"),
    ("mention", "member_id", "member"),
    ("muted_mail", "member_id", "member"),
    ("ticket_follower", "ticket_id", "ticket"),
    ("ticket_follower", "member_id", "member"),
    ("notification", "member_id", "member"),
    ("notification", "event_id", "event"),
    ("notification", "ticket_id", "ticket"),
    ("notification", "comment_id", "comment"),
    ("notification", "actor_member_id", "member"),
    ("notification", "actor_contact_id", "contact"),
    ("notification", "bulk_id", "bulk_change"),
    ("notification", "head_id", "notification"),
    ("mail_out", "bulk_id", "bulk_change"),
    ("mail_out", "member_id", "member"),
    ("mail_out", "notification_id", "notification"),
)

UP = [
    "ALTER TABLE notification ADD CONSTRAINT notification_home UNIQUE (workspace_id, id)",
    *(
        f'ALTER TABLE "{child}" ADD CONSTRAINT {child}_{column}_home FOREIGN KEY (workspace_id, {column})'
        f' REFERENCES "{parent}" (workspace_id, id)'
        for child, column, parent in WITHIN_WORKSPACE
    ),
    "CREATE INDEX notification_inbox ON notification (workspace_id, member_id, id) WHERE head_id IS NULL",
    "CREATE INDEX notification_unread ON notification (workspace_id, member_id, id)"
    " WHERE head_id IS NULL AND read_at IS NULL",
    "CREATE INDEX notification_digest ON notification (workspace_id, head_id, id) WHERE head_id IS NOT NULL",
    "CREATE UNIQUE INDEX mail_out_of_bulk ON mail_out (workspace_id, bulk_id, recipient, letter)"
    " WHERE bulk_id IS NOT NULL",
]
DOWN = [
    "DROP INDEX mail_out_of_bulk, notification_digest, notification_unread, notification_inbox",
    *(
        f'ALTER TABLE "{child}" DROP CONSTRAINT {child}_{column}_home'
        for child, column, _ in reversed(WITHIN_WORKSPACE)
    ),
    "ALTER TABLE notification DROP CONSTRAINT notification_home",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0010_finding")]

    operations = [
        ops.CreateModel(
            name="Mention",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("comment_id", fields.BigIntField(description="The note.")),
                ("member_id", fields.BigIntField()),
            ],
            options={
                "table": "mention",
                "app": "models",
                "unique_together": (("workspace_id", "comment_id", "member_id"),),
                "indexes": [Index(fields=["workspace_id", "member_id"])],
                "pk_attr": "id",
                "table_description": "That a note mentions a member.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="MutedMail",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("member_id", fields.BigIntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="Of what they want no mail.", enum_type=NoticeKind, max_length=40
                    ),
                ),
            ],
            options={
                "table": "muted_mail",
                "app": "models",
                "unique_together": (("workspace_id", "member_id", "kind"),),
                "pk_attr": "id",
                "table_description": "A kind of notification about which a member wants no mail.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Notification",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("member_id", fields.BigIntField(description="Who is told.")),
                (
                    "kind",
                    fields.CharEnumField(
                        description="What they are told of.", enum_type=NoticeKind, max_length=40
                    ),
                ),
                ("event_id", fields.BigIntField(description="What happened.")),
                ("ticket_id", fields.BigIntField()),
                (
                    "comment_id",
                    fields.BigIntField(null=True, description="The comment that is told of, if any."),
                ),
                ("actor_member_id", fields.BigIntField(null=True, description="The member who did it.")),
                ("actor_contact_id", fields.BigIntField(null=True, description="The customer who did it.")),
                ("bulk_id", fields.BigIntField(null=True, description="The bulk change that it is about.")),
                (
                    "is_digest",
                    fields.BooleanField(default=False, description="Others of its kind may join it."),
                ),
                ("head_id", fields.BigIntField(null=True, description="The notification that it joined.")),
                (
                    "read_at",
                    fields.DatetimeField(
                        null=True,
                        description="Of a head: when the member read it.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "notification",
                "app": "models",
                "unique_together": (("workspace_id", "event_id", "member_id"),),
                "indexes": [Index(fields=["workspace_id", "member_id", "created_at"])],
                "pk_attr": "id",
                "table_description": "That one member is told of one event. Several can be one entry of the inbox: a digest.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="TicketFollower",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("ticket_id", fields.BigIntField()),
                ("member_id", fields.BigIntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ticket_follower",
                "app": "models",
                "unique_together": (("workspace_id", "ticket_id", "member_id"),),
                "indexes": [Index(fields=["workspace_id", "member_id"])],
                "pk_attr": "id",
                "table_description": "That a member follows a ticket.",
            },
            bases=["Tenant"],
        ),
        ops.AddField(
            model_name="MailOut",
            name="bulk_id",
            field=fields.BigIntField(
                null=True, description="The bulk change that it is the one letter about."
            ),
        ),
        ops.AddField(
            model_name="MailOut",
            name="member_id",
            field=fields.BigIntField(null=True, description="The recipient, when a member."),
        ),
        ops.AddField(
            model_name="MailOut",
            name="notification_id",
            field=fields.BigIntField(null=True, description="What a member is told of by it."),
        ),
        ops.RunSQL(UP, DOWN),
    ]
