-- recover_task: processing -> pending, or -> failed when it was lost too often. The sweep calls it for every id whose time in
-- `leases` or `pushed` is up; whatever else it finds, it puts right.
-- `what` says what was done: gone, rearmed, missing, recovered, failed (its consumers are to be skipped), settle (a task that ended
-- and whose consumers were not all told).
-- KEYS: task scenario events queue leases pushed delayed ended
-- ARGV: task_id scenario_id index max_lost timeout_ms served pickup_ms check_ms settle_ms wake now
-- REPLY: ok | repeat | moved
-- WITH: what scenario_id
--- @include "lib/clock"
--- @include "lib/types"
--- @include "lib/event"
--- @include "lib/task"
--- @include "lib/settle_scenario"
--- @include "lib/push"
--- @include "lib/end_in_failure"

local wrong = wrong_type({
  list = { keys.queue },
  stream = { keys.events },
  zset = { keys.leases, keys.pushed, keys.delayed, keys.ended },
})
if wrong then
  return wrong
end
local now = now_ms(args.now)
local task = load_task(keys.task)
if task and task.scenario_id ~= args.scenario_id then
  return { 'moved', '', task.scenario_id }
end
local scenario = task and load_scenario(keys.scenario)
local place = scenario and place_of(task) or 'gone'
local score = redis.call('ZSCORE', keys[args.index], args.task_id)

local function forget()
  redis.call('ZREM', keys.leases, args.task_id)
  redis.call('ZREM', keys.pushed, args.task_id)
  return { 'ok', 'gone', args.scenario_id }
end

-- Back to the head: finishing what has started keeps the number of open scenarios small.
local function recover(fields)
  redis.call('ZREM', keys.leases, args.task_id)
  if task.status == 'processing' then
    move_count(scenario, 'processing', 'pending')
    save_scenario(keys.scenario, scenario, args.scenario_id, now, keys.events, keys.ended)
  end
  task.status = 'pending'
  redis.call('HSET', keys.task, 'status', 'pending', 'updated_at', iso_time(now), unpack(fields))
  redis.call('HDEL', keys.task, 'lease_until', 'progress', 'message', 'engine:progress_at', 'engine:deadline')
  push_first(keys.queue, keys.pushed, args.wake, args.task_id, now, args.check_ms)
  task_event(keys.events, now, 'task.recovered', args.task_id, task, 'lost', string.format('%d', task.lost))
  return { 'ok', 'recovered', args.scenario_id }
end

local function lose()
  task.lost = task.lost + 1
  local max_lost = tonumber(task.max_lost) or tonumber(args.max_lost)
  if task.lost <= max_lost then
    redis.call('HDEL', keys.task, 'engine:missing')
    return recover({ 'lost', task.lost, 'last_outcome', 'lost' })
  end
  redis.call('ZREM', keys.leases, args.task_id)
  redis.call('ZREM', keys.pushed, args.task_id)
  redis.call('HSET', keys.task, 'lost', task.lost, 'last_outcome', 'lost')
  local times = string.format('%d', task.lost)
  local message = 'lost ' .. times .. ' times: each worker that took it fell silent, so the task may be what ends them'
  local error = cjson.encode({ kind = 'lost', code = 'lost', message = message })
  local for_scenario = cjson.encode({
    kind = 'lost', code = 'lost', message = message, task_id = args.task_id, name = task.name, service = task.service,
  })
  end_in_failure(keys, args.task_id, args.scenario_id, task, scenario, error, for_scenario, true, args.settle_ms, now)
  return { 'ok', 'failed', args.scenario_id }
end

if place == 'gone' then
  return forget()
end
if is_terminal(task.status) then
  if task.settling == '' then
    return forget()
  end
  redis.call('ZREM', keys.pushed, args.task_id)
  redis.call('ZADD', keys.leases, now + args.settle_ms, args.task_id)
  return { 'ok', 'settle', args.scenario_id }
end
if place == 'processing' then
  if task.lease_until > now then
    redis.call('ZREM', keys.pushed, args.task_id)
    redis.call('ZADD', keys.leases, task.lease_until, args.task_id)
    return { 'ok', 'rearmed', args.scenario_id }
  end
  return lose()
end
if place == 'waits' then
  return forget()
end
if place == 'delayed' then
  forget()
  redis.call('ZADD', keys.delayed, task.due_at, args.task_id)
  return { 'ok', 'rearmed', args.scenario_id }
end
-- Ready. Another sweep was here first if it is not in the index any more, or its time is in the future again. (`pushed` is
-- rescored when a sweep takes its overdue ids; the caller answers for those.)
if not score or (args.index == 'leases' and tonumber(score) > now) then
  return { 'repeat', 'rearmed', args.scenario_id }
end
if args.index == 'leases' then
  -- Popped by our own script and never confirmed: nobody worked on it.
  return recover({ 'engine:missing', '' })
end
-- Not in its list: those that are, the sweep has re-armed.
local missing = task['engine:missing']
if missing == '' or missing == 'rescued' then
  -- Somebody popped it and said nothing, which a tier-0 worker may do for as long as an attempt may take. Or the list was deleted:
  -- where workers of ours are waiting, that is likelier, and once, soon, the task is offered to them as well.
  local soon = args.served == '1' and missing == ''
  local timeout = task.timeout ~= '' and tonumber(task.timeout) * 1000 or tonumber(args.timeout_ms)
  redis.call('HSET', keys.task, 'engine:missing', soon and 'soon' or 'timeout')
  redis.call('ZADD', keys.pushed, now + (soon and math.min(tonumber(args.pickup_ms), timeout) or timeout), args.task_id)
  return { 'ok', 'missing', args.scenario_id }
end
if missing == 'soon' then
  return recover({ 'engine:missing', 'rescued' })
end
return lose()
