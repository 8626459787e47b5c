"""Ids as people type them: cut to a unique prefix, or `@last` for the newest scenario."""

from processing_service.cli.client import Api
from processing_service.cli.exits import CommandError, Exit

LAST = "@last"
_PAGE = 200
_SEARCHED = 2_000  # newest scenarios a prefix is looked up in


def scenario_id(api: Api, given: str) -> str:
    """The full id behind `@last`, a prefix or an id. Raises CommandError when nothing, or more than one thing, fits."""
    if given == LAST:
        newest = api.page(1)["items"]
        if not newest:
            raise CommandError("there are no scenarios yet.", exit=Exit.NOT_FOUND, hint="Start one with `scenaries run`.")
        return str(newest[0]["scenario_id"])
    found = _with_prefix(api, given)
    if given in found or not found:
        return given  # too old to be listed, or unknown: the engine has the last word
    if len(found) > 1:
        raise CommandError(
            f"{given} could be {', '.join(found[:5])}{' and others' if len(found) > 5 else ''}.",
            exit=Exit.NOT_FOUND,
            hint="Give more of the id.",
        )
    return found[0]


def task_id(api: Api, given: str) -> str:
    """The full id of a task whose scenario part, or own part, may be cut."""
    scenario_part, _, own = given.partition(".")
    full = scenario_id(api, scenario_part)
    found = [task for task in api.scenario(full)["task_ids"] if task.startswith(f"{full}.{own}")]
    if len(found) > 1:
        raise CommandError(f"{given} could be {', '.join(found[:5])}.", exit=Exit.NOT_FOUND, hint="Give more of the id.")
    return str(found[0]) if found else f"{full}.{own}"


def _with_prefix(api: Api, prefix: str) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    for _ in range(_SEARCHED // _PAGE):
        page = api.page(_PAGE, cursor=cursor)
        found += [item["scenario_id"] for item in page["items"] if item["scenario_id"].startswith(prefix)]
        cursor = page["next_cursor"]
        if cursor is None or prefix in found:
            break
    return found
