"""The schemas as files: printed into docs/, where a test holds them to what is served."""

from pathlib import Path

from schema import desk
from schema.public import portal

SCHEMAS = {"schema.graphql": desk.schema, "public.graphql": portal.schema}


def printed() -> dict[str, str]:
    """Return the text of each file by the file's name."""
    return {name: f"{schema.as_str().rstrip()}\n" for name, schema in SCHEMAS.items()}


def write(folder: Path) -> None:
    """Write the files into the folder."""
    for name, text in printed().items():
        (folder / name).write_text(text, encoding="utf-8")
