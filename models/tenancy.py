"""Rows that belong to a workspace, and the one way to reach across workspaces."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

_reason: ContextVar[str | None] = ContextVar("systemwide", default=None)


class Tenant(Model):
    """A row of a workspace. Composite foreign keys keep it from pointing into another one."""

    id = fields.BigIntField(primary_key=True)
    workspace_id = fields.BigIntField(description="The workspace that the row belongs to.")

    class Meta:
        abstract = True

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Insert the row, or update it within its workspace: all columns, or only those named."""
        if not self._saved_in_db:
            await super().save(using_db, update_fields, force_create, force_update)
            return
        names = set(update_fields or self._meta.fields_db_projection) - {"id", "workspace_id"}
        values: dict[str, Any] = {name: getattr(self, name) for name in names}
        await type(self).filter(workspace_id=self.workspace_id, id=self.id).update(**values)


@contextmanager
def systemwide(reason: str) -> Generator[None]:
    """Allow statements that cross workspaces inside the block; a test holds the list of reasons."""
    token = _reason.set(reason)
    try:
        yield
    finally:
        _reason.reset(token)


def crossing() -> str | None:
    """Return why statements may cross workspaces here, None when they may not."""
    return _reason.get()
