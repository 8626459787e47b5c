"""Every verb of the store, declared. The guarantee of each stands at the head of its Lua file.

A verb that drains (frees memory, or leads to it) passes when the server is out of memory; those that take work in do not.
"""

from processing_service.store.answer import Answer
from processing_service.store.scripts import Script

OK, REPEAT, STALE, CONFLICT, UNKNOWN, MOVED = Answer

_STATE = "code status attempt lease_until lease_token cancel queue"
_CONSUMERS = "(consumer consumer_queue consumer_pushed)..."

# -- submission ----------------------------------------------------------------------------------------------------------

RESERVE = Script(
    "reserve",
    keys=("idempotency", "known_scenario"),
    args=("fingerprint", "scenario_id", "instant_ms", "known_id", "ttl_ms", "pending_ms", "now"),
    answers=(OK, REPEAT, CONFLICT, MOVED),
    reply="scenario_id instant_ms",
)
STAGE_TASKS = Script(
    "stage_tasks",
    keys=("scenario", "staging", "staging_index"),
    more_keys="(task)...",
    args=("scenario_id", "now"),
    more_args="(task_id size field value)...",
    answers=(OK, CONFLICT),
)
CREATE_SCENARIO = Script(
    "create_scenario",
    keys=("scenario", "staging", "staging_index", "scenarios_index", "services_index", "events", "idempotency"),
    more_keys="(queue pushed)...",
    args=("scenario_id", "created_at", "created_ms", "total", "check_ms", "now", "size"),
    more_args="(field value)... (service wake count)... (task_id)...",
    answers=(OK, REPEAT, CONFLICT, MOVED),
)
DISCARD_STAGING = Script(
    "discard_staging",
    keys=("scenario", "staging", "staging_index"),
    more_keys="(task)...",
    args=("scenario_id", "before"),
    more_args="(task_id)...",
    answers=(OK, REPEAT),
    drains="staging_index",
)

# -- workers -------------------------------------------------------------------------------------------------------------

POP_READY = Script(
    "pop_ready",
    keys=("queue", "leases", "pushed", "claims", "dead"),
    args=("claim_id", "limit", "confirm_ms", "keep_ms", "now"),
    answers=(OK, REPEAT),
    reply="(task_id)...",
    drains="leases",
)
CLAIM_TASK = Script(
    "claim_task",
    keys=("task", "scenario", "events", "leases", "pushed", "dead", "ended"),
    args=("task_id", "scenario_id", "popped", "token", "worker", "lease_ms", "timeout_ms", "grace_ms", "now"),
    answers=(OK, REPEAT, CONFLICT, UNKNOWN, MOVED),
    reply=f"{_STATE} (field)...",
    drains="leases",
)
HEARTBEAT = Script(
    "heartbeat",
    keys=("task", "scenario", "events", "leases"),
    args=(
        *("task_id", "attempt", "lease_token", "worker", "lease_ms", "timeout_ms", "progress", "message"),
        *("event_every_ms", "now"),
    ),
    answers=(OK, REPEAT, STALE, CONFLICT, UNKNOWN),
    reply=_STATE,
    drains="leases",
)
COMPLETE_TASK = Script(
    "complete_task",
    keys=("task", "scenario", "events", "leases", "pushed", "delayed", "ended"),
    more_keys=_CONSUMERS,
    args=(
        *("task_id", "scenario_id", "attempt", "lease_token", "worker", "result_ref", "result", "settling", "settle_ms"),
        *("check_ms", "now"),
    ),
    more_args="(consumer_id wake)...",
    answers=(OK, REPEAT, STALE, CONFLICT, UNKNOWN),
    reply=_STATE,
    drains="leases",
)
SETTLE_CONSUMERS = Script(
    "settle_consumers",
    keys=("task", "scenario", "events", "leases"),
    more_keys=_CONSUMERS,
    args=("task_id", "last", "settle_ms", "check_ms", "now"),
    more_args="(consumer_id wake)...",
    answers=(OK, UNKNOWN),
    drains="leases",
)
DELAY_TASK = Script(
    "delay_task",
    keys=("task", "scenario", "events", "leases", "pushed", "delayed", "ended"),
    args=(
        *("task_id", "scenario_id", "attempt", "lease_token", "worker", "in_list", "seen_attempt", "seen_failures"),
        *("delay_ms", "error", "now"),
    ),
    answers=(OK, REPEAT, STALE, CONFLICT, UNKNOWN, MOVED),
    reply=_STATE,
    drains="leases",
)
FAIL_TASK = Script(
    "fail_task",
    keys=("task", "scenario", "events", "leases", "pushed", "delayed", "ended"),
    args=(
        *("task_id", "scenario_id", "attempt", "lease_token", "worker", "in_list", "seen_attempt", "seen_failures"),
        *("error", "scenario_error", "settling", "settle_ms", "now"),
    ),
    answers=(OK, REPEAT, STALE, CONFLICT, UNKNOWN, MOVED),
    reply=_STATE,
    drains="leases",
)
SKIP_CONSUMERS = Script(
    "skip_consumers",
    keys=("scenario", "events", "ended"),
    more_keys="(consumer)...",
    args=("task_id", "scenario_id", "outcome", "reason", "now"),
    more_args="(consumer_id)...",
    answers=(OK, UNKNOWN),
    reply="(consumer_id consumers)...",
    drains="ended",
)
FINISH_SETTLING = Script("finish_settling", keys=("task", "leases"), args=("task_id",), answers=(OK,), drains="leases")
RETURN_TASK = Script(
    "return_task",
    keys=("task", "scenario", "events", "queue", "leases", "pushed", "ended"),
    args=("task_id", "scenario_id", "attempt", "lease_token", "worker", "check_ms", "wake", "now"),
    answers=(OK, REPEAT, STALE, CONFLICT, UNKNOWN),
    reply=_STATE,
    drains="leases",
)
BEAT = Script(
    "beat",
    keys=("worker", "serving", "served_index"),
    args=("worker_id", "service", "ttl_ms", "now"),
    more_args="(field value)...",
    answers=(OK,),
    drains="serving",
)

# -- sweep ---------------------------------------------------------------------------------------------------------------

RECOVER_TASK = Script(
    "recover_task",
    keys=("task", "scenario", "events", "queue", "leases", "pushed", "delayed", "ended"),
    args=(
        *("task_id", "scenario_id", "index", "max_lost", "timeout_ms", "served", "pickup_ms", "check_ms"),
        *("settle_ms", "wake", "now"),
    ),
    answers=(OK, REPEAT, MOVED),
    reply="what scenario_id",
    drains="leases",
)
TAKE_OVERDUE = Script(
    "take_overdue", keys=("pushed",), args=("limit", "hold_ms", "now"), answers=(OK,), reply="(task_id)...", drains="pushed"
)
REARM_PUSHED = Script(
    "rearm_pushed",
    keys=("pushed",),
    more_keys="(task)...",
    args=("check_ms", "now"),
    more_args="(task_id)...",
    answers=(OK,),
    drains="pushed",
)
PROMOTE_DELAYED = Script(
    "promote_delayed",
    keys=("task", "scenario", "events", "queue", "pushed", "delayed"),
    args=("task_id", "scenario_id", "check_ms", "wake", "now"),
    answers=(OK, REPEAT, MOVED),
    reply="scenario_id",
    drains="delayed",
)

# -- the end of a scenario -----------------------------------------------------------------------------------------------

CANCEL_SCENARIO = Script(
    "cancel_scenario",
    keys=("scenario", "events", "cancelling"),
    args=("scenario_id", "reason", "now"),
    answers=(OK, REPEAT, CONFLICT, UNKNOWN),
    reply="status",
    drains="cancelling",
)
CANCEL_TASK = Script(
    "cancel_task",
    keys=("task", "scenario", "events", "queue", "leases", "pushed", "delayed", "ended"),
    args=("task_id", "scenario_id", "reason", "now"),
    answers=(OK, REPEAT, CONFLICT, UNKNOWN),
    reply=_STATE,
    drains="leases",
)
ABANDON_SCENARIO = Script(
    "abandon_scenario",
    keys=("scenario", "events", "cancelling", "ended"),
    args=("scenario_id", "error", "now"),
    answers=(OK, REPEAT, UNKNOWN),
    drains="ended",
)
# Not marked as draining: PEXPIREAT needs no memory and passes as it is.
EXPIRE_KEYS = Script("expire_keys", keys=(), more_keys="(key)...", args=("at",), answers=(OK,))
FORGET_SCENARIO = Script(
    "forget_scenario", keys=("scenario", "index"), args=("scenario_id", "only_if_gone"), answers=(OK, REPEAT), drains="index"
)

ALL: tuple[Script, ...] = tuple(value for value in list(vars().values()) if isinstance(value, Script))
