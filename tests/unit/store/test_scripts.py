"""Lua and Python say the same, every key is declared, and every command exists on the floor, Redis 6.2."""

import re
from pathlib import Path

import pytest

from processing_service.store import scripts, verbs
from processing_service.store.answer import Answer
from processing_service.store.scripts import LUA, Script, ScriptError, check_header, read, source

FILES = sorted(path.relative_to(LUA).with_suffix("").as_posix() for path in LUA.rglob("*.lua"))
VERBS = [name for name in FILES if "/" not in name]
INCLUDES = [name for name in FILES if "/" in name]

# Redis 6.2 and every Valkey have these.
ALLOWED = {
    *("TIME", "TYPE", "EXISTS", "DEL", "PEXPIRE", "PEXPIREAT", "PUBLISH"),
    *("HGET", "HMGET", "HGETALL", "HSET", "HDEL"),
    *("LPOP", "LPUSH", "RPUSH", "LREM", "LTRIM"),
    *("SADD", "SREM", "SCARD", "SISMEMBER"),
    *("ZADD", "ZREM", "ZSCORE", "ZRANGEBYSCORE", "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE"),
    "XADD",
}
WRITES = {*("DEL", "HSET", "HDEL", "LPOP", "LPUSH", "RPUSH", "LREM", "LTRIM", "SADD", "SREM", "ZADD", "ZREM", "XADD")}


def code(name: str) -> str:
    """The file without its comments."""
    return re.sub(r"--.*", "", read(name))


@pytest.mark.parametrize("script", verbs.ALL, ids=lambda script: script.name)
def test_header_and_declaration_agree(script: Script) -> None:
    """KEYS, ARGV, REPLY and WITH, word for word; both variants of the text can be made."""
    check_header(script, read(script.name))
    new, old = source(script, True), source(script, False)
    assert new.text.startswith("#!lua flags=allow-oom\n") == bool(script.drains)
    assert not old.text.startswith("#!")
    assert new.sha != old.sha or not script.drains


def test_every_file_is_a_verb_and_every_verb_has_its_file() -> None:
    """One arrow, one script; nothing lies about unused."""
    assert sorted(script.name for script in verbs.ALL) == VERBS
    used = {name for file in FILES for name in re.findall(r'--- @include "([\w/]+)"', read(file))}
    assert used == set(INCLUDES)


@pytest.mark.parametrize("script", verbs.ALL, ids=lambda script: script.name)
def test_every_declared_name_is_used_and_every_used_one_declared(script: Script) -> None:
    """No key is passed and never read, none is built in Lua."""
    text = code(script.name)
    assert set(re.findall(r"\bkeys\.(\w+)", text)) | computed(text) >= set(script.keys)
    assert set(re.findall(r"\bkeys\.(\w+)", text)) <= set(script.keys)
    assert set(re.findall(r"\bargs\.(\w+)", text)) <= set(script.args)
    wholly = {name for name in script.args if re.search(rf"\bargs\.{name}\b", text)}
    assert wholly | computed_args(script, text) == set(script.args)
    assert bool(script.more_keys) == ("more_keys" in text)
    assert bool(script.more_args) == ("more_args" in text)


def computed(text: str) -> set[str]:
    """Keys a script hands on to an include as a whole, or chooses by an argument."""
    found = set()
    if "end_in_failure(keys" in text:
        found |= {"task", "scenario", "events", "leases", "ended"}
    if "keys[args.index]" in text:
        found |= {"leases", "pushed"}
    return found


def computed_args(script: Script, text: str) -> set[str]:
    """`progress` and `message` are read by a loop over their names."""
    return {"progress", "message"} & set(script.args) if "args[field]" in text else set()


@pytest.mark.parametrize("name", FILES)
def test_only_commands_of_the_floor(name: str) -> None:
    """What a 6.2 server does not know must not creep in: newer commands work on the embedded server."""
    commands = set(re.findall(r"redis\.p?call\('(\w+)'", code(name)))
    assert commands <= ALLOWED
    assert not re.findall(r"redis\.p?call\((?!')", code(name)), "a command that is only known at run time"


@pytest.mark.parametrize("name", INCLUDES)
def test_an_include_reads_neither_keys_nor_arguments(name: str) -> None:
    """It takes parameters, so that it can be reasoned about alone."""
    assert not re.search(r"\b(KEYS|ARGV|keys\.|args\.)", code(name))


@pytest.mark.parametrize("name", FILES)
def test_zero_is_true_in_lua(name: str) -> None:
    """A bare reply of EXISTS, SISMEMBER or ZREM is never a truth value; it is compared."""
    for line in code(name).splitlines():
        if re.search(r"\b(if|and|or|not)\b.*redis\.call\('(EXISTS|SISMEMBER|HEXISTS|SADD|ZREM|HDEL|DEL)'", line):
            assert re.search(r"[=~]= ", line), line


@pytest.mark.parametrize("name", FILES)
def test_no_document_is_decoded_in_lua(name: str) -> None:
    """cjson turns [] into {} and loses digits: what people wrote passes through as text."""
    assert "cjson.decode" not in code(name)


def test_drift_is_an_error() -> None:
    """One key dropped on the Python side, and the script is not used at all."""
    shorter = Script("finish_settling", keys=("task",), args=("task_id",), answers=(Answer.OK,))
    with pytest.raises(ScriptError, match="finish_settling"):
        source(shorter, True)


def test_a_call_names_everything() -> None:
    """Nothing is off by one: a missing or unknown name is a TypeError that says which."""
    with pytest.raises(TypeError, match="leases"):
        verbs.FINISH_SETTLING.call(task="t", task_id="i")
    with pytest.raises(TypeError, match="more"):
        verbs.FINISH_SETTLING.call(task="t", leases="l", task_id="i", more="x")
    call = verbs.FINISH_SETTLING.call(leases="l", task_id="i", task="t")
    assert (call.numkeys, call.values) == (2, ["t", "l", "i"])
    with pytest.raises(ScriptError, match="same name"):
        Script("x", keys=("a",), args=("a",), answers=(Answer.OK,))


def test_includes_are_found_once_and_never_in_a_circle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A circle or a missing file is reported with the way that led there."""
    monkeypatch.setattr(scripts, "LUA", tmp_path)
    (tmp_path / "a.lua").write_text('--- @include "b"\n--- @include "c"\nreturn 1\n')
    (tmp_path / "b.lua").write_text('--- @include "c"\n-- b\n')
    (tmp_path / "c.lua").write_text("-- only once\n")
    assert scripts._with_includes(read("a"), ["a"], set()).count("-- only once") == 1
    (tmp_path / "c.lua").write_text('--- @include "a"\n')
    with pytest.raises(ScriptError, match="a -> b -> c"):
        scripts._with_includes(read("a"), ["a"], set())
    with pytest.raises(ScriptError, match=r"no d\.lua"):
        read("d")
