"""The OpenAI-compatible writer against a server that speaks the protocol, in good days and bad ones."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from processing_service.contract.errors import BadInput, ErrorKind, Permanent, RateLimited, TaskError, Transient
from services.sdk.chain import Chain
from services.sdk.vendors.openai_compatible import retry_after
from services.text.port import HeadlineRequest, NarrationRequest, TextProvider
from services.text.providers.offline import OfflineWriter
from services.text.providers.openai import OpenAIWriter
from services.text.providers.registry import build_chain
from services.text.settings import TextSettings
from tests.services.text.openai_server import KEY, completion, drip, error, flood, raw, reset, serving

pytestmark = pytest.mark.timeout(30)

GOOD = json.dumps(
    {
        "language": "en",
        "title": "Tides",
        "sentences": ["The sea leaves twice a day.", "It comes back twice.", "The Moon does most of the work."],
    }
)
REQUEST = NarrationRequest(prompt="How tides work", slides=3)


def settings(base_url: str, **more: Any) -> TextSettings:
    return TextSettings(
        _env_file=None, openai_base_url=base_url, openai_api_key=KEY, text_model="local-model", text_timeout=5, **more
    )


def test_a_narration_comes_back_validated_and_the_request_follows_the_protocol() -> None:
    """The request names the model, asks for a JSON schema and carries the key; the answer becomes a Narration."""
    with serving(completion(GOOD)) as server:
        narration = OpenAIWriter(settings(server.base_url)).narrate(REQUEST)
        seen = server.seen[0]
    assert narration.sentences == tuple(json.loads(GOOD)["sentences"])
    assert (narration.language, narration.title) == ("en", "Tides")
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.body["model"] == "local-model"
    assert seen.body["response_format"]["type"] == "json_schema"
    assert seen.body["messages"][-1] == {"role": "user", "content": "How tides work"}


def test_a_task_may_wish_for_a_model_and_falls_back_to_the_configured_one() -> None:
    """`params.model` wins; an endpoint that lacks it is asked again with TEXT_MODEL."""
    with serving(error(404, "model_not_found"), completion(GOOD)) as server:
        OpenAIWriter(settings(server.base_url)).narrate(NarrationRequest(prompt="x", slides=3, model="gpt-4o-mini"))
        assert [seen.body["model"] for seen in server.seen] == ["gpt-4o-mini", "local-model"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(f"Sure! Here it is:\n```json\n{GOOD}\n```\nEnjoy.", id="prose around JSON"),
        pytest.param(json.dumps({**json.loads(GOOD), "extra": 1}), id="extra field"),
    ],
)
def test_an_answer_wrapped_in_prose_is_read_without_asking_again(answer: str) -> None:
    """Models like to chat; the object inside is what counts."""
    with serving(completion(answer)) as server:
        assert len(OpenAIWriter(settings(server.base_url)).narrate(REQUEST).sentences) == 3
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "bad",
    ["I cannot do JSON", "{", "[]", '{"language": "en", "title": "x"}', '{"language": "en", "title": "x", "sentences": ["…"]}'],
)
def test_a_wrong_shape_is_repaired_once(bad: str) -> None:
    """The second request shows the model what was wrong; a good second answer is used."""
    with serving(completion(bad), completion(GOOD)) as server:
        assert OpenAIWriter(settings(server.base_url)).narrate(REQUEST).title == "Tides"
        assert [message["role"] for message in server.seen[1].body["messages"]][-2:] == ["assistant", "user"]


def test_a_second_wrong_shape_is_transient() -> None:
    """One repair and no more: then another provider, or another attempt, may do better."""
    with serving(completion("no")) as server, pytest.raises(Transient) as caught:
        OpenAIWriter(settings(server.base_url)).narrate(REQUEST)
    assert caught.value.code == "provider-schema"
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (error(429, "rate_limit_exceeded", Retry_After="7"), ErrorKind.RATE_LIMITED, "provider-rate-limit"),
        (error(429, "insufficient_quota"), ErrorKind.PERMANENT, "provider-quota"),
        (error(500), ErrorKind.TRANSIENT, "provider-unavailable"),
        (error(503, Retry_After="3"), ErrorKind.TRANSIENT, "provider-unavailable"),
        (error(401, "invalid_api_key"), ErrorKind.PERMANENT, "provider-auth"),
        (error(403), ErrorKind.PERMANENT, "provider-auth"),
        (error(404, "model_not_found"), ErrorKind.PERMANENT, "provider-not-found"),
        (error(400, "context_length_exceeded"), ErrorKind.BAD_INPUT, "provider-bad-request"),
        (error(400, "content_policy_violation"), ErrorKind.PERMANENT, "content-policy"),
        (error(307, Location="http://127.0.0.1:9/"), ErrorKind.PERMANENT, "provider-address"),
        (completion(None, refusal="I will not"), ErrorKind.PERMANENT, "content-policy"),
        (completion("", finish_reason="content_filter"), ErrorKind.PERMANENT, "content-policy"),
        (completion(""), ErrorKind.TRANSIENT, "provider-empty"),
        (raw(b""), ErrorKind.TRANSIENT, "provider-protocol"),
        (raw(b"<html>oops</html>", "text/html"), ErrorKind.TRANSIENT, "provider-protocol"),
        (raw(b'{"choices": []}'), ErrorKind.TRANSIENT, "provider-protocol"),
        (reset, ErrorKind.TRANSIENT, "provider-connection"),
        (flood, ErrorKind.TRANSIENT, "provider-too-large"),
    ],
)
def test_each_failure_says_whether_trying_again_can_help(answer: Any, kind: ErrorKind, code: str) -> None:
    """Status, body and broken connections map to the five kinds; the key is in none of the messages."""
    with serving(answer) as server, pytest.raises(TaskError) as caught:
        OpenAIWriter(settings(server.base_url)).narrate(REQUEST)
    assert (caught.value.kind, caught.value.code) == (kind, code)
    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.value)


def test_retry_after_travels_with_the_error() -> None:
    """The engine waits as long as the provider asked for."""
    with serving(error(429, Retry_After="7")) as server, pytest.raises(RateLimited) as caught:
        OpenAIWriter(settings(server.base_url)).narrate(REQUEST)
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("", None), ("soon", None), ("nan", None), ("-5", 0), ("1e9", 3600), ("2.5", 2.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    """RFC 9110: seconds or a date; nonsense is ignored and an hour is the most we believe."""
    assert retry_after(value) == seconds


def test_a_dripping_server_meets_the_total_deadline() -> None:
    """Bytes that keep coming do not keep the attempt alive beyond its deadline."""
    slow = settings("http://unused").model_copy(update={"text_timeout": 0.4})
    with serving(drip) as server, pytest.raises(Transient) as caught:
        OpenAIWriter(slow.model_copy(update={"openai_base_url": server.base_url})).narrate(REQUEST)
    assert caught.value.code == "provider-timeout"


def test_nobody_listening_is_transient() -> None:
    """A refused connection may be a restart."""
    with serving(completion(GOOD)) as server:
        address = server.base_url
    with pytest.raises(Transient):
        OpenAIWriter(settings(address)).narrate(REQUEST)


def test_an_endpoint_without_json_schema_is_asked_for_plain_json() -> None:
    """Many compatible servers answer 400 to `json_schema`; they get `json_object`."""
    with serving(error(400, "unsupported_parameter"), completion(GOOD)) as server:
        OpenAIWriter(settings(server.base_url)).narrate(REQUEST)
        assert [seen.body["response_format"]["type"] for seen in server.seen] == ["json_schema", "json_object"]


def test_too_few_sentences_are_cut_into_enough_units() -> None:
    """The narration has a unit per slide even when the model did not listen."""
    one = json.dumps({"language": "ru", "title": "Т", "sentences": ["Море уходит, море возвращается, и так каждый день."]})
    with serving(completion(one)) as server:
        assert len(OpenAIWriter(settings(server.base_url)).narrate(REQUEST).sentences) == 3


@pytest.mark.parametrize(
    ("heading", "kept"),
    [("Slide 2: The Moon pulls", "The Moon pulls"), ("Слайд 1. Луна", "Луна"), ("The Moon pulls.", "The Moon pulls")],
)
def test_a_heading_never_says_slide_one(heading: str, kept: str) -> None:
    """Numbering is taken off; points lose their bullets and stay short."""
    answer = json.dumps({"heading": heading, "points": ["• one point.", "x" * 200, "", "—"]})
    with serving(completion(answer)) as server:
        request = HeadlineRequest("name it", (("A sentence.",), ("Another one.",)), 2, "en")
        headline = OpenAIWriter(settings(server.base_url)).headline(request)
        asked = server.seen[0].body["messages"][-1]["content"]
    assert headline.heading == kept
    assert headline.points == ("one point", "x" * 90)
    assert ">>> Part 2: Another one." in asked


def test_a_heading_of_nothing_but_a_number_is_refused() -> None:
    """ "Slide 1" says nothing; the model is asked again."""
    with serving(
        completion('{"heading": "Slide 1", "points": []}'), completion('{"heading": "The pull", "points": []}')
    ) as server:
        assert OpenAIWriter(settings(server.base_url)).headline(HeadlineRequest("", (("A.",),), 1, "en")).heading == "The pull"


def test_the_chain_goes_on_to_the_offline_writer() -> None:
    """A provider that is down costs quality, not the film; one that refuses ends the attempt."""
    with serving(error(500)) as server:
        chain = build_chain(settings(server.base_url))
        name, narration = chain.first(lambda writer: writer.narrate(REQUEST))
    assert name == "offline"
    assert len(narration.sentences) >= 3
    with serving(error(401)) as server, pytest.raises(Permanent):
        build_chain(settings(server.base_url)).first(lambda writer: writer.narrate(REQUEST))


def test_the_chain_follows_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline by default; a key or a base URL puts the endpoint first; TEXT_PROVIDERS decides when it is set."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "TEXT_PROVIDERS", "TEXT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    assert build_chain(TextSettings()).names == ("offline",)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert build_chain(TextSettings()).names == ("openai", "offline")
    assert KEY not in repr(TextSettings())
    monkeypatch.setenv("TEXT_PROVIDERS", "offline")
    assert build_chain(TextSettings()).names == ("offline",)
    monkeypatch.setenv("TEXT_PROVIDERS", "gpt, offline")
    with pytest.raises(Permanent, match="gpt"):
        build_chain(TextSettings())


def _offline() -> TextProvider:
    return OfflineWriter()


def _openai() -> TextProvider:
    return OpenAIWriter(settings("http://127.0.0.1:1/v1"))


@pytest.mark.parametrize("build", [_offline, _openai])
def test_every_provider_has_the_port_s_two_methods(build: Callable[[], TextProvider]) -> None:
    """The registry's providers are interchangeable."""
    provider = build()
    assert callable(provider.narrate)
    assert callable(provider.headline)
    assert Chain([("one", provider)]).names == ("one",)


def test_a_bad_request_without_a_simpler_way_is_bad_input() -> None:
    """When the plain format is refused too, the request itself is at fault."""
    with serving(error(400)) as server, pytest.raises(BadInput):
        OpenAIWriter(settings(server.base_url)).narrate(REQUEST)
    assert len(server.seen) == 2
