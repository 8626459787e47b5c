"""A worker for greeting-service: `python examples/worker.py`. What it does is `greet`; the rest is the SDK's."""

from processing_service.contract.task import ClaimedTask
from services.sdk.main import run_service
from services.sdk.operation import Context, Outcome


def greet(task: ClaimedTask, context: Context) -> Outcome:
    path = context.workspace / "greeting.txt"
    path.write_text(f"Hello, {task.fields['prompt']}!\n", encoding="utf-8")
    return Outcome(result_ref=context.save(path))


if __name__ == "__main__":
    run_service("greeting-service", {"Greet": greet})
