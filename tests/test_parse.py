"""What a mail says, however it is written; and that one which is made to break us breaks nothing."""

import asyncio

import pytest
from postbox import letter

from jobs.mail import parse as parsing
from jobs.mail.headers import split
from jobs.mail.kinds import kind_of
from jobs.mail.parse import Unparsable, parse
from jobs.mail.reading import read
from jobs.mail.sheets import MARKER
from models.inbound import MailKind, Sender

HEAD = b"From: carl@example.org\nSubject: Help\n"
PROCESS = "import sys, time; sys.stdin.buffer.read(); "


async def test_a_mail_is_parsed_in_a_process_of_its_own():
    mail = letter("It burns.", in_reply_to="<a@b>", references="<1@b> <2@b>", cc="Eve <Eve@Globex.example>")

    parsed = await parse(mail.as_bytes())

    assert parsed.sender == Sender("Carl Customer", "carl@example.org")
    assert (parsed.subject, parsed.text, parsed.kind) == (
        "The printer is on fire",
        "It burns.",
        MailKind.PERSONAL,
    )
    assert (parsed.in_reply_to, parsed.references) == (("<a@b>",), ("<1@b>", "<2@b>"))
    assert parsed.addressees == ("acme@localhost", "eve@globex.example")
    assert parsed.message_id == mail["Message-ID"]


@pytest.mark.parametrize(
    "program",
    [
        PROCESS + "time.sleep(60)",
        PROCESS + "raise SystemExit(3)",
        PROCESS + "import os; os.kill(os.getpid(), 9)",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (9**8, 9**8)); x = bytearray(9**9)",
    ],
)
async def test_a_process_that_hangs_or_falls_makes_the_mail_unparsable(program, monkeypatch):
    monkeypatch.setattr(parsing, "PROGRAM", (parsing.sys.executable, "-c", program))
    monkeypatch.setattr(parsing, "SECONDS", 1.0)

    with pytest.raises(Unparsable):
        await parse(b"x" * 200_000)


async def test_a_mail_that_is_all_depth_is_unparsable_and_nothing_more():
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5000))

    with pytest.raises(Unparsable):
        await parse(HEAD + deep)


async def test_a_parsing_that_is_cancelled_leaves_no_process(monkeypatch):
    monkeypatch.setattr(parsing, "PROGRAM", (parsing.sys.executable, "-c", PROCESS + "time.sleep(60)"))
    task = asyncio.create_task(parse(b"x"))
    await asyncio.sleep(0.2)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not parsing._turns.locked()


@pytest.mark.parametrize(
    ("line", "sender"),
    [
        ("Carl <Carl@Example.org>", Sender("Carl", "carl@example.org")),
        ("carl@example.org (Carl)", Sender("Carl", "carl@example.org")),
        ('"Ada <ada@acme.example>" <carl@example.org>', Sender("Ada <ada@acme.example>", "carl@example.org")),
        (
            "=?utf-8?q?ada=40acme=2Eexample?= <carl@example.org>",
            Sender("ada@acme.example", "carl@example.org"),
        ),
        ("Customer, Carl <carl@example.org>", Sender("Customer Carl", "carl@example.org")),
        ("Carl @ Acme, Inc. <carl@example.org>", Sender("Carl @ Acme Inc.", "carl@example.org")),
        ("Carl <carl@example.org>, Ada <ada@acme.example>", None),
        ("ada@acme.example, <carl@example.org>", None),
        ("Carl <carl@example.org> <ada@acme.example>", None),
        ("ada@acme.example carl@example.org", None),
        ('"ada@acme.example"', None),
        ("undisclosed-recipients:;", None),
        ("ada@acme.example)carl@example.org", None),
    ],
)
def test_the_sender_is_one_mailbox_or_nobody(line, sender):
    assert read(f"From: {line}\nSubject: Hi\n\nHello".encode()).sender == sender


def test_two_from_headers_name_nobody():
    assert read(b"From: carl@example.org\nFrom: ada@acme.example\n\nHello").sender is None


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ("From:\nReply-To: Carl <carl@example.org>", "carl@example.org"),
        ("Return-Path: <carl@example.org>", "carl@example.org"),
        ("From: Carl <carl@example.org>\nReply-To: ada@acme.example", "carl@example.org"),
    ],
)
def test_an_empty_from_is_made_up_for(head, address):
    sender = read(f"{head}\n\nHello".encode()).sender

    assert sender and sender.address == address


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?utf-8?b?VGVzdG92YWPDrQ==?=", "Testovací"),
        (b"=?utf-8?b?w4?= =?utf-8?b?rQ==?=", "í"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"),
        (b"=?no-such?q?caf=E9?=", "café"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
        (b"=?gb2312?b?x+E=?=", "轻"),
        (b"=?utf-8?b?AAA=?=x\x00y", "xy"),
        (b"one\n two\n\tthree", "one two three"),
        (b"=?rot13?q?x?= =?unicode_escape?q?=5Cud800?=", "x"),
    ],
)
def test_a_subject_is_read_however_it_was_encoded(raw, subject):
    assert read(b"From: carl@example.org\nSubject: " + raw + b"\n\nHello").subject == subject


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain; charset=no-such", "Grüße".encode(), "Grüße"),
        ("text/plain; charset=us-ascii", "Grüße".encode("latin-1"), "Grüße"),
        ("text/plain; charset=utf-8", "Grüße".encode("latin-1"), "Grüße"),
        ("text/plain; charset=iso-8859-1", b"\x93Hi\x94", "“Hi”"),
        ('text/plain; charset="\x00"', b"a\x00b", "ab"),
        (
            "text/html",
            b"<title>T</title><p>Hello&nbsp;<b>you</b></p><script>x()</script><p>a<br>b",
            "Hello you\n\na\nb",
        ),
        ("text/html", b"<ul><li>one<li>two</ul><style>p{}</style>", "- one\n- two"),
        ("multipart/mixed", b"No boundary at all.", "No boundary at all."),
        (
            "multipart/alternative; boundary=b",
            b"--b\n\nPlain\n--b\nContent-Type: text/html\n\n<p>Rich\n--b--",
            "Plain",
        ),
        ("multipart/alternative; boundary=b", b"--b\nContent-Type: text/html\n\n<p>Rich\n--b--", "Rich"),
        (
            "multipart/mixed; boundary=b",
            b"--b\n\nOne\n--b\nContent-Type: image/png\n\nx\n--b\n\nTwo\n--b--",
            "One\n\nTwo",
        ),
        ("multipart/mixed; boundary=b", b"--b\nContent-Type: message/rfc822\n\nSubject: no\n\nNo\n--b--", ""),
    ],
)
def test_a_text_is_read_whatever_it_is_made_of(kind, body, text):
    assert read(HEAD + f"Content-Type: {kind}\n\n".encode() + body).text == text


def test_files_are_counted():
    mail = letter()
    mail.add_attachment(b"x", maintype="image", subtype="png", filename="a.png")
    mail.add_attachment("plain", filename="notes.txt")

    parsed = read(mail.as_bytes())

    assert (parsed.text, parsed.attachment_count) == ("It burns.", 2)


def test_junk_between_headers_does_not_end_them():
    parsed = read(b"From carl Mon Nov 24\nFrom: carl@example.org\n>junk\n more junk\nSubject: Hi\n\nHello")

    assert (parsed.subject, parsed.text, parsed.sender) == ("Hi", "Hello", Sender("", "carl@example.org"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Thanks!\n\n{MARKER}\n\nold", "Thanks!"),
        (
            f"Thanks!\n\nOn Mon, 24 Nov 2026 at 09:00, Acme <r-x@localhost> wrote:\n> {MARKER}\n> old",
            "Thanks!",
        ),
        (
            f"Thanks!\n\nOn Mon, 24 Nov 2026 at 09:00, Acme\n<r-x@localhost>\nwrote:\n\n>\n> {MARKER}\n> old",
            "Thanks!",
        ),
        ("Thanks!\nOn we go.", "Thanks!\nOn we go."),
        (f"{MARKER}\n\nAbove? Below!", f"{MARKER}\n\nAbove? Below!"),
        (f"I wrote:\n{MARKER}", "I wrote:"),
    ],
)
def test_our_letter_is_cut_off_below_an_answer_unless_nothing_is_left(text, said):
    assert read(HEAD + b"\n" + text.encode()).text == said


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Subject: Hi", MailKind.PERSONAL),
        ("Auto-Submitted: no", MailKind.PERSONAL),
        ("Auto-Submitted: auto-forwarded", MailKind.PERSONAL),
        ("Auto-Submitted: auto-replied (vacation)", MailKind.AUTO_REPLY),
        ("Auto-Submitted: auto-generated", MailKind.BULK),
        ("Precedence: bulk", MailKind.BULK),
        ("X-Precedence: Junk", MailKind.BULK),
        ("Precedence: auto_reply", MailKind.AUTO_REPLY),
        ("X-Auto-Response-Suppress: All", MailKind.BULK),
        ("X-Autoreply: yes", MailKind.AUTO_REPLY),
        ("X-Loop: x", MailKind.BULK),
        ("Return-Path: <>", MailKind.AUTO_REPLY),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", MailKind.BOUNCE),
        ("Content-Type: multipart/report; report-type=disposition-notification", MailKind.AUTO_REPLY),
    ],
)
def test_machines_are_known_by_their_headers(head, kind):
    assert read(f"From: carl@example.org\n{head}\n\nHello".encode()).kind is kind


@pytest.mark.parametrize(
    ("address", "kind"), [("mailer-daemon@x.example", MailKind.BOUNCE), ("no-reply@x.example", MailKind.BULK)]
)
def test_machines_are_known_by_their_addresses(address, kind):
    headers, _, _ = split(f"From: {address}\n\n".encode())

    assert kind_of(headers, headers.only_mailbox("from")) is kind
