"""Can the API of this container serve? `python -m processing_service.cli.probe`: exit code 0 when `/readyz` says so.

Asks 127.0.0.1 at PORT. Standard library only: it starts in a few hundredths of a second, as often as Docker likes.
"""

import http.client
import os
import sys

_PATIENCE = 4.0  # seconds; Docker's own limit is 5


def trouble(port: int) -> str:
    """Why the API does not count as ready, as a sentence; empty when it does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        body = answer.read(2_000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"nothing answers on port {port}: {error}"
    finally:
        connection.close()
    return "" if answer.status == http.HTTPStatus.OK else f"/readyz answers {answer.status}: {body}"


def main() -> None:
    if problem := trouble(int(os.environ.get("PORT") or 8001)):
        sys.exit(problem)


if __name__ == "__main__":
    main()
