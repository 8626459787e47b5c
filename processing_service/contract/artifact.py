"""How a result is named: `artifact://<sha256>.<ext>` for our own bytes, any other URI for somebody else's."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

SCHEME = "artifact"
FOREIGN_SCHEMES = frozenset({"s3", "gs", "https", "http"})
MAX_REF_CHARACTERS = 2_048

# The extension decides the media type everywhere: names are ours, never a user's, so a closed table is enough.
MEDIA_TYPES = {
    "bin": "application/octet-stream",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "json": "application/json",
    "m4a": "audio/mp4",
    "md": "text/markdown; charset=utf-8",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "png": "image/png",
    "srt": "application/x-subrip; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "zip": "application/zip",
}

_REF = re.compile(r"artifact://(?P<digest>[0-9a-f]{64})\.(?P<extension>[a-z0-9]{1,8})")


@dataclass(frozen=True, slots=True)
class ArtifactRef:
    """Bytes by what they are: their SHA-256, and the extension that says how to read them."""

    digest: str
    extension: str

    @classmethod
    def parse(cls, uri: str) -> "ArtifactRef | None":
        """Our own URI as a reference; None for a foreign one or for anything malformed."""
        match = _REF.fullmatch(uri)
        return cls(match["digest"], match["extension"]) if match else None

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES.get(self.extension, MEDIA_TYPES["bin"])

    @property
    def file_name(self) -> str:
        return f"{self.digest}.{self.extension}"

    def __str__(self) -> str:
        return f"{SCHEME}://{self.file_name}"


def ref_problem(uri: str) -> str:
    """What is wrong with a `result_ref`, as a sentence; empty when it is one of ours or a foreign URI we accept as it is."""
    if len(uri) > MAX_REF_CHARACTERS:
        return f"result_ref is longer than {MAX_REF_CHARACTERS} characters"
    if any(ord(character) <= 0x20 or 0x7F <= ord(character) <= 0x9F for character in uri):
        return "result_ref contains a blank or a control character"
    if uri.startswith(f"{SCHEME}:"):
        return "" if ArtifactRef.parse(uri) else "result_ref is not artifact://<sha256>.<ext>"
    try:
        scheme = urlsplit(uri).scheme
    except ValueError:
        return "result_ref is not a URI"
    if scheme not in FOREIGN_SCHEMES:
        return f"result_ref must be artifact://, {', '.join(f'{name}://' for name in sorted(FOREIGN_SCHEMES))}"
    return ""
