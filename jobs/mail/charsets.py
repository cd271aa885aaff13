"""Bytes of mails as text: charsets that are wrong, unknown or not named at all never raise."""

# What mails call by one name and write in another, larger one. Source: RULES 4, WHATWG Encoding.
LARGER = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}
ASCII = ("", "us-ascii", "ascii", "ansi_x3.4-1968", "7bit", "8bit", "unknown-8bit")
FALLBACK = "cp1252"
REPLACEMENT = "\ufffd"


def decoded(raw: bytes, charset: str | None) -> str:
    """Return the bytes as text: as declared where that fits, else UTF-8, else as near as it gets."""
    name = (charset or "").strip().strip("\"'").lower()
    declared = LARGER.get(name, name)
    candidates = ("utf-8",) if name in ASCII else (declared, "utf-8")
    for candidate in candidates:
        if (text := _tried(raw, candidate, "strict")) is not None:
            return text
    nearest = _tried(raw, declared, "replace") if name not in ASCII else None
    return nearest if nearest and _is_mostly_right(nearest) else raw.decode(FALLBACK, "replace")


def _is_mostly_right(text: str) -> bool:
    """Tell whether the charset fits but for a few broken bytes; a wrong one breaks most foreign letters."""
    foreign = sum(not character.isascii() for character in text)
    return 10 * text.count(REPLACEMENT) <= foreign


def _tried(raw: bytes, charset: str, errors: str) -> str | None:
    try:
        return raw.decode(charset, errors)
    except (LookupError, ValueError):  # unknown, no charset at all, or it does not fit
        return None
