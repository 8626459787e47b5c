"""What is told of the program itself."""

import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from processing_service import wiring


def _not_installed(_: str) -> str:
    raise PackageNotFoundError


def test_a_checkout_that_is_not_installed_knows_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pip install -r requirements.txt` installs what we need and not us."""
    monkeypatch.setattr(wiring, "installed_version", _not_installed)
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert wiring.version() == project["version"]


def test_a_copy_of_the_folder_alone_says_that_it_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And somebody else's pyproject.toml beside it is not taken for ours."""
    monkeypatch.setattr(wiring, "installed_version", _not_installed)
    monkeypatch.setattr(wiring, "__file__", str(tmp_path / "processing_service" / "wiring.py"))
    assert wiring.version() == "checkout"
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "theirs"\nversion = "9"\n')
    assert wiring.version() == "checkout"
