"""What was answered to an idempotency key, so that the same request has the same answer for a day."""

from datetime import timedelta
from typing import Any

from tortoise import fields

from models.tenancy import Tenant

KEPT = timedelta(hours=24)
KEY_LENGTH = 200


class IdempotencyKey(Tenant):
    """A key of one principal. Written in the transaction of the effect it stands for."""

    principal = fields.CharField(60, description="Who sent it, such as `API_KEY:12`.")
    key = fields.CharField(KEY_LENGTH)
    fingerprint = fields.CharField(64, description="SHA-256 of the operation and its input.")
    result: dict[str, Any] | None = fields.JSONField(null=True, description="Ids of the result.")
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_key"
        unique_together = (("workspace_id", "principal", "key"),)
        indexes = (("created_at",),)
