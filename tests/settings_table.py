"""The settings as tables for docs/operations.md. `python -m tests.settings_table` writes them there."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from settings import Settings

PAGE = Path(__file__).parent.parent / "docs" / "operations.md"
BEGIN, END = "<!-- settings -->\n", "<!-- /settings -->\n"
GROUP = re.compile(r"    # (.+)")
FIELD = re.compile(r"    (\w+): ")
HEAD = "| name | default | meaning |\n|---|---|---|\n"


def tables() -> str:
    """Return one table for each group of settings, in their order, under the words of the code."""
    written = (f"\n**{group}**\n\n{HEAD}{''.join(map(_row, names))}" for group, names in _groups())
    return "".join(written) + "\n"


def written() -> str:
    """Return what stands in the page between the two marks."""
    return PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]


def write() -> None:
    """Put the tables in the place of those that stand in the page."""
    before, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    PAGE.write_text(before + begin + tables() + end + after, encoding="utf-8")


def variable(name: str, field: FieldInfo) -> str:
    """Return the name that the setting is read by."""
    if isinstance(field.validation_alias, AliasChoices):
        return str(field.validation_alias.choices[0])
    return f"DESKWIRE_{name.upper()}"


def _groups() -> Iterator[tuple[str, list[str]]]:
    """Yield the words above each group of fields, and the fields' names."""
    groups: dict[str, list[str]] = {}
    for line in inspect.getsource(Settings).splitlines():
        if found := GROUP.fullmatch(line):
            groups[found[1]] = []
        elif (found := FIELD.match(line)) and found[1] in Settings.model_fields:
            groups[list(groups)[-1]].append(found[1])
    yield from groups.items()


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    meaning = (field.description or "").replace("|", "\\|").replace("<", "\\<")
    return f"| `{variable(name, field)}` | {_default(field)} | {meaning} |\n"


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value != "" else ""


if __name__ == "__main__":
    write()
