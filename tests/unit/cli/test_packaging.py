"""What the repository ships around the code agrees with the code: lists of settings, of dependencies, of services."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml

from processing_service.cli.local_system import SERVICES
from processing_service.cli.main import COMMANDS, cli
from processing_service.settings import documented
from services.image.settings import ImageSettings
from services.sdk.settings import WorkerSettings
from services.text.settings import TextSettings
from services.voice.settings import VoiceSettings

ROOT = Path(__file__).resolve().parents[3]


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def lines(path: str) -> list[str]:
    return [line for line in (ROOT / path).read_text().splitlines() if line and not line.startswith("#")]


def test_the_example_of_env_lists_every_setting() -> None:
    """Engine, workers, providers: whoever adds a setting writes it there too, with the same default."""
    example = (ROOT / ".env.example").read_text()
    listed = dict(re.findall(r"^# ([A-Z][A-Z0-9_]+)=(.*)$", example, re.MULTILINE))
    for name, default, description in documented():
        assert listed.get(name) == default, name
        assert description in example, name
    workers = {f"SCENARIES_{name.upper()}" for name in WorkerSettings.model_fields if name not in {"redis_url", "debug"}}
    providers = {name.upper() for model in (TextSettings, VoiceSettings, ImageSettings) for name in model.model_fields}
    assert workers | providers <= listed.keys()


# Settings that a container has of its own: places inside it, its name, and the port that compose publishes.
CONTAINERS_OWN = {
    "REDIS_URL",
    "HOST",
    "PORT",
    "SCENARIES_STATE",
    "SCENARIES_ARTIFACTS",
    "SCENARIES_TEMPLATES",
    "SCENARIES_API_URL",
    "SCENARIES_WORKER",
    "SCENARIES_WORKSPACES",
    "SCENARIES_HEALTH_FILE",
}
# Where the containers' default differs: logs go to a collector, and the engine is reached by its service's name.
CONTAINERS_DEFAULT = {"SCENARIES_LOG_FORMAT": "json", "SCENARIES_ALLOWED_HOSTS": "processing-service"}


def test_compose_hands_on_every_setting() -> None:
    """What `.env` may hold reaches the engine, the workers, or both, and says the program's own default or nothing."""
    example = (ROOT / ".env.example").read_text()
    listed = dict(re.findall(r"^# ([A-Z][A-Z0-9_]+)=(.*)$", example, re.MULTILINE))
    found = compose()
    engine, *workers = (found[name]["environment"] for name in ("processing-service", *SERVICES))
    assert all(worker == workers[0] for worker in workers)
    assert {*engine, *workers[0]} - {"REDIS_URL"} == listed.keys() - CONTAINERS_OWN
    engines = {name for name, _, _ in documented()} - CONTAINERS_OWN
    assert engines <= engine.keys()
    shared = {f"SCENARIES_{name.upper()}" for name in WorkerSettings.model_fields} & engines
    assert shared <= workers[0].keys()
    for name, value in {**engine, **workers[0]}.items():
        if name != "REDIS_URL":
            default = CONTAINERS_DEFAULT.get(name, listed[name])
            assert value == (f"${{{name}:-{default}}}" if default else None), name


def test_requirements_of_the_folder_are_those_of_the_project() -> None:
    """The seed's `pip install -r requirements.txt` installs what the engine, its API and the embedded server need."""
    extras = project()["optional-dependencies"]
    wanted = [*project()["dependencies"], *extras["api"], *extras["embedded"]]
    assert sorted(lines("processing_service/requirements.txt")) == sorted(wanted)


def test_constraints_pin_every_dependency_and_name_no_place() -> None:
    """Exact versions only: where they come from is the machine's business."""
    pinned = {name.lower().replace("_", "-") for name in (line.partition("==")[0] for line in lines("constraints.txt"))}
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line) for line in lines("constraints.txt"))
    every = [*project()["dependencies"], *(item for extra in project()["optional-dependencies"].values() for item in extra)]
    names = {re.split(r"[\[<>=]", item)[0].lower() for item in every} - {"scenaries"}
    assert names <= pinned


def test_compose_runs_every_service_and_is_open_to_this_machine_only() -> None:
    """The seed's six containers; ports on loopback; nobody is root by our doing, nothing writes to its image."""
    found = compose()
    assert set(found) == {"redis", "processing-service", *SERVICES}
    ports = [port for service in found.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    for name, service in found.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    for dockerfile in ("processing_service/Dockerfile", "services/Dockerfile"):
        text = (ROOT / dockerfile).read_text()
        assert "USER 10001:10001" in text
        assert "HEALTHCHECK" in text


def test_the_readme_shows_the_examples_as_they_are() -> None:
    """Who copies from the page has what the tests run."""
    readme = (ROOT / "README.md").read_text()
    for name, language in (("greet.yml", "yaml"), ("worker.sh", "sh"), ("worker.py", "python")):
        assert f"```{language}\n{(ROOT / 'examples' / name).read_text()}```\n" in readme, name


def test_the_documents_say_which_commands_have_json_and_url() -> None:
    """A list that is checked against the commands themselves."""
    page = (ROOT / "docs/operate.md").read_text()
    options = {name: {option for parameter in found.params for option in parameter.opts} for name, found in commands()}

    def listed(sentence: str) -> set[str]:
        found = re.search(sentence, page)
        assert found, sentence
        return set(re.findall(r"`(\w+)`", found[1]))

    with_json = listed(r"talk on stderr: ((?:`\w+`,? )+)print one") | {"watch", "redis"}
    assert with_json == {name for name, found in options.items() if "--json" in found}
    with_url = listed(r"`--url ADDRESS` names the engine for ((?:`\w+`(?:, )?)+);")
    assert with_url == {name for name, found in options.items() if "--url" in found} - {"redis"}


def commands() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command
        yield name, command
