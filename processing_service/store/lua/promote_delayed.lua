-- promote_delayed: not an arrow (delayed -> ready). A retry whose time has come goes to the head: it has already waited its turn.
-- KEYS: task scenario events queue pushed delayed
-- ARGV: task_id scenario_id check_ms wake now
-- REPLY: ok | repeat | moved
-- WITH: scenario_id
--- @include "lib/clock"
--- @include "lib/types"
--- @include "lib/event"
--- @include "lib/task"
--- @include "lib/push"

local wrong = wrong_type({ list = { keys.queue }, stream = { keys.events }, zset = { keys.delayed, keys.pushed } })
if wrong then
  return wrong
end
local now = now_ms(args.now)
local task = load_task(keys.task)
if task and task.scenario_id ~= args.scenario_id then
  return { 'moved', task.scenario_id }
end
if not task or place_of(task) ~= 'delayed' or redis.call('EXISTS', keys.scenario) == 0 then
  redis.call('ZREM', keys.delayed, args.task_id)
  return { 'repeat', args.scenario_id }
end
if tonumber(task.due_at) > now then
  redis.call('ZADD', keys.delayed, task.due_at, args.task_id)
  return { 'repeat', args.scenario_id }
end
redis.call('ZREM', keys.delayed, args.task_id)
redis.call('HDEL', keys.task, 'due_at', 'engine:missing')
redis.call('HSET', keys.task, 'updated_at', iso_time(now))
push_first(keys.queue, keys.pushed, args.wake, args.task_id, now, args.check_ms)
task_event(keys.events, now, 'task.ready', args.task_id, task)
return { 'ok', args.scenario_id }
