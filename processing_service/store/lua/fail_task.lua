-- fail_task: processing (or ready, when a tier-0 worker popped it) -> failed. The caller decided that no attempt is left, for the
-- attempt and the number of failures it saw; `moved`: they are others now, decide again. `settling` = 1: it has consumers, which
-- skip_consumers visits next; until then the task keeps its place in `leases`, where the sweep finds it if we die.
-- KEYS: task scenario events leases pushed delayed ended
-- ARGV: task_id scenario_id attempt lease_token worker in_list seen_attempt seen_failures error scenario_error settling settle_ms now
-- REPLY: ok | repeat | stale | conflict | unknown | moved
-- WITH: code status attempt lease_until lease_token cancel queue
--- @include "lib/clock"
--- @include "lib/event"
--- @include "lib/open_task"
--- @include "lib/judge_failure"
--- @include "lib/end_in_failure"

local reply, task, scenario = open_task(keys.task, keys.scenario, {
  stream = { keys.events },
  zset = { keys.leases, keys.pushed, keys.delayed, keys.ended },
})
reply = reply or judge_failure(task, args.attempt, args.lease_token, args.in_list)
  or judge_decision(task, scenario, args.seen_attempt, args.seen_failures)
if reply then
  return reply
end

local now = now_ms(args.now)
redis.call('ZREM', keys.leases, args.task_id)
redis.call('ZREM', keys.pushed, args.task_id)
if task.status == 'pending' then
  task.attempt = task.attempt + 1
  redis.call('HSET', keys.task, 'lease_token', '', 'worker', args.worker)
end
redis.call('HSET', keys.task, 'attempt', task.attempt, 'failures', task.failures + 1, 'last_outcome', 'failed')
end_in_failure(keys, args.task_id, args.scenario_id, task, scenario, args.error, args.scenario_error, args.settling == '1',
  args.settle_ms, now)
return reply_for('ok', '', task)
