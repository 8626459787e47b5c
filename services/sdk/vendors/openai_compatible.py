"""The vendor layer for any endpoint that speaks the OpenAI HTTP protocol: address, key, limits, and what each failure means.

It knows nothing of narrations or voices. Protocol: https://platform.openai.com/docs/api-reference (chat/completions, audio/speech).
The key is sent in one header and appears nowhere else: not in an error, not in a log, not in `repr`.
"""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from processing_service.contract.errors import BadInput, Permanent, RateLimited, TaskError, Transient
from processing_service.contract.task import JSONValue

DEFAULT_BASE_URL = "https://api.openai.com/v1"
_ERROR_BYTES = 64 * 1024  # more than any error object; the rest is not read
_LONGEST_WAIT = 3_600.0  # seconds: what we believe of a Retry-After
_POLICY = ("content_policy", "content_filter", "moderation", "safety")
_SPENT = ("insufficient_quota", "billing")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the provider is. `base_url` ends before `/chat/completions`; a local server may need no key."""

    base_url: str = DEFAULT_BASE_URL
    api_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer: its bytes, and the media type it claims."""

    body: bytes
    media_type: str


class OpenAICompatible:
    """One endpoint. Each call has a deadline for all of it, in seconds, and a limit on the bytes of the answer.

    Proxies and `.netrc` of the environment are ignored, redirects are not followed: the key goes to the configured host only.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._base = endpoint.base_url.rstrip("/")
        headers = {"Accept-Encoding": "identity", "User-Agent": "scenaries"}
        if endpoint.api_key:
            try:
                endpoint.api_key.encode("ascii")
            except UnicodeEncodeError:
                raise Permanent(
                    "the provider's API key holds characters that no key has; set OPENAI_API_KEY again", code="provider-auth"
                ) from None
            headers["Authorization"] = f"Bearer {endpoint.api_key.strip()}"
        self._headers = headers
        self._tls = httpx.create_ssl_context(trust_env=False)  # the slow part of a client; shared by all requests

    def chat(self, body: Mapping[str, JSONValue], *, deadline: float) -> str:
        """The text of the first choice. Raises Permanent when the model refuses."""
        reply = self.post("/chat/completions", body, deadline=deadline, most_bytes=2 * 1024 * 1024)
        try:
            choice = json.loads(reply.body)["choices"][0]
            message = choice["message"]
            content, refusal = message.get("content"), message.get("refusal")
        except (ValueError, LookupError, TypeError, AttributeError):
            raise Transient("the text provider's answer is not a chat completion", code="provider-protocol") from None
        if refusal or choice.get("finish_reason") == "content_filter":
            raise Permanent("the provider refused this text under its content policy; change the prompt", code="content-policy")
        if not isinstance(content, str) or not content.strip():
            raise Transient("the text provider answered with nothing", code="provider-empty")
        return content

    def speech(self, body: Mapping[str, JSONValue], *, deadline: float) -> Reply:
        """Spoken sound, in the format the body asks for."""
        return self.post("/audio/speech", body, deadline=deadline, most_bytes=64 * 1024 * 1024)

    def post(self, path: str, body: Mapping[str, JSONValue], *, deadline: float, most_bytes: int) -> Reply:
        """POST JSON and read the answer. Every failure is a TaskError that says whether trying again can help."""
        ends = time.monotonic() + deadline
        try:
            timeout = httpx.Timeout(deadline, connect=min(10.0, deadline))
            with (
                httpx.Client(
                    headers=self._headers, timeout=timeout, verify=self._tls, trust_env=False, follow_redirects=False
                ) as client,
                client.stream("POST", f"{self._base}{path}", json=dict(body)) as response,
            ):
                ok = response.is_success
                received = _read(response, ends, most_bytes if ok else _ERROR_BYTES, strict=ok)
                if not ok:
                    raise failure(response.status_code, response.headers, received)
                return Reply(received, response.headers.get("content-type", "").partition(";")[0].strip().lower())
        except httpx.TimeoutException:
            raise _late(deadline) from None
        except _TooLate:
            raise _late(deadline) from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise Permanent("OPENAI_BASE_URL is not an http(s) address", code="provider-address") from None
        except httpx.HTTPError as error:
            # The class only: messages of lower layers may quote the address, and with it what somebody put there.
            raise Transient(
                f"the connection to the provider failed ({type(error).__name__})", code="provider-connection"
            ) from None


def failure(status: int, headers: Mapping[str, str], body: bytes) -> TaskError:  # noqa: PLR0911 -- one line per meaning
    """What an HTTP status means for the task. Pure; the provider's own words are not repeated, only its error code is read."""
    code = _error_code(body)
    wait = retry_after(headers.get("retry-after", ""))
    if any(word in code for word in _POLICY):
        return Permanent("the provider refused this under its content policy; change the prompt", code="content-policy")
    if any(word in code for word in _SPENT) or status == 402:
        return Permanent("the account at the provider has no quota left", code="provider-quota")
    if status == 429:
        return RateLimited("the provider asked us to slow down", code="provider-rate-limit", retry_after=wait)
    if status in {408, 409, 425} or status >= 500:
        return Transient(f"the provider answered {status}", code="provider-unavailable", retry_after=wait)
    if status in {401, 403}:
        return Permanent(f"the provider refused our key ({status}); check OPENAI_API_KEY", code="provider-auth")
    if status == 404:
        return Permanent(
            "the provider does not have this model or address (404); check the model and OPENAI_BASE_URL",
            code="provider-not-found",
        )
    if 300 <= status < 400:
        return Permanent(
            f"the provider redirects ({status}); set OPENAI_BASE_URL to its final address", code="provider-address"
        )
    hint = f" ({code})" if code else ""
    return BadInput(f"the provider does not accept this request ({status}){hint}", code="provider-bad-request")


def retry_after(value: str) -> float | None:
    """Seconds from a Retry-After header, a number or a date (RFC 9110, 10.2.3), at most an hour; None when it says neither."""
    value = value.strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return None if math.isnan(seconds) else min(_LONGEST_WAIT, max(0.0, seconds))


class _TooLate(Exception):
    pass


def _late(deadline: float) -> Transient:
    return Transient(f"the provider did not finish within {deadline:g} s", code="provider-timeout")


def _read(response: httpx.Response, ends: float, most: int, *, strict: bool) -> bytes:
    """The body, bounded in bytes and in time: a server that drips one byte a second resets httpx's own timeout, not this one.

    Read as it comes: asked for chunks of a size, httpx would wait for a full one and never look at the clock.
    """
    if strict and response.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
        raise Transient("the provider compressed an answer that was asked for plain", code="provider-protocol")
    received = bytearray()
    for chunk in response.iter_raw():
        if time.monotonic() > ends:
            raise _TooLate
        received += chunk
        if len(received) > most:
            if not strict:
                break
            raise Transient(f"the provider's answer is larger than {most:,} bytes", code="provider-too-large")
    return bytes(received[:most])


def _error_code(body: bytes) -> str:
    """`error.code` or `error.type` of an error answer, shortened to a word; empty when there is none."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return ""
    words = [str(error.get(name) or "") for name in ("code", "type")]
    word = next((word for word in words if word), "").lower()
    return word if len(word) <= 64 and all(character.isalnum() or character in "_-." for character in word) else ""
