"""Saved views: one's own and shared ones, and the tickets that they show."""

from datetime import UTC, datetime

import cast
import pytest

from models.audit import AuditRow
from models.ticket_enums import Channel, Priority, Status, TicketType
from models.ticket_filters import Archived, AssigneeChoice, Between, TicketFilter
from models.views import View, kept_filter, read_filter
from resolvers import ticket_labels, tickets
from resolvers.tickets import NewTicket
from schema.ids import global_id
from schema.nodes import id_of

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
FILTER = """filter { statuses priorities types channels labelIds contactId archived isEscalated isMerged
  assignee { memberId is } createdAt { since before } updatedAt { since before }
  and { statuses } or { priorities } not { labelIds } }"""
CREATE = f"""mutation ($input: ViewCreateInput!) {{ viewCreate(input: $input) {{
  view {{ id name isShared orderField orderDirection member {{ name }} {FILTER} }}
  errors {{ code path }} }} }}"""
UPDATE = """mutation ($input: ViewUpdateInput!) { viewUpdate(input: $input) {
  view { name isShared orderField filter { statuses archived } } errors { code path } } }"""
DELETE = """mutation ($input: ViewDeleteInput!) { viewDelete(input: $input) {
  deletedViewId errors { code } } }"""
LIST = "{ views { nodes { name isShared member { name } } totalCount } }"
TICKETS = """query ($id: ID!, $first: Int, $after: String) {
  viewTickets(viewId: $id, first: $first, after: $after) {
    nodes { title } totalCount pageInfo { endCursor hasNextPage } } }"""


async def made(web, key: str, **values: object) -> dict[str, object]:
    payload = (await web.run(CREATE, key, input={"name": "A view", **values}))["viewCreate"]
    assert payload["errors"] == []
    return payload["view"]


async def names(web, key: str) -> list[str]:
    return [node["name"] for node in (await web.run(LIST, key))["views"]["nodes"]]


def test_every_filter_is_read_as_it_was_kept():
    whole = TicketFilter(
        statuses=(Status.OPEN, Status.WAITING),
        priorities=(Priority.URGENT,),
        types=(TicketType.BUG_REPORT,),
        channels=(Channel.CHAT,),
        label_ids=(7, 8),
        assignee=3,
        contact_id=4,
        created=Between(since=AT),
        updated=Between(before=AT),
        archived=Archived.ONLY,
        is_escalated=False,
        is_merged=True,
        all_of=(TicketFilter(assignee=AssigneeChoice.ME),),
        any_of=(TicketFilter(statuses=(Status.CLOSED,)), TicketFilter(created=Between(AT, AT))),
        none_of=(TicketFilter(none_of=(TicketFilter(label_ids=(9,)),)),),
    )

    assert read_filter(kept_filter(whole)) == whole
    assert kept_filter(TicketFilter()) == {}


async def test_a_view_gives_its_filter_back_as_it_was_sent(web, ada, desk):
    label = id_of(await cast.label(ada.actor, "a"))
    sent = {
        "statuses": ["OPEN"],
        "priorities": ["HIGH"],
        "types": ["BUG_REPORT"],
        "channels": ["EMAIL"],
        "labelIds": [label],
        "contactId": id_of(desk.carl),
        "archived": "INCLUDED",
        "isEscalated": True,
        "isMerged": False,
        "assignee": {"memberId": id_of(ada.member)},
        "createdAt": {"since": AT.isoformat()},
        "updatedAt": {"before": AT.isoformat()},
        "and": [{"statuses": ["OPEN"]}],
        "or": [{"priorities": ["HIGH"]}, {"priorities": ["LOW"]}],
        "not": [{"labelIds": [label]}],
    }

    view = await made(web, ada.key, filter=sent, orderBy={"field": "PRIORITY", "direction": "ASC"})

    found = view["filter"]
    assert found["assignee"] == {"memberId": id_of(ada.member), "is": None}
    assert (found["createdAt"]["before"], found["updatedAt"]["since"]) == (None, None)
    assert datetime.fromisoformat(found["createdAt"]["since"]) == AT
    plain = {name: found[name] for name in sent if name not in ("assignee", "createdAt", "updatedAt")}
    assert plain == {name: sent[name] for name in plain}
    assert (view["orderField"], view["orderDirection"], view["member"]) == (
        "PRIORITY",
        "ASC",
        {"name": "Ada"},
    )


async def test_a_view_shows_the_tickets_of_its_filter_in_its_order(web, ada, grace):
    for title, priority in (("low", "LOW"), ("urgent", "URGENT"), ("high", "HIGH")):
        await tickets.create(ada.actor, NewTicket(title, priority=Priority(priority)))
    sent = {"priorities": ["HIGH", "URGENT"]}
    view = await made(web, ada.key, filter=sent, orderBy={"field": "PRIORITY"})

    first = (await web.run(TICKETS, ada.key, id=view["id"], first=1))["viewTickets"]
    rest = (await web.run(TICKETS, ada.key, id=view["id"], after=first["pageInfo"]["endCursor"]))[
        "viewTickets"
    ]

    assert [node["title"] for page in (first, rest) for node in page["nodes"]] == ["urgent", "high"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (2, True)


async def test_me_is_whoever_looks_at_a_shared_view(web, ada, grace, olga):
    for somebody in (ada, grace):
        await tickets.create(ada.actor, NewTicket(somebody.member.name, assignee_id=somebody.member.id))
    view = await made(web, olga.key, isShared=True, filter={"assignee": {"is": "ME"}})

    seen = [
        (await web.run(TICKETS, who.key, id=view["id"]))["viewTickets"]["nodes"] for who in (ada, grace, olga)
    ]

    assert seen == [[{"title": "Ada"}], [{"title": "Grace"}], []]


async def test_a_view_of_a_deleted_label_shows_nothing(web, ada, olga, ticket):
    label = await cast.label(ada.actor, "a")
    await ticket_labels.add_labels(ada.actor, ticket.id, [label.id])
    view = await made(web, ada.key, filter={"labelIds": [id_of(label)]})
    before = (await web.run(TICKETS, ada.key, id=view["id"]))["viewTickets"]["totalCount"]

    await web.run(
        "mutation ($input: LabelDeleteInput!) { labelDelete(input: $input) { deletedLabelId } }",
        olga.key,
        input={"labelId": id_of(label)},
    )

    assert before == 1
    assert (await web.run(TICKETS, ada.key, id=view["id"]))["viewTickets"]["totalCount"] == 0


async def test_own_views_are_seen_by_nobody_else_and_shared_ones_by_all(web, ada, grace, olga, vic, eve):
    own = await made(web, ada.key, name="Ada's")
    shared = await made(web, olga.key, name="Ours", isShared=True)
    await made(web, vic.key, name="Vic's")

    listed = [await names(web, who.key) for who in (ada, grace, olga, vic, eve)]

    assert listed == [["Ours", "Ada's"], ["Ours"], ["Ours"], ["Vic's", "Ours"], []]
    for who, view in ((grace, own), (olga, own), (eve, own), (eve, shared)):
        answer = await web.post(TICKETS, who.key, id=view["id"])
        assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        gone = (await web.run(DELETE, who.key, input={"viewId": view["id"]}))["viewDelete"]
        assert [error["code"] for error in gone["errors"]] == ["NOT_FOUND"]


async def test_only_admins_share_change_shared_ones_and_the_audit_log_knows(web, ada, olga):
    refused = (await web.run(CREATE, ada.key, input={"name": "x", "isShared": True}))["viewCreate"]
    own = await made(web, ada.key, name="Ada's")
    sharing = (await web.run(UPDATE, ada.key, input={"viewId": own["id"], "isShared": True}))["viewUpdate"]
    shared = await made(web, olga.key, name="Ours", isShared=True)
    changing = (await web.run(UPDATE, ada.key, input={"viewId": shared["id"], "name": "x"}))["viewUpdate"]
    await web.run(UPDATE, olga.key, input={"viewId": shared["id"], "isShared": False})
    await web.run(DELETE, olga.key, input={"viewId": shared["id"]})

    codes = [[error["code"] for error in payload["errors"]] for payload in (refused, sharing, changing)]
    assert codes == [["FORBIDDEN"]] * 3
    rows = await AuditRow.filter(workspace_id=ada.actor.workspace_id).order_by("seq")
    audited = [row.action for row in rows if row.subject.startswith("VIEW")]
    assert audited == ["SETTING_CREATED", "SETTING_CHANGED"]


async def test_what_is_left_out_of_an_edit_stays(web, ada):
    sent = {"statuses": ["OPEN"], "archived": "ONLY"}
    view = await made(web, ada.key, filter=sent, orderBy={"field": "UPDATED_AT"})

    named = await web.run(UPDATE, ada.key, input={"viewId": view["id"], "name": "Other", "filter": None})
    narrowed = await web.run(
        UPDATE, ada.key, input={"viewId": view["id"], "filter": {"statuses": ["CLOSED"]}}
    )

    assert named["viewUpdate"]["view"] == {
        "name": "Other",
        "isShared": False,
        "orderField": "UPDATED_AT",
        "filter": sent,
    }
    assert narrowed["viewUpdate"]["view"]["filter"] == {"statuses": ["CLOSED"], "archived": "EXCLUDED"}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": ""}, "BAD_USER_INPUT"),
        ({"name": "x" * 81}, "BAD_USER_INPUT"),
        ({"filter": {"labelIds": [global_id("Label", 99)]}}, "NOT_FOUND"),
        ({"filter": {"not": [{"contactId": global_id("Contact", 99)}]}}, "NOT_FOUND"),
        ({"filter": {"assignee": {"memberId": global_id("Member", 99)}}}, "NOT_FOUND"),
        ({"filter": {"labelIds": [global_id("Member", 1)]}}, "BAD_USER_INPUT"),
        ({"filter": {"and": [{"and": [{"and": [{"and": [{"and": [{}]}]}]}]}]}}, "BAD_USER_INPUT"),
    ],
    ids=str,
)
async def test_what_cannot_be_kept_is_refused(web, ada, values, code):
    payload = (await web.run(CREATE, ada.key, input={"name": "A view", **values}))["viewCreate"]

    assert [error["code"] for error in payload["errors"]] == [code]
    assert await View.filter(workspace_id=ada.actor.workspace_id).count() == 0


async def test_a_member_keeps_at_most_100(web, ada, grace):
    await View.bulk_create(
        [
            View(
                workspace_id=ada.actor.workspace_id,
                name=f"{nth}",
                member_id=ada.member.id,
                conditions={},
                order_field="CREATED_AT",
                order_direction="DESC",
                created_at=AT,
                updated_at=AT,
            )
            for nth in range(100)
        ]
    )

    refused = (await web.run(CREATE, ada.key, input={"name": "One more"}))["viewCreate"]

    assert [error["code"] for error in refused["errors"]] == ["CONFLICT"]
    await made(web, grace.key)
