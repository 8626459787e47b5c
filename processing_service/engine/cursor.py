"""Where a list goes on: opaque to the caller, signed so that only what we handed out comes back in."""

import base64
import hmac
from dataclasses import dataclass
from typing import Final

from processing_service.contract.errors import InvalidRequest

_MAC_BYTES: Final = 12  # 96 bits: enough to refuse a guess, short enough for a URL
_MAX_CHARACTERS: Final = 256


class InvalidCursor(InvalidRequest):
    """This cursor was not handed out by this server; start the list again without one."""

    code = "invalid-cursor"


@dataclass(frozen=True, slots=True)
class Cursors:
    """Signs positions in the list of scenarios with one key, shared by every API process."""

    secret: bytes

    def issue(self, created_ms: int, scenario_id: str) -> str:
        position = f"{created_ms}:{scenario_id}".encode()
        return base64.urlsafe_b64encode(self._mac(position) + position).decode().rstrip("=")

    def read(self, cursor: str) -> tuple[int, str]:
        """The position a cursor stands for. Raises InvalidCursor."""
        if len(cursor) > _MAX_CHARACTERS or not cursor.isascii():
            raise InvalidCursor
        try:
            signed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raise InvalidCursor from None
        mac, position = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(position)):
            raise InvalidCursor
        created_ms, _, scenario_id = position.decode().partition(":")
        return int(created_ms), scenario_id

    def _mac(self, position: bytes) -> bytes:
        return hmac.digest(self.secret, position, "sha256")[:_MAC_BYTES]
