"""The bundled GraphiQL: built from pinned packages, served by us alone."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.web_client import client_of
from web.graphiql import FILES, WIDGET, graphiql_routes


@pytest.fixture
def built(tmp_path: Path) -> Path:
    for path in FILES.values():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f"/* {path} */")
    return tmp_path


@pytest.fixture
def client(built: Path) -> httpx.AsyncClient:
    return client_of(graphiql_routes(built))


async def test_all_that_the_page_loads_is_served_here(client):
    page = (await client.get("/graphiql")).text

    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    answers = [await client.get(address) for address in loaded]

    assert len(loaded) == len(FILES)
    assert all(address.startswith("/graphiql/") for address in loaded)
    assert [answer.status_code for answer in answers] == [200] * len(FILES)


async def test_the_page_runs_no_script_that_stands_in_it(client):
    answer = await client.get("/graphiql")

    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'self'" in policy
    assert re.findall(r"<script(?! src=)", answer.text) == []


@pytest.mark.parametrize("name", ["package.json", "..%2Fpackage.json", ".npmrc", "start"])
async def test_no_other_file_is_served(client, built, name):
    (built / "package.json").write_text("{}")

    assert (await client.get(f"/graphiql/{name}")).status_code == 404


async def test_without_its_packages_the_page_says_how_to_build_it(tmp_path):
    client = client_of(graphiql_routes(tmp_path))

    answer = await client.get("/graphiql")

    assert answer.status_code == 503
    assert "<code>make widget</code>" in answer.text
    assert (await client.get("/graphiql/react.js")).status_code == 404


def test_its_packages_are_pinned_exactly_and_name_no_place_to_load_them_from():
    packages = json.loads((WIDGET / "package.json").read_text())["dependencies"]
    lock = json.loads((WIDGET / "package-lock.json").read_text())["packages"]

    assert {name: lock[f"node_modules/{name}"]["version"] for name in packages} == packages
    assert not any("resolved" in package for package in lock.values())
    assert all("integrity" in package for path, package in lock.items() if path)
