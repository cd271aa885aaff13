"""Searching: which words find what, who finds it, in which order, and how the database does it."""

import cast
import pytest
from running_web import RunningWeb

from models.actors import customer
from models.comments import Comment
from models.contacts import Contact
from models.errors import Forbidden
from models.events import Event
from models.search import SearchType
from models.ticket_filters import LIVE
from resolvers import archive, comments, search, tickets
from resolvers.tickets import NewTicket

SEARCH = """
query ($query: String!, $types: [SearchType!], $filter: TicketFilter, $first: Int, $after: String) {
  search(query: $query, types: $types, filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
    edges { cursor node {
      highlights { field fragments { text isMatch } comment { body } }
      ... on TicketResult { ticket { reference title contact { name } } }
      ... on ContactResult { contact { name } }
    } }
  }
}"""

FINDS = [
    ("The printer is on fire", "printer"),
    ("The printer is on fire", "PRINTERS fire"),
    ("The printer is on fire", "fire printer"),
    ("The printer is on fire", "the print"),
    ("The printer is on fire", '"on fire"'),
    ("The printer is on fire", "the"),
    ("Printer fire", "the printer is on fire"),
    ("Printing takes hours", "print"),
    ("Printing takes hours", "printed"),
    ("It is running slowly", "runn"),
    ("It is running slowly", "run"),
    ("Deliveries are late", "delivery"),
    ("Deliveries are late", "deliveri"),
    ("I forgot my password", "passw"),
    ("I forgot my password", "p"),
    ("Café crème", "cafe creme"),
    ("Cafe creme", "café crème"),
    ("Café by the sea", "CAFE\u0301"),
    ("Das Gerät heißt Übersetzer", "gerat heisst ubersetzer"),
    ("Grosse Strasse", "große straße"),
    ("Smørrebrød på Ålesund", "smorrebrod pa alesund"),
    ("Łódź", "lodz"),
    ("ISTANBUL \u0131\u015f\u0131k İzmir", "isik izmir istanbul"),
    ("Печать не работает", "ПЕЧАТЬ"),
    ("Печать не работает", "работ"),
    ("\u039f εκτυπωτής", "εκτυπωτης"),
    ("印刷机坏了", "印刷"),
    ("プリンターが壊れた", "プリンター"),
    ("프린터 고장", "프린터"),
    ("\N{FIRE} Printer \N{FIRE}", "printer \N{FIRE}"),
    ("Write to carl@example.org please", "carl@example.org"),
    ("Write to carl@example.org please", "example"),
    ("Version v1.2.3 and/or later", "v1.2.3"),
    ("Version v1.2.3 and/or later", "later or"),
    ("See https://example.org/help?id=77", "help 77"),
    ("The wi-fi is down", "wi-fi"),
    ("The wi-fi is down", "fi"),
    ("don\u2019t", "don't"),
    ("Error #500 in C++ (50 %)", "c++ #500 50 %"),
    ("AT&T <b>bill</b>", "at&t bill"),
    ("\uff11\uff12\uff13 \uff21\uff22\uff23", "123 abc"),
    ("Quoted “words”", '"quoted words"'),
    ("O'Brien", "o'brien"),
]
MISSES = [
    ("The printer is on fire", "scanner"),
    ("The printer is on fire", "printer scanner"),
    ("The printer is on fire", "rinter"),
    ("The printer is on fire", "printx"),
    ("The printer is on fire", '"fire on"'),
    ("The printer is on fire", "pri fire"),
    ("The printer is on fire", "printer | scanner"),
    ("The printer is on fire", "scanner:*"),
    ("The printer is on fire", "!scanner"),
    ("The printer is on fire", "\N{FIRE}"),
    ("The printer is on fire", "& | ! ( ) :* <-> ' \\ \""),
    ("The printer is on fire", "#T1"),
    ("印刷机坏了", "坏了"),  # words of Chinese are not told apart: only the beginning of a run is found
]


@pytest.mark.parametrize(("text", "query"), FINDS)
async def test_a_text_is_found_by_any_form_of_its_words(web, desk, ada, text, query):
    await cast.ticket_of(desk.carl, ada.actor, text)

    assert _titles(await _search(web, ada, query)) == [text]


@pytest.mark.parametrize(("text", "query"), MISSES)
async def test_a_text_is_not_found_by_what_is_not_in_it(web, desk, ada, text, query):
    await cast.ticket_of(desk.carl, ada.actor, text)

    assert _titles(await _search(web, ada, query)) == []


async def test_a_query_has_1_to_200_characters(web, ada, ticket):
    for words, is_refused in [
        ("", True),
        (" \t\n ", True),
        ("\0", True),
        ("x" * 200, False),
        ("x" * 201, True),
    ]:
        answer = await web.post(SEARCH, ada.key, query=words)

        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert codes == (["BAD_USER_INPUT"] if is_refused else [])


@pytest.mark.parametrize("query", ["a " * 100, "'" * 200, "\\" * 200, '"' * 200, "(" * 200, "x':*|'y" * 28])
async def test_nothing_that_is_written_breaks_the_search(web, ada, ticket, query):
    found = await _search(web, ada, query)

    assert found["edges"] == []


@pytest.mark.parametrize("query", ["TKT-2", "tkt-0002", "2", "0002", "tkt-00002", " TKT-2 "])
async def test_a_reference_finds_its_ticket_first(web, desk, ada, query):
    for title in ["Room 2 is cold: 2 2 2", "The one", "2 tickets, TKT-2, tkt 0002", "2"]:
        await cast.ticket_of(desk.carl, ada.actor, title)

    found = await _search(web, ada, query)

    assert _titles(found)[0] == "The one"
    assert _highlights(found, 0)["REFERENCE"] == ["[TKT-0002]"]
    assert len(set(_titles(found))) == len(found["edges"])


async def test_a_reference_is_found_among_other_words_too(web, desk, ada):
    for title in ["The printer", "The printer", "The scanner"]:
        await cast.ticket_of(desk.carl, ada.actor, title)

    found = await _search(web, ada, "tkt-2 printer")

    assert [edge["node"]["ticket"]["reference"] for edge in found["edges"]] == ["TKT-0002"]


async def test_words_may_stand_in_different_texts_of_a_ticket(web, desk, ada, ticket):
    await comments.reply(ada.actor, ticket.id, "Did you try the extinguisher?")
    await comments.note(ada.actor, ticket.id, "He sounded sleepy")

    found = await _search(web, ada, "printer extinguishers sleepy carl")

    assert _highlights(found, 0) == {
        "TITLE": ["The [printer] is on fire"],
        "COMMENT": ["Did you try the [extinguisher]?"],
        "NOTE": ["He sounded [sleepy]"],
        "CONTACT_NAME": ["[Carl] Customer"],
        "CONTACT_EMAIL": ["[carl]@example.org"],
    }


async def test_contacts_are_found_by_name_address_and_company(web, desk, ada):
    await Contact.filter(workspace_id=desk.acme.id, id=desk.carl.id).update(company="Böhm & Söhne")

    for query in ["carl", "CUST", "carl@example.org", "example", "bohm", "sohne carl"]:
        found = await _search(web, ada, query, types=["CONTACT"])

        assert [edge["node"]["contact"]["name"] for edge in found["edges"]] == ["Carl Customer"]
        assert found["edges"][0]["node"]["highlights"]


async def test_tickets_are_found_by_their_customer_until_they_have_another(web, desk, ada, ticket):
    before = await _search(web, ada, "carl printer")
    await tickets.update(ada.actor, ticket.id, {"contact_id": None})
    after = await _search(web, ada, "carl printer")

    assert (_titles(before), _titles(after)) == ([ticket.title], [])


async def test_types_say_what_is_looked_for(web, desk, ada):
    await cast.ticket_of(desk.carl, ada.actor, "Carl")

    for types, count in [(["TICKET"], 1), (["CONTACT"], 1), (["CONTACT", "TICKET"], 2), ([], 2), (None, 2)]:
        found = await _search(web, ada, "carl", types=types)

        assert len(found["edges"]) == found["totalCount"] == count


async def test_archived_tickets_are_found_only_if_the_filter_says_so(web, desk, olga, ticket):
    await archive.archive(olga.actor, ticket.id)

    assert _titles(await _search(web, olga, "printer")) == []
    assert _titles(await _search(web, olga, "printer", filter={"archived": "INCLUDED"})) == [ticket.title]
    assert _titles(await _search(web, olga, ticket.reference)) == []
    assert _titles(await _search(web, olga, ticket.reference, filter={"archived": "ONLY"})) == [ticket.title]
    assert (
        _titles(await _search(web, olga, "printer", filter={"archived": "ONLY", "priorities": ["LOW"]})) == []
    )


async def test_another_workspace_finds_nothing_of_it(web, desk, ada, eve, vic, ticket):
    await comments.note(ada.actor, ticket.id, "Extinguished")

    for query in ["printer", "extinguished", "carl", "carl@example.org", ticket.reference, "1", "#T1", "#C1"]:
        found = await _search(web, eve, query, filter={"archived": "INCLUDED"})
        assert (found["edges"], found["totalCount"]) == ([], 0)

    assert _titles(await _search(web, vic, "extinguished")) == [ticket.title]


async def test_a_customer_cannot_search(web, desk, ada, ticket):
    token = await cast.token_of(ticket, ada.actor)
    carl = customer(desk.acme.id, desk.carl.id, ticket.id, 1)

    inside = await web.post(SEARCH, token, query="printer")
    outside = await web.post(SEARCH, token, path="/public/graphql", query="printer")

    with pytest.raises(Forbidden):
        await search.understood(carl, "printer", list(SearchType), LIVE)
    assert inside["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert outside["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_what_is_changed_moved_or_deleted_is_found_no_more(web, desk, ada, ticket):
    other = await cast.ticket_of(desk.carl, ada.actor, "Another")
    note = await comments.note(ada.actor, ticket.id, "Extinguished")
    home = {"workspace_id": desk.acme.id}

    await tickets.update(ada.actor, ticket.id, {"title": "The scanner", "description": "It smokes"})
    assert [_titles(await _search(web, ada, query)) for query in ("printer", "smoke")] == [
        [],
        ["The scanner"],
    ]

    await Comment.filter(**home, id=note.id).update(ticket_id=other.id)
    assert _titles(await _search(web, ada, "extinguish")) == ["Another"]

    await Comment.filter(**home, id=note.id).update(body="Erased")
    assert [_titles(await _search(web, ada, query)) for query in ("extinguish", "erase")] == [[], ["Another"]]

    await Event.filter(**home, comment_id=note.id).update(comment_id=None)
    await Comment.filter(**home, id=note.id).delete()
    assert _titles(await _search(web, ada, "erase")) == []

    await Contact.filter(**home, id=desk.carl.id).update(name="Somebody", email=None)
    assert (await _search(web, ada, "carl"))["edges"] == []


async def test_titles_come_before_descriptions_before_comments_before_notes(web, desk, ada):
    texts = [("A zebra", ""), ("Description", "a zebra"), ("Comment", ""), ("Note", "")]
    made = [await tickets.create(ada.actor, NewTicket(title, text)) for title, text in texts]
    await comments.note(ada.actor, made[3].id, "a zebra")
    await comments.reply(ada.actor, made[2].id, "a zebra")

    found = await _search(web, ada, "zebra")

    assert _titles(found) == ["A zebra", "Description", "Comment", "Note"]


async def test_of_equals_the_newest_comes_first(web, desk, ada):
    for _ in range(3):
        await cast.ticket_of(desk.carl, ada.actor, "A zebra")

    found = await _search(web, ada, "zebra")

    numbers = [edge["node"]["ticket"]["reference"] for edge in found["edges"]]
    assert numbers == ["TKT-0003", "TKT-0002", "TKT-0001"]


async def _search(web: RunningWeb, who: cast.Somebody, query: str, **arguments: object) -> dict:
    return (await web.run(SEARCH, who.key, query=query, **arguments))["search"]


def _titles(found: dict) -> list[str]:
    return [edge["node"]["ticket"]["title"] for edge in found["edges"] if "ticket" in edge["node"]]


def _highlights(found: dict, nth: int) -> dict[str, list[str]]:
    """Return for each field of the nth result what was found in it, matches in brackets."""
    shown: dict[str, list[str]] = {}
    for each in found["edges"][nth]["node"]["highlights"]:
        parts = [f"[{one['text']}]" if one["isMatch"] else one["text"] for one in each["fragments"]]
        shown.setdefault(each["field"], []).append("".join(parts))
    return shown
