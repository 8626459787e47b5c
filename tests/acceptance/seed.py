"""The user's own document, read from the folder named by SEEDS_DIR: its scripts and recipes are executed as they stand."""

import os
import re
from pathlib import Path

import pytest


def document() -> str:
    """Seed 004 as text; skips with the reason where it is not to be had."""
    folder = os.environ.get("SEEDS_DIR")
    if not folder:
        pytest.skip("SEEDS_DIR is not set: it names the folder with the user's documents (004_*.md)")
    found = sorted(Path(folder).glob("004_*.md"))
    assert found, f"no 004_*.md in SEEDS_DIR={folder}"
    return found[0].read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Every fenced block of this language, in the document's order."""
    return re.findall(rf"^```{language}\n(.*?)^```", document(), flags=re.MULTILINE | re.DOTALL)


def block(language: str, containing: str) -> str:
    """The one fenced block of this language that contains a text."""
    found = [text for text in blocks(language) if containing in text]
    assert len(found) == 1, f"{len(found)} {language} blocks contain {containing!r}"
    return found[0]
