"""`python -m services.voice`: a worker of the voice service."""

from services.sdk.main import run_service
from services.voice.operations import OPERATIONS

if __name__ == "__main__":
    run_service("voice-service", OPERATIONS)
