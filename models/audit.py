"""The audit log: who did what to accounts, keys and settings. Append-only, each row sealed to the last."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from tortoise import fields

from models.tenancy import Tenant


class AuditAction(StrEnum):
    SIGNED_IN = "SIGNED_IN"
    SIGNED_OUT = "SIGNED_OUT"
    KEY_CREATED = "KEY_CREATED"
    KEY_REVOKED = "KEY_REVOKED"
    MEMBER_ADDED = "MEMBER_ADDED"
    WORKSPACE_CREATED = "WORKSPACE_CREATED"
    WORKSPACE_CHANGED = "WORKSPACE_CHANGED"
    MEMBER_INVITED = "MEMBER_INVITED"
    MEMBER_CHANGED = "MEMBER_CHANGED"
    MEMBER_REMOVED = "MEMBER_REMOVED"
    MEMBER_RESTORED = "MEMBER_RESTORED"
    INVITATION_REVOKED = "INVITATION_REVOKED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - the name of an action
    SETTING_CREATED = "SETTING_CREATED"
    SETTING_CHANGED = "SETTING_CHANGED"
    SETTING_DELETED = "SETTING_DELETED"
    CONTACT_ERASED = "CONTACT_ERASED"


class AuditRow(Tenant):
    """One action. `seal` covers the row and the seal before it: an altered row breaks the chain."""

    seq = fields.BigIntField(description="1, 2, 3, … within the workspace.")
    at = fields.DatetimeField()
    principal = fields.CharField(60, description="Who did it, such as `MEMBER:7`.")
    action = fields.CharEnumField(AuditAction, max_length=40, description="What was done.")
    subject = fields.CharField(80, description="What it was done to, such as `API_KEY:12`.")
    seal = fields.CharField(64, description="SHA-256, hexadecimal.")

    class Meta:
        table = "audit_row"
        unique_together = (("workspace_id", "seq"),)


def seal(previous: str, at: datetime, **row: Any) -> str:
    """Return the seal of a row: SHA-256 over the previous seal and the row's values."""
    text = orjson.dumps([previous, at.isoformat(), row], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()
