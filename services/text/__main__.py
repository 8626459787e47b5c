"""`python -m services.text`: a worker of the text service."""

from services.sdk.main import run_service
from services.text.operations import OPERATIONS

if __name__ == "__main__":
    run_service("text-service", OPERATIONS)
