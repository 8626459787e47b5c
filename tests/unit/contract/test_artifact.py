"""References: ours parsed, foreign ones accepted as they are, everything else refused with a sentence."""

import pytest

from processing_service.contract.artifact import ArtifactRef, ref_problem

DIGEST = "0123456789abcdef" * 4


def test_our_own_reference_round_trips() -> None:
    """Digest, extension, media type."""
    ref = ArtifactRef.parse(f"artifact://{DIGEST}.mp4")
    assert ref == ArtifactRef(DIGEST, "mp4")
    assert (str(ref), ref.media_type, ref.file_name) == (f"artifact://{DIGEST}.mp4", "video/mp4", f"{DIGEST}.mp4")
    assert ArtifactRef(DIGEST, "xyz").media_type == "application/octet-stream"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        f"artifact://{DIGEST}",
        f"artifact://{DIGEST.upper()}.mp4",
        f"artifact://{DIGEST[1:]}.mp4",
        f"artifact://{DIGEST}.mp4\n",
        f"artifact://{DIGEST}.../x",
        "artifact://../../etc/passwd",
        "s3://bucket/key",
    ],
)
def test_what_is_not_ours(uri: str) -> None:
    """None, never half a reference: a digest becomes a file name."""
    assert ArtifactRef.parse(uri) is None


@pytest.mark.parametrize(
    "uri", ["s3://bucket/result.mp4", "gs://b/k", "https://host/a?b=c", "http://host/ё", f"artifact://{DIGEST}.png"]
)
def test_accepted(uri: str) -> None:
    """Ours, and the foreign schemes."""
    assert ref_problem(uri) == ""


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("file:///etc/passwd", "must be artifact://"),
        ("javascript:alert(1)", "must be"),
        ("plain text", "blank"),
        ("a\x00b", "control"),
        ("https://h/\u0085", "control"),
        ("https://[::1", "not a URI"),
        ("artifact://short.mp4", "not artifact"),
        ("s3://" + "x" * 3_000, "longer"),
        ("nothing", "must be"),
    ],
)
def test_refused_with_a_sentence(uri: str, says: str) -> None:
    """The value itself is never repeated."""
    assert says in ref_problem(uri)
