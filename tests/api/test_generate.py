"""B17 to B44: `POST /generate`."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.conftest import Pair, problem
from tests.processes import eventually

JSON = {"Content-Type": "application/json"}
DEEP = json.loads("[" * 9 + "]" * 9)


def post(http: httpx.Client, content: bytes) -> httpx.Response:
    return http.post("/generate", content=content, headers=JSON)


def test_the_seeds_request_is_accepted(http: httpx.Client) -> None:
    """The seed's body, to the letter: 202, where to look, when to look again."""
    answer = http.post(
        "/generate", json={"scenario": "CreateVideo", "description": "Создай видео про котов", "slides_count": 3}
    )
    body = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/scenarios/{body['scenario_id']}" == body["links"]["self"]
    assert answer.headers["retry-after"] == "1"
    assert body["name"] == "ScenarioCreateVideo"
    assert (body["status"], body["task_count"]) == ("pending", 9)
    view = http.get(body["links"]["self"]).json()
    assert [task["name"] for task in view["tasks"]].count("CreateSlide") == 3
    assert view["variables"]["PROMPT"] == "Создай видео про котов"
    assert http.post(body["links"]["cancel"]).json()["status"] == "cancelled"


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"{} x", b'{"scenario": "Pair", "slides_count": NaN}', '{"a":1}'.encode("utf-16"), b"\xef\xbb\xbf{}", b"\xff"],
)
def test_what_is_not_json_is_400(http: httpx.Client, raw: bytes) -> None:
    """B17, B19 to B22."""
    assert problem(post(http, raw)) == (400, "malformed-json")


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"x"', b"5"])
def test_what_is_not_an_object_is_422(http: httpx.Client, raw: bytes) -> None:
    """B18: the pointer is the whole body."""
    answer = post(http, raw)
    assert problem(answer) == (422, "type")
    assert answer.json()["errors"][0]["pointer"] == ""


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b'{"scenario": "Pair", "slides_count": 1e999}', 422, "number-out-of-range"),
        (rb'{"scenario": "Pair", "description": "\ud800"}', 422, "invalid-unicode"),
        (rb'{"scenario": "Pair", "description": "a\u0000b"}', 422, "invalid-character"),
        (b'{"variables": ' + b"[" * 10_000, 400, "too-deep"),
        (b'{"scenario": "Pair", "slides_count": ' + b"9" * 5_000 + b"}", 422, "number-out-of-range"),
        (b'{"scenario": "Pair", "description": "x", "slides_count": 9007199254740993}', 422, "out-of-range"),
        (b'{"scenario": "Pair", "scenario": "Pair"}', 400, "duplicate-key"),
    ],
)
def test_json_that_others_disagree_on(http: httpx.Client, raw: bytes, status: int, code: str) -> None:
    """B23 to B29."""
    assert problem(post(http, raw)) == (status, code)


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"evil": 1}, "unknown-field", "/evil"),
        ({"status": "success"}, "unknown-field", "/status"),
        ({"slides_count": True}, "type", "/slides_count"),
        ({"slides_count": "3"}, "type", "/slides_count"),
        ({"slides_count": 3.0}, "type", "/slides_count"),
        ({"slides_count": None}, "type", "/slides_count"),
        ({"slides_count": -1}, "out-of-range", "/slides_count"),
        ({"slides_count": 0}, "out-of-range", "/slides_count"),
        ({"slides_count": 51}, "out-of-range", "/slides_count"),
        ({"slides_count": 10**9}, "out-of-range", "/slides_count"),
        ({"scenario": ""}, "invalid-name", "/scenario"),
        ({"scenario": "../x"}, "invalid-name", "/scenario"),
        ({"scenario": "A" * 300}, "invalid-name", "/scenario"),
        ({"scenario": "Pear"}, "unknown-scenario", "/scenario"),
        ({"description": ""}, "required", "/description"),
        ({"description": " \n "}, "required", "/description"),
        ({"description": "x" * 20_001}, "too-long", "/description"),
        ({"variables": {"1x": 1}}, "invalid-name", "/variables"),
        ({"variables": {"n" * 10_000: 1}}, "invalid-name", "/variables"),
        ({"variables": {"SERVISE": "x"}}, "unknown-variable", "/variables/SERVISE"),
        ({"variables": {"SERVICE": []}}, "type", "/variables/SERVICE"),
        ({"variables": {"SHORT_UUID": "x"}}, "reserved-variable", "/variables/SHORT_UUID"),
        ({"variables": {"now": "x"}}, "reserved-variable", "/variables/now"),
        ({"variables": {"range": 1}}, "reserved-variable", "/variables/range"),
        ({"variables": {"PROMPT": "x"}}, "variable-set-twice", "/description"),
        ({"variables": {"ANYTHING": {"deep": DEEP}}}, "too-deep", "/variables/ANYTHING"),
        ({"variables": {"SERVICE": "x" * 66_000}}, "too-long", "/variables/SERVICE"),
        ({"variables": {f"V{n}": 1 for n in range(1_001)}}, "too-many-items", "/variables"),
        ({"variables": []}, "type", "/variables"),
    ],
)
def test_a_mistake_is_named_where_it_stands(http: httpx.Client, body: dict[str, Any], code: str, pointer: str) -> None:
    """B30 to B34, B36, B37: 422, the word, the place."""
    answer = http.post("/generate", json={"scenario": "Pair", "description": "x", **body})
    assert problem(answer) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_film_of_no_size_is_refused(http: httpx.Client) -> None:
    """B37: `0x0` and `99999x99999` are not resolutions."""
    for size in ("0x0", "99999x99999"):
        answer = http.post(
            "/generate", json={"scenario": "CreateVideo", "description": "x", "variables": {"VIDEO_RESOLUTION": size}}
        )
        assert problem(answer) == (422, "out-of-range")


def test_every_mistake_is_listed(http: httpx.Client) -> None:
    """Three mistakes, three entries, in one answer; a near miss gets a suggestion."""
    answer = http.post("/generate", json={"scenario": "CreateVidio/", "discription": "x", "slides_count": "3"})
    errors = {error["pointer"]: error for error in answer.json()["errors"]}
    assert set(errors) == {"/scenario", "/discription", "/slides_count"}
    assert errors["/discription"]["help"] == "did you mean `description`?"


def test_a_missing_description_is_required(http: httpx.Client) -> None:
    """B34: unless a variable says what to make."""
    assert problem(http.post("/generate", json={"scenario": "CreateVideo"})) == (422, "required")


def test_an_unknown_template_gets_a_suggestion(http: httpx.Client) -> None:
    """B33."""
    answer = http.post("/generate", json={"scenario": "CreateVidoe", "description": "x"})
    assert problem(answer) == (422, "unknown-scenario")
    assert "CreateVideo" in answer.json()["errors"][0]["help"]


@pytest.mark.parametrize(("name", "file"), [("Broken", "broken.yml"), ("Cycle", "cycle.yml")])
def test_a_broken_template_says_where(http: httpx.Client, name: str, file: str) -> None:
    """The author's mistakes come with file and line, all of them."""
    answer = http.post("/generate", json={"scenario": name})
    assert answer.status_code == 422
    assert answer.json()["code"].startswith(("template-", "scenario-"))
    assert answer.json()["errors"]
    assert all(error["file"].endswith(file) and error["line"] for error in answer.json()["errors"])


PROMPTS = {
    "one character": "x",
    "20,000 characters": "я" * 20_000,
    "a family": "👨‍👩‍👧‍👦",
    "right to left": "\u202e\u05d0\u05d1",
    "line separators": "a\u2028b\u2029c\u0085d",
    "combining": "e" + "\u0301" * 1_000,
    "not normalised": "e\u0301 \u00e9",
    "private use": "\ue000 0 \ue001",
    "jinja": "{{ 7*7 }} {% raw %} ${{ 7*7 }} {# x #}",
    "yaml": '!!python/object:os.system\n---\n%YAML 1.1\n- &a [*a]\n"\nevil: [1]\nconsumers: []',
    "quotes": "\"'`\\\t\r\n",
}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_a_prompt_arrives_byte_for_byte(pair: Pair, prompt: str) -> None:
    """B35: whatever a person types reaches the worker, and nothing of it is evaluated."""
    pair.start(description=prompt)
    (task,) = pair.claim()
    assert task["fields"]["prompt"] == prompt
    assert pair.http.get(f"/tasks/{task['id']}").json()["prompt"] == prompt


def test_an_article_fits(http: httpx.Client) -> None:
    """A text of 50,000 characters, two bytes each."""
    article = "Приливы и отливы. " * 2_778
    answer = http.post("/generate", json={"scenario": "CreateVideo", "description": "x", "variables": {"TEXT": article}})
    assert answer.status_code == 202
    assert http.get(answer.headers["location"]).json()["variables"]["TEXT"] == article
    http.post(answer.json()["links"]["cancel"])


def test_a_service_nobody_serves_is_a_warning(pair: Pair) -> None:
    """With the nearest name, again and again: being asked for makes no service served. A worker does."""

    def warnings(service: str) -> list[dict[str, Any]]:
        body = pair.start(variables={"SERVICE": service})
        pair.http.post(body["links"]["cancel"])
        return list(body["warnings"])

    for _ in range(2):
        (warning,) = warnings("txt-service")
        assert (warning["code"], warning["help"]) == ("unknown-service", "did you mean `text-service`?")
        assert (warning["severity"], warning["line"] > 1) == ("warning", True)
    assert warnings("text-service") == []
    assert [warning["code"] for warning in warnings(pair.service)] == ["unknown-service"]
    pair.claim()
    eventually("the worker is seen", lambda: warnings(pair.service) == [] or None)


@pytest.mark.parametrize("key", ["", '""', "a" * 300, "a b", "ключ"])
def test_odd_idempotency_keys_are_400(http: httpx.Client, key: str) -> None:
    """B40."""
    answer = http.post("/generate", json={"scenario": "Pair", "description": "x"}, headers={"Idempotency-Key": key.encode()})
    assert problem(answer) == (400, "idempotency-key-invalid")


def test_two_idempotency_keys_are_400(http: httpx.Client) -> None:
    """B40."""
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert problem(http.post("/generate", json={"scenario": "Pair", "description": "x"}, headers=headers)) == (
        400,
        "idempotency-key-invalid",
    )


def test_fifty_at_once_are_one_scenario(http: httpx.Client, pair: Pair) -> None:
    """B41: the same key and body get the same answer, bare or quoted, and one graph is written."""
    body = {"scenario": "Pair", "description": "x", "variables": {"SERVICE": pair.service}}

    def submit(number: int) -> httpx.Response:
        key = f"{pair.service}-key"
        return http.post("/generate", json=body, headers={"Idempotency-Key": key if number % 2 else f'"{key}"'})

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(submit, range(50)))
    assert {answer.status_code for answer in answers} == {202}
    # Warnings are about the workers there are at this moment; all else is the first answer again.
    assert len({json.dumps({**answer.json(), "warnings": []}) for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 49
    assert len(pair.claim(max=100)) == 1


def test_a_key_is_not_spent_on_a_mistake_nor_shared(http: httpx.Client, pair: Pair) -> None:
    """B42: another body under a used key is refused; a request that was refused used nothing up."""
    headers = {"Idempotency-Key": f"{pair.service}-once"}
    body = {"scenario": "Pair", "description": "x", "variables": {"SERVICE": pair.service}}
    assert http.post("/generate", json={**body, "slides_count": 999}, headers=headers).status_code == 422
    assert http.post("/generate", json=body, headers=headers).status_code == 202
    reordered = {"variables": body["variables"], "description": "x", "scenario": "Pair"}
    assert http.post("/generate", json=reordered, headers=headers).headers["idempotency-replayed"] == "true"
    assert problem(http.post("/generate", json={**body, "description": "y"}, headers=headers)) == (
        422,
        "idempotency-key-reused",
    )


def test_prefer_wait_holds_until_the_end(http: httpx.Client, pair: Pair) -> None:
    """A short scenario is one request: 200 with everything in it. One that takes longer is 202 as ever."""
    with ThreadPoolExecutor(1) as pool:
        body = {"scenario": "Pair", "description": "x", "variables": {"SERVICE": pair.service}}
        waiting = pool.submit(http.post, "/generate", json=body, headers={"Prefer": "wait=20"})
        for _ in range(2):
            (task,) = pair.claim(wait=10)
            pair.patch(task["id"], status="success")
        answer = waiting.result(20)
    assert (answer.status_code, answer.json()["status"]) == (200, "success")
    assert answer.headers["preference-applied"] == "wait=20"
    late = http.post("/generate", json=body, headers={"Prefer": "wait=1"})
    assert (late.status_code, late.json()["status"]) == (202, "pending")
