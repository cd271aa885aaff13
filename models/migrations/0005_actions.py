"""What actions leave on tickets and events; enums say what they mean without listing their values."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from models.actors import ActorKind
from models.audit import AuditAction
from models.counters import CounterName
from models.events import Kind
from models.labels import LabelColor
from models.letters import Letter
from models.mails import MailOutcome, MailState
from models.permissions import Role
from models.reactions import Reaction
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.tokens import Purpose
from tortoise import fields

UP = [
    "ALTER TABLE bulk_change ADD CONSTRAINT bulk_change_home UNIQUE (workspace_id, id)",
    "ALTER TABLE bulk_change ADD CONSTRAINT bulk_change_workspace FOREIGN KEY (workspace_id)"
    " REFERENCES workspace (id)",
    "ALTER TABLE bulk_change ADD CONSTRAINT bulk_change_member_id_home FOREIGN KEY (workspace_id, member_id)"
    " REFERENCES member (workspace_id, id)",
    "ALTER TABLE event ADD CONSTRAINT event_bulk_id_home FOREIGN KEY (workspace_id, bulk_id)"
    " REFERENCES bulk_change (workspace_id, id)",
]
DOWN = [
    "ALTER TABLE event DROP CONSTRAINT event_bulk_id_home",
    "ALTER TABLE bulk_change DROP CONSTRAINT bulk_change_member_id_home",
    "ALTER TABLE bulk_change DROP CONSTRAINT bulk_change_workspace",
    "ALTER TABLE bulk_change DROP CONSTRAINT bulk_change_home",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0004_inbound")]

    operations = [
        ops.CreateModel(
            name="BulkChange",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("member_id", fields.BigIntField(description="Who asked for it.")),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True,
                        description="When every ticket had its result.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "bulk_change",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A change of many tickets. Its events name it, so that it is told of, and undone, as one.",
            },
            bases=["Tenant"],
        ),
        ops.AlterField(
            model_name="AuditRow",
            name="action",
            field=fields.CharEnumField(description="What was done.", enum_type=AuditAction, max_length=40),
        ),
        ops.AlterField(
            model_name="Comment",
            name="channel",
            field=fields.CharEnumField(description="The way it came in.", enum_type=Channel, max_length=20),
        ),
        ops.AlterField(
            model_name="Counter",
            name="name",
            field=fields.CharEnumField(description="What it counts.", enum_type=CounterName, max_length=20),
        ),
        ops.AlterField(
            model_name="Event",
            name="actor_kind",
            field=fields.CharEnumField(
                description="What the one is who did it.", enum_type=ActorKind, max_length=20
            ),
        ),
        ops.AlterField(
            model_name="Event",
            name="kind",
            field=fields.CharEnumField(description="What happened.", enum_type=Kind, max_length=40),
        ),
        ops.AddField(
            model_name="Event",
            name="bulk_id",
            field=fields.BigIntField(null=True, description="The bulk change that it was part of."),
        ),
        ops.AlterField(
            model_name="Label",
            name="color",
            field=fields.CharEnumField(description="Of the palette.", enum_type=LabelColor, max_length=20),
        ),
        ops.AlterField(
            model_name="MailIn",
            name="outcome",
            field=fields.CharEnumField(
                default=MailOutcome.RECEIVED,
                description="What became of it.",
                enum_type=MailOutcome,
                max_length=20,
            ),
        ),
        ops.AlterField(
            model_name="MailOut",
            name="letter",
            field=fields.CharEnumField(description="Which letter it is.", enum_type=Letter, max_length=40),
        ),
        ops.AlterField(
            model_name="MailOut",
            name="state",
            field=fields.CharEnumField(
                default=MailState.QUEUED,
                description="How far it has come.",
                enum_type=MailState,
                max_length=20,
            ),
        ),
        ops.AlterField(
            model_name="Member",
            name="role",
            field=fields.CharEnumField(description="What the member may do.", enum_type=Role, max_length=20),
        ),
        ops.AlterField(
            model_name="OutboxRow",
            name="reaction",
            field=fields.CharEnumField(description="The job.", enum_type=Reaction, max_length=40),
        ),
        ops.AlterField(
            model_name="Ticket",
            name="channel",
            field=fields.CharEnumField(description="The way it came in.", enum_type=Channel, max_length=20),
        ),
        ops.AlterField(
            model_name="Ticket",
            name="priority",
            field=fields.CharEnumField(
                default=Priority.MEDIUM, description="How urgent it is.", enum_type=Priority, max_length=20
            ),
        ),
        ops.AlterField(
            model_name="Ticket",
            name="resolution",
            field=fields.TextField(
                null=True, description="How it was solved; kept when it is reopened.", unique=False
            ),
        ),
        ops.AlterField(
            model_name="Ticket",
            name="status",
            field=fields.CharEnumField(
                default=Status.OPEN, description="Where it stands.", enum_type=Status, max_length=20
            ),
        ),
        ops.AlterField(
            model_name="Ticket",
            name="type",
            field=fields.CharEnumField(
                default=TicketType.SUPPORT_TICKET,
                description="What kind of request it is.",
                enum_type=TicketType,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Ticket",
            name="agent_score",
            field=fields.SmallIntField(null=True, description="1 to 5, by the member who resolved it."),
        ),
        ops.AddField(
            model_name="Ticket",
            name="customer_rated_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Ticket",
            name="customer_remark",
            field=fields.TextField(
                null=True, description="What the customer wrote with the score.", unique=False
            ),
        ),
        ops.AddField(
            model_name="Ticket",
            name="customer_score",
            field=fields.SmallIntField(null=True, description="1 to 5, by its customer."),
        ),
        ops.AddField(
            model_name="Ticket",
            name="escalated_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Ticket",
            name="escalation_reason",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="Ticket",
            name="merged_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Ticket",
            name="survey_asked_at",
            field=fields.DatetimeField(
                null=True,
                description="The customer was last asked to rate.",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AlterField(
            model_name="TicketToken",
            name="purpose",
            field=fields.CharEnumField(description="What it lets in to.", enum_type=Purpose, max_length=20),
        ),
        ops.RunSQL(UP, DOWN),
    ]
