"""`python -m services.image`: a worker of image-service."""

from services.image.operations import OPERATIONS
from services.sdk.main import run_service

if __name__ == "__main__":
    run_service("image-service", OPERATIONS)
