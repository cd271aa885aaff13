"""Text and addresses as people type them, as tables of boundary cases."""

import pytest

from models.addresses import checked_address
from models.comments import checked_body
from models.errors import Invalid
from models.texts import checked_line, checked_text, cleaned, is_printable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("tab\tstays", "tab\tstays"),
        ("\0\x08\x0b\x0c\x1f\x7f\x80\x9f", ""),
        ("\ud800\udfff", ""),
        ("e\u0301", "\u00e9"),
        ("👩\u200d🚒", "👩\u200d🚒"),
    ],
)
def test_texts_are_cleaned_of_what_cannot_be_kept(typed, kept):
    assert cleaned(typed) == kept


@pytest.mark.parametrize(("text", "fits"), [("", False), ("x", True), ("x" * 5, True), ("x" * 6, False)])
def test_a_line_has_one_to_its_most_characters(text, fits):
    if fits:
        assert checked_line(f" {text}\n", "name", most=5) == text
    else:
        with pytest.raises(Invalid):
            checked_line(text, "name", most=5)


@pytest.mark.parametrize(("text", "fits"), [("", True), ("x" * 5, True), ("x" * 6, False)])
def test_a_text_has_none_to_its_most_characters(text, fits):
    if fits:
        assert checked_text(f"\n{text} \n", "description", most=5) == text
    else:
        with pytest.raises(Invalid):
            checked_text(text, "description", most=5)


@pytest.mark.parametrize(("body", "fits"), [(" \n\0", False), ("x" * 100_000, True), ("x" * 100_001, False)])
def test_a_comment_says_something_of_at_most_100000_characters(body, fits):
    if fits:
        assert checked_body(body) == body
    else:
        with pytest.raises(Invalid):
            checked_body(body)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Carl@Example.ORG ", "carl@example.org"),
        ("o'neil+tag@sub.example.co", "o'neil+tag@sub.example.co"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
        ("a@localhost", "a@localhost"),
    ],
)
def test_addresses_are_kept_in_lower_case(typed, kept):
    assert checked_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "carl",
        "@example.org",
        "carl@",
        "carl@@example.org",
        "carl@example..org",
        "carl@-example.org",
        "carl@example.org\nBcc: all@example.org",
        "carl@example.org, eve@example.org",
        "Carl <carl@example.org>",
        "c arl@example.org",
        "carl\0@example.org",
        "cärl@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + ".".join(["b" * 50] * 5) + ".org",
    ],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(Invalid):
        checked_address(typed)


@pytest.mark.parametrize(
    ("text", "is_fit"), [("Käse\n\t🧀", True), ("", True), ("\0", False), ("a\x9f", False), ("\udc00", False)]
)
def test_a_text_that_holds_control_characters_cannot_be_kept_as_it_is(text, is_fit):
    assert is_printable(text) is is_fit


@pytest.mark.parametrize("text", ["", " \t\n", "\u200b\u200d", "\u202e\u2069", "\0"])
def test_a_line_that_nobody_can_see_is_empty(text):
    with pytest.raises(Invalid, match="must not be empty"):
        checked_line(text, "title", most=10)
