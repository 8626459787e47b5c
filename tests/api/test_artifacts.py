"""Artifacts over HTTP: in by upload, out by digest or by task, in parts."""

import base64
import errno
import hashlib
import time
from collections.abc import Iterator

import httpx
import pytest

from processing_service.api.artifacts import room
from processing_service.contract.errors import StoreUnavailable
from tests.api.conftest import Pair, problem

BYTES = bytes(range(256)) * 400


@pytest.fixture(scope="session")
def stored(http: httpx.Client) -> dict[str, str]:
    """An uploaded MP4 that is none."""
    answer = http.post("/artifacts", content=BYTES, headers={"Content-Type": "video/mp4"})
    assert answer.status_code == 201
    return dict(answer.json())


def test_an_upload_is_named_by_its_bytes(http: httpx.Client, stored: dict[str, str]) -> None:
    """The same bytes again are the same artifact."""
    digest = hashlib.sha256(BYTES).hexdigest()
    assert stored == {
        "result_ref": f"artifact://{digest}.mp4",
        "href": f"/artifacts/{digest}.mp4",
        "size": 102_400,
        "media_type": "video/mp4",
    }
    again = http.post("/artifacts?extension=mp4", content=BYTES)
    assert (again.json(), again.headers["location"]) == (stored, stored["href"])
    assert http.get(stored["href"]).content == BYTES


def test_a_report_with_it_is_taken_and_the_task_serves_it(pair: Pair, stored: dict[str, str]) -> None:
    """What a worker without access to the storage does."""
    scenario_id = pair.start()["scenario_id"]
    for task in pair.tasks(scenario_id):
        assert pair.patch(task["id"], status="success", result_ref=stored["result_ref"]).status_code == 200
    (result,) = pair.http.get(f"/scenarios/{scenario_id}").json()["results"]
    assert result["href"] == f"/tasks/{result['task_id']}/artifact"
    answer = pair.http.get(result["href"])
    assert (answer.content, answer.headers["content-type"]) == (BYTES, "video/mp4")
    assert answer.headers["content-disposition"].startswith('inline; filename="Second-')


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-9", 206, BYTES[:10]),
        ("bytes=-5", 206, BYTES[-5:]),
        ("bytes=100-", 206, BYTES[100:]),
        ("bytes=102399-999999", 206, BYTES[-1:]),
        ("bytes=-999999", 206, BYTES),
        (f"bytes=5-{'9' * 5_000}", 206, BYTES[5:]),
        ("BYTES=0-9", 206, BYTES[:10]),
        ("bytes=x", 200, BYTES),
        ("bytes=-", 200, BYTES),
        ("bytes", 200, BYTES),
        ("bytes=5-2", 200, BYTES),
        ("bytes=999999-5", 200, BYTES),
        ("foo=1", 200, BYTES),
        ("foo=0-9", 200, BYTES),
        ("bytes=+1-2", 200, BYTES),
        ("bytes=0-1,5-6", 200, BYTES),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_range_is_a_part(http: httpx.Client, stored: dict[str, str], asked: str, status: int, expected: bytes) -> None:
    """Players seek; what is not one well-formed range of bytes is ignored (RFC 9110, 14.2)."""
    answer = http.get(stored["href"], headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, expected)
    if status == 206:
        assert answer.headers["content-range"].endswith("/102400")
        assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=102400-102400", "bytes=-0"])
def test_a_range_beyond_the_end_is_416(pair: Pair, stored: dict[str, str], asked: str) -> None:
    """As a problem, with the true length, by digest and by task; unless the caller has another version in mind."""
    task = pair.first()
    assert pair.patch(task, status="success", result_ref=stored["result_ref"]).status_code == 200
    for href in (stored["href"], f"/tasks/{task}/artifact"):
        answer = pair.http.get(href, headers={"Range": asked})
        assert problem(answer) == (416, "range-not-satisfiable")
        assert answer.headers["content-range"] == "bytes */102400"
        assert "102,400 bytes" in answer.json()["detail"]
        other = pair.http.get(href, headers={"Range": asked, "If-Range": '"other"'})
        assert (other.status_code, other.content) == (200, BYTES)


def test_ten_thousand_ranges_cost_nothing(http: httpx.Client, stored: dict[str, str]) -> None:
    """B16: the whole file, without taking them apart."""
    ranges = "bytes=" + ",".join(f"{n}-{n}" for n in range(3_500))
    started = time.process_time()
    answer = http.get(stored["href"], headers={"Range": ranges[:30_000]})
    assert (answer.status_code, answer.content) == (200, BYTES)
    assert time.process_time() - started < 0.5


def test_the_tag_is_the_digest(http: httpx.Client, stored: dict[str, str]) -> None:
    """Strong, and the bytes behind a digest never change."""
    answer = http.get(stored["href"])
    digest = stored["href"][11:75]
    assert answer.headers["etag"] == f'"{digest}"'
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert http.get(stored["href"], headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    part = {"Range": "bytes=0-9", "If-Range": answer.headers["etag"]}
    assert http.get(stored["href"], headers=part).status_code == 206
    assert http.get(stored["href"], headers={**part, "If-Range": '"other"'}).status_code == 200


def test_what_could_run_in_a_browser_is_only_saved(http: httpx.Client) -> None:
    """An SVG is a document with scripts."""
    svg = http.post(
        "/artifacts", content=b"<svg xmlns='http://www.w3.org/2000/svg'/>", headers={"Content-Type": "image/svg+xml"}
    ).json()
    answer = http.get(svg["href"])
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "sandbox"


@pytest.mark.parametrize("media_type", ["text/html", "application/x-msdownload", "", "x"])
def test_unknown_kinds_are_not_kept(http: httpx.Client, media_type: str) -> None:
    """HTML has no extension here; the answer lists what has."""
    headers = {"Content-Type": media_type} if media_type else {}
    answer = http.post("/artifacts", content=b"x", headers=headers)
    assert problem(answer) == (415, "unsupported-media-type")
    assert "mp4" in answer.json()["detail"]


def test_an_unknown_extension_is_refused(http: httpx.Client) -> None:
    """It is never a path."""
    assert problem(http.post("/artifacts?extension=../x", content=b"x")) == (422, "out-of-range")


def test_an_upload_is_bounded(http: httpx.Client) -> None:
    """By its declared length, and by count; here at a megabyte."""

    def pieces() -> Iterator[bytes]:
        for _ in range(11):
            yield b"x" * 100_000

    assert problem(http.post("/artifacts?extension=bin", content=b"x" * 1_000_001)) == (413, "body-too-large")
    assert problem(http.post("/artifacts?extension=bin", content=pieces())) == (413, "body-too-large")


def test_a_promised_digest_is_compared(http: httpx.Client) -> None:
    """RFC 9530."""
    digest = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
    headers = {"Content-Digest": f"sha-256=:{digest}:"}
    assert http.post("/artifacts?extension=bin", content=b"abc", headers=headers).status_code == 201
    assert problem(http.post("/artifacts?extension=bin", content=b"abd", headers=headers)) == (422, "artifact-mismatch")


def test_a_foreign_result_is_named_and_not_fetched(pair: Pair) -> None:
    """409 with the URI; we are nobody's proxy."""
    task = pair.first()
    assert problem(pair.http.get(f"/tasks/{task}/artifact")) == (404, "no-artifact")
    pair.patch(task, status="success", result_ref="http://169.254.169.254/latest")
    answer = pair.http.get(f"/tasks/{task}/artifact")
    assert problem(answer) == (409, "foreign-artifact")
    assert answer.json()["result_ref"] == "http://169.254.169.254/latest"


@pytest.mark.parametrize("name", ["x", "a" * 64, "A" * 64 + ".mp4", "a" * 64 + ".mp4.x", "0" * 64 + "."])
def test_a_digest_has_a_shape(http: httpx.Client, name: str) -> None:
    """Anything else is no artifact's name."""
    assert problem(http.get(f"/artifacts/{name}")) == (422, "invalid-id")


def test_an_unknown_digest_is_404(http: httpx.Client) -> None:
    """B67's other side."""
    assert problem(http.get(f"/artifacts/{'0' * 64}.mp4")) == (404, "not-found")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_trouble_that_passes(number: int) -> None:
    """A worker that uploads is told to try again, and that it is the disk."""
    with pytest.raises(StoreUnavailable) as caught, room():
        raise OSError(number, "no room")
    assert (caught.value.code, caught.value.retry_after) == ("storage-full", 30.0)
    with pytest.raises(OSError, match="broken"), room():
        raise OSError(errno.EIO, "broken")
