-- delay_task: processing (or ready, when a tier-0 worker popped it) -> pending, later. The caller decided that attempts are left,
-- for the attempt and the number of failures it saw; `moved`: they are others now, decide again.
-- KEYS: task scenario events leases pushed delayed ended
-- ARGV: task_id scenario_id attempt lease_token worker in_list seen_attempt seen_failures delay_ms error now
-- REPLY: ok | repeat | stale | conflict | unknown | moved
-- WITH: code status attempt lease_until lease_token cancel queue
--- @include "lib/clock"
--- @include "lib/event"
--- @include "lib/open_task"
--- @include "lib/judge_failure"

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
local from = task.status
if from == 'pending' then
  task.attempt = task.attempt + 1
end
task.status, task.lease_until = 'pending', 0
local due = math.floor(now + args.delay_ms)
redis.call('ZREM', keys.leases, args.task_id)
redis.call('ZREM', keys.pushed, args.task_id)
redis.call('HSET', keys.task, 'status', 'pending', 'attempt', task.attempt, 'failures', task.failures + 1,
  'last_outcome', 'failed', 'due_at', due, 'error', args.error, 'updated_at', iso_time(now))
if from == 'pending' then
  redis.call('HSET', keys.task, 'lease_token', '', 'worker', args.worker)
end
redis.call('HDEL', keys.task, 'lease_until', 'progress', 'message', 'engine:missing', 'engine:progress_at', 'engine:deadline')
redis.call('ZADD', keys.delayed, due, args.task_id)
move_count(scenario, from, 'pending')
save_scenario(keys.scenario, scenario, args.scenario_id, now, keys.events, keys.ended)
task_event(keys.events, now, 'task.delayed', args.task_id, task, 'error', args.error, 'due_at', ms_text(due))
return reply_for('ok', '', task)
