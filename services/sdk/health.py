"""Is the worker of this container heard by the engine? `python -m services.sdk.health [FILE]`: exit code 0 when it is.

Looks at the file that the worker touches (`--health FILE` or SCENARIES_HEALTH_FILE) each time the engine has taken its sign of
presence, every 15 s. Standard library only: it starts in a few hundredths of a second, as often as Docker likes.
"""

import os
import sys
import time
from pathlib import Path

FRESH = 45.0  # seconds: three signs of presence


def trouble(path: Path, now: float) -> str:
    """Why the worker does not count as healthy, as a sentence; empty when it does."""
    try:
        age = now - path.stat().st_mtime
    except FileNotFoundError:
        return f"{path} does not exist: the engine has not heard this worker yet"
    return f"the engine has not heard this worker for {age:.0f} s" if age > FRESH else ""


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SCENARIES_HEALTH_FILE", "")
    if not given:
        sys.exit("say which file: python -m services.sdk.health FILE, or set SCENARIES_HEALTH_FILE")
    if problem := trouble(Path(given), time.time()):
        sys.exit(problem)


if __name__ == "__main__":
    main()
