"""Expansion in children: a bomb ends a child and nothing else; what a caller sees is the same as without them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from processing_service.contract.errors import InvalidRequest, TemplateError
from processing_service.engine.expansion import Expander
from processing_service.engine.expansion_child import Bounds
from processing_service.templates.catalog import default_paths
from processing_service.templates.limits import Limits
from tests.unit.templates.writing import HEAD, NOW, SCENARIO, TASK

GOOD = f"{HEAD}tasks:\n{TASK}".replace("ScenarioTest", "Good")
BOMBS = {
    # What no bound inside the sandbox sees: work without output, and memory in small pieces.
    "time": "{% for i in range(100000) %}{% set n = ('xy'*200000)|upper|lower|length %}{% endfor %}",
    "memory": "{% set n = namespace(all=[]) %}{% for i in range(100000) %}{% set n.all = [n.all, 'x'*900000 ~ i] %}{% endfor %}",
    "one long call": "{{ ('a'*900000 ~ 'b').split('a')|map('string')|map('upper')|join('a'*999) }}",
}


@pytest.fixture
async def expander(tmp_path: Path) -> AsyncIterator[Expander]:
    """Over a folder with one good template and the bombs; a second of CPU each."""
    (tmp_path / "good.yml").write_text(GOOD)
    for number, bomb in enumerate(BOMBS.values()):
        (tmp_path / f"bomb{number}.yml").write_text(
            f'{HEAD}tasks:\n{TASK}    a: "{bomb}"\n'.replace("ScenarioTest", f"Bomb{number}")
        )
    made = Expander([tmp_path], bounds=Bounds(cpu=1.0))
    yield made
    await made.close()


async def test_a_graph_comes_back_from_the_child() -> None:
    """The template people start with: nine tasks, the last one waiting for four."""
    expander = Expander(default_paths(Path(__file__).parents[3]))
    try:
        await expander.warm()
        expanded = await expander.expand("CreateVideo", SCENARIO, NOW, {"PROMPT": "tides"})
    finally:
        await expander.close()
    assert expanded.expansion.name == "ScenarioCreateVideo"
    assert len(expanded.graph.tasks) == 9
    assert expanded.graph.roots == (expanded.graph.tasks[0].id,)
    assert expanded.graph.needs[expanded.graph.tasks[-1].id] == 4


@pytest.mark.parametrize("number", range(len(BOMBS)), ids=list(BOMBS))
async def test_a_bomb_is_answered_and_others_go_on(expander: Expander, number: int) -> None:
    """The answer is `template-limit`; a request beside it and the next one after it are served."""
    bomb = asyncio.create_task(expander.expand(f"Bomb{number}", SCENARIO, NOW, {}))
    started = time.monotonic()
    beside = await expander.expand("Good", SCENARIO, NOW, {})
    with pytest.raises(TemplateError) as refused:
        await bomb
    assert refused.value.code == "template-limit"
    assert [problem.code for problem in refused.value.problems] == ["template-limit"]
    assert time.monotonic() - started < 20  # one second of CPU, on a machine that has other work
    after = await expander.expand("Good", SCENARIO, NOW, {})
    assert after == beside


async def test_mistakes_come_back_whole(expander: Expander, tmp_path: Path) -> None:
    """Class, code and every problem, as if there were no child."""
    with pytest.raises(InvalidRequest) as unknown:
        await expander.expand("Goood", SCENARIO, NOW, {})
    assert (unknown.value.code, unknown.value.problems[0].help) == ("unknown-scenario", "did you mean `Good`?")
    with pytest.raises(InvalidRequest) as refused:
        await expander.expand("Good", SCENARIO, NOW, {"A": 1})
    assert [problem.code for problem in refused.value.problems] == ["unknown-variable"]
    (tmp_path / "bad.yml").write_text(GOOD.replace("Good", "Bad") + "    consumers: [S.x]\n    attempt: 1\n")
    with pytest.raises(TemplateError) as broken:
        await expander.expand("Bad", SCENARIO, NOW, {})
    assert (broken.value.code, [problem.line for problem in broken.value.problems]) == ("scenario-invalid", [8, 9])


async def test_a_changed_file_is_seen(expander: Expander, tmp_path: Path) -> None:
    """Without restarting anything."""
    await expander.expand("Good", SCENARIO, NOW, {})
    (tmp_path / "good.yml").write_text(GOOD.replace("CreateText", "CreateMore"))
    expanded = await expander.expand("Good", SCENARIO, NOW, {})
    assert expanded.graph.tasks[0].name == "CreateMore"


async def test_many_at_once(expander: Expander) -> None:
    """More requests than children wait their turn."""
    results = await asyncio.gather(*(expander.expand("Good", SCENARIO, NOW, {}) for _ in range(20)))
    assert len({result.graph.tasks[0].id for result in results}) == 1


async def test_a_child_that_was_killed_is_replaced(expander: Expander) -> None:
    """By the system, say, for want of memory between two requests."""
    await expander.expand("Good", SCENARIO, NOW, {})
    os.kill(expander._idle[0]._process.pid, signal.SIGKILL)
    expander._idle[0]._process.wait()
    assert (await expander.expand("Good", SCENARIO, NOW, {})).expansion.name == "Good"


async def test_twenty_thousand_tasks_pass_the_default_bounds(tmp_path: Path) -> None:
    """A large template is not a bomb."""
    (tmp_path / "large.yml").write_text(
        f"{HEAD}variables: {{N: 20000}}\ntasks:\n"
        "# {% for i in range(N) %}\n"
        "  - id: \"{{ SHORT_UUID('A' ~ i) }}\"\n    service: text-service\n    name: CreateText\n"
        '    created_at: "{{ now() }}"\n    prompt: "Slide {{ i }}"\n    params: {model: m}\n'
        "    consumers: [\"{{ SHORT_UUID('Last') }}\"]\n"
        "# {% endfor %}\n"
        "  - id: \"{{ SHORT_UUID('Last') }}\"\n    service: video-service\n    name: Join\n"
    )
    expander = Expander([tmp_path])
    try:
        expanded = await expander.expand("Test", SCENARIO, NOW, {})
    finally:
        await expander.close()
    assert len(expanded.graph.tasks) == 20_001
    assert expanded.graph.needs[expanded.graph.tasks[-1].id] == 20_000


def test_children_end_with_their_parent(tmp_path: Path) -> None:
    """However the parent ends: the pipe closes, and the child reads its end."""
    (tmp_path / "good.yml").write_text(GOOD)
    script = (
        "import asyncio, sys, time\n"
        "from pathlib import Path\n"
        "from processing_service.engine.expansion import Expander\n"
        f"expander = Expander([Path({str(tmp_path)!r})])\n"
        "asyncio.run(expander.warm())\n"
        "print(expander._idle[0]._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=root, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not _ended(child):
        time.sleep(0.02)
    assert _ended(child)


def _ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"  # ended, and waiting for whoever adopted it


async def test_the_limits_of_the_caller_hold(tmp_path: Path) -> None:
    """They travel to the child."""
    (tmp_path / "good.yml").write_text(f"{HEAD}variables: {{N_SLIDES: 1}}\ntasks:\n{TASK}    a: {{{{ N_SLIDES }}}}\n")
    expander = Expander([tmp_path], Limits(slides=2))
    try:
        assert (await expander.expand("Test", SCENARIO, NOW, {"N_SLIDES": 2})).expansion.variables == {"N_SLIDES": 2}
        with pytest.raises(InvalidRequest):
            await expander.expand("Test", SCENARIO, NOW, {"N_SLIDES": 3})
    finally:
        await expander.close()
