"""How a worker starts, and what it says when it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

LIGHT = """
import sys
import {modules}
heavy = [name for name in {forbidden} if name in sys.modules]
sys.exit(f"imported: {{heavy}}" if heavy else 0)
"""
MODULES = sorted(
    f"services.sdk.{path.relative_to(ROOT / 'services/sdk').with_suffix('').as_posix().replace('/', '.')}"
    for path in (ROOT / "services/sdk").rglob("*.py")
    if path.stem != "__init__"
)
FORBIDDEN = [
    "fastapi",
    "starlette",
    "jinja2",
    "yaml",
    "processing_service.engine",
    "processing_service.api",
    "processing_service.store.scenarios",
]


def start(tmp_path: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.services.sdk.stub_service", *arguments],
        env={"PATH": os.environ["PATH"], "SCENARIES_STATE": str(tmp_path), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_the_sdk_imports_neither_the_engine_nor_its_heavy_friends():
    """A service's image needs no FastAPI, Jinja2 or YAML, whichever transport it uses."""
    code = LIGHT.format(modules=", ".join(MODULES), forbidden=FORBIDDEN)
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr


def test_without_an_engine_it_says_what_to_do(tmp_path: Path):
    """No REDIS_URL, no API and no embedded server: one sentence with the three ways out, and a bad exit code."""
    result = start(tmp_path)
    assert result.returncode == 1
    assert "scenaries up" in result.stderr
    assert "REDIS_URL" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SCENARIES_LEASE", "soon"), ("SCENARIES_CONCURRENCY", "0"), ("SCENARIES_API_URL", "localhost:8001")],
)
def test_a_mistake_in_a_setting_is_named(tmp_path: Path, variable: str, value: str):
    """The sentence names the setting; nobody has to read a traceback."""
    result = start(tmp_path, **{variable: value})
    assert result.returncode == 1
    assert f"{variable}: " in result.stderr
    assert "Traceback" not in result.stderr


def test_help_lists_the_operations(tmp_path: Path):
    """`--help` says what this worker can do."""
    assert "It can do: " in start(tmp_path, "--help").stdout
