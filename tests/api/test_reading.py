"""B46 to B53: looking at scenarios, tasks, queues and templates."""

import httpx
import pytest

from tests.api.conftest import Pair, problem


@pytest.mark.parametrize(
    "path",
    ["/scenarios/nobody", "/tasks/nobody.x", "/tasks/nobody.x/artifact", "/scenarios/nobody/events", "/templates/Nobody"],
)
def test_unknown_ids_are_404(http: httpx.Client, path: str) -> None:
    """B46."""
    assert problem(http.get(path)) == (404, "not-found")


@pytest.mark.parametrize("id", ["%00", "%ff", "%ED%A0%80", "%0d%0aX:1", "{x}", "*", "task:1", "a" * 65, "a b", "%F0%9F%98%80"])
def test_odd_ids_never_reach_redis(http: httpx.Client, id: str) -> None:
    """B47."""
    for path in ("/tasks/{}", "/scenarios/{}", "/scenarios/{}/events", "/tasks/{}/artifact"):
        assert problem(http.get(httpx.URL(http.base_url, raw_path=path.format(id).encode()))) == (422, "invalid-id")


def test_dots_and_slashes_lead_nowhere(http: httpx.Client) -> None:
    """B47: an encoded slash is a slash, and no route matches."""
    for path in (b"/tasks/..%2f..%2fx", b"/artifacts/..%2f..%2fetc%2fpasswd"):
        assert problem(http.get(httpx.URL(http.base_url, raw_path=path))) == (404, "not-found")


@pytest.mark.parametrize("limit", ["0", "-1", "100000", "1" + "0" * 100, "abc", "1.5", "", "%31%C2%B2", "１"])
def test_a_limit_is_a_number_in_its_range(http: httpx.Client, limit: str) -> None:
    """B49."""
    assert problem(http.get(f"/scenarios?limit={limit}")) == (422, "out-of-range")


def test_a_parameter_stands_once_and_is_known(http: httpx.Client) -> None:
    """B49, B51."""
    assert problem(http.get("/scenarios?limit=1&limit=2")) == (422, "parameter-twice")
    answer = http.get("/scenarios?limti=1")
    assert problem(answer) == (422, "unknown-parameter")
    assert answer.json()["errors"][0]["help"] == "did you mean `limit`?"
    assert problem(http.get("/health?x=1")) == (422, "unknown-parameter")
    assert problem(http.get("/scenarios?status=done")) == (422, "not-a-status")
    assert problem(http.get("/scenarios?name=%ff")) == (400, "bad-request")


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("limti=1", ["?limti"]),
        ("limit=1&limit=2", ["?limit"]),
        ("limit=0", ["?limit"]),
        ("status=done", ["?status"]),
        ("name=" + "x" * 513, ["?name"]),
        ("limti=1&nome=x", ["?limti", "?nome"]),
        ("n" * 1_000 + "=1", ["?" + "n" * 64]),
    ],
)
def test_a_mistake_in_the_query_names_its_parameter(http: httpx.Client, query: str, pointers: list[str]) -> None:
    """`?` and the name, as OpenAPI says; a JSON pointer never begins so. The only mistake is also the sentence."""
    body = http.get(f"/scenarios?{query}").json()
    assert [error["pointer"] for error in body["errors"]] == pointers
    if len(pointers) == 1:
        assert body["errors"][0]["message"] in body["detail"]
        assert body["errors"][0]["help"] in body["detail"]
    schema = http.get("/openapi.json").json()["components"]["schemas"]["ProblemError"]["properties"]["pointer"]
    assert "?limit" in schema["description"]


@pytest.mark.parametrize("cursor", ["x", "a" * 300, "AAAA", "", "%00", "ключ"])
def test_a_forged_cursor_is_refused(http: httpx.Client, cursor: str) -> None:
    """B50."""
    assert problem(http.get("/scenarios", params={"cursor": cursor})) == (400, "invalid-cursor")


def test_a_cut_or_bent_cursor_is_refused(http: httpx.Client, pair: Pair) -> None:
    """B50: one character less, or another one."""
    for _ in range(2):
        pair.start()
    cursor = http.get("/scenarios?limit=1").json()["next_cursor"]
    bent = ("B" if cursor[0] == "A" else "A") + cursor[1:]
    for forged in (cursor[:-1], bent, cursor + "A"):
        assert problem(http.get("/scenarios", params={"cursor": forged})) == (400, "invalid-cursor")


def test_pages_are_newest_first_and_complete(http: httpx.Client, pair: Pair) -> None:
    """Following `next_cursor` or the Link header visits every scenario once."""
    made = [pair.start()["scenario_id"] for _ in range(7)]
    seen = []
    page = http.get("/scenarios?limit=3")
    while True:
        seen += [item["scenario_id"] for item in page.json()["items"]]
        if not page.json()["next_cursor"]:
            break
        assert f"cursor={page.json()['next_cursor']}" in page.headers["link"]
        page = http.get(page.links["next"]["url"])
    assert [scenario_id for scenario_id in seen if scenario_id in made] == made[::-1]
    assert len(seen) == len(set(seen))


def test_lists_are_filtered_by_status_and_name(http: httpx.Client, pair: Pair) -> None:
    """By any name the template has."""
    started = pair.start()["scenario_id"]
    pair.finish(started)
    for query in ("status=success&name=Pair", "status=success&name=ScenarioPair"):
        found = http.get(f"/scenarios?limit=500&{query}").json()["items"]
        assert started in [item["scenario_id"] for item in found]
        assert {(item["name"], item["status"]) for item in found} == {("ScenarioPair", "success")}
    assert started not in [item["scenario_id"] for item in http.get("/scenarios?limit=500&status=failed").json()["items"]]


def test_a_scenario_shows_everything(http: httpx.Client, pair: Pair) -> None:
    """Status, counts, progress (a running task counts its own percent), tasks in order, results with links."""
    scenario_id = pair.start(description="tides")["scenario_id"]
    view = http.get(f"/scenarios/{scenario_id}").json()
    assert [task["name"] for task in view["tasks"]] == ["First", "Second"]
    assert view["task_ids"] == [task["id"] for task in view["tasks"]]
    assert (view["status"], view["progress"], view["results"]) == ("pending", 0, [])
    assert view["counts"] == {"pending": 2, "processing": 0, "success": 0, "failed": 0, "skipped": 0, "cancelled": 0}
    first, second = view["tasks"]
    assert first["consumers"] == [second["id"]]
    assert second["first_task_id"] == first["id"]
    assert (first["prompt"], first["anything"], first["slides_count"]) == ("tides", {}, 3)
    assert not {"lease_token", "needs", "lease_until"} & set(first)
    pair.patch(first["id"], status="processing")
    pair.patch(first["id"], status="processing", attempt=1, progress=50)
    assert http.get(f"/scenarios/{scenario_id}").json()["progress"] == 25
    pair.finish(scenario_id)
    view = http.get(f"/scenarios/{scenario_id}").json()
    assert (view["status"], view["progress"], view["counts"]["success"]) == ("success", 100, 2)
    assert [(result["name"], result["href"]) for result in view["results"]] == [("Second", "s3://bucket/x")]
    assert view["finished_at"] >= view["started_at"] >= view["created_at"]


def test_a_failed_scenario_says_why(http: httpx.Client, pair: Pair) -> None:
    """The first failed task and its error; what depended on it is skipped with the reason."""
    scenario_id = pair.start()["scenario_id"]
    first = pair.claim()[0]["id"]
    pair.patch(first, status="failed", error={"kind": "bad_input", "message": "the text has two words"})
    view = http.get(f"/scenarios/{scenario_id}").json()
    assert view["status"] == "failed"
    assert "the text has two words" in str(view["error"])
    assert view["tasks"][1]["status"] == "skipped"
    assert view["tasks"][1]["reason"]


def test_pollers_get_304_until_something_happens(http: httpx.Client, pair: Pair) -> None:
    """B52: a weak tag that follows the scenario's events; garbage matches nothing."""
    scenario_id = pair.start()["scenario_id"]
    tag = http.get(f"/scenarios/{scenario_id}").headers["etag"]
    assert tag.startswith('W/"')
    unchanged = http.get(f"/scenarios/{scenario_id}", headers={"If-None-Match": f'"x", {tag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    for garbage in ("x", '"', ",,,", "W/"):
        assert http.get(f"/scenarios/{scenario_id}", headers={"If-None-Match": garbage}).status_code == 200
    pair.patch(pair.tasks(scenario_id)[0]["id"], status="processing")
    assert http.get(f"/scenarios/{scenario_id}", headers={"If-None-Match": tag}).status_code == 200


def test_cancel_is_final_and_may_be_repeated(http: httpx.Client, pair: Pair) -> None:
    """With or without a body; a scenario that ended by itself cannot be cancelled."""
    scenario_id = pair.start()["scenario_id"]
    for body in ({"json": {"reason": "changed my mind"}}, {}):
        answer = http.post(f"/scenarios/{scenario_id}/cancel", **body)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["status"], answer.json()["cancel_requested"]) == (200, "cancelled", True)
    ended = pair.start()["scenario_id"]
    pair.finish(ended)
    assert problem(http.post(f"/scenarios/{ended}/cancel")) == (409, "illegal-transition")
    assert problem(http.post("/scenarios/nobody/cancel")) == (404, "not-found")
    assert problem(http.post(f"/scenarios/{ended}/cancel", json={"raeson": "x"})) == (422, "unknown-field")


def test_queues_are_counted(http: httpx.Client, pair: Pair) -> None:
    """Ready, held, and the workers that were seen."""
    for _ in range(3):
        pair.start()
    pair.claim()
    queue = next(item for item in http.get("/queues").json()["items"] if item["service"] == pair.service)
    assert (queue["ready"], queue["processing"], queue["delayed"], queue["dead"], queue["workers"]) == (2, 1, 0, 0, 1)
    assert queue["oldest_ready_seconds"] >= 0


def test_templates_are_listed_with_their_variables(http: httpx.Client) -> None:
    """A broken one hides no other, and says what is wrong."""
    items = {item["name"]: item for item in http.get("/templates").json()["items"]}
    assert items["ScenarioPair"]["aliases"] == ["Pair"]
    assert items["ScenarioPair"]["variables"]["N_SLIDES"] == 3
    assert items["Broken"]["problems"]
    assert http.get("/templates/CreateVideo").json()["name"] == "ScenarioCreateVideo"
    assert "did you mean" in http.get("/templates/CreateVidoe").text


def test_health_looks_at_redis(http: httpx.Client) -> None:
    """The test server keeps nothing on disk, which is worth a warning; it is ready all the same."""
    health = http.get("/health").json()
    assert (health["status"], health["mode"], health["redis"]["reachable"]) == ("degraded", "open", True)
    assert [problem["code"] for problem in health["problems"]] == ["no-persistence"]
    assert http.get("/livez").status_code == 200
    assert http.get("/readyz").status_code == 200
