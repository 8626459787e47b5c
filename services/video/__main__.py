"""`python -m services.video`: a worker of video-service."""

from services.sdk.main import run_service
from services.video.operations import OPERATIONS

if __name__ == "__main__":
    run_service("video-service", OPERATIONS)
