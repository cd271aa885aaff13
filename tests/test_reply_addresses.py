"""The addresses that take customers' answers: in each letter, by a token of its own, and hard to guess."""

import cast
import pytest
from office import Office, office_of, text

from jobs.mail import reply_addresses
from jobs.relay import work_off
from models.clock import now
from models.errors import Unauthenticated
from models.secrets import hashed
from models.tokens import Purpose, TicketToken
from resolvers import access, tickets, tokens
from resolvers.contacts import ContactRef
from settings import settings

TOKEN = "a2" * 26


@pytest.fixture
def office(desk, database_url, tmp_path, monkeypatch) -> Office:
    return office_of(desk, database_url, tmp_path, monkeypatch)


async def reply_token(by: cast.Somebody, ticket) -> str:
    return await tokens.reply_token(by.actor, ticket.id, ticket.contact_id)


async def test_an_answer_to_a_letter_goes_to_the_address_of_its_ticket_and_customer(office):
    ticket = await office.create()
    await work_off()

    [address] = office.letter()["Reply-To"].addresses
    carl = await tokens.authenticate_reply(reply_addresses.token_in(address.addr_spec) or "")

    assert (carl.ticket_id, carl.contact_id) == (ticket.id, ticket.contact_id)
    assert address.display_name == "Acme"
    assert address.domain == "desk.example"


async def test_every_letter_of_a_ticket_has_the_same_reply_address_and_another_ticket_another(office):
    ticket = await office.create(contact=ContactRef(email="carl@x.example"))
    await office.prove(ticket)
    await office.reply(ticket)
    await office.create(contact=ContactRef(email="carl@x.example"))

    await work_off()

    found = {(letter["Subject"].split()[0], letter["Reply-To"]) for letter in office.inbox()}
    assert sorted(reference for reference, _ in found) == ["[TKT-0001]", "[TKT-0002]"]
    assert len({address for _, address in found}) == 2


async def test_the_reply_address_stands_in_no_text_and_the_link_in_no_address(office):
    await office.create()
    await work_off()

    [address] = office.letter()["Reply-To"].addresses
    token = reply_addresses.token_in(address.addr_spec)

    assert token
    assert token not in text(office.letter()) + text(office.letter(), "html")
    assert "dwt_" not in office.letter()["Reply-To"]


@pytest.mark.parametrize(
    ("mail_domain", "mail_from", "domain"),
    [
        ("In.Acme.example", "help@acme.example", "in.acme.example"),
        ("", "Acme <help@acme.example>", "acme.example"),
        ("", "", "desk.example"),
    ],
)
async def test_answers_go_to_the_domain_whose_mail_is_ours(
    office, monkeypatch, mail_domain, mail_from, domain
):
    await office.create()
    monkeypatch.setattr(settings, "mail_domain", mail_domain)
    monkeypatch.setattr(settings, "mail_from", mail_from)

    await work_off()

    assert office.letter()["Reply-To"].addresses[0].domain == domain


def test_an_address_is_known_again_also_when_its_case_was_lost():
    address = reply_addresses.make(TOKEN, "desk.example")

    assert reply_addresses.token_in(address) == TOKEN
    assert reply_addresses.token_in(f" {address.upper()}") == TOKEN
    assert len(address.partition("@")[0]) <= 64


@pytest.mark.parametrize(
    "address",
    [
        "",
        "acme@desk.example",
        f"r-{TOKEN}",
        f"r-{TOKEN}@",
        f"r-{TOKEN[1:]}@desk.example",
        f"r-{TOKEN}a@desk.example",
        f"r-{'1' * 52}@desk.example",
        f"x r-{TOKEN}@desk.example",
        f"r-{TOKEN}@a@desk.example",
        f"r-{TOKEN}@desk.example\nx",
    ],
)
def test_what_is_no_reply_address_holds_no_token(address):
    assert reply_addresses.token_in(address) is None


async def test_the_token_has_256_bits_and_only_its_hash_is_kept(ada, ticket):
    token = await reply_token(ada, ticket)

    row = await TicketToken.get(workspace_id=ada.actor.workspace_id, purpose=Purpose.REPLY)

    assert len(token) * 5 >= 256
    assert row.secret_hash == hashed(token)
    assert token not in str(dict(row))
    assert await reply_token(ada, ticket) == token


async def test_a_reply_address_proves_nothing_because_mailboxes_answer_by_themselves(desk, ada, ticket):
    await tokens.authenticate_reply(await reply_token(ada, ticket))

    assert (await access.contacts(ada.actor).get(id=desk.carl.id)).proved_at is None


async def test_a_reply_address_ends_with_its_token_and_with_the_customers_right(desk, ada, ticket, clock):
    hidden, revoked, old = [
        await cast.ticket_of(desk.carl, ada.actor, title) for title in ("hidden", "revoked", "old")
    ]
    dead = [await reply_token(ada, each) for each in (hidden, revoked, old)]
    await tickets.update(ada.actor, hidden.id, {"is_internal": True})
    await TicketToken.filter(workspace_id=ada.actor.workspace_id, ticket_id=revoked.id).update(
        revoked_at=now()
    )
    clock.move(days=365)

    for token in [*dead, "", TOKEN]:
        with pytest.raises(Unauthenticated):
            await tokens.authenticate_reply(token)
