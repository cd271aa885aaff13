"""An installation's data folder: its secret key, and whose it is."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.installation import join, opened, write_private
from models.errors import Invalid, Unavailable
from settings import settings


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that is not there yet, beside a database that is named and never asked."""
    folder = tmp_path / "data"
    for name, value in {
        "data": folder,
        "database_url": "postgres://127.0.0.1/nowhere",
        "secret_key": SecretStr(""),
        "base_url": "",
    }.items():
        monkeypatch.setattr(settings, name, value)
    return folder


def test_the_secret_key_is_made_once_and_for_our_eyes_only(data: Path) -> None:
    with opened() as server:
        first = settings.secret_key.get_secret_value()

    settings.secret_key = SecretStr("")
    with opened():
        second = settings.secret_key.get_secret_value()

    assert server is None
    assert len(first) == 64
    assert second == first
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600


def test_a_key_of_the_environment_is_used_and_none_is_written(data: Path) -> None:
    settings.secret_key = SecretStr("k" * 40)

    with opened():
        assert settings.secret_key.get_secret_value() == "k" * 40

    assert not (data / "secret.key").exists()


def test_a_key_that_is_not_whole_is_refused(data: Path) -> None:
    data.mkdir()
    (data / "secret.key").write_text("short")

    with pytest.raises(Invalid, match="is not whole"), opened():
        pass


def test_a_folder_belongs_to_one_at_a_time(data: Path) -> None:
    with opened(), pytest.raises(Unavailable, match="in use by another Deskwire"), opened():
        pass

    with opened():
        pass


def test_a_folder_that_cannot_be_made_is_refused(data: Path) -> None:
    data.write_text("a file")

    with pytest.raises(Unavailable, match="cannot be used"), opened():
        pass


def test_without_a_database_there_is_nothing_to_join(data: Path) -> None:
    settings.database_url = ""

    with pytest.raises(Unavailable, match="There is no database"):
        join()


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "card"
    path.write_text("old")
    path.chmod(0o644)

    write_private(path, "new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
