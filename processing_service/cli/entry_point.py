"""The script `scenaries`. A worker is installed without the command line's packages, and this says so in a sentence."""

import sys


def main() -> None:
    """Perform a command; exit code 2 where the command line is not installed."""
    try:
        from processing_service.cli.main import main as perform
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(("processing_service", "services")):
            raise
        sys.stderr.write(
            f"the command line needs `pip install 'scenaries[api]'` ({error.name} is missing); "
            "a worker runs without it: python -m services.voice (or text, image, video)\n"
        )
        sys.exit(2)
    perform()
