"""The door to other programs, with real programs behind it."""

import os
import sys
import time
from pathlib import Path

import pytest

from processing_service.contract.errors import ErrorKind, TaskError
from services.sdk.process import ToolError, open_tool, run_tool
from tests.services.sdk.processes import alive, wait_until

PYTHON = sys.executable


def python(code: str) -> list[str]:
    return [PYTHON, "-S", "-c", code]


def test_a_tool_that_ends_well_leaves_its_output():
    """Standard output comes back whole as bytes, standard error as text, and input arrives."""
    output = run_tool(
        python("import sys; data = sys.stdin.read(); print(data * 2); print('note', file=sys.stderr)"), timeout=20, stdin=b"ab"
    )
    assert output.stdout == b"abab\n"
    assert output.stderr == "note\n"


def test_no_input_means_a_closed_stdin():
    """A tool that reads without being given anything sees the end at once, and not our terminal."""
    assert run_tool(python("import sys; print(repr(sys.stdin.read()))"), timeout=20).stdout == b"''\n"


def test_arguments_are_never_a_shell_command():
    """Quotes, dollars and semicolons in an argument arrive as they are."""
    hostile = "a; touch x $(whoami) \"'`"
    output = run_tool([PYTHON, "-S", "-c", "import sys; sys.stdout.write(sys.argv[1])", hostile], timeout=20)
    assert output.stdout.decode() == hostile


def test_a_bad_exit_code_says_which_and_why():
    """The error names the tool, the code and the last line of its standard error, and is worth another try."""
    with pytest.raises(ToolError) as caught:
        run_tool(
            python("import sys; print('first', file=sys.stderr); print('no such codec', file=sys.stderr); sys.exit(3)"),
            timeout=20,
        )
    error = caught.value
    assert isinstance(error, TaskError)
    assert (error.exit_code, error.kind, error.code) == (3, ErrorKind.INTERNAL, "tool-failed")
    assert error.message.endswith("failed with exit code 3: no such codec")
    assert "first" in error.stderr_tail


def test_a_tool_killed_from_outside_is_told_from_one_that_failed():
    """A signal is named, so that an out-of-memory kill is recognised for what it is."""
    with pytest.raises(ToolError, match="was killed by SIGKILL") as caught:
        run_tool(python("import os; os.kill(os.getpid(), 9)"), timeout=20)
    assert caught.value.code == "killed"


def test_a_missing_program_is_permanent():
    """No attempt on this worker will ever find it, and the sentence says what to do."""
    with pytest.raises(ToolError, match="install it") as caught:
        run_tool(["no-such-program-anywhere"], timeout=1)
    assert (caught.value.kind, caught.value.code) == (ErrorKind.PERMANENT, "tool-missing")


def test_a_timeout_kills_the_tool_and_what_it_started(tmp_path: Path):
    """Not only the tool dies at its timeout, but its children too; the failure is transient."""
    note = tmp_path / "pids"
    code = f"import os, subprocess, time; p = subprocess.Popen(['sleep', '60']); open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{p.pid}}'); time.sleep(60)"
    started = time.monotonic()
    with pytest.raises(ToolError, match="took longer than 1 s") as caught:
        run_tool(python(code), timeout=1)
    assert time.monotonic() - started < 5
    assert (caught.value.kind, caught.value.code) == (ErrorKind.TRANSIENT, "tool-timeout")
    pids = [int(pid) for pid in note.read_text().split()]
    assert len(pids) == 2
    wait_until(lambda: not any(alive(pid) for pid in pids), "the tool and its child are gone")


def test_a_talkative_tool_neither_blocks_nor_fills_memory():
    """Megabytes on standard error are drained; only the tail is kept."""
    output = run_tool(python("import sys; [sys.stderr.write('x' * 1023 + '\\n') for _ in range(4000)]"), timeout=30)
    assert 1000 < len(output.stderr) <= 4096


def test_writing_to_an_open_tool(tmp_path: Path):
    """What is written arrives whole, and leaving the block waits for the end of the tool."""
    target = tmp_path / "out"
    with open_tool(python(f"import sys; open({str(target)!r}, 'wb').write(sys.stdin.buffer.read())")) as tool:
        for _ in range(64):
            tool.stdin.write(b"x" * 65536)
    assert target.stat().st_size == 64 * 65536


def write_for_ever(argv: list[str]) -> None:
    with open_tool(argv) as tool:
        while True:
            tool.stdin.write(b"x" * 65536)


def test_an_open_tool_that_dies_explains_the_broken_pipe():
    """The writer sees the tool's own last words, not `Broken pipe`."""
    with pytest.raises(ToolError, match="exit code 4: bad header"):
        write_for_ever(python("import sys; print('bad header', file=sys.stderr); sys.exit(4)"))


def test_an_error_of_the_writer_kills_the_tool():
    """A failure while preparing what to write leaves no tool waiting for more, and stays the error one sees."""
    pids = []

    def fail_half_way() -> None:
        with open_tool(python("import sys; sys.stdin.read(); import time; time.sleep(60)")) as tool:
            pids.append(tool.pid)
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        fail_half_way()
    assert not alive(pids[0])


def test_a_tool_stays_in_its_callers_group():
    """Killing the group of an attempt reaches every tool it started."""
    assert int(run_tool(python("import os; print(os.getpgrp())"), timeout=20).stdout) == os.getpgrp()
