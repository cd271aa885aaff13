"""The example in docs/deploy/: it names commands, settings, addresses and parts that there are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import settings_table
from test_architecture import RANK
from test_docs import BLOCK, OPERATIONS, commands

import cli
from settings import Settings

DEPLOY = Path(__file__).parent.parent / "docs" / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text("utf-8")
IMAGE = (DEPLOY / "Containerfile").read_text("utf-8")
PROXY = (DEPLOY / "nginx.conf").read_text("utf-8")

LINE = re.compile(r"( *)([\w.<-]+):(?: &[\w-]+)?(?: (.+?))?(?:  #.*)?")
ASKED = re.compile(r"\$\{(\w+):\?\}")
WHOLE = ["serve", "serve", "work", "work", "tick", "tick", "listen", "migrate"]


def test_the_example_runs_two_of_each_process_and_commands_that_there_are():
    running = [command for service in ours() for command in [service["command"]] * replicas(service)]

    assert sorted(running) == sorted(WHOLE)
    assert set(WHOLE) <= commands(cli.commands)


def test_the_example_sets_only_what_is_a_setting():
    known = {settings_table.variable(name, field) for name, field in Settings.model_fields.items()}

    assert set(blocks(COMPOSE)["x-deskwire"]["environment"]) <= known


def test_the_page_says_what_the_example_has_to_be_told():
    [told] = [block for kind, _, block in BLOCK.findall(OPERATIONS) if kind == "sh" and "_PASSWORD=" in block]

    assert set(re.findall(r"^(\w+)=", told, re.MULTILINE)) == set(ASKED.findall(COMPOSE))


def test_the_proxy_leads_to_the_web_processes():
    web = [service["networks"]["default"] for service in ours() if service["command"] == "serve"]

    led_to = re.findall(r"server ([\d.]+):8000 ", PROXY)

    assert [f"{{ipv4_address: {address}}}" for address in led_to] == web


def test_the_image_holds_every_part_of_the_product():
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", IMAGE, re.MULTILINE) for name in line.split()}

    assert {name.removesuffix(".py") for name in copied} == {*RANK, "pyproject.toml", "requirements.lock"}


def ours() -> list[dict[str, Any]]:
    """Return the services that run our image, with what they take over from the top of the file."""
    tops = blocks(COMPOSE)
    services = [inherited(tops, service) for service in tops["services"].values()]
    return [service | {"command": service["command"][1:-1]} for service in services if "<<" in service]


def inherited(tops: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    parent = block.get("<<")
    return block if parent is None else inherited(tops, tops[f"x-{parent[1:]}"]) | block


def replicas(service: dict[str, Any]) -> int:
    return int(re.sub(r"\D", "", service.get("deploy", "1")))


def blocks(text: str) -> dict[str, Any]:
    """Read the part of YAML that the file keeps to: mappings, of which the innermost stay text."""
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return dict(_children(list(map(_parted, lines))))


def _parted(line: str) -> tuple[int, str, str]:
    found = LINE.fullmatch(line)
    assert found, line
    return len(found[1]), found[2], found[3] or ""


def _children(lines: list[tuple[int, str, str]]) -> Iterator[tuple[str, Any]]:
    starts = [nth for nth, line in enumerate(lines) if line[0] == lines[0][0]]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        _, key, value = lines[start]
        yield key, dict(_children(lines[start + 1 : end])) if end > start + 1 else value
