"""`scenaries`: the command line. Nothing but click is imported until a command is chosen, so `--help` answers in a blink."""

import importlib
import json
import os
import sys
from collections.abc import Sequence

import click

from processing_service.cli.exits import CommandError, Exit
from processing_service.contract.errors import ScenariesError

# name: (where it is, what it does). One line per command, in the order of `--help`.
COMMANDS = {
    "demo": ("processing_service.cli.run:demo", "Make a narrated film and print where it is"),
    "run": ("processing_service.cli.run:run", "Start a scenario, follow it, fetch its film"),
    "up": ("processing_service.cli.up:up", "Keep everything running: API, workers, server"),
    "serve": ("processing_service.cli.up:serve", "Run the API and engine alone"),
    "worker": ("processing_service.cli.up:worker", "Run the worker of one service"),
    "ps": ("processing_service.cli.scenarios:ps", "List scenarios, newest first"),
    "watch": ("processing_service.cli.scenarios:watch", "Follow a scenario live"),
    "get": ("processing_service.cli.scenarios:get", "Print a scenario or a task as JSON"),
    "cancel": ("processing_service.cli.scenarios:cancel", "Cancel a scenario"),
    "queues": ("processing_service.cli.scenarios:queues", "Show how each service stands"),
    "validate": ("processing_service.cli.validate:validate", "Check template files and list every mistake"),
    "doctor": ("processing_service.cli.doctor:doctor", "Check this machine, each finding with its fix"),
    "redis": ("processing_service.cli.redis:redis", "Send a Redis command, or open a prompt"),
}

_EPILOG = (
    "Exit codes: 0 ok, 1 scenario failed, 2 usage, 3 invalid template, 4 not found, 5 Redis or API not reachable, "
    "6 cancelled, 124 timed out, 130 interrupted."
)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, and not to be listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(f"there is no command {args[0]!r}." + (f" Did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"scenaries {version('scenaries')}")
        except PackageNotFoundError:
            click.echo("scenaries (run from its source folder)")
        ctx.exit()


@click.group(cls=LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
def cli() -> None:
    """A template in, a finished narrated film out. `scenaries demo` makes one now."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point: perform a command and exit with its code."""
    sys.exit(perform(list(sys.argv[1:] if arguments is None else arguments)))


def perform(arguments: list[str]) -> int:
    """Perform a command; the exit code. Errors are printed as sentences, with `--json` also as an object on stdout."""
    try:
        answer = cli.main(arguments, prog_name="scenaries", standalone_mode=False)
    except ScenariesError as error:
        return _refuse(CommandError.of(error), arguments)
    except CommandError as error:
        return _refuse(error, arguments)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # `scenaries ps | head`: the reader has enough. Python would complain when it flushes stdout at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    return answer if isinstance(answer, int) else Exit.OK


def _refuse(error: CommandError, arguments: list[str]) -> int:
    error.show()
    if "--json" in arguments:
        click.echo(json.dumps(error.as_json(), ensure_ascii=False))
    return error.exit


if __name__ == "__main__":
    main()
