-- cancel_task: pending, processing -> cancelled, in a scenario that was asked to be cancelled.
-- KEYS: task scenario events queue leases pushed delayed ended
-- ARGV: task_id scenario_id reason now
-- REPLY: ok | repeat | conflict | unknown
-- WITH: code status attempt lease_until lease_token cancel queue
--- @include "lib/clock"
--- @include "lib/event"
--- @include "lib/open_task"

local reply, task, scenario = open_task(keys.task, keys.scenario, {
  list = { keys.queue },
  stream = { keys.events },
  zset = { keys.leases, keys.pushed, keys.delayed, keys.ended },
})
if reply then
  return reply
end
if task.status == 'cancelled' then
  return reply_for('repeat', '', task, '', true)
end
if is_terminal(task.status) or not scenario.cancelled then
  return reply_for('conflict', 'illegal-transition', task, '', scenario.closed)
end
local now = now_ms(args.now)
local at = iso_time(now)
local from, place = task.status, place_of(task)
task.status, task.lease_until = 'cancelled', 0
redis.call('ZREM', keys.leases, args.task_id)
redis.call('ZREM', keys.pushed, args.task_id)
redis.call('ZREM', keys.delayed, args.task_id)
if place == 'ready' then
  -- A claim would refuse the hint, but where no worker comes it would stand in the list for ever and puzzle who reads it.
  redis.call('LREM', keys.queue, 0, args.task_id)
end
redis.call('HSET', keys.task, 'status', 'cancelled', 'reason', args.reason, 'finished_at', at, 'updated_at', at)
redis.call('HDEL', keys.task, 'lease_until', 'due_at', 'progress', 'message', 'engine:missing', 'engine:progress_at',
  'engine:deadline')
move_count(scenario, from, 'cancelled')
task_event(keys.events, now, 'task.cancelled', args.task_id, task, 'reason', args.reason)
save_scenario(keys.scenario, scenario, args.scenario_id, now, keys.events, keys.ended)
return reply_for('ok', '', task, '', true)
