"""The embedded server as its users meet it: it comes back, it keeps its data, it is one per folder, it leaves nothing behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from processing_service.embedded.lock import FolderLocked
from processing_service.embedded.repair import repair
from processing_service.embedded.resp import Connection, ErrorReply, Unreachable
from processing_service.embedded.server import EmbeddedServer, ServerFailed, read_facts, running_url
from tests.processes import alive, eventually

ROOT = Path(__file__).resolve().parents[2]
# A process that owns a server, says where it is, and waits to be killed.
OWNER = """
import sys
from pathlib import Path
from processing_service.embedded.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
print(server.start(), server.pid, flush=True)
sys.stdin.read()
"""


def say(url: str, *command: str) -> object:
    with closing(Connection(url)) as connection:
        return connection.command(*command)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server that is stopped at the end, whatever the test did with it."""
    made = EmbeddedServer(tmp_path)
    yield made
    made.stop()


def restarted(server: EmbeddedServer, old: int) -> None:
    eventually("a new server process", lambda: True if server.pid not in {0, old} else None, seconds=5)


def test_it_serves_on_loopback_with_the_promised_settings(server: EmbeddedServer) -> None:
    """Nothing is evicted, every write reaches the disk within a second, prompts of a paragraph stay compact."""
    url = server.start()
    wanted = {"bind": b"127.0.0.1", "maxmemory-policy": b"noeviction", "appendonly": b"yes", "appendfsync": b"everysec"}
    wanted |= {"hash-max-listpack-value": b"1024", "aof-load-truncated": b"yes"}
    for name, value in wanted.items():
        assert say(url, "CONFIG", "GET", name) == [name.encode(), value]


def test_a_stranger_without_the_password_gets_nothing(server: EmbeddedServer, tmp_path: Path) -> None:
    """The port is open to every user of the machine; the password is only in files of mode 0600 in a folder of mode 0700."""
    server.start()
    facts = read_facts(tmp_path)
    assert facts
    reply = say(f"redis://127.0.0.1:{facts.port}", "KEYS", "*")
    assert isinstance(reply, ErrorReply)
    assert reply.text.startswith("NOAUTH")
    assert (tmp_path / "redis").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "redis" / "server.json").stat().st_mode & 0o777 == 0o600
    assert facts.password not in Path(f"/proc/{server.pid}/cmdline").read_text()


def test_data_password_and_port_survive_a_restart(tmp_path: Path) -> None:
    """A worker started elsewhere finds the same server again after it was stopped and started."""
    first = EmbeddedServer(tmp_path)
    url = first.start()
    say(url, "SET", "kept", "yes")
    first.stop()
    assert running_url(tmp_path) is None
    with EmbeddedServer(tmp_path) as again:
        assert again == url == running_url(tmp_path)
        assert say(again, "GET", "kept") == b"yes"


def test_a_killed_server_is_back_on_the_same_port_with_its_data(server: EmbeddedServer) -> None:
    """kill -9, three times: the same URL serves the same data again, within seconds."""
    url = server.start()
    for number in range(3):
        say(url, "RPUSH", "list", str(number))
        old = server.pid
        os.kill(old, signal.SIGKILL)
        restarted(server, old)
        assert say(url, "LLEN", "list") == number + 1


def test_a_second_start_on_the_same_folder_says_who_holds_it(server: EmbeddedServer, tmp_path: Path) -> None:
    """Two servers never write one folder; the refusal names the process."""
    url = server.start()
    with pytest.raises(FolderLocked) as refused:
        EmbeddedServer(tmp_path).start()
    assert str(os.getpid()) in refused.value.detail
    assert refused.value.extra["pid"] == os.getpid()
    assert say(url, "PING") == "PONG"


def test_no_server_outlives_a_killed_owner_and_the_next_start_resumes(tmp_path: Path) -> None:
    """kill -9 of the process that owns it ends the server too; the next start waits for that and has all the data."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout
        url, pid = owner.stdout.readline().split()
        say(url, "SET", "kept", "yes")
        owner.kill()
    with EmbeddedServer(tmp_path) as again:
        assert not alive(int(pid))
        assert say(again, "GET", "kept") == b"yes"


def test_killing_owner_and_server_at_once_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """What was answered before kill -9 of the whole tree is there after it; the power of the machine stayed on."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout
        url, pid = owner.stdout.readline().split()
        for number in range(200):
            say(url, "RPUSH", "list", str(number))
        os.kill(int(pid), signal.SIGKILL)
        owner.kill()
    with EmbeddedServer(tmp_path) as again:
        assert say(again, "LLEN", "list") == 200


def test_a_truncated_file_is_served_up_to_where_it_is_whole(tmp_path: Path) -> None:
    """A power cut cuts the last write in two: the rest is there."""
    with EmbeddedServer(tmp_path) as url:
        for number in range(50):
            say(url, "SET", f"key{number}", "x" * 100)
    newest = max((tmp_path / "redis" / "appendonlydir").glob("*.incr.aof"), key=lambda path: path.stat().st_mtime)
    os.truncate(newest, newest.stat().st_size - 37)
    with EmbeddedServer(tmp_path) as url:
        assert say(url, "DBSIZE") == 49


def test_damage_in_the_middle_is_refused_with_the_way_out(tmp_path: Path) -> None:
    """A server that cannot read its file says so and names the command; repairing keeps what comes before, and a copy."""
    with EmbeddedServer(tmp_path) as url:
        for number in range(50):
            say(url, "SET", f"key{number}", "x" * 100)
    newest = max((tmp_path / "redis" / "appendonlydir").glob("*.incr.aof"), key=lambda path: path.stat().st_mtime)
    data = bytearray(newest.read_bytes())
    middle = data.index(b"*3\r\n", len(data) // 2)
    data[middle : middle + 2] = b"!!"
    newest.write_bytes(data)
    with pytest.raises(ServerFailed, match="doctor --repair"):
        EmbeddedServer(tmp_path).start()
    assert "damaged-" in repair(tmp_path)
    with EmbeddedServer(tmp_path) as url:
        kept = say(url, "DBSIZE")
        assert isinstance(kept, int)
        assert 20 <= kept < 50


def test_a_strangers_server_on_our_old_port_is_not_adopted(tmp_path: Path) -> None:
    """Another server took the port while ours was away: ours moves to a free one, and nobody takes the stranger for it."""
    with EmbeddedServer(tmp_path / "stranger") as strange:
        port = int(strange.rpartition(":")[2].partition("/")[0])
        ours = tmp_path / "ours"
        (ours / "redis").mkdir(parents=True)
        facts = {"port": port, "password": "secret", "pid": os.getpid(), "run_id": "0" * 40}
        (ours / "redis" / "server.json").write_text(json.dumps(facts))
        assert running_url(ours) is None
        with EmbeddedServer(ours) as url:
            assert f":{port}/" not in url
            assert say(url, "SET", "mine", "1") == "OK"
        assert say(strange, "EXISTS", "mine") == 0


def test_a_port_asked_for_by_number_and_taken_is_an_error(tmp_path: Path) -> None:
    """Whoever names a port gets that one or a sentence with the server's own words."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServerFailed, match="Address already in use"):
            EmbeddedServer(tmp_path, port=taken.getsockname()[1]).start()


def test_a_start_from_a_thread_that_ends_keeps_the_server(server: EmbeddedServer) -> None:
    """Linux ties a child to the thread that started it; ours is a thread that stays."""
    urls: list[str] = []
    starter = threading.Thread(target=lambda: urls.append(server.start()))
    starter.start()
    starter.join()
    assert say(urls[0], "PING") == "PONG"


def test_a_server_json_that_is_no_json_is_ignored(server: EmbeddedServer, tmp_path: Path) -> None:
    """A half-written file from a full disk does not keep the server from starting."""
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis" / "server.json").write_text('{"port": 1')
    assert say(server.start(), "PING") == "PONG"


def test_nobody_answers_where_no_server_is() -> None:
    """The protocol client says who did not answer."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unreachable, match=str(port)):
            Connection(f"redis://127.0.0.1:{port}")


@pytest.mark.skipif(not shutil.which("redis-cli"), reason="needs redis-cli (Debian: redis-tools)")
def test_redis_cli_takes_the_url(tmp_path: Path) -> None:
    """`redis-cli -u "$(scenaries redis --url)"`, also with one that takes an empty user name for a user."""
    with EmbeddedServer(tmp_path) as url:
        argv = ["redis-cli", "--no-auth-warning", "-u", url, "PING"]
        said = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=20)
    assert (said.stdout, said.stderr) == ("PONG\n", "")
