-- settle_consumers: not an arrow. The next chunk of consumers of a task that ended in success, when there are too many for one
-- script, or when whoever completed it died half-way. Idempotent by edge. `last` = 1: nothing is left to settle.
-- KEYS: task scenario events leases (consumer consumer_queue consumer_pushed)...
-- ARGV: task_id last settle_ms check_ms now (consumer_id wake)...
-- REPLY: ok | unknown
--- @include "lib/clock"
--- @include "lib/types"
--- @include "lib/event"
--- @include "lib/task"
--- @include "lib/push"
--- @include "lib/settle_edges"

local groups, wrong_group = consumer_groups(KEYS, more_keys, ARGV, more_args)
local wrong = wrong_group or wrong_type({ stream = { keys.events }, zset = { keys.leases } })
if wrong then
  return wrong
end
local task = load_task(keys.task)
if not task or task.status ~= 'success' or redis.call('EXISTS', keys.scenario) == 0 then
  return { 'unknown' }
end
local reported = redis.call('HGET', keys.scenario, 'error')
read_consumers(args.task_id, groups)
local now = now_ms(args.now)
local negative = settle_edges(args.task_id, groups, keys.events, now, args.check_ms)
if negative and not reported then
  redis.call('HSET', keys.scenario, 'error', negative_error(negative))
end
if args.last == '1' then
  redis.call('HDEL', keys.task, 'settling')
  redis.call('ZREM', keys.leases, args.task_id)
elseif task.settling ~= '' then
  redis.call('ZADD', keys.leases, now + args.settle_ms, args.task_id)
end
return { 'ok' }
