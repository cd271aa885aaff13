"""Reading one's inbox off, and choosing which mails one gets."""

from typing import Annotated

import strawberry

import resolvers.notifications
from models.notifications import NoticeKind
from schema.context import Info
from schema.ids import row_id
from schema.mutations import INPUT, MutationInput, Payload, carry_out
from schema.notifications import Notification, NotificationPreference, preferences


@strawberry.input(description="An entry of your inbox that you have read.")
class NotificationMarkReadInput(MutationInput):
    notification_id: strawberry.ID = strawberry.field(description="The entry.")


@strawberry.input(description="An entry of your inbox that is to count as unread again.")
class NotificationMarkUnreadInput(MutationInput):
    notification_id: strawberry.ID = strawberry.field(description="The entry.")


@strawberry.input(description="Which entries of your inbox you have read: all, unless something is given.")
class NotificationMarkAllReadInput(MutationInput):
    ticket_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only those about this ticket: you have it before you."
    )
    newest_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The newest entry that you saw; those that came in after it stay unread.",
    )


@strawberry.input(description="Whether you want mails about a kind of notification.")
class NotificationEmailInput:
    kind: NoticeKind = strawberry.field(description="What it is about; of those in your preferences.")
    is_emailed: bool = strawberry.field(description="Whether you want them.")


@strawberry.input(description="About what you want mails.")
class ViewerUpdateNotificationPreferencesInput(MutationInput):
    emails: list[NotificationEmailInput] = strawberry.field(
        description="Kinds that are left out stay as they are."
    )


@strawberry.type(description="What answers about your inbox.")
class InboxPayload(Payload):
    @strawberry.field(description="How many entries of your inbox are unread now; null when refused.")
    async def unread_notification_count(self, info: Info) -> int | None:
        if self.event_cursor is None:
            return None
        return await resolvers.notifications.unread_count(info.context.actor)


@strawberry.type(description="What `notificationMarkRead` answers.")
class NotificationMarkReadPayload(InboxPayload):
    notification: Notification | None = strawberry.field(description="The entry; null when refused.")


@strawberry.type(description="What `notificationMarkUnread` answers.")
class NotificationMarkUnreadPayload(InboxPayload):
    notification: Notification | None = strawberry.field(description="The entry; null when refused.")


@strawberry.type(description="What `notificationMarkAllRead` answers.")
class NotificationMarkAllReadPayload(InboxPayload):
    pass


@strawberry.type(description="What `viewerUpdateNotificationPreferences` answers.")
class ViewerUpdateNotificationPreferencesPayload(Payload):
    @strawberry.field(description="About which kinds you get mails now; null when refused.")
    async def notification_preferences(self, info: Info) -> list[NotificationPreference] | None:
        if self.event_cursor is None:
            return None
        return await preferences(info)


@strawberry.type
class NotificationMutations:
    @strawberry.mutation(
        description="Say that you have read an entry of your inbox. A mail about it that has not gone out yet"
        " never will."
    )
    async def notification_mark_read(
        self, info: Info, input: Annotated[NotificationMarkReadInput, INPUT]
    ) -> NotificationMarkReadPayload | None:
        actor, id_ = info.context.actor, input.notification_id
        outcome = await carry_out(info, input, lambda: resolvers.notifications.mark_read(actor, _row_id(id_)))
        return NotificationMarkReadPayload(notification=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Let an entry of your inbox count as unread again.")
    async def notification_mark_unread(
        self, info: Info, input: Annotated[NotificationMarkUnreadInput, INPUT]
    ) -> NotificationMarkUnreadPayload | None:
        actor, id_ = info.context.actor, input.notification_id
        outcome = await carry_out(
            info, input, lambda: resolvers.notifications.mark_unread(actor, _row_id(id_))
        )
        return NotificationMarkUnreadPayload(notification=outcome.row, **outcome.payload)  # type: ignore[arg-type]

    @strawberry.mutation(description="Say that you have read your inbox, or what it says about a ticket.")
    async def notification_mark_all_read(
        self, info: Info, input: Annotated[NotificationMarkAllReadInput, INPUT]
    ) -> NotificationMarkAllReadPayload | None:
        actor = info.context.actor
        outcome = await carry_out(
            info,
            input,
            lambda: resolvers.notifications.mark_all_read(
                actor,
                ticket_id=_given_id(input.ticket_id, "Ticket", "ticketId"),
                newest_id=_given_id(input.newest_id, "Notification", "newestId"),
            ),
        )
        return NotificationMarkAllReadPayload(**outcome.payload)

    @strawberry.mutation(description="Choose about which kinds of notification you get mails.")
    async def viewer_update_notification_preferences(
        self, info: Info, input: Annotated[ViewerUpdateNotificationPreferencesInput, INPUT]
    ) -> ViewerUpdateNotificationPreferencesPayload | None:
        actor, choices = info.context.actor, {each.kind: each.is_emailed for each in input.emails}
        outcome = await carry_out(info, input, lambda: resolvers.notifications.choose_mails(actor, choices))
        return ViewerUpdateNotificationPreferencesPayload(**outcome.payload)


def _row_id(id_: str) -> int:
    return row_id(id_, "Notification", path=("input", "notificationId"))


def _given_id(given_id: object, type_name: str, field: str) -> int | None:
    return row_id(given_id, type_name, path=("input", field)) if isinstance(given_id, str) else None
