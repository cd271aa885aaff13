"""The tables, as the models had them when the product began."""

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
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="ApiKey",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("member_id", fields.BigIntField()),
                ("name", fields.CharField(description="What it is used for.", max_length=80)),
                (
                    "scopes",
                    fields.JSONField(description="READ, WRITE, ADMIN.", encoder=JSON_DUMPS, decoder=loads),
                ),
                ("secret_hash", fields.CharField(unique=True, max_length=64)),
                ("hint", fields.CharField(description="Its first characters, to know it by.", max_length=12)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_key",
                "app": "models",
                "indexes": [Index(fields=["workspace_id", "member_id"])],
                "pk_attr": "id",
                "table_description": "A key that acts for a member, within its scopes. Kept as a hash; shown once, when made.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Attachment",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("ticket_id", fields.BigIntField()),
                ("comment_id", fields.BigIntField(null=True, description="None while it is not yet sent.")),
                ("name", fields.CharField(description="As the sender named it.", max_length=255)),
                (
                    "media_type",
                    fields.CharField(
                        description="As found in its bytes, not as the sender said.", max_length=127
                    ),
                ),
                ("bytes", fields.BigIntField(description="Size.")),
                ("sha256", fields.CharField(description="Of its bytes, hexadecimal.", max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "attachment",
                "app": "models",
                "indexes": [
                    Index(fields=["workspace_id", "ticket_id"]),
                    Index(fields=["workspace_id", "comment_id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="AuditRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("seq", fields.BigIntField(description="1, 2, 3, … within the workspace.")),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("principal", fields.CharField(description="Who did it, such as `MEMBER:7`.", max_length=60)),
                (
                    "action",
                    fields.CharEnumField(
                        description="SIGNED_IN: SIGNED_IN\nSIGNED_OUT: SIGNED_OUT\nKEY_CREATED: KEY_CREATED\nKEY_REVOKED: KEY_REVOKED\nMEMBER_ADDED: MEMBER_ADDED\nWORKSPACE_CREATED: WORKSPACE_CREATED",
                        enum_type=AuditAction,
                        max_length=40,
                    ),
                ),
                (
                    "subject",
                    fields.CharField(description="What it was done to, such as `API_KEY:12`.", max_length=80),
                ),
                ("seal", fields.CharField(description="SHA-256, hexadecimal.", max_length=64)),
            ],
            options={
                "table": "audit_row",
                "app": "models",
                "unique_together": (("workspace_id", "seq"),),
                "pk_attr": "id",
                "table_description": "One action. `seal` covers the row and the seal before it: an altered row breaks the chain.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Comment",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("ticket_id", fields.BigIntField()),
                ("is_public", fields.BooleanField(description="False: a note, which no customer ever sees.")),
                ("member_id", fields.BigIntField(null=True, description="The member who wrote it.")),
                ("contact_id", fields.BigIntField(null=True, description="The customer who wrote it.")),
                (
                    "channel",
                    fields.CharEnumField(
                        description="PORTAL: PORTAL\nEMAIL: EMAIL\nPHONE: PHONE\nCHAT: CHAT\nAPI: API",
                        enum_type=Channel,
                        max_length=20,
                    ),
                ),
                ("body", fields.TextField(description="Plain text.", unique=False)),
                (
                    "moved_from_id",
                    fields.BigIntField(null=True, description="The duplicate it came from by a merge."),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "comment",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A reply (public) or a note (not). Its author is a member, a contact, or the product itself.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Contact",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("name", fields.CharField(max_length=120)),
                ("email", fields.CharField(null=True, description="Lower-case.", max_length=254)),
                ("company", fields.CharField(null=True, max_length=120)),
                (
                    "proved_at",
                    fields.DatetimeField(
                        null=True,
                        description="When the address proved itself: a token mailed to it was opened.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "contact",
                "app": "models",
                "unique_together": (("workspace_id", "email"),),
                "pk_attr": "id",
                "table_description": "A customer. Without an address there is no mail to them and none of their tickets is public.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Counter",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                (
                    "name",
                    fields.CharEnumField(
                        description="REFERENCE: REFERENCE\nEVENT: EVENT\nAUDIT: AUDIT\nSEEDED: SEEDED",
                        enum_type=CounterName,
                        max_length=20,
                    ),
                ),
                ("value", fields.BigIntField(default=0)),
            ],
            options={
                "table": "counter",
                "app": "models",
                "unique_together": (("workspace_id", "name"),),
                "pk_attr": "id",
                "table_description": "The last number that was given out. Raised by `UPDATE … RETURNING` inside a change.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("seq", fields.BigIntField(description="1, 2, 3, … within the workspace: the cursor.")),
                ("ticket_id", fields.BigIntField()),
                ("comment_id", fields.BigIntField(null=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CREATED: CREATED\nREPLIED: REPLIED\nNOTED: NOTED\nCUSTOMER_REPLIED: CUSTOMER_REPLIED\nUPDATED: UPDATED\nDELIVERY_FAILED: DELIVERY_FAILED\nREDELIVERED: REDELIVERED",
                        enum_type=Kind,
                        max_length=40,
                    ),
                ),
                ("is_public", fields.BooleanField(description="The ticket's customer may see it.")),
                (
                    "actor_kind",
                    fields.CharEnumField(
                        description="MEMBER: MEMBER\nAPI_KEY: API_KEY\nCUSTOMER: CUSTOMER\nSYSTEM: SYSTEM",
                        enum_type=ActorKind,
                        max_length=20,
                    ),
                ),
                ("member_id", fields.BigIntField(null=True)),
                ("contact_id", fields.BigIntField(null=True)),
                (
                    "changes",
                    fields.JSONField(
                        description="Field → [before, after]; null for texts.",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "client_mutation_id",
                    fields.CharField(
                        null=True, description="By which a client knows its own echo.", max_length=64
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "event",
                "app": "models",
                "unique_together": (("workspace_id", "seq"),),
                "indexes": [
                    Index(fields=["workspace_id", "ticket_id", "seq"]),
                    Index(fields=["workspace_id", "at"]),
                ],
                "pk_attr": "id",
                "table_description": "One event. `seq` is gapless and in the order of the commits. Holds ids and enums, never text.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                (
                    "principal",
                    fields.CharField(description="Who sent it, such as `API_KEY:12`.", max_length=60),
                ),
                ("key", fields.CharField(max_length=200)),
                (
                    "fingerprint",
                    fields.CharField(description="SHA-256 of the operation and its input.", max_length=64),
                ),
                (
                    "result",
                    fields.JSONField(
                        null=True, description="Ids of the result.", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotency_key",
                "app": "models",
                "unique_together": (("workspace_id", "principal", "key"),),
                "indexes": [Index(fields=["created_at"])],
                "pk_attr": "id",
                "table_description": "A key of one principal. Written in the transaction of the effect it stands for.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Label",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("name", fields.CharField(max_length=60)),
                (
                    "color",
                    fields.CharEnumField(
                        description="RED: RED\nORANGE: ORANGE\nAMBER: AMBER\nLIME: LIME\nGREEN: GREEN\nTEAL: TEAL\nCYAN: CYAN\nBLUE: BLUE\nINDIGO: INDIGO\nVIOLET: VIOLET\nPINK: PINK\nGRAY: GRAY",
                        enum_type=LabelColor,
                        max_length=20,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "label",
                "app": "models",
                "unique_together": (("workspace_id", "name"),),
                "pk_attr": "id",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="MailIn",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                (
                    "mailbox",
                    fields.CharField(description="The address of ours that it came to.", max_length=254),
                ),
                (
                    "message_key",
                    fields.CharField(
                        description="SHA-256 of Message-ID and content: known again.", max_length=64
                    ),
                ),
                ("source", fields.BinaryField(description="The message, byte for byte.")),
                (
                    "outcome",
                    fields.CharEnumField(
                        default=MailOutcome.RECEIVED,
                        description="RECEIVED: RECEIVED\nTHREADED: THREADED\nNEW: NEW\nSYSTEM: SYSTEM\nQUARANTINED: QUARANTINED",
                        enum_type=MailOutcome,
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    fields.CharField(
                        null=True,
                        description="Why it was placed so, where that is not plain.",
                        max_length=200,
                    ),
                ),
                ("ticket_id", fields.BigIntField(null=True)),
                ("comment_id", fields.BigIntField(null=True)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "mail_in",
                "app": "models",
                "unique_together": (("workspace_id", "mailbox", "message_key"),),
                "pk_attr": "id",
                "table_description": "A mail that was accepted: stored whole before its sender is told so.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="MailOut",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("event_id", fields.BigIntField()),
                ("ticket_id", fields.BigIntField()),
                ("comment_id", fields.BigIntField(null=True)),
                ("contact_id", fields.BigIntField(null=True, description="The recipient, when a customer.")),
                (
                    "letter",
                    fields.CharEnumField(
                        description="ACKNOWLEDGEMENT: ACKNOWLEDGEMENT\nREPLY: REPLY",
                        enum_type=Letter,
                        max_length=40,
                    ),
                ),
                ("recipient", fields.CharField(max_length=254)),
                (
                    "message_id",
                    fields.CharField(
                        unique=True, description="Stable over retries; with < and >.", max_length=200
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        default=MailState.QUEUED,
                        description="QUEUED: QUEUED\nSENT: SENT\nFAILED: FAILED\nHELD: HELD",
                        enum_type=MailState,
                        max_length=20,
                    ),
                ),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "failure",
                    fields.CharField(
                        null=True, description="Why it was not taken, for people.", max_length=300
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "mail_out",
                "app": "models",
                "unique_together": (("workspace_id", "event_id", "recipient", "letter"),),
                "indexes": [
                    Index(fields=["workspace_id", "comment_id"]),
                    Index(fields=["recipient", "created_at"]),
                ],
                "pk_attr": "id",
                "table_description": "A letter to one recipient about one event. Its text is made from the rows when it is sent.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Member",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("person_id", fields.BigIntField()),
                ("name", fields.CharField(description="As colleagues and customers see it.", max_length=120)),
                (
                    "role",
                    fields.CharEnumField(
                        description="ADMIN: ADMIN\nAGENT: AGENT\nVIEWER: VIEWER",
                        enum_type=Role,
                        max_length=20,
                    ),
                ),
                (
                    "may_delete",
                    fields.BooleanField(default=False, description="The delete permission, given apart."),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "removed_at",
                    fields.DatetimeField(
                        null=True,
                        description="Since then the member may do nothing.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "member",
                "app": "models",
                "unique_together": (("workspace_id", "person_id"),),
                "indexes": [Index(fields=["person_id"])],
                "pk_attr": "id",
                "table_description": "A person's membership of a workspace; the principal behind what they do there.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="OutboxRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                (
                    "reaction",
                    fields.CharEnumField(
                        description="NOTIFY: NOTIFY\nDELIVER: DELIVER\nRECEIVE: RECEIVE",
                        enum_type=Reaction,
                        max_length=40,
                    ),
                ),
                (
                    "dedupe_key",
                    fields.CharField(
                        description="Unique in the workspace: asked for once, ever.", max_length=120
                    ),
                ),
                ("event_id", fields.BigIntField(null=True)),
                ("mail_id", fields.BigIntField(null=True)),
                ("attempts", fields.IntField(default=0)),
                (
                    "next_at",
                    fields.DatetimeField(
                        description="Not before; on the database's clock.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "offered_at",
                    fields.DatetimeField(
                        null=True,
                        description="When the broker was last told of it.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "lease_until",
                    fields.DatetimeField(
                        null=True,
                        description="A worker has it until then.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("fence", fields.IntField(default=0, description="Counts the claims.")),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "failed_at",
                    fields.DatetimeField(
                        null=True, description="Given up for good.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "failure",
                    fields.CharField(null=True, description="Why the last attempt failed.", max_length=300),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outbox",
                "app": "models",
                "unique_together": (("workspace_id", "dedupe_key"),),
                "pk_attr": "id",
                "table_description": "One piece of work. A claim raises the fence; only the holder of the newest fence may end it.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Person",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("email", fields.CharField(unique=True, description="Lower-case.", max_length=254)),
                ("password_hash", fields.CharField(description="argon2id, encoded.", max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "person",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Somebody with an address and a password.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("member_id", fields.BigIntField()),
                ("secret_hash", fields.CharField(unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "models",
                "indexes": [Index(fields=["workspace_id", "member_id"]), Index(fields=["expires_at"])],
                "pk_attr": "id",
                "table_description": "A member who is signed in. The cookie holds the secret, the row its hash.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="SigninTry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "email",
                    fields.CharField(description="As typed, lower-case, known or not.", max_length=254),
                ),
                ("address", fields.CharField(description="The network address it came from.", max_length=45)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "signin_try",
                "app": "models",
                "indexes": [Index(fields=["email", "at"]), Index(fields=["at"])],
                "pk_attr": "id",
                "table_description": "A failed try to sign in.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Ticket",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                (
                    "number",
                    fields.IntField(description="Counts up in the workspace; shown as the reference."),
                ),
                ("title", fields.CharField(max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                (
                    "status",
                    fields.CharEnumField(
                        default=Status.OPEN,
                        description="OPEN: OPEN\nIN_PROGRESS: IN_PROGRESS\nWAITING: WAITING\nRESOLVED: RESOLVED\nCLOSED: CLOSED",
                        enum_type=Status,
                        max_length=20,
                    ),
                ),
                (
                    "priority",
                    fields.CharEnumField(
                        default=Priority.MEDIUM,
                        description="URGENT: URGENT\nHIGH: HIGH\nMEDIUM: MEDIUM\nLOW: LOW",
                        enum_type=Priority,
                        max_length=20,
                    ),
                ),
                (
                    "type",
                    fields.CharEnumField(
                        default=TicketType.SUPPORT_TICKET,
                        description="SUPPORT_TICKET: SUPPORT_TICKET\nCUSTOMER_REQUEST: CUSTOMER_REQUEST\nBUG_REPORT: BUG_REPORT\nFEATURE_REQUEST: FEATURE_REQUEST",
                        enum_type=TicketType,
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    fields.CharEnumField(
                        description="PORTAL: PORTAL\nEMAIL: EMAIL\nPHONE: PHONE\nCHAT: CHAT\nAPI: API",
                        enum_type=Channel,
                        max_length=20,
                    ),
                ),
                ("contact_id", fields.BigIntField(null=True)),
                ("assignee_id", fields.BigIntField(null=True, description="A member.")),
                (
                    "is_internal",
                    fields.BooleanField(default=False, description="A member hid it from its customer."),
                ),
                (
                    "is_public",
                    fields.BooleanField(default=False, description="Its customer may see and hear of it."),
                ),
                (
                    "version",
                    fields.IntField(
                        default=1, description="Counts its changes; guards against lost updates."
                    ),
                ),
                (
                    "follows_id",
                    fields.BigIntField(null=True, description="The closed ticket that this one continues."),
                ),
                (
                    "merged_into_id",
                    fields.BigIntField(null=True, description="The ticket that this duplicate joined."),
                ),
                ("resolution", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("first_response_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("resolved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("archived_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "response_due_at",
                    fields.DatetimeField(
                        null=True, description="First response is due.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "next_response_due_at",
                    fields.DatetimeField(
                        null=True, description="The next answer is due.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "sla_warn_at",
                    fields.DatetimeField(
                        null=True,
                        description="The resolution clock turns WARNING.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "sla_due_at",
                    fields.DatetimeField(
                        null=True, description="Resolution is due.", auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "sla_paused_at",
                    fields.DatetimeField(
                        null=True,
                        description="The resolution clock stands since.",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "ticket",
                "app": "models",
                "unique_together": (("workspace_id", "number"),),
                "pk_attr": "id",
                "table_description": "A request of a customer. The column `search` (full text) is kept by the database alone.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="TicketLabel",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                ("ticket_id", fields.BigIntField()),
                ("label_id", fields.BigIntField()),
            ],
            options={
                "table": "ticket_label",
                "app": "models",
                "unique_together": (("workspace_id", "ticket_id", "label_id"),),
                "indexes": [Index(fields=["workspace_id", "label_id", "ticket_id"])],
                "pk_attr": "id",
                "table_description": "A label on a ticket.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="TicketToken",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("workspace_id", fields.BigIntField(description="The workspace that the row belongs to.")),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="TRACKING: TRACKING\nREPLY: REPLY", enum_type=Purpose, max_length=20
                    ),
                ),
                ("ticket_id", fields.BigIntField()),
                ("contact_id", fields.BigIntField()),
                ("nonce", fields.CharField(max_length=32)),
                ("secret_hash", fields.CharField(unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ticket_token",
                "app": "models",
                "indexes": [Index(fields=["workspace_id", "ticket_id", "contact_id"])],
                "pk_attr": "id",
                "table_description": "A token in a letter. Only its hash is kept; a letter works it out anew from the row's nonce.",
            },
            bases=["Tenant"],
        ),
        ops.CreateModel(
            name="Workspace",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "slug",
                    fields.CharField(
                        unique=True, description="Its name in addresses, such as `acme`.", max_length=40
                    ),
                ),
                ("name", fields.CharField(max_length=120)),
                (
                    "zone",
                    fields.CharField(
                        default="UTC", description="IANA time zone of its office hours.", max_length=64
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "workspace",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A team's help desk.",
            },
            bases=["Model"],
        ),
    ]
