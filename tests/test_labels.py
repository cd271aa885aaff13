"""Labels: their settings."""

import asyncio

import cast
import pytest
from statements import statements_of

from models.audit import AuditAction, AuditRow
from models.database import fetch
from models.errors import Conflict
from models.labels import LabelColor
from resolvers import access, labels, ticket_labels
from schema.nodes import id_of

LIST = """
query ($word: String, $first: Int, $after: String, $last: Int, $before: String) {
  labels(query: $word, first: $first, after: $after, last: $last, before: $before) {
    nodes { name color ticketCount } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } }"""
CREATE = """mutation ($input: LabelCreateInput!) { labelCreate(input: $input) {
  label { id name color ticketCount } errors { code path message } } }"""
UPDATE = """mutation ($input: LabelUpdateInput!) { labelUpdate(input: $input) {
  label { name color } errors { code path } } }"""
DELETE = """mutation ($input: LabelDeleteInput!) { labelDelete(input: $input) {
  deletedLabelId errors { code path } } }"""
MERGE = """mutation ($input: LabelMergeInput!) { labelMerge(input: $input) {
  label { name ticketCount } deletedLabelId errors { code path } } }"""
SETTINGS = [AuditAction.SETTING_CREATED, AuditAction.SETTING_CHANGED, AuditAction.SETTING_DELETED]


async def audited(actor) -> list[tuple[str, str]]:
    rows = await AuditRow.filter(workspace_id=actor.workspace_id, action__in=SETTINGS).order_by("seq")
    return [(row.action, row.subject) for row in rows]


async def test_an_admin_makes_renames_and_recolours_a_label_and_the_audit_log_knows(web, olga):
    made = (await web.run(CREATE, olga.key, input={"name": " Bank  feed ", "color": "TEAL"}))["labelCreate"]
    id_ = made["label"].pop("id")

    changed = await web.run(UPDATE, olga.key, input={"labelId": id_, "name": "bank feed"})
    recoloured = await web.run(UPDATE, olga.key, input={"labelId": id_, "color": "RED", "name": None})
    await web.run(UPDATE, olga.key, input={"labelId": id_, "color": "RED"})

    assert made == {"label": {"name": "Bank feed", "color": "TEAL", "ticketCount": 0}, "errors": []}
    assert changed["labelUpdate"]["label"] == {"name": "bank feed", "color": "TEAL"}
    assert recoloured["labelUpdate"]["label"] == {"name": "bank feed", "color": "RED"}
    assert await audited(olga.actor) == [
        ("SETTING_CREATED", "LABEL:1"),
        ("SETTING_CHANGED", "LABEL:1"),
        ("SETTING_CHANGED", "LABEL:1"),
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "BAD_USER_INPUT"),
        (" \u200b ", "BAD_USER_INPUT"),
        ("x" * 61, "BAD_USER_INPUT"),
        ("vip", "CONFLICT"),
        ("\u00e4rger", "CONFLICT"),
        ("x" * 60, None),
        ("a", None),
    ],
    ids=ascii,
)
async def test_a_name_is_one_line_of_60_and_one_of_a_kind_whatever_its_case(web, olga, name, code):
    await cast.label(olga.actor, "VIP")
    await cast.label(olga.actor, "\u00c4rger")

    payload = (await web.run(CREATE, olga.key, input={"name": name}))["labelCreate"]

    assert [error["code"] for error in payload["errors"]] == ([code] if code else [])
    assert all(error["path"] == ["input", "name"] for error in payload["errors"])


async def test_a_label_cannot_take_the_name_of_another_but_may_change_the_case_of_its_own(web, olga):
    await cast.label(olga.actor, "VIP")
    other = id_of(await cast.label(olga.actor, "Bug"))

    taken = await web.run(UPDATE, olga.key, input={"labelId": other, "name": "vip"})
    own = await web.run(UPDATE, olga.key, input={"labelId": other, "name": "BUG"})

    assert [error["code"] for error in taken["labelUpdate"]["errors"]] == ["CONFLICT"]
    assert own["labelUpdate"]["label"]["name"] == "BUG"


async def test_of_many_who_make_the_same_label_at_once_one_does(desk, olga):
    made = await asyncio.gather(
        *(labels.create(olga.actor, name, LabelColor.RED) for name in ("vip", "VIP", "Vip")),
        return_exceptions=True,
    )

    assert len([each for each in made if isinstance(each, Conflict)]) == 2
    assert await access.labels(olga.actor).count() == 1


async def test_two_workspaces_may_use_the_same_word(web, olga, eve):
    await cast.label(eve.actor, "VIP")

    payload = (await web.run(CREATE, olga.key, input={"name": "VIP"}))["labelCreate"]

    assert payload["errors"] == []
    assert (await web.run(LIST, eve.key))["labels"]["totalCount"] == 1


async def test_labels_are_listed_by_name_whatever_the_case_in_both_directions(web, vic, olga):
    for name in ("delta", "Alpha", "charlie", "Bravo", "\u00c9cho"):
        await cast.label(olga.actor, name)

    first = (await web.run(LIST, vic.key, first=2))["labels"]
    rest = (await web.run(LIST, vic.key, first=9, after=first["pageInfo"]["endCursor"]))["labels"]
    back = (await web.run(LIST, vic.key, last=2, before=rest["pageInfo"]["startCursor"]))["labels"]
    found = (await web.run(LIST, vic.key, word="ECHO"))["labels"]

    names = [node["name"] for page in (first, rest) for node in page["nodes"]]
    assert names == ["Alpha", "Bravo", "charlie", "delta", "\u00c9cho"]
    assert back["nodes"] == first["nodes"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert ([node["name"] for node in found["nodes"]], found["totalCount"]) == (["\u00c9cho"], 1)


@pytest.mark.parametrize("after", ["", "x", "bDE6MTox", "bjE6MDph", "bjE6LTE6YQ", "bjE6MTphAA"])
async def test_a_cursor_of_another_list_is_the_callers_mistake(web, ada, after):
    answer = await web.post(LIST, ada.key, after=after)

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_renamed_label_shows_its_new_name_on_every_ticket(web, ada, olga, ticket):
    label = await cast.label(ada.actor, "Bank feed")
    await ticket_labels.add_labels(ada.actor, ticket.id, [label.id])

    await labels.update(olga.actor, label.id, {"name": "Bank"})

    data = await web.run("{ tickets { nodes { labels { name } } } }", ada.key)
    assert data["tickets"]["nodes"] == [{"labels": [{"name": "Bank"}]}]


async def test_a_deleted_label_is_taken_off_all_tickets_and_only_it(web, ada, olga, desk):
    label, kept = await cast.label(ada.actor, "Old"), await cast.label(ada.actor, "Kept")
    for title in ("One", "Two"):
        row = await cast.ticket_of(desk.carl, ada.actor, title)
        await ticket_labels.add_labels(ada.actor, row.id, [label.id, kept.id])
    before = await web.run(LIST, ada.key, word="Old")

    payload = (await web.run(DELETE, olga.key, input={"labelId": id_of(label)}))["labelDelete"]

    data = await web.run("{ tickets { nodes { labels { name } } } labels { nodes { name } } }", ada.key)
    assert before["labels"]["nodes"][0]["ticketCount"] == 2
    assert payload == {"deletedLabelId": id_of(label), "errors": []}
    assert data["tickets"]["nodes"] == [{"labels": [{"name": "Kept"}]}] * 2
    assert data["labels"]["nodes"] == [{"name": "Kept"}]
    assert await audited(ada.actor) == [("SETTING_DELETED", f"LABEL:{label.id}")]


async def test_a_merge_puts_the_label_that_stays_once_on_the_tickets_of_both(web, ada, olga, desk):
    one, other = await cast.label(ada.actor, "bugs"), await cast.label(ada.actor, "Bug")
    for on in ([one], [other], [one, other]):
        row = await cast.ticket_of(desk.carl, ada.actor)
        await ticket_labels.add_labels(ada.actor, row.id, [label.id for label in on])

    values = {"labelId": id_of(one), "intoLabelId": id_of(other)}
    payload = (await web.run(MERGE, olga.key, input=values))["labelMerge"]

    data = await web.run("{ tickets { nodes { labels { name } } } }", ada.key)
    assert payload == {
        "label": {"name": "Bug", "ticketCount": 3},
        "deletedLabelId": id_of(one),
        "errors": [],
    }
    assert data["tickets"]["nodes"] == [{"labels": [{"name": "Bug"}]}] * 3


async def test_a_label_is_not_merged_into_itself(web, ada, olga):
    label = await cast.label(ada.actor, "Bug")

    payload = (await web.run(MERGE, olga.key, input={"labelId": id_of(label), "intoLabelId": id_of(label)}))[
        "labelMerge"
    ]

    assert [error["code"] for error in payload["errors"]] == ["CONFLICT"]
    assert await access.labels(ada.actor).count() == 1


async def test_a_label_of_many_tickets_goes_in_as_many_statements_as_one_of_few(desk, olga):
    few, many, into = [await cast.label(olga.actor, name) for name in ("few", "many", "into")]
    await _on_tickets(desk, few.id, 1)
    await _on_tickets(desk, many.id, 500)

    counts = [await statements_of(labels.merge(olga.actor, label.id, into.id)) for label in (few, many)]

    assert counts[0] == counts[1]
    assert await ticket_labels.ticket_counts(olga.actor, [into.id]) == [501]


async def test_eve_reaches_no_label_of_ours(web, ada, eve):
    ours, theirs = await cast.label(ada.actor, "ours"), await cast.label(eve.actor, "theirs")

    tried = [
        await web.run(UPDATE, eve.key, input={"labelId": id_of(ours), "name": "Mine"}),
        await web.run(DELETE, eve.key, input={"labelId": id_of(ours)}),
        await web.run(MERGE, eve.key, input={"labelId": id_of(theirs), "intoLabelId": id_of(ours)}),
    ]

    refused = [[error["code"] for error in payload["errors"]] for data in tried for payload in data.values()]
    assert refused == [["NOT_FOUND"]] * 3
    assert (await web.run(LIST, eve.key))["labels"]["nodes"][0]["name"] == "theirs"


async def test_counts_of_many_labels_take_no_more_statements(web, ada, desk):
    for name in "abcdefgh":
        await _on_tickets(desk, (await cast.label(ada.actor, name)).id, 2)

    counts = [await statements_of(web.run(LIST, ada.key, first=size)) for size in (1, 8)]

    assert counts[0] == counts[1]


async def _on_tickets(desk, label_id: int, count: int) -> None:
    """Put the label on so many new tickets."""
    await fetch(
        """WITH made AS (
             INSERT INTO ticket (workspace_id, number, title, description, status, priority, type, channel,
                                 is_internal, is_public, version, created_at, updated_at)
             SELECT $1, $2::bigint * 1000 + nth, 'x', '', 'OPEN', 'MEDIUM', 'SUPPORT_TICKET', 'API',
                    false, false, 1, now(), now() FROM generate_series(1, $3::int) AS nth RETURNING id)
           INSERT INTO ticket_label (workspace_id, ticket_id, label_id) SELECT $1, id, $2 FROM made""",
        desk.acme.id,
        label_id,
        count,
    )
