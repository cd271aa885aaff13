"""The address of the mail server."""

import pytest

from jobs.mail import smtp
from models.errors import Invalid
from settings import settings


@pytest.mark.parametrize("url", ["", "smtp://mail.example", "smtps://ada:secret@mail.example:465"])
def test_an_address_of_a_mail_server_or_none_is_taken(monkeypatch, url):
    monkeypatch.setattr(settings, "smtp_url", url)

    smtp.check()


def test_an_address_of_another_kind_of_server_is_refused(monkeypatch):
    monkeypatch.setattr(settings, "smtp_url", "http://mail.example")

    with pytest.raises(Invalid, match="SMTP_URL"):
        smtp.check()
