-- complete_task: processing (or ready, when a tier-0 worker popped it) -> success. The first terminal report wins. Each consumer's
-- edge is counted once; a consumer that reaches zero becomes ready. `settling` = 1: more consumers follow by settle_consumers.
-- KEYS: task scenario events leases pushed delayed ended (consumer consumer_queue consumer_pushed)...
-- ARGV: task_id scenario_id attempt lease_token worker result_ref result settling settle_ms check_ms now (consumer_id wake)...
-- REPLY: ok | repeat | stale | conflict | unknown
-- WITH: code status attempt lease_until lease_token cancel queue
--- @include "lib/clock"
--- @include "lib/event"
--- @include "lib/open_task"
--- @include "lib/push"
--- @include "lib/settle_edges"

local reply, task, scenario = open_task(keys.task, keys.scenario, {
  stream = { keys.events },
  zset = { keys.leases, keys.pushed, keys.delayed, keys.ended },
})
if reply then
  return reply
end
local groups, wrong = consumer_groups(KEYS, more_keys, ARGV, more_args)
if wrong then
  return wrong
end
local place = place_of(task)
if place == 'cancelled' then
  return reply_for('conflict', 'scenario-cancelled', task, '', true)
end
if is_stale(task, args.attempt, args.lease_token) then
  return reply_for('stale', 'stale-attempt', task)
end
if place == 'success' then
  if task.result_ref == args.result_ref and task.result == args.result then
    return reply_for('repeat', '', task)
  end
  return reply_for('conflict', 'conflicting-result', task)
end
if place == 'failed' or place == 'skipped' then
  return reply_for('conflict', 'illegal-transition', task)
end
if place == 'waits' then
  return reply_for('conflict', 'not-ready', task)
end
if scenario.closed then
  return reply_for('conflict', 'scenario-cancelled', task, '', true)
end
read_consumers(args.task_id, groups)

local now = now_ms(args.now)
local at = iso_time(now)
local from = task.status
local write = { 'status', 'success', 'result_ref', args.result_ref, 'finished_at', at, 'updated_at', at }
local function set(field, value)
  write[#write + 1] = field
  write[#write + 1] = value
end
if place == 'ready' and args.attempt == '' then
  -- Nobody has claimed it since the push: this report is claim and result in one.
  task.attempt = task.attempt + 1
  set('attempt', task.attempt)
  set('lease_token', '')
end
if task.started_at == '' then
  set('started_at', at)
end
if args.worker ~= '' then
  set('worker', args.worker)
end
if args.result ~= '' then
  set('result', args.result)
end
if args.settling == '1' then
  set('settling', '1')
end
redis.call('ZREM', keys.leases, args.task_id)
redis.call('ZREM', keys.pushed, args.task_id)
redis.call('ZREM', keys.delayed, args.task_id)
redis.call('HSET', keys.task, unpack(write))
redis.call('HDEL', keys.task, 'lease_until', 'due_at', 'error', 'progress', 'message', 'engine:missing', 'engine:progress_at',
  'engine:deadline')
if args.settling == '1' then
  -- If we die before the last chunk, the sweep finds it here and finishes.
  redis.call('ZADD', keys.leases, now + args.settle_ms, args.task_id)
end
task.status, task.lease_until = 'success', 0
task_event(keys.events, now, 'task.success', args.task_id, task)
local negative = settle_edges(args.task_id, groups, keys.events, now, args.check_ms)
if negative and scenario.error == '' then
  scenario.new_error = negative_error(negative)
end
move_count(scenario, from, 'success')
save_scenario(keys.scenario, scenario, args.scenario_id, now, keys.events, keys.ended)
return reply_for('ok', '', task)
